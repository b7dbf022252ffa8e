"""The home page: what is on, filtered and searched."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from app.box_office import office
from app.catalogue import EventCard as Known
from app.clock import utc_now
from app.houses import house
from app.pages import Chip, Empty, Label
from app.shop.queries.counts import Count, counts_of
from app.shop.queries.places import price_span
from app.shop.views.programme import EventCard, HomePage, VisitPage
from app.words import clock_words, date_parts, list_words, moment_words, short_moment_words
from app.words import gettext as _

CARDS_LIMIT: Final = 200
WEEK_DAYS: Final = 7
LAST_PLACES: Final = 20
FULLER_SHARE: Final = 0.35
ASKED_LIMIT: Final = 80
TAGS_LIMIT: Final = 4
ACCESS: Final = "access"
CHILDREN: Final = "children"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the visitor asked to see."""

    when: str = ""
    tag: str = ""
    asked: str = ""

    @property
    def is_all(self) -> bool:
        """Nothing was filtered."""
        return not (self.when or self.tag or self.asked)


def home_page(wish: Wish) -> HomePage:
    """The bill as the visitor asked for it."""
    now = utc_now()
    coming = [card for card in office().catalogue.on_show() if _is_coming(card, now)][:CARDS_LIMIT]
    if not coming:
        return HomePage((), empty=_nothing_on())
    shown = [card for card in coming if _fits(card, wish, now)]
    counts = counts_of([card.id for card in shown])
    cards = tuple(_card(run, counts, now) for run in _runs(shown))
    page = HomePage(cards, _filters(coming, wish, now), wish.asked)
    if not cards:
        return replace(page, empty=_nothing_found(coming, wish))
    first = next((run[0] for run in _runs(shown) if run[0].sale_state(now) == "open"), None)
    if not wish.is_all or first is None:
        return page
    hero = next(card for card in cards if card.slug == first.slug)
    return replace(page, hero=hero, hero_when=_hero_when(first, now))


def visit_page() -> VisitPage:
    """What the houses say about a visit."""
    notes = [card.house.notes for card in office().catalogue.on_show()]

    def said(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(note[name] for note in notes if note.get(name)))

    return VisitPage(said("visit"), said("access"), said("refund"), said("privacy"), said("legal"))


def _is_coming(card: Known, now: datetime) -> bool:
    return (card.ends_at or card.starts_at + timedelta(hours=1)) > now


def _runs(cards: Iterable[Known]) -> list[list[Known]]:
    """Events of one run together, at the place of the soonest that sells."""
    runs: dict[str, list[Known]] = {}
    for card in cards:
        key = f"series {card.series_id}" if card.series_id is not None else f"event {card.id}"
        runs.setdefault(key, []).append(card)
    return list(runs.values())


def _card(run: Sequence[Known], counts: Mapping[int, Count], now: datetime) -> EventCard:
    card = run[0]
    count = counts.get(card.id, Count(0, 0, 0, 0))
    weekday, day, month = date_parts(card.local_start)
    state, action = _state(card, count, now)
    return EventCard(
        slug=card.slug,
        title=card.title,
        summary=card.summary,
        stock=card.stock,
        art=card.art,
        weekday=weekday,
        day=day,
        month=month,
        facts=tuple(
            words
            for words in (clock_words(card.local_start), card.room or card.house.venue)
            if words
        ),
        tags=_tags(run),
        price=price_span(count.least_cents, count.most_cents, card.currency),
        state=state,
        action=action,
        is_off=state.kind == "bad",
    )


def _tags(run: Sequence[Known]) -> tuple[str, ...]:
    card = run[0]
    tags = [_("Demo, not for sale")] if card.house.is_demo and not house().is_demo else []
    if len(run) > 1:
        others = [short_moment_words(other.local_start) for other in run[1:3]]
        more = len(run) - 3
        words = list_words(others) if more <= 0 else _("%(some)s and more", some=", ".join(others))
        tags.append(_("Also %(dates)s", dates=words))
    tags += [tag.capitalize() for tag in card.tags if tag not in (ACCESS, CHILDREN)]
    if ACCESS in card.tags:
        tags.append(_("Access performance"))
    return tuple(tags[:TAGS_LIMIT])


def _state(card: Known, count: Count, now: datetime) -> tuple[Label, str]:
    state = card.sale_state(now)
    if card.moved_to_id is not None:
        return Label(_("Moved"), "warn", "calendar"), _("See the new date")
    if state == "cancelled":
        return Label(_("Cancelled"), "bad", "cross"), _("What it means for you")
    if state == "paused":
        return Label(_("Sale paused"), "warn", "clock"), _("See the details")
    if state == "early" and card.sales_open_at is not None:
        opens = short_moment_words(card.sales_open_at.astimezone(card.zone))
        return Label(_("On sale %(when)s", when=opens), "info", "calendar"), _("See the details")
    if state == "over":
        return Label(_("Sales are over"), "plain", "check"), _("See the details")
    choose = _("Choose seats") if card.plan_id is not None else _("Choose tickets")
    if count.free == 0:
        return Label(_("Sold out"), "bad", "cross"), _("See if something came back")
    if count.free <= LAST_PLACES:
        return Label(_("Last %(count)s places", count=count.free), "warn", "clock"), choose
    if count.free < count.capacity * FULLER_SHARE:
        return Label(_("Getting full"), "warn", "clock"), choose
    return Label(_("Plenty of places"), "ok", "check"), choose


def _hero_when(card: Known, now: datetime) -> str:
    words = moment_words(card.local_start)
    days = (card.local_start.date() - now.astimezone(card.zone).date()).days
    if days == 0:
        return (
            _("Tonight, %(when)s", when=words)
            if card.local_start.hour >= 17
            else _("Today, %(when)s", when=words)
        )
    return _("Tomorrow, %(when)s", when=words) if days == 1 else words


# filters and search


def _fits(card: Known, wish: Wish, now: datetime) -> bool:
    if wish.tag and wish.tag not in card.tags:
        return False
    if wish.when == "week" and card.starts_at > now + timedelta(days=WEEK_DAYS):
        return False
    if wish.when not in ("", "week") and f"{card.local_start:%Y-%m}" != wish.when:
        return False
    return not wish.asked or wish.asked.casefold() in _searched(card)


def _searched(card: Known) -> str:
    return " ".join(
        (card.title, card.summary, card.description, card.room, card.house.venue, *card.tags)
    ).casefold()


def _filters(coming: Sequence[Known], wish: Wish, now: datetime) -> tuple[Chip, ...]:
    chips = [Chip(_("All dates"), "/", is_on=wish.is_all)]
    if any(_fits(card, Wish(when="week"), now) for card in coming):
        chips.append(Chip(_("This week"), "/?when=week", is_on=wish.when == "week"))
    months = dict.fromkeys((f"{card.local_start:%Y-%m}", _month(card)) for card in coming)
    for month, name in list(months)[1:4]:
        chips.append(Chip(name, f"/?when={month}", is_on=wish.when == month))
    tags = {tag for card in coming for tag in card.tags}
    if CHILDREN in tags:
        chips.append(Chip(_("For children"), "/?for=children", is_on=wish.tag == CHILDREN))
    if ACCESS in tags:
        name = _("Access performances")
        chips.append(Chip(name, "/?for=access", is_on=wish.tag == ACCESS, icon="wheelchair"))
    return tuple(chips)


def _month(card: Known) -> str:
    return f"{card.local_start:%B}"


def _nothing_on() -> Empty:
    return Empty(_("Nothing is on sale right now"), _("The next shows are announced here."))


def _nothing_found(coming: Sequence[Known], wish: Wish) -> Empty:
    if not wish.asked:
        return Empty(_("Nothing fits that"), "")
    words = {word for card in coming for word in _searched(card).split() if len(word) > 3}
    near = difflib.get_close_matches(wish.asked.casefold(), sorted(words), 1, 0.6)
    guess = near[0].strip(".,:;!?“”\"'") if near else ""
    title = _("No show matches “%(asked)s”", asked=wish.asked)
    return Empty(title, "", guess, f"/?{urlencode({'q': guess})}")
