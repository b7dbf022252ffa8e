"""A buyer's current holds, seen together."""

from __future__ import annotations

from dataclasses import dataclass

from app.box_office import BoxOffice
from app.inventory.commands import ShowBasket
from app.inventory.state import OverHold
from app.inventory.views import HoldView
from app.refusals import NotFound


@dataclass(frozen=True, slots=True)
class BasketView:
    """What a basket holds, by event in ascending id; `expires_ms` is the soonest end (house)."""

    id: str
    holds: tuple[HoldView, ...]

    @property
    def total_cents(self) -> int:
        """The all-in sum."""
        return sum(hold.total_cents for hold in self.holds)

    @property
    def place_count(self) -> int:
        """How many people it is for."""
        return sum(hold.place_count for hold in self.holds)

    @property
    def currencies(self) -> set[str]:
        """More than one cannot be paid together."""
        return {hold.currency for hold in self.holds}

    @property
    def expires_ms(self) -> int | None:
        """When the first of its holds ends, house time."""
        return min((hold.expires_ms for hold in self.holds), default=None)


def basket_view(office: BoxOffice, basket_id: str) -> BasketView:
    """The basket's holds over all events, as their actors know them."""
    holds = []
    for event_id in office.inventories.with_basket(basket_id):
        hold = office.inventory_of(event_id).ask(ShowBasket(basket_id))
        if hold is not None:
            holds.append(hold)
    return BasketView(basket_id, tuple(holds))


def ended_holds(office: BoxOffice, basket_id: str) -> tuple[tuple[int, OverHold], ...]:
    """The basket's last hold at each event where it ended, nothing is held now and its places
    are known: after a restart those of seats are not.
    """
    found = _last_over(office, basket_id)
    return tuple((event_id, over) for event_id, over in found if over.seats or over.areas)


def how_ended(office: BoxOffice, basket_id: str) -> set[str]:
    """How the basket's last holds ended where it holds nothing now: expired, released, sold."""
    return {over.state for _event_id, over in _last_over(office, basket_id)}


def _last_over(office: BoxOffice, basket_id: str) -> list[tuple[int, OverHold]]:
    found = []
    for inventory in office.inventories.running():
        state = inventory.actor.state
        if state is None or basket_id in state.basket_holds:
            continue
        over = state.over.get(state.basket_over.get(basket_id, ""))
        if over is not None:
            found.append((inventory.offer.event_id, over))
    return found


def event_of_hold(hold_id: str) -> int:
    """The event that a hold's id names; `NotFound` when it is no hold id."""
    event, dash, rest = hold_id.partition("-")
    if not (dash and rest and event.isascii() and event.isdigit() and len(event) < 10):
        raise NotFound
    return int(event)
