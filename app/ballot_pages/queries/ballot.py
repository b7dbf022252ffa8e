"""The ballot as everybody sees it; of a result nothing before its time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.ballot_draws.entering import new_contribution
from app.ballot_draws.stories import price_of, wish_words
from app.ballot_pages.forms import wish_names
from app.ballot_pages.views import AskedPage, BallotPage, EntryForm, Proof, Step, WishField
from app.ballot_reading import terms_of
from app.box_office import BoxOffice
from app.clock import from_ms, utc_now
from app.lottery.ballot.terms import BallotTerms, Wish
from app.lottery.ballot.views import BallotView
from app.lottery.sealing import BY_BUYERS
from app.models import BallotStatus
from app.money import price_words
from app.pages import Action, Fact, FormState
from app.words import gettext as _
from app.words import ngettext, short_day_words, short_moment_words

HASH_GROUP: Final = 4
HASH_SHOWN: Final = 12


def ballot_page(office: BoxOffice, ballot: Any, form: FormState | None = None) -> BallotPage:
    """Everything that is public at this moment."""
    seen, terms = office.ballot_of(ballot.id).seen, terms_of(ballot.terms)
    takes = takes_entries(ballot)
    return BallotPage(
        title=ballot.title,
        stock=ballot.stock,
        facts=_facts(office, terms),
        summary=ballot.summary,
        lede=_lede(ballot),
        form=entry_form(office, ballot, form or FormState()) if takes else None,
        closed_words="" if takes else _closed_words(ballot),
        so_far=tuple(_so_far(seen, terms)),
        chance_words=_chance_words(seen, terms) if takes else "",
        steps=() if is_called_off(ballot) else tuple(_steps(ballot, terms)),
        proof=_proof(ballot, terms, seen),
        weights=tuple(Fact(rule.words, times_words(rule.weight)) for rule in terms.weights),
        is_called_off=is_called_off(ballot),
    )


def is_shown(office: BoxOffice, ballot: Any) -> bool:
    """Whether anybody may see it: it was opened, and its events have not been taken down."""
    if ballot.status == BallotStatus.DRAFT:
        return False
    events = {share.wish.event_id for share in terms_of(ballot.terms).supply}
    return any(office.catalogue.by_id(one).status != "draft" for one in events)


def closes_words(ballot: Any) -> str:
    """When entries close, on the ballot's clock."""
    return _moment(ballot, terms_of(ballot.terms).closes_ms or 0)


def takes_entries(ballot: Any) -> bool:
    """Whether somebody can enter now."""
    closes_ms = terms_of(ballot.terms).closes_ms
    in_time = closes_ms is None or utc_now() < from_ms(closes_ms)
    return bool(ballot.status == BallotStatus.OPEN and in_time)


def entry_form(
    office: BoxOffice,
    ballot: Any,
    state: FormState,
    *,
    url: str = "",
    has_person: bool = True,
) -> EntryForm:
    """The form as it was typed, or with what most people want."""
    terms = terms_of(ballot.terms)
    typed = dict(state.typed)
    count = typed.get("count", "")
    most = terms.group_limit
    chosen = int(count) if count.isascii() and count.isdigit() and 1 <= int(count) <= most else 0
    return EntryForm(
        url=url or f"/ballot/{ballot.slug}/entries",
        counts=tuple(range(1, most + 1)),
        count=chosen or (0 if typed else min(2, most)),
        wishes=tuple(_wish_fields(terms, typed)),
        choices=tuple(
            (str(number), wish_words(office, share.wish))
            for number, share in enumerate(terms.supply)
        ),
        waits=bool(typed["waits"]) if "waits" in typed else True,
        state=state,
        has_person=has_person,
        has_code=has_person and bool(terms.weights),
        contribution=new_contribution() if has_person and terms.source == BY_BUYERS else "",
    )


def typed_of(terms: BallotTerms, count: int, wishes: tuple[Wish, ...], waits: bool) -> FormState:
    """A form that shows an entry as it is."""
    numbers = {share.wish: str(number) for number, share in enumerate(terms.supply)}
    names = wish_names(terms)
    chosen = {name: numbers[wish] for name, wish in zip(names, wishes, strict=False)}
    return FormState({"count": str(count), "waits": "1" if waits else "", **chosen})


def asked_page(office: BoxOffice, ballot: Any, request: Any, token: str) -> AskedPage:
    """One more press, in the letter; the same words for every address."""
    is_kept = office.settings.smtp_url is None
    sentence = _("We sent a link to %(email)s. The entry counts once you open it and press.")
    if is_kept:
        sentence = _(
            "A link for %(email)s is written. The entry counts once you open it and press."
        )
    before, _gap, after = (sentence % {"email": "\0"}).partition("\0")
    kept = _(
        "No mail server is set up here, so the letter was not sent: it is kept, and an admin of"
        " this house can read it under “Kept letters”."
    )
    return AskedPage(
        url=f"/b/asked/{token}",
        email=request.email,
        before=before,
        after=after,
        ballot_url=f"/ballot/{ballot.slug}",
        kept_words=kept if is_kept else "",
    )


def is_called_off(ballot: Any) -> bool:
    """Whether it ended before its draw."""
    return bool(ballot.status == BallotStatus.ENDED and ballot.drawn_ms is None)


def called_off_words(ballot: Any) -> str:
    """That there is no draw, and why."""
    said = _("This ballot was called off. There is no draw, and nobody pays anything.")
    return f"{said} {ballot.status_words}".strip()


def times_words(weight: int) -> str:
    """How often an entry counts."""
    return ngettext("counts once", "counts %(num)d times", weight)


def hash_words(salted_hash: str) -> str:
    """The beginning of a hash, as people compare it: b81e 40c7 52aa."""
    shown = salted_hash[:HASH_SHOWN]
    return " ".join(shown[at : at + HASH_GROUP] for at in range(0, len(shown), HASH_GROUP))


def _facts(office: BoxOffice, terms: BallotTerms) -> tuple[str, ...]:
    cards = [office.catalogue.by_id(one) for one in {s.wish.event_id: 0 for s in terms.supply}]
    days = [short_day_words(card.local_start) for card in cards]
    if len(cards) == 1:
        days = [short_moment_words(cards[0].local_start)]
    prices = sorted(
        price_of(office.offer_of(share.wish.event_id), share.wish.category)
        for share in terms.supply
    )
    currency = office.offer_of(cards[0].id).currency
    ends = [
        price_words(cents, currency) if cents else _("free")
        for cents in dict.fromkeys((prices[0], prices[-1]))
    ]
    count = sum(share.count for share in terms.supply)
    seats = ngettext("%(num)d seat in the ballot", "%(num)d seats in the ballot", count)
    return (", ".join(days), cards[0].house.venue, seats, _(" to ").join(ends))


def _lede(ballot: Any) -> str:
    return _(
        "More people want to come than there are seats, so nobody has to race. Enter any time until"
        " %(moment)s. Early entries have no better chance. It costs nothing.",
        moment=closes_words(ballot),
    )


def _closed_words(ballot: Any) -> str:
    if is_called_off(ballot):
        return called_off_words(ballot)
    if ballot.status in (BallotStatus.DRAWN, BallotStatus.ENDED):
        return _("It has been drawn, and everybody who entered got a letter.")
    return _("Entries are closed. Everybody who entered gets a letter after the draw.")


def _so_far(seen: BallotView, terms: BallotTerms) -> Iterator[Fact]:
    people = ngettext("%(entries)s, for %(num)d person", "%(entries)s, for %(people)s people",
                      seen.people, entries=f"{seen.entries:,}",
                      people=f"{seen.people:,}")  # fmt: skip
    yield Fact(_("Entries"), people)
    yield Fact(_("Seats"), f"{sum(share.count for share in terms.supply):,}")
    if seen.status == BallotStatus.DRAWN:
        yield Fact(_("On the waiting list"), f"{seen.waiting:,}")


def _chance_words(seen: BallotView, terms: BallotTerms) -> str:
    """What the numbers so far come to; never rounded in favour of entering."""
    seats = sum(share.count for share in terms.supply)
    if not seen.people or terms.weights:
        return ""
    if seen.people <= seats:
        return _("If it closed now, there would be a seat for everybody.")
    fifths = 5 * seats // seen.people
    if fifths:
        return _("If it closed now, about %(num)s in 5 people would get a seat.", num=fifths)
    each = -(-seen.people // seats)
    return _("If it closed now, about 1 in %(each)s people would get a seat.", each=f"{each:,}")


def _steps(ballot: Any, terms: BallotTerms) -> Iterator[Step]:
    closes = from_ms(terms.closes_ms or 0)
    days = ngettext(
        "Winners have %(num)d hour to buy; their seats are kept.",
        "Winners have %(num)d hours to buy; their seats are kept.",
        terms.right_ms // 3_600_000,
    )
    yield Step(
        closes_words(ballot),
        _("Entries close. The list is frozen and its fingerprint published."),
    )
    draws = "" if ballot.draws_at is None else _local(ballot, ballot.draws_at)
    how = _("The draw, from a public number that nobody controls.")
    if terms.source == BY_BUYERS:
        how = _("The draw, from what all entries added and the secret of the house.")
    yield Step(draws, how)
    yield Step(_("Afterwards"), _("Everybody gets an email.") + " " + days)
    if ballot.status == BallotStatus.ENDED:
        yield Step(_("Now"), _("The waiting list has ended: nobody moves up any more."))
        return
    until = (ballot.draws_at or closes) + timedelta(milliseconds=terms.right_ms)
    about = _("From %(moment)s", moment=_local(ballot, until))
    yield Step(about, _("Seats that were not bought go down the waiting list."))


def _proof(ballot: Any, terms: BallotTerms, seen: BallotView) -> Proof:
    facts = [Fact(_("Committed before the first entry"), seen.commitment)]
    files: list[Action] = []
    if seen.list_hash:
        facts.append(Fact(_("Fingerprint of the list"), seen.list_hash))
        files.append(
            Action(_("The list"), f"/ballot/{ballot.slug}/list.txt", icon="download", is_file=True)
        )
    if seen.is_value_fixed:
        facts.append(Fact(_("The public number"), _value_words(terms, seen.public_value)))
    if seen.secret:
        words = _("The file that proves the draw")
        url = f"/ballot/{ballot.slug}/proof.json"
        files.append(Action(words, url, icon="download", is_file=True))
    words = "" if is_called_off(ballot) else _trust_words(terms)
    return Proof(tuple(facts), tuple(files), words)


def _trust_words(terms: BallotTerms) -> str:
    """In whom to trust for the public value, before anybody enters."""
    if terms.source != BY_BUYERS:
        return _("The public number comes last, so nobody can choose the result.")
    return _(
        "The public number is made of a random number of every entry. No entrant can choose the"
        " result. You trust the house a little: it gathers the numbers, so it could add an entry of"
        " its own last."
    )


def _value_words(terms: BallotTerms, value: str) -> str:
    if terms.source != BY_BUYERS:
        return _number_words(value)
    count = value.count(",") + 1
    words = ngettext("%(num)d contribution", "%(num)d contributions", count)
    return f"{words}, SHA-256 {hashlib.sha256(value.encode()).hexdigest()}"


def _number_words(kept: str) -> str:
    """3, 8, 19, 27, 33, 41 as people write what is kept as a list for each source."""
    drawn = json.loads(kept)
    return "; ".join(
        ", ".join(str(number) for number in one) if isinstance(one, list) else str(one)
        for one in drawn
    )


def _wish_fields(terms: BallotTerms, typed: dict[str, str]) -> Iterator[WishField]:
    labels = (_("First wish"), _("Second wish, if the first is full"), _("Third wish"))
    for at, name in enumerate(wish_names(terms)):
        label = labels[at] if at < len(labels) else _("Wish %(number)s", number=at + 1)
        chosen = typed.get(name, "0" if at == 0 and not typed else "")
        yield WishField(name, label, chosen, at == 0)


def _moment(ballot: Any, at_ms: int) -> str:
    return _local(ballot, from_ms(at_ms))


def _local(ballot: Any, at: Any) -> str:
    return short_moment_words(at.astimezone(ZoneInfo(ballot.time_zone)))
