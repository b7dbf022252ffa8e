"""The single writer: mailbox, decide, one transaction for the batch, publish, answer."""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sqlalchemy.exc import DBAPIError

from app.answers import KeptKey
from app.clock import house, wall_ms
from app.faults import fault_point
from app.inventory.best_available import nearest_free
from app.inventory.commands import Command, Expire, HoldSeats
from app.inventory.decide import decide
from app.inventory.offer import Offer
from app.inventory.outcome import Decision, Moment
from app.inventory.plain import plain_outcome
from app.inventory.records import PlanReplaced, Record, StatusChanged
from app.inventory.state import FREE, HELD, EventInventory
from app.inventory_store import EventStore, StaleMemory, answer_row
from app.published import HISTORY_LIMIT, Published
from app.refusals import Busy, NotOnSale, PlacesTaken, Refusal, UnknownPlace

T = TypeVar("T")
log = logging.getLogger("fullhouse.actor")

MAILBOX_LIMIT: Final = 2000
BATCH_LIMIT: Final = 256
WAIT_SECONDS: Final = 1.5  # in the mailbox; then the command is dropped and its caller told no
ANSWER_SECONDS: Final = 8.0  # once taken: the database's own limits end sooner
REST_SECONDS: Final = 600
EXIT_ACTOR_DIED: Final = 70


class Letter:
    """A command on its way, and its answer on the way back."""

    __slots__ = ("answered", "command", "deadline", "fault", "kept", "outcome", "plain", "turn")

    def __init__(self, command: Command[Any], kept: KeptKey | None, wait_seconds: float) -> None:
        self.command = command
        self.kept = kept
        self.deadline = time.monotonic() + wait_seconds
        self.turn = threading.Lock()  # whoever takes it first: the actor, or a caller giving up
        self.answered = threading.Lock()
        self.answered.acquire()
        self.outcome: Any = None
        self.plain: dict[str, Any] | None = None
        self.fault: BaseException | None = None

    def answer(self, outcome: Any, fault: BaseException | None = None) -> None:
        """Tell the caller; never before the commit."""
        self.outcome, self.fault = outcome, fault
        self.answered.release()


@dataclass(slots=True)
class Work:
    """One letter decided, waiting for the commit."""

    letter: Letter
    outcome: Any
    records: tuple[Record, ...]
    answer: dict[str, Any] | None = field(default=None)


class Actor:
    """One thread and one mailbox for one key: the only writer of its places."""

    def __init__(
        self,
        store: EventStore,
        batch_limit: int = BATCH_LIMIT,
        on_death: Callable[[BaseException], None] | None = None,
        on_change: Callable[[int], None] | None = None,
    ) -> None:
        self.store = store
        self._batch_limit = batch_limit
        self._on_death = on_death or _end_process
        self._on_change = on_change or (lambda event_id: None)
        self._mailbox: queue.SimpleQueue[Letter | None] = queue.SimpleQueue()
        self._known: dict[str, int] = {}
        self._history: deque[tuple[int, tuple[int, ...]]] = deque(maxlen=HISTORY_LIMIT)
        self.state: EventInventory | None = store.take_over()
        self.published = self._draw(self.state)
        self.due_ms = self.state.next_due_ms()  # for the sweeper, which must not touch the state
        self.beat_at = self.used_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=store.key, daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """How many letters lie in the mailbox."""
        return self._mailbox.qsize()

    def ask(self, command: Command[T], kept: KeptKey | None, wait_seconds: float) -> Letter:
        """Put a command into the mailbox and wait until it is durable; raises its refusal."""
        if self._mailbox.qsize() >= MAILBOX_LIMIT:
            raise Busy
        letter = Letter(command, kept, wait_seconds)
        self._mailbox.put(letter)
        if not letter.answered.acquire(timeout=wait_seconds) and (
            letter.turn.acquire(blocking=False)
            or not letter.answered.acquire(timeout=ANSWER_SECONDS)
        ):
            raise Busy(retry_after=3)
        if letter.fault is not None:
            fault, letter.fault = letter.fault, None
            try:
                raise fault
            finally:
                del fault  # or it and this frame would hold each other until a gc
        return letter

    def nudge(self) -> None:
        """Ask the actor to end due holds now."""
        self._mailbox.put(_sweep_letter())

    def stop(self) -> None:
        """Let the actor finish what waits, then end its thread."""
        self._mailbox.put(None)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        try:
            while self._step():
                pass
        except BaseException as fault:
            log.critical("actor %s died: %r", self.store.key, fault, exc_info=fault)
            self._on_death(fault)

    def _step(self) -> bool:
        batch, more = self._take()
        self.beat_at = time.monotonic()
        if batch:
            fault_point("actor.batch")
            self._settle(batch)
            self.due_ms = None if self.state is None else self.state.next_due_ms()
            self.beat_at = time.monotonic()
        return more

    def _take(self) -> tuple[list[Letter], bool]:
        batch: list[Letter] = []
        letter = self._mailbox.get()
        while True:
            if letter is None:
                return batch, False
            if letter.turn.acquire(blocking=False):
                if letter.deadline < time.monotonic():
                    letter.answer(None, Busy(retry_after=3))
                else:
                    batch.append(letter)
            if len(batch) >= self._batch_limit:
                return batch, True
            try:
                letter = self._mailbox.get_nowait()
            except queue.Empty:
                return batch, True

    def _settle(self, batch: list[Letter]) -> None:
        """Decide the batch, commit it whole; when that fails, one by one."""
        try:
            state = self._ready_state()
        except (Refusal, DBAPIError, OSError) as fault:
            _refuse_all(batch, fault)
            return
        works, facts = self._decide_all(state, batch)
        try:
            self._commit(state, works, facts)
        except (Busy, OSError) as fault:
            self._forget()
            _refuse_all([work.letter for work in works], fault)
        except (StaleMemory, DBAPIError) as fault:
            self._forget()
            self._settle_one_by_one([work.letter for work in works], fault)

    def _ready_state(self) -> EventInventory:
        if self.state is None:
            self.state = self.store.read(self._known)
            self.published = self._draw(self.state)
        return self.state

    def _decide_all(
        self, state: EventInventory, batch: list[Letter]
    ) -> tuple[list[Work], list[Record]]:
        moment = Moment(house.now_ms(), wall_ms())
        facts = list(decide(state, Expire(), moment).records)
        state.apply(facts)
        works: list[Work] = []
        for letter in batch:
            try:
                decision: Decision[Any] = decide(state, letter.command, moment)
            except Refusal as refusal:
                letter.answer(None, refusal)
                continue
            except Exception as fault:
                log.exception("fault while deciding %s", type(letter.command).__name__)
                letter.answer(None, fault)
                continue
            state.apply(decision.records)
            facts.extend(decision.records)
            works.append(self._work(letter, decision))
        return works, facts

    def _work(self, letter: Letter, decision: Decision[Any]) -> Work:
        work = Work(letter, decision.outcome, decision.records)
        if letter.kept is not None:
            letter.plain = plain_outcome(decision.outcome)
            work.answer = answer_row(letter.kept.key, letter.kept.fingerprint, letter.plain)
        return work

    def _commit(self, state: EventInventory, works: list[Work], facts: list[Record]) -> None:
        answers = [work.answer for work in works if work.answer is not None]
        if facts or answers:
            self.store.write(state, facts, answers)
            self._publish(state, facts)
        fault_point("actor.answer")
        for work in works:
            work.letter.answer(work.outcome)

    def _publish(self, state: EventInventory, facts: list[Record]) -> None:
        if any(isinstance(fact, PlanReplaced) for fact in facts):
            self._forget()
            state = self._ready_state()
        else:
            self.published = self._draw(state)
        if any(isinstance(fact, PlanReplaced | StatusChanged) for fact in facts):
            self._on_change(self.store.event_id)

    def _settle_one_by_one(self, letters: list[Letter], why: Exception) -> None:
        log.warning("batch of %d rerun one by one at %s: %r", len(letters), self.store.key, why)
        for letter in letters:
            try:
                state = self._ready_state()
                works, facts = self._decide_all(state, [letter])
                self._commit(state, works, facts)
            except (Refusal, OSError) as fault:
                self._forget()
                letter.answer(None, fault if isinstance(fault, Refusal) else Busy())
            except (StaleMemory, DBAPIError) as fault:
                self._forget()
                log.exception("poisoned command %s", type(letter.command).__name__)
                letter.answer(None, fault)

    def _forget(self) -> None:
        """Memory may be wrong: the next batch reads the database again."""
        if self.state is not None:
            self._known = {hold.id: hold.expires_ms for hold in self.state.holds.values()}
        self.state = None

    def _draw(self, state: EventInventory) -> Published:
        touched = tuple(state.drain_touched())
        fresh = not hasattr(self, "published")
        if not fresh:
            if self.published.offer is not state.offer and (
                self.published.offer.seats is not state.offer.seats
            ):
                touched = tuple(range(len(state.offer.seats)))
            self._history.append((self.store.version, touched))
        areas = {key: state.area_free(key) for key in state.offer.areas}
        return Published(
            state.offer,
            self.store.epoch,
            self.store.version,
            bytes(state.letters),
            areas,
            self._history,
        )


class Inventory:
    """The places of one event, as everybody else reaches them."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    @property
    def actor(self) -> Actor:
        """The writer behind it."""
        return self._actor

    @property
    def offer(self) -> Offer:
        """What the event offers."""
        return self._actor.published.offer

    @property
    def published(self) -> Published:
        """Committed facts for everybody."""
        return self._actor.published

    def ask(
        self,
        command: Command[T],
        kept: KeptKey | None = None,
        wait_seconds: float = WAIT_SECONDS,
    ) -> T:
        """The outcome, once it is durable; raises a Refusal, `Busy` when the house is full."""
        self._actor.used_at = time.monotonic()
        outcome: T = self._actor.ask(command, kept, wait_seconds).outcome
        return outcome

    def early_refusal(self, command: HoldSeats) -> Refusal | None:
        """A no that committed facts already give, without the mailbox and without SQL."""
        published = self._actor.published
        offer, letters = published.offer, published.letters
        if not offer.sells_at(wall_ms()):
            return NotOnSale()
        taken = []
        for choice in command.seats:
            index = offer.seat_index.get(choice.seat)
            if index is None:
                return UnknownPlace(seats=[choice.seat])
            if letters[index] != FREE and not self._might_get(index, command.basket):
                taken.append(choice.seat)
        return PlacesTaken(seats=taken, areas=[]) if taken else None

    def nearest_free(self, seat: str) -> str | None:
        """The free seat of the same kind nearest to one that is gone."""
        state = self._actor.state
        if state is None or seat not in state.offer.seat_index:
            return None
        return nearest_free(state.house, self._actor.published.letters, seat)

    def basket_hold(self, basket: str) -> str | None:
        """The id of the hold that a basket has here, if any."""
        state = self._actor.state
        return None if state is None else state.basket_holds.get(basket)

    def _might_get(self, index: int, basket: str) -> bool:
        """Whether a seat that was not free at the last commit is this basket's or expired."""
        state = self._actor.state
        if state is None:
            return True
        if self._actor.published.letters[index] != HELD:
            return False
        hold = state.holds.get(state.owners[index])
        return hold is None or hold.basket == basket or hold.expires_ms <= house.now_ms()


class Inventories:
    """All running actors of one process: started on use, rested when idle."""

    def __init__(self, make_store: Callable[[int], EventStore]) -> None:
        self._make_store = make_store
        self._guard = threading.Lock()
        self._open: dict[int, Inventory] = {}
        self._starting: dict[int, threading.Lock] = {}
        self.on_change: Callable[[int], None] = lambda event_id: None
        self._stopped = threading.Event()
        self._sweeper = threading.Thread(target=self._sweep, name="sweeper", daemon=True)

    def start(self) -> None:
        """Start the one sweeper."""
        self._sweeper.start()

    def of(self, event_id: int) -> Inventory:
        """The inventory of an event; starts its actor. Raises `NotFound` for no such event."""
        found = self._open.get(event_id)
        if found is not None:
            return found
        with self._guard:
            starting = self._starting.setdefault(event_id, threading.Lock())
        with starting:
            found = self._open.get(event_id)
            if found is None:
                found = Inventory(
                    Actor(self._make_store(event_id), on_change=lambda e: self.on_change(e))
                )
                self._open[event_id] = found
        return found

    def if_open(self, event_id: int) -> Inventory | None:
        """The inventory of an event whose actor is up."""
        return self._open.get(event_id)

    def running(self) -> tuple[Inventory, ...]:
        """Inventories whose actors are up."""
        return tuple(self._open.values())

    def with_basket(self, basket: str) -> list[int]:
        """Ids of events at which a basket holds something, ascending."""
        return sorted(
            event_id
            for event_id, inventory in tuple(self._open.items())
            if inventory.basket_hold(basket) is not None
        )

    def with_order(self, order_id: str) -> list[int]:
        """Ids of events at which an order's places are frozen, ascending."""
        return sorted(
            event_id
            for event_id, inventory in tuple(self._open.items())
            if inventory.actor.state is not None and order_id in inventory.actor.state.order_holds
        )

    def stop(self) -> None:
        """Drain every mailbox and stop."""
        self._stopped.set()
        for inventory in self.running():
            inventory.actor.stop()

    def _sweep(self) -> None:
        while not self._stopped.wait(SWEEP_SECONDS):
            now = house.now_ms()
            for event_id, inventory in tuple(self._open.items()):
                actor = inventory.actor
                due = actor.due_ms
                if (due is not None and due <= now) or (actor.state is None and not actor.waiting):
                    actor.nudge()
                elif due is None and time.monotonic() - actor.used_at > REST_SECONDS:
                    self._rest(event_id, inventory)

    def _rest(self, event_id: int, inventory: Inventory) -> None:
        with self._guard:
            starting = self._starting.setdefault(event_id, threading.Lock())
        with starting:
            state = inventory.actor.state
            if state is not None and not state.holds and not inventory.actor.waiting:
                self._open.pop(event_id, None)
                inventory.actor.stop()


SWEEP_SECONDS: Final = 0.5


def _sweep_letter() -> Letter:
    return Letter(Expire(), None, REST_SECONDS)


def _refuse_all(letters: list[Letter], fault: BaseException) -> None:
    refusal = fault if isinstance(fault, Refusal) else Busy(retry_after=5)
    for letter in letters:
        letter.answer(None, refusal)


def _end_process(fault: BaseException) -> None:
    """A box office without its writer must not go on: the supervisor starts it again."""
    logging.shutdown()
    os._exit(EXIT_ACTOR_DIED)
