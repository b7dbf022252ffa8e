"""Actors of events: the rules of places, what everybody sees of them, and who is told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from app.inventory.commands import Command, ReplacePlan
from app.inventory.decide import decide
from app.inventory.plain import outcome_from_plain, plain_outcome
from app.inventory.records import HoldOver, PlanReplaced, Record, StatusChanged
from app.inventory.state import EventInventory
from app.inventory_actor import BATCH_LIMIT, Actor
from app.inventory_store import EventStore
from app.published import HISTORY_LIMIT, Published

EventActor = Actor[EventInventory, Published]


class EventRules:
    """The rules of one event's places. `baskets` may hold something while there is no state."""

    decide = staticmethod(decide)
    plain = staticmethod(plain_outcome)
    from_plain = staticmethod(outcome_from_plain)

    def __init__(self, event_id: int, on_change: Callable[[int], None] | None = None) -> None:
        self._event_id = event_id
        self._on_change = on_change or (lambda event_id: None)
        self._history: deque[tuple[int, tuple[int, ...]]] = deque(maxlen=HISTORY_LIMIT)
        self._before: Published | None = None
        self.baskets: dict[str, str] = {}

    def ends_batch(self, command: Command[Any]) -> bool:
        """What comes behind a new plan is decided from it."""
        return type(command) is ReplacePlan

    def draw(self, state: EventInventory, epoch: int, version: int) -> Published:
        """Letters, free places and what changed since the version before."""
        touched = tuple(state.drain_touched())
        before = self._before
        if before is not None:
            if before.offer is not state.offer and before.offer.seats is not state.offer.seats:
                touched = tuple(range(len(state.offer.seats)))
            self._history.append((version, touched))
        areas = {key: state.area_free(key) for key in state.offer.areas}
        drawn = Published(state.offer, epoch, version, bytes(state.letters), areas, self._history)
        self._before = drawn
        return drawn

    def written(self, facts: list[Record]) -> bool:
        """A new plan is read from the database; it and another status are told on."""
        has_plan = any(isinstance(fact, PlanReplaced) for fact in facts)
        if has_plan or any(isinstance(fact, StatusChanged) for fact in facts):
            self._on_change(self._event_id)
        return has_plan

    def forgotten(self, state: EventInventory, facts: Iterable[Record]) -> None:
        """Remember who may hold something, and whose hold ended in vain perhaps."""
        baskets = dict(state.basket_holds)
        for fact in facts:
            over = state.over.get(fact.hold_id) if isinstance(fact, HoldOver) else None
            if over is not None:
                baskets.setdefault(over.basket, over.id)
        self.baskets = baskets


def event_actor(
    store: EventStore,
    batch_limit: int = BATCH_LIMIT,
    on_death: Callable[[BaseException], None] | None = None,
    on_change: Callable[[int], None] | None = None,
) -> EventActor:
    """The actor of one event's places, up and running."""
    return Actor(store, EventRules(store.event_id, on_change), batch_limit, on_death)
