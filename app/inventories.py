"""The places of all events of one process, as everybody else reaches them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from app.actor_house import ActorHouse, Kept
from app.answers import KeptKey
from app.clock import house, wall_ms
from app.event_actor import EventActor, EventRules, event_actor
from app.inventory.best_available import nearest_free
from app.inventory.commands import Command, HoldSeats
from app.inventory.holding import taken_refusal
from app.inventory.offer import Offer
from app.inventory.state import FREE, HELD
from app.inventory_store import EventStore
from app.letters import Letter
from app.published import Published
from app.refusals import NotOnSale, Refusal, UnknownPlace

T = TypeVar("T")

SWEEP_SECONDS: Final = 0.5


class Inventory(Kept):
    """The places of one event, as everybody else reaches them."""

    def __init__(self, actor: EventActor) -> None:
        self._actor = actor

    @property
    def actor(self) -> EventActor:
        """The writer behind it."""
        return self._actor

    @property
    def may_rest(self) -> bool:
        """Only while nobody holds anything."""
        state = self._actor.state
        return state is not None and not state.holds

    @property
    def offer(self) -> Offer:
        """What the event offers."""
        return self._actor.published.offer

    @property
    def published(self) -> Published:
        """Committed facts for everybody."""
        return self._actor.published

    def send(
        self,
        command: Command[T],
        kept: KeptKey | None,
        on_answer: Callable[[Letter], None] | None,
    ) -> Letter:
        """Ask without waiting: `on_answer` is called once the letter has its answer."""
        self._actor.used_at = time.monotonic()
        return self._actor.send(command, kept, on_answer=on_answer)

    def early_refusal(self, command: HoldSeats) -> Refusal | None:
        """A no that committed facts already give, without the mailbox and without SQL."""
        published = self._actor.published
        offer, letters = published.offer, published.letters
        if not offer.sells_at(wall_ms(), early=command.early):
            return NotOnSale()
        taken = []
        for choice in command.seats:
            index = offer.seat_index.get(choice.seat)
            if index is None:
                return UnknownPlace(seats=[choice.seat])
            if letters[index] != FREE and not self._might_get(published, index, command.basket):
                taken.append(choice.seat)
        return taken_refusal(offer, letters, taken, []) if taken else None

    def nearest_free(self, seat: str) -> str | None:
        """The free seat of the same kind nearest to one that is gone."""
        state = self._actor.state
        if state is None or seat not in state.offer.seat_index:
            return None
        return nearest_free(state.house, self._actor.published.letters, seat)

    def basket_hold(self, basket: str) -> str | None:
        """The id of the hold that a basket has here, or may have; its actor knows for certain."""
        state = self._actor.state
        if state is not None:
            return state.basket_holds.get(basket)
        rules = self._actor.rules
        return rules.baskets.get(basket) if isinstance(rules, EventRules) else None

    def may_freeze(self, order_id: str) -> bool:
        """Whether places may be frozen here for an order; its actor knows for certain."""
        state = self._actor.state
        return state is None or order_id in state.order_holds

    def _might_get(self, published: Published, index: int, basket: str) -> bool:
        """Whether a seat that was not free at the last commit is this basket's or expired."""
        state = self._actor.state
        if state is None or state.offer.seats is not published.offer.seats:
            return True
        if published.letters[index] != HELD:
            return False
        hold = state.holds.get(state.owners[index])
        return hold is None or hold.basket == basket or hold.expires_ms <= house.now_ms()


class Inventories(ActorHouse[Inventory]):
    """All running actors of events."""

    def __init__(self, make_store: Callable[[int], EventStore]) -> None:
        super().__init__("sweeper", SWEEP_SECONDS)
        self._make_store = make_store
        self.on_change: Callable[[int], None] = lambda event_id: None

    def with_basket(self, basket: str) -> list[int]:
        """Ids of events at which a basket may hold something, ascending."""
        return sorted(
            [
                event_id
                for event_id, inventory in tuple(self._open.items())
                if inventory.basket_hold(basket) is not None
            ]
        )

    def with_order(self, order_id: str) -> list[int]:
        """Ids of events at which an order's places may be frozen, ascending."""
        return sorted(
            event_id
            for event_id, inventory in tuple(self._open.items())
            if inventory.may_freeze(order_id)
        )

    def _make(self, key: int) -> Inventory:
        store = self._make_store(key)
        return Inventory(event_actor(store, on_change=lambda e: self.on_change(e)))
