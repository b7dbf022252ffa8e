"""The single writer: mailbox, decide, one transaction for the batch, publish, answer."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from sqlalchemy.exc import DBAPIError

from app.actor_parts import Rules, State, Store
from app.answers import KeptKey, KeyAnswered, answer_row
from app.clock import house, wall_ms
from app.faults import fault_point
from app.inventory.commands import Command, Expire
from app.inventory.outcome import Decision, Moment
from app.inventory.records import Record
from app.letters import LEAST_SECONDS, WAIT_SECONDS, Letter
from app.patience import left_seconds
from app.refusals import Busy, IdempotencyMismatch, InDoubt, Refusal
from app.stale import StaleMemory

T = TypeVar("T")
S = TypeVar("S", bound=State)
P = TypeVar("P")
log = logging.getLogger("fullhouse.actor")

MAILBOX_LIMIT: Final = 2000
BATCH_LIMIT: Final = 256
CROWD_COUNT: Final = 5  # letters in the last batch; then a commit waits for company
LINGER_SECONDS: Final = 0.002
LINGER_STEP_SECONDS: Final = 0.0004
KEPT_LIMIT: Final = 2000  # answers to keys that an actor remembers by itself
STOP_SECONDS: Final = 8.0
SWEEP_PATIENCE_SECONDS: Final = 600
EXIT_ACTOR_DIED: Final = 70
_EXPIRE: Final = Expire()


_DISAGREEMENTS: Final = (StaleMemory, KeyAnswered, DBAPIError)


@dataclass(slots=True)
class Work:
    """One letter decided, waiting for the commit: its outcome, or the no that it gets."""

    letter: Letter
    outcome: Any = None
    fault: Exception | None = None
    answer: dict[str, Any] | None = field(default=None)


class CallersLeft(Exception):  # noqa: N818  the loop's cue to leave a batch and begin again
    """Somebody in the batch was told no: nothing of theirs may be carried out."""


class Actor(Generic[S, P]):
    """One thread and one mailbox for one key: the only writer of what is behind it.

    It knows neither seats nor draws: its store and its rules do.
    """

    def __init__(
        self,
        store: Store[S],
        rules: Rules[S, P],
        batch_limit: int = BATCH_LIMIT,
        on_death: Callable[[BaseException], None] | None = None,
    ) -> None:
        self.store = store
        self.rules = rules
        self._decide_one = rules.decide
        self._batch_limit = batch_limit
        self._on_death = on_death or _end_process
        self._mailbox: queue.SimpleQueue[Letter | None] = queue.SimpleQueue()
        self._ended = False
        self._last_count = 0
        self._kept: OrderedDict[str, tuple[str, dict[str, Any]]] = OrderedDict()
        self.state: S | None = store.take_over()
        self.published = rules.draw(self.state, store.epoch, store.version)
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

    def ask(
        self, command: Command[T], kept: KeptKey | None, wait_seconds: float = WAIT_SECONDS
    ) -> Letter:
        """Put a command into the mailbox and wait until it is durable; raises its refusal."""
        letter = self.send(command, kept, wait_seconds)
        letter.wait(wait_seconds)
        letter.read()
        return letter

    def send(
        self,
        command: Command[T],
        kept: KeptKey | None,
        wait_seconds: float = WAIT_SECONDS,
        on_answer: Callable[[Letter], None] | None = None,
    ) -> Letter:
        """Put a command into the mailbox; `Busy` when it is full, or the caller has no time left.

        `on_answer` is called by this actor's thread, perhaps before this returns, and must be
        quick.
        """
        if self._ended or self._mailbox.qsize() >= MAILBOX_LIMIT:
            raise Busy
        left_seconds(wait_seconds, LEAST_SECONDS)
        letter = Letter(command, kept, wait_seconds, on_answer)
        self._mailbox.put(letter)
        return letter

    def nudge(self) -> None:
        """Ask the actor to end what is due now."""
        self._mailbox.put(Letter(Expire(), None, SWEEP_PATIENCE_SECONDS))

    def close(self) -> None:
        """Take no more letters; what waits is still settled."""
        self._mailbox.put(None)

    def join(self, within_seconds: float) -> None:
        """Wait for the end of the thread."""
        self._thread.join(timeout=within_seconds)

    def stop(self) -> None:
        """Take no more letters, settle what waits, end."""
        self.close()
        self.join(STOP_SECONDS)

    def _run(self) -> None:
        try:
            while self._step():
                pass
            self._turn_away()
        except BaseException as fault:
            log.critical("actor %s died: %r", self.store.key, fault, exc_info=fault)
            self._on_death(fault)

    def _step(self) -> bool:
        batch, more = self._take()
        self._last_count = len(batch)
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
        self._linger()
        while True:
            if letter is None:
                return batch, False
            if letter.take():
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

    def _linger(self) -> None:
        """Behind a crowd wait a moment until as many are here again; a lone buyer never waits."""
        until = time.monotonic() + LINGER_SECONDS
        while CROWD_COUNT <= self._last_count > self._mailbox.qsize() + 1:
            if time.monotonic() >= until:
                return
            time.sleep(LINGER_STEP_SECONDS)

    def _turn_away(self) -> None:
        """Tell whoever came after the end at once."""
        self._ended = True
        with contextlib.suppress(queue.Empty):
            while True:
                letter = self._mailbox.get_nowait()
                if letter is not None and letter.take():
                    letter.answer(None, Busy(retry_after=1))

    def _settle(self, letters: list[Letter]) -> None:
        while letters:
            letters = self._settle_some(letters)

    def _settle_some(self, letters: list[Letter]) -> list[Letter]:
        """Decide the batch, commit it whole; when that fails, one by one. Returns what is left."""
        try:
            state = self._ready_state()
        except (Refusal, DBAPIError, OSError) as fault:
            _refuse(letters, fault)
            return []
        works, facts, rest = self._decide_all(state, letters)
        try:
            self._commit(state, works, facts)
        except CallersLeft:
            self._forget(facts)
            return [work.letter for work in works if work.letter.is_awaited] + rest
        except (Busy, OSError) as fault:
            self._forget(facts)
            _refuse((work.letter for work in works), fault)
        except _DISAGREEMENTS as fault:
            self._forget(facts)
            log.warning("batch of %d rerun at %s: %s", len(works), self.store.key, type(fault))
            self._settle_one_by_one([work.letter for work in works])
        return rest

    def _settle_one_by_one(self, letters: list[Letter]) -> None:
        for at, letter in enumerate(letters):
            if not letter.is_awaited:
                continue
            facts: list[Record] = []
            try:
                works, facts, _rest = self._decide_all(self._ready_state(), [letter])
                self._commit(self._ready_state(), works, facts)
            except CallersLeft:
                self._forget(facts)
            except (Refusal, OSError) as fault:
                self._forget(facts)
                _refuse(letters[at:], fault)
                return
            except _DISAGREEMENTS as fault:
                self._forget(facts)
                log.exception("poisoned command %s", type(letter.command).__name__)
                letter.answer(None, fault)

    def _ready_state(self) -> S:
        if self.state is None:
            state = self.store.read()
            self.published = self._draw(state)
            self.state = state
        return self.state

    def _decide_all(
        self, state: S, letters: list[Letter]
    ) -> tuple[list[Work], list[Record], list[Letter]]:
        """Decide in order; what comes behind a new plan is left for afterwards."""
        moment = Moment(house.now_ms(), wall_ms())
        facts = list(self._decide_one(state, _EXPIRE, moment).records)
        state.apply(facts)
        works: list[Work] = []
        for at, letter in enumerate(letters, start=1):
            try:
                decision = self._decide(state, letter, moment)
            except Exception as fault:
                if not isinstance(fault, Refusal):
                    log.exception("fault while deciding %s", type(letter.command).__name__)
                if facts:  # what it was decided from may come to nothing
                    works.append(Work(letter, fault=fault))
                else:
                    letter.answer(None, fault)
                continue
            state.apply(decision.records)
            facts.extend(decision.records)
            works.append(self._work(letter, decision))
            if self.rules.ends_batch(letter.command):
                return works, facts, letters[at:]
        return works, facts, []

    def _decide(self, state: S, letter: Letter, moment: Moment) -> Decision[Any]:
        known = None if letter.kept is None else self._kept.get(letter.kept.key)
        if known is None or letter.kept is None:
            return self._decide_one(state, letter.command, moment)
        if known[0] != letter.kept.fingerprint:
            raise IdempotencyMismatch
        return Decision(self.rules.from_plain(known[1]))

    def _work(self, letter: Letter, decision: Decision[Any]) -> Work:
        work = Work(letter, decision.outcome)
        kept = letter.kept
        if kept is not None:
            letter.plain = self.rules.plain(decision.outcome)
            if kept.key not in self._kept:
                work.answer = answer_row(kept.key, kept.fingerprint, letter.plain)
        return work

    def _commit(self, state: S, works: list[Work], facts: list[Record]) -> None:
        answers = [work.answer for work in works if work.answer is not None]
        if facts or answers:
            letters = [work.letter for work in works]
            try:
                self.store.write(state, facts, answers, lambda: _begin_writing(letters))
            except Exception:
                for letter in letters:
                    letter.end_writing()
                raise
            self._remember(works)
            self._publish(state, facts)
        fault_point("actor.answer")
        for work in works:
            work.letter.answer(work.outcome, work.fault)

    def _remember(self, works: list[Work]) -> None:
        for work in works:
            kept, plain = work.letter.kept, work.letter.plain
            if work.answer is not None and kept is not None and plain is not None:
                self._kept[kept.key] = (kept.fingerprint, plain)
        while len(self._kept) > KEPT_LIMIT:
            self._kept.popitem(last=False)

    def _publish(self, state: S, facts: list[Record]) -> None:
        """Show what is durable. Nothing here may fail: it has happened."""
        if self.rules.written(facts):
            self._forget(facts)
            with contextlib.suppress(Busy, DBAPIError, OSError):  # the sweeper tries again
                self._ready_state()
        else:
            self.published = self._draw(state)

    def _forget(self, facts: Iterable[Record]) -> None:
        """Memory may be wrong: the next batch reads the database again."""
        if self.state is not None:
            self.rules.forgotten(self.state, facts)
            self.state = None

    def _draw(self, state: S) -> P:
        return self.rules.draw(state, self.store.epoch, self.store.version)


def _begin_writing(letters: list[Letter]) -> None:
    """Nobody can leave any more; raises `CallersLeft` when somebody has."""
    for letter in letters:
        if not letter.begin_writing():
            raise CallersLeft


def _refuse(letters: Iterable[Letter], fault: BaseException) -> None:
    for letter in letters:
        if isinstance(fault, InDoubt):
            letter.answer(None, InDoubt(retry_after=5))
        else:
            letter.answer(None, Busy(retry_after=5))


def _end_process(fault: BaseException) -> None:
    """A box office without its writer must not go on: the supervisor starts it again."""
    logging.shutdown()
    os._exit(EXIT_ACTOR_DIED)
