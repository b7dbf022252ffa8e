"""What is open to whoever is signed in because they won it, and the page of members."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection

from app.box_office import BoxOffice
from app.clock import rfc3339, utc_now
from app.draw_cards import DrawCard
from app.draw_words import MEMBERS_PAGE
from app.draws.views.keys import KeyLine, MembersPage
from app.models import Opens
from app.my_page import Section
from app.pages import Action
from app.prize_draws.claim_details import forget_details, has_details
from app.prize_draws.entitlements import Key, forget_keys, keys_of
from app.prize_draws.shown import shown_draw
from app.refusals import NotFound
from app.sign_ins.sessions import SignedInBuyer
from app.way_back import me_path
from app.words import gettext as _
from app.words import ngettext, short_moment_words

LINES_LIMIT: Final = 20


def key_lines(office: BoxOffice, buyer: SignedInBuyer) -> tuple[KeyLine, ...] | None:
    """The section of a buyer's own page; None where nothing is open to them."""
    keys = _without_covered(office, [k for k in _keys(office, buyer) if _still_opens(office, k)])
    return tuple(_line(office, key) for key in keys[:LINES_LIMIT]) or None


def members_page(office: BoxOffice, slug: str, buyer: SignedInBuyer | None) -> MembersPage:
    """What members read, or how one becomes one; `NotFound` for a draw that has no such prize.

    A draw that people may not see is not there, except for whoever has won the page in it.
    """
    card = office.draws.by_slug(slug)
    tiers = [key for key, words in card.words.tiers.items() if words.opens == MEMBERS_PAGE]
    if not tiers:
        raise NotFound
    now, keys = utc_now(), [] if buyer is None else _keys(office, buyer)
    mine = [key for key in keys if key.lottery_id == card.id and key.opens == Opens.MEMBERS_PAGE]
    if not mine:
        shown_draw(office, slug)
    current = [key for key in mine if key.from_at <= now]
    title = _("For members of %(house)s", house=card.house.name)
    if current:
        pages = dict.fromkeys(card.words.of_tier(key.tier).page for key in current)
        words = tuple(line for page in pages for line in page.splitlines() if line.strip())
        return MembersPage(title, card.stock, words, True, until_words=_until(card, current))
    return MembersPage(title, card.stock, tuple(_how(card, mine, buyer)), False,
                       actions=tuple(_ways(office, card, buyer)))  # fmt: skip


def kept_keys(office: BoxOffice, buyer: SignedInBuyer) -> list[dict[str, Any]]:
    """The same as plain data, for the download."""
    return [
        {
            "opens": str(key.opens),
            "from": rfc3339(key.from_at),
            "until": None if key.until_at is None else rfc3339(key.until_at),
        }
        for key in _keys(office, buyer)
    ]


def lost_keys(office: BoxOffice, buyer: SignedInBuyer) -> str:
    """What deleting the account would lose."""
    count = len(_keys(office, buyer))
    with office.db.read() as connection:
        is_told = has_details(connection, buyer=buyer.address_key)
    keys = ngettext("what you won that opens something here: %(num)d key.",
                    "what you won that opens something here: %(num)d keys.", count)  # fmt: skip
    told = _("where your prizes were to go.")
    return " ".join(words for words, is_so in ((keys, count), (told, is_told)) if is_so)


def forget_won(connection: Connection, buyer: SignedInBuyer) -> None:
    """Keys, and where prizes were to go."""
    forget_keys(connection, buyer.address_key)
    forget_details(connection, buyer.address_key)


def _keys(office: BoxOffice, buyer: SignedInBuyer) -> list[Key]:
    with office.db.read() as connection:
        return keys_of(connection, buyer.address_key, utc_now())


def _still_opens(office: BoxOffice, key: Key) -> bool:
    """A key to a sale is worth nothing any more once everybody can book."""
    if key.event_id is None:
        return True
    return office.catalogue.by_id(key.event_id).sale_state() == "early"


def _without_covered(office: BoxOffice, keys: list[Key]) -> list[Key]:
    """The same without keys that add nothing: another opens the same page for all of their time."""
    now = utc_now()
    for_good = max((key.until_at for key in keys if key.until_at), default=now) + timedelta(days=1)
    ends = {key: key.until_at or for_good for key in keys}
    kept: dict[tuple[str, ...], list[Key]] = {}
    for key in sorted(keys, key=lambda key: (max(key.from_at, now), now - ends[key])):
        same = kept.setdefault(_opened(office, key), [])
        if not any(ends[key] <= ends[other] for other in same):
            same.append(key)
    found = {key for same in kept.values() for key in same}
    return [key for key in keys if key in found]


def _opened(office: BoxOffice, key: Key) -> tuple[str, ...]:
    """What a key opens; houses give the page of their members in several draws."""
    if key.event_id is not None:
        return str(key.opens), str(key.event_id)
    card = office.draws.by_id(key.lottery_id)
    return str(key.opens), card.house.name, card.words.of_tier(key.tier).page


def _line(office: BoxOffice, key: Key) -> KeyLine:
    card = office.draws.by_id(key.lottery_id)
    words = _("for good") if key.until_at is None else _times(card, key, until=True)
    if key.from_at > utc_now():
        words = _("%(begun)s, %(until)s", begun=_times(card, key, until=False), until=words)
    if key.opens == Opens.EARLY_ACCESS and key.event_id is not None:
        event = office.catalogue.by_id(key.event_id)
        title = _("Early booking: %(event)s", event=event.title)
        if key.until_at is None and key.from_at <= utc_now():
            words = _("until everybody can book")
        return KeyLine(title, words, f"/e/{event.slug}")
    title = _("Members' page of %(house)s", house=card.house.name)
    return KeyLine(title, words, f"/members/{card.slug}")


def _times(card: DrawCard, key: Key, *, until: bool) -> str:
    if until and key.until_at is not None:
        when = short_moment_words(key.until_at.astimezone(card.zone))
        return _("until %(when)s", when=when)
    return _("from %(when)s", when=short_moment_words(key.from_at.astimezone(card.zone)))


def _until(card: DrawCard, keys: list[Key]) -> str:
    ends = [key.until_at for key in keys]
    last = None if None in ends else max(end for end in ends if end is not None)
    if last is None:
        return ""
    return _("Yours until %(when)s.", when=short_moment_words(last.astimezone(card.zone)))


def _how(card: DrawCard, mine: list[Key], buyer: SignedInBuyer | None) -> Iterator[str]:
    if mine:
        when = short_moment_words(min(key.from_at for key in mine).astimezone(card.zone))
        yield _("Your membership begins on %(when)s. Come back then.", when=when)
        return
    yield _("This page is for people who won it in %(draw)s.", draw=card.title)
    if buyer is None:
        yield _("If you have, sign in with the address you bought your draw tickets with.")
    else:
        yield _("The address you are signed in with has not won it. Bought with another one? Sign"
                " in with that.")  # fmt: skip


def _ways(office: BoxOffice, card: DrawCard, buyer: SignedInBuyer | None) -> Iterator[Action]:
    if buyer is None:
        yield Action(_("Sign in"), me_path(f"/members/{card.slug}"))
    with suppress(NotFound):  # no link to a draw that people may not see
        shown_draw(office, card.slug)
        yield Action(_("See the draw"), f"/draw/{card.slug}", is_quiet=buyer is None)


KEYS: Final = Section(
    "keys", lambda: _("Open to you"), "draws/_keys.html", key_lines, kept_keys, lost_keys,
    forget_won, is_aside=True,
)  # fmt: skip
