"""One press on a place: the command it means, and words for the noes that a buyer can act on."""

from __future__ import annotations

from collections.abc import Mapping

from app.answers import KeptKey
from app.box_office import inventory_of, office
from app.catalogue import EventCard
from app.early_keys import has_key
from app.inventories import Inventory
from app.inventory.commands import (
    AreaChoice,
    ChangeTicketType,
    HoldSeats,
    ReleasePlaces,
    SeatChoice,
    ShowBasket,
)
from app.inventory.house import House, house_of
from app.inventory.offer import Offer, Seat
from app.inventory.state import FREE
from app.inventory.views import HoldView
from app.pages import Action
from app.questions import Question
from app.refusals import LoneSeat, PlacesTaken, Refusal
from app.shop.forms import AREA_PREFIX, HoldForm
from app.shop.queries.places import category_price, seat_words, short_seat
from app.tokens import new_id
from app.words import gettext as _
from app.words import list_words


def change_hold(
    event: EventCard, basket: str, form: HoldForm, kept: KeptKey | None
) -> HoldView | None:
    """Carry out what was pressed, however much; what the basket holds here afterwards."""
    inventory = inventory_of(event.id)
    hold: HoldView | None = None
    if form.adds:
        try:
            hold = adding(event, basket, form, kept).ask()
        except (PlacesTaken, LoneSeat) as refusal:
            raise in_words(event, form, refusal) from None
    if form.gives_back:
        return _give_back(event, inventory, basket, form, kept)
    if form.types:
        return _retype(inventory, basket, form.types)
    return hold or inventory.ask(ShowBasket(basket))


def new_hold_id(event_id: int) -> str:
    """An id that names its event."""
    return f"{event_id}-{new_id()}"


def adding(
    event: EventCard, basket: str, form: HoldForm, kept: KeptKey | None
) -> Question[HoldView]:
    """The question for the places that were pressed."""
    areas = (AreaChoice(form.area, 1, form.more),) if form.more else ()
    seats = tuple([SeatChoice(seat, form.ticket_type) for seat in form.seats])
    command = HoldSeats(basket, new_hold_id(event.id), seats, areas, early=has_key(event))
    return office().question(event.id, command, kept)


def in_words(event: EventCard, form: HoldForm, refusal: PlacesTaken | LoneSeat) -> Refusal:
    """The refusal with the seat that it is about named, and a button that leads on."""
    inventory = inventory_of(event.id)
    if isinstance(refusal, LoneSeat):
        return _with_lone(event, inventory, form, refusal)
    return _with_nearest(event, inventory, form, refusal)


def _give_back(
    event: EventCard, inventory: Inventory, basket: str, form: HoldForm, kept: KeptKey | None
) -> HoldView | None:
    hold_id = inventory.basket_hold(basket)
    if hold_id is None:
        return None
    seats = tuple(place for place in form.released if not place.startswith(AREA_PREFIX))
    areas = [
        AreaChoice(*area_line(place)) for place in form.released if place.startswith(AREA_PREFIX)
    ]
    if form.fewer:
        areas.append(AreaChoice(form.area, 1, form.fewer))
    command = ReleasePlaces(hold_id, basket, seats, tuple(areas))
    return office().ask_once(event.id, command, kept and kept.part("back"))


def area_line(place: str) -> tuple[str, int, str]:
    """`area:<key>:<ticket type>:<count>`, as the basket's lines are called."""
    key, _colon, rest = place.removeprefix(AREA_PREFIX).partition(":")
    kind, _colon, count = rest.partition(":")
    return key, int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 1, kind


def _retype(inventory: Inventory, basket: str, types: Mapping[str, str]) -> HoldView | None:
    hold = inventory.ask(ShowBasket(basket))
    for seat in () if hold is None else hold.seats:
        wanted = types.get(seat.seat)
        if hold is not None and wanted and wanted != seat.ticket_type:
            hold = inventory.ask(ChangeTicketType(hold.id, basket, wanted, seat.seat))
    return hold


def _with_nearest(
    event: EventCard, inventory: Inventory, form: HoldForm, refusal: PlacesTaken
) -> PlacesTaken:
    """Name the seat that went, and the nearest free one with a button to take it."""
    taken = [
        seat for seat in refusal.details.get("seats", ()) if seat in inventory.offer.seat_index
    ]
    if len(taken) != 1:
        return refusal
    offer, published = inventory.offer, inventory.published
    gone = offer.seats[offer.seat_index[taken[0]]]
    near = _beside(offer, published.letters, gone, form.seats)
    words = _("%(seat)s was just taken.", seat=seat_words(offer, gone.id))
    if near is None:
        return PlacesTaken(words, **refusal.details)
    others = tuple(("seat", choice) for choice in form.seats if choice != gone.id)
    label = _(
        "Take %(seat)s, %(price)s",
        seat=short_seat(near),
        price=category_price(offer, near.category),
    )
    action = Action(label, f"/e/{event.slug}/holds", (*others, ("seat", near.id)), target="#basket")
    next_step = _("%(seat)s is free.", seat=seat_words(offer, near.id))
    return PlacesTaken(words, next_step=next_step, actions=(action,), **refusal.details)


def _beside(offer: Offer, letters: bytes, gone: Seat, excluding: tuple[str, ...]) -> Seat | None:
    """The nearest free seat of the same price and kind in the row; a row is cheap to look through.

    Thousands may lose the same seat at once, so nobody looks through the whole house for them.
    """
    row = offer.rows[gone.row_at]
    for index in sorted(row, key=lambda index: abs(index - gone.index)):
        seat = offer.seats[index]
        alike = seat.category == gone.category and seat.features == gone.features
        if letters[index] == FREE and alike and seat.id not in excluding:
            return seat
    return None


def _with_lone(
    event: EventCard, inventory: Inventory, form: HoldForm, refusal: LoneSeat
) -> LoneSeat:
    """Name the seat that would be left alone, with a button to take it too."""
    offer = inventory.offer
    lone = [seat for seat in refusal.details.get("seats", ()) if seat in offer.seat_index]
    if not lone:
        return refusal
    names = list_words([short_seat(offer.seats[offer.seat_index[seat]]) for seat in lone])
    fields = tuple(("seat", seat) for seat in (*form.seats, *lone))
    return LoneSeat(
        _("That would leave %(seats)s alone.", seats=names),
        next_step=_("Please take it too, or move one seat along."),
        actions=(
            Action(
                _("Take %(seats)s too", seats=names),
                f"/e/{event.slug}/holds",
                fields,
                target="#basket",
            ),
        ),
        **refusal.details,
    )


def house_of_inventory(inventory: Inventory) -> House:
    """Who sits next to whom at this event."""
    state, offer = inventory.actor.state, inventory.offer
    if state is not None:
        return state.house
    return house_of(offer.seats, offer.rows, offer.focus)
