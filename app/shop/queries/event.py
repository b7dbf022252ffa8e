"""One event in words: its strip, its areas, or the sentence that stands in their place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from app import early_keys
from app.basket_cookie import known_basket_id
from app.box_office import inventory_of, office
from app.catalogue import EventCard
from app.clock import utc_now
from app.inventories import Inventory
from app.inventory.views import HoldView
from app.pages import Action, Label
from app.plans.house_drawing import SECTIONS_ABOVE_SEATS
from app.plans.seat_map import SeatMap
from app.published import Published
from app.shop.queries.basket import holds_of
from app.shop.queries.places import price_or_free, price_span
from app.shop.queries.seat_maps import seat_map
from app.shop.views.event import (
    AreaType,
    AreaView,
    EventPage,
    EventView,
    Instead,
    OtherDate,
)
from app.words import (
    clock_words,
    list_words,
    moment_words,
    ngettext,
    short_day_words,
    short_moment_words,
)
from app.words import gettext as _

LAST_PLACES: Final = 20
BEST_COUNT: Final = 2
DATES_LIMIT: Final = 40


def event_page(card: EventCard, section: str = "") -> EventPage:
    """The event as it can be bought now, or why it cannot; `section` opens one of a large house."""
    inventory = inventory_of(card.id)
    hold = own_hold(card)
    has_key = early_keys.has_key(card)
    instead = _instead(card, inventory.published, hold, has_key)
    drawn = None if instead else seat_map(card, inventory, hold, section)
    return EventPage(
        title=_("%(event)s: choose seats", event=card.title),
        event=event_view(card, inventory),
        seat_map=drawn,
        areas=() if instead else areas_of(card, hold),
        instead=instead,
        choose_words=_choose_words(drawn, bool(inventory.offer.areas)),
        limit_words=limit_words(card),
        best_count=min(BEST_COUNT, card.order_limit),
        key_words=_key_words(card) if has_key and not instead else "",
    )


def event_view(card: EventCard, inventory: Inventory) -> EventView:
    """The strip at the top of the event's pages."""
    facts = [moment_words(card.local_start), card.room, card.house.venue]
    if card.room and card.house.venue == card.house.name:
        facts.pop()
    if card.doors_at is not None:
        facts.append(_("Doors %(time)s", time=clock_words(card.doors_at.astimezone(card.zone))))
    facts += [card.notes.get("running", ""), card.notes.get("age", "")]
    if len(inventory.offer.seats) > SECTIONS_ABOVE_SEATS:
        facts.append(free_words(inventory.published))
    return EventView(
        card.slug,
        card.title,
        card.stock,
        tuple(dict.fromkeys(fact for fact in facts if fact)),
        card.order_limit,
        _other_dates(card),
    )


def areas_of(card: EventCard, hold: HoldView | None) -> tuple[AreaView, ...]:
    """The standing areas with what the visitor has of each."""
    inventory = inventory_of(card.id)
    offer, published = inventory.offer, inventory.published
    if not offer.areas:
        return ()
    counts = {(a.area, a.ticket_type): a.count for a in hold.areas} if hold is not None else {}
    in_hand = 0 if hold is None else hold.place_count
    views = []
    for key, area in offer.areas.items():
        free = published.areas.get(key, 0)
        types = tuple(
            AreaType(
                kind.key,
                kind.name,
                kind.note or area.note,
                price_or_free(offer.prices[area.category, kind.key], offer.currency),
                counts.get((key, kind.key), 0),
            )
            for kind in offer.ticket_types
            if (area.category, kind.key) in offer.prices
        )
        can_more = free > 0 and in_hand < card.order_limit
        views.append(
            AreaView(key, area.name, "", _area_state(free, area.capacity), types, can_more)
        )
    return tuple(views)


def own_hold(card: EventCard) -> HoldView | None:
    """What the visitor holds at this event."""
    return next((h for h in holds_of(known_basket_id()) if h.event_id == card.id), None)


def free_words(published: Published) -> str:
    """240 of 400 seats are free."""
    seats = len(published.letters)
    free = published.letters.count(ord("f"))
    return _("%(free)s of %(seats)s seats free", free=f"{free:,}", seats=f"{seats:,}")


def limit_words(card: EventCard) -> str:
    """Up to 8 tickets in one order."""
    return ngettext(
        "%(num)s ticket in one order.", "Up to %(num)s tickets in one order.", card.order_limit
    )


def legend_prices(inventory: Inventory) -> Mapping[str, str]:
    """The price of every category over its ticket types."""
    offer = inventory.offer
    spans: dict[str, list[int]] = {}
    for (category, _kind), cents in offer.prices.items():
        spans.setdefault(category, []).append(cents)
    return {
        category: price_span(min(cents), max(cents), offer.currency)
        for category, cents in spans.items()
    }


def _choose_words(drawn: SeatMap | None, has_areas: bool) -> str:
    if has_areas:
        return _("Or choose a seat")
    if drawn is not None and drawn.kind == "sections":
        return _("Where do you want to sit?")
    return _("Choose your seats")


def _area_state(free: int, capacity: int) -> Label:
    if free <= 0:
        return Label(_("Full"), "bad", "cross")
    if free <= LAST_PLACES:
        return Label(_("Last %(count)s places", count=free), "warn", "clock")
    return Label(_("%(free)s of %(capacity)s left", free=free, capacity=capacity), "ok")


def _other_dates(card: EventCard) -> tuple[OtherDate, ...]:
    now = utc_now()
    run = [other for other in office().catalogue.series_of(card) if _is_open(other, card, now)]
    if len(run) < 2:
        return ()
    return tuple(
        OtherDate(other.slug, _date_words(other, now), other.id == card.id)
        for other in run[:DATES_LIMIT]
    )


def _is_open(other: EventCard, card: EventCard, now: datetime) -> bool:
    return other.id == card.id or (other.starts_at > now and other.status != "cancelled")


def _date_words(card: EventCard, now: datetime) -> str:
    words = short_moment_words(card.local_start)
    if card.local_start.date() == now.astimezone(card.zone).date():
        return _("%(when)s (today)", when=words)
    return words


# in place of the places


def _key_words(card: EventCard) -> str:
    """Said to whoever books before everybody else."""
    assert card.sales_open_at is not None
    opens = moment_words(card.sales_open_at.astimezone(card.zone))
    return _("Your early booking key opens the sale for you. Everybody else can book from"
             " %(when)s.",
             when=opens)  # fmt: skip


def _instead(
    card: EventCard, published: Published, hold: HoldView | None, has_key: bool
) -> Instead | None:
    now = utc_now()
    if card.moved_to_id is not None:
        return _moved(card)
    state = card.sale_state(now)
    if state == "cancelled":
        return _cancelled(card)
    if state == "paused":
        return _paused(card)
    if state == "over":
        return _over(card, now)
    if state == "early" and not has_key:
        return _early(card, now)
    if published.places_free == 0 and hold is None:
        return _sold_out(card)
    return None


def _moved(card: EventCard) -> Instead:
    there = office().catalogue.by_id(card.moved_to_id or card.id)
    when = moment_words(there.local_start)
    return Instead(
        "calendar",
        "warn",
        _("Moved to %(when)s", when=when),
        (card.status_words or _("Your tickets are valid on the new date as they are."),),
        (
            Action(_("See the new date"), f"/e/{there.slug}"),
            Action(_("Find my booking"), "/orders/find", is_quiet=True),
        ),
    )


def _cancelled(card: EventCard) -> Instead:
    words = _(
        "Everybody gets all their money back, booking costs included. You need not do anything."
    )
    return Instead(
        "cross",
        "bad",
        _("This show is cancelled"),
        tuple(text for text in (card.status_words, words) if text),
        (Action(_("Find my booking"), "/orders/find", is_quiet=True),),
    )


def _paused(card: EventCard) -> Instead:
    words = _(
        "Seats in baskets are kept until their time ends, and tickets already bought stay valid."
    )
    return Instead(
        "clock",
        "plain",
        _("We have paused the sale"),
        tuple(text for text in (card.status_words, words) if text),
        (Action(_("Look again"), f"/e/{card.slug}", is_quiet=True, icon="again"),),
    )


def _over(card: EventCard, now: datetime) -> Instead:
    others = [o for o in office().catalogue.series_of(card) if o.sale_state(now) == "open"]
    is_past = card.starts_at <= now
    title = _("This show is over") if is_past else _("Sales for this show are over")
    if not others:
        words = (
            _("Thank you to everybody who came.")
            if is_past
            else _("There may be tickets at the door. Tickets already bought stay valid.")
        )
        return Instead("check", "plain", title, (words,), (Action(_("What's on"), "/"),))
    days = list_words([short_day_words(other.local_start) for other in others])
    label = _("Choose seats for %(day)s", day=short_day_words(others[0].local_start))
    return Instead(
        "check",
        "plain",
        title,
        (_("It plays again on %(days)s.", days=days),),
        (Action(label, f"/e/{others[0].slug}"),),
    )


def _early(card: EventCard, now: datetime) -> Instead:
    assert card.sales_open_at is not None
    opens = card.sales_open_at.astimezone(card.zone)
    days = (opens.date() - now.astimezone(card.zone).date()).days
    when = (
        ngettext("That is tomorrow.", "That is in %(num)s days.", days)
        if days > 0
        else _("That is today.")
    )
    return Instead(
        "calendar",
        "plain",
        _("On sale on %(when)s", when=moment_words(opens)),
        (_("%(when)s The price you see then is the price you pay.", when=when),),
        (Action(_("What's on"), "/", is_quiet=True),),
    )


def _sold_out(card: EventCard) -> Instead:
    return Instead(
        "people",
        "plain",
        _("Sold out, but tickets do come back"),
        (
            _(
                "When somebody gives a ticket back, or a basket runs out of time, it is on sale"
                " here again at once."
            ),
        ),
        (Action(_("Look again"), f"/e/{card.slug}", is_quiet=True, icon="again"),),
    )
