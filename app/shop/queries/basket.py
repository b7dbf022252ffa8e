"""The basket in words: what is held at each event, until when, at what price."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Final
from urllib.parse import quote

from app.basket_cookie import known_basket_id
from app.box_office import inventory_of, office
from app.catalogue import EventCard
from app.clock import from_ms, house, rfc3339_ms
from app.csrf import new_key, token
from app.inventory.commands import ShowBasket
from app.inventory.offer import Offer
from app.inventory.state import OverHold
from app.inventory.views import HeldArea, HeldSeat, HoldView
from app.money import price_words, sum_words
from app.orders.baskets import ended_holds
from app.shop.forms import AREA_PREFIX
from app.shop.queries.places import seat_words, type_name
from app.shop.views.basket import BasketLine, BasketPart, BasketView, EndedBasket, TypeChoice
from app.words import clock_words, kept_words, moment_words, ngettext
from app.words import gettext as _

OFFER_SECONDS: Final = 180
WARN_SECONDS: Final = 120
MINUTE_MS: Final = 60_000
ENDED_SHOWN_SECONDS: Final = 3600
NO_EVENT: Final = ""

Fresh = Mapping[int, HoldView | None]


def holds_of(basket: str | None, fresh: Fresh | None = None) -> list[HoldView]:
    """What a basket holds at every event; `fresh` is what an actor has just answered."""
    if basket is None:
        return []
    found = dict(fresh or {})
    for event_id in office().inventories.with_basket(basket):
        if event_id not in found:
            found[event_id] = inventory_of(event_id).ask(ShowBasket(basket))
    return [hold for _event_id, hold in sorted(found.items()) if hold is not None]


def basket_view(event: EventCard | None = None, fresh: Fresh | None = None) -> BasketView:
    """The visitor's basket as a page of this event shows it."""
    basket = known_basket_id()
    holds = holds_of(basket, fresh)
    view = BasketView(
        event.stock if event is not None else "straw",
        event.slug if event is not None else NO_EVENT,
        token(),
    )
    if holds:
        _fill(view, event, holds)
        return view
    view.ended = None if basket is None else _ended(basket)
    if view.ended is None:
        view.empty_words = ngettext(
            "Pick a seat and it is kept here for %(num)s minute.",
            "Pick a seat and it is kept here for %(num)s minutes.",
            hold_minutes(),
        )
    return view


def _fill(view: BasketView, event: EventCard | None, holds: list[HoldView]) -> None:
    """What is held, with the clock of the hold that ends first."""
    soonest, here = holds[0], None
    cents = count = area_count = 0
    for hold in holds:
        if hold.expires_ms < soonest.expires_ms:
            soonest = hold
        if event is not None and hold.event_id == event.id:
            here = hold
        if hold.state != "live":
            view.is_paying = True
        cents += hold.total_cents
        count += hold.place_count
        area_count += len(hold.areas)
    drift_ms = house.drift_ms()
    ends_ms = soonest.expires_ms + drift_ms
    card = office().catalogue.by_id(soonest.event_id)
    left = max(0, (soonest.expires_ms - house.now_ms()) // 1000)
    view.names_events = len(holds) > 1 or here is None
    view.parts = tuple([part_of(hold, view.names_events) for hold in holds])
    if event is None:
        view.stock = card.stock
    shown = holds if event is None else [here] if here is not None else []
    view.seats = " ".join([quote(seat.seat) for hold in shown for seat in hold.seats])
    view.expires_at = rfc3339_ms(ends_ms)
    view.until = minute_words(ends_ms // MINUTE_MS, card.zone)
    view.until_words = until_words(view.until)
    view.seconds_left = left
    view.full_seconds = max(left, office().settings.hold_seconds)
    view.total = sum_words(cents, soonest.currency)
    view.count_words = count_words(count, area_count > 0)
    view.go_on_words = _("Go on paying") if view.is_paying else checkout_words(view.total)
    view.extensions_left = soonest.extensions_left
    if soonest.extensions_left:
        view.add_time = extension_words(office().settings.extension_seconds)
    view.extension_key = new_key()
    view.offers_extension = left < OFFER_SECONDS
    view.is_ending = left < WARN_SECONDS


@kept_words
def minute_words(minute: int, zone: tzinfo) -> str:
    """19:30, of a minute since 1970."""
    return clock_words(from_ms(minute * MINUTE_MS).astimezone(zone))


@kept_words
def until_words(clock: str) -> str:
    """Until 19:30."""
    return _("until %(time)s", time=clock)


@kept_words
def checkout_words(total: str) -> str:
    """Checkout, £24.00."""
    return _("Checkout, %(total)s", total=total)


@kept_words
def count_words(count: int, any_area: bool = False) -> str:
    """3 seats, or 3 tickets where some are not seats."""
    if any_area:
        return ngettext("%(num)s ticket", "%(num)s tickets", count)
    return ngettext("%(num)s seat", "%(num)s seats", count)


@kept_words
def extension_words(seconds: int) -> str:
    """Add 5 minutes."""
    if seconds % 60:
        return _("Add %(seconds)s seconds", seconds=seconds)
    return ngettext("Add %(num)s minute", "Add %(num)s minutes", seconds // 60)


def extended_words() -> str:
    """The sentence after more time was given."""
    return _("You have more time.")


def hold_minutes() -> int:
    """How long a new hold lasts, in whole minutes."""
    return max(1, office().settings.hold_seconds // 60)


def said_words(hold: HoldView | None, view: BasketView) -> str:
    """One sentence for people who hear the page."""
    if hold is None or not view.parts:
        return _("Your basket is empty.")
    return yours_words(view.count_words, view.total, view.until)


@kept_words
def yours_words(count: str, total: str, clock: str) -> str:
    """2 seats, £48.00, yours until 19:30."""
    return _("%(count)s, %(total)s, yours until %(time)s.", count=count, total=total, time=clock)


def part_lines(hold: HoldView, offer: Offer) -> tuple[BasketLine, ...]:
    """One line for each seat, and one for each ticket type of an area."""
    seats = [_seat_line(seat, offer, hold) for seat in hold.seats]
    areas = [_area_line(area, offer, hold.currency) for area in hold.areas]
    return (*seats, *areas)


def part_of(hold: HoldView, is_named: bool = True) -> BasketPart:
    """What is held at one event; without its time where the page says that already."""
    card = office().catalogue.by_id(hold.event_id)
    lines = part_lines(hold, inventory_of(hold.event_id).offer)
    return BasketPart(
        card.slug,
        card.title,
        moment_words(card.local_start) if is_named else "",
        where_words(card),
        card.stock,
        lines,
        new_key(),
        any(line.types for line in lines),
    )


def where_words(card: EventCard) -> str:
    """Main house, Lantern House."""
    return f"{card.room}, {card.house.venue}" if card.room else card.house.venue


def _seat_line(seat: HeldSeat, offer: Offer, hold: HoldView) -> BasketLine:
    types: tuple[TypeChoice, ...] = ()
    if hold.state == "live":
        types = tuple(
            [
                TypeChoice(kind.key, kind.name, kind.key == seat.ticket_type)
                for kind in offer.ticket_types
                if (seat.category, kind.key) in offer.prices
            ]
        )
    return BasketLine(
        seat.seat,
        seat_words(offer, seat.seat),
        type_name(offer, seat.ticket_type),
        sum_words(seat.cents, hold.currency),
        types if len(types) > 1 else (),
    )


def _area_line(area: HeldArea, offer: Offer, currency: str) -> BasketLine:
    name = offer.areas[area.area].name if area.area in offer.areas else area.area
    note = type_name(offer, area.ticket_type)
    if area.count > 1:
        price = price_words(area.cents, currency)
        note = _("%(type)s, %(price)s each", type=note, price=price)
    return BasketLine(
        f"{AREA_PREFIX}{area.area}:{area.ticket_type}:{area.count}",
        f"{area.count} × {name}",
        note,
        sum_words(area.cents * area.count, currency),
    )


def _ended(basket: str) -> EndedBasket | None:
    """What the visitor held until the time ran out, if that was not long ago."""
    now_ms = house.now_ms()
    ended = [
        (event_id, over)
        for event_id, over in ended_holds(office(), basket)
        if over.state == "expired" and now_ms - over.expires_ms < ENDED_SHOWN_SECONDS * 1000
    ]
    if not ended:
        return None
    zone = office().catalogue.by_id(ended[0][0]).zone
    at = house.wall_at(max(over.expires_ms for _event, over in ended))
    lines = tuple(line for event_id, over in ended for line in ended_lines(event_id, over))
    words = _("Ended at %(time)s", time=clock_words(at.astimezone(zone)))
    return EndedBasket(words, lines, new_key())


def ended_lines(event_id: int, over: OverHold) -> tuple[BasketLine, ...]:
    """The places of a hold that ended, at the prices they had."""
    offer = inventory_of(event_id).offer
    lines = []
    for seat, kind in over.seats:
        index = offer.seat_index.get(seat)
        cents = None if index is None else offer.price(offer.seats[index].category, kind)
        price = "" if cents is None else sum_words(cents, offer.currency)
        lines.append(BasketLine(seat, seat_words(offer, seat), type_name(offer, kind), price))
    for area, kind, count in over.areas:
        if area in offer.areas:
            cents = offer.price(offer.areas[area].category, kind) or 0
            held = HeldArea(area, kind, offer.areas[area].category, count, cents)
            lines.append(_area_line(held, offer, offer.currency))
    return tuple(lines)
