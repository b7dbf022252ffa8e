"""The prize draws of one process, as everybody else reaches them: an actor for each in use."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from app.answers import KeptKey
from app.clock import house
from app.inventory.commands import Command
from app.inventory.records import Record
from app.inventory_actor import Actor
from app.letters import WAIT_SECONDS
from app.loops import Loop
from app.lottery.pool.decide import decide
from app.lottery.pool.plain import outcome_from_plain, plain_outcome
from app.lottery.pool.state import PoolState
from app.lottery.pool.totals import Totals, totals
from app.pool_store import PoolStore
from app.refusals import Busy

T = TypeVar("T")

REST_SECONDS: Final = 600
SWEEP_SECONDS: Final = 1.0
SWEEP_LIMIT_SECONDS: Final = 30.0
STOP_SECONDS: Final = 8.0

PoolActor = Actor[PoolState, Totals]


class PoolLoop:
    """The rules of a prize draw, for the actor's loop; everybody sees its totals."""

    decide = staticmethod(decide)
    plain = staticmethod(plain_outcome)
    from_plain = staticmethod(outcome_from_plain)

    def ends_batch(self, command: Command[Any]) -> bool:
        """Nothing of a draw is read again behind a command."""
        return False

    def draw(self, state: PoolState, epoch: int, version: int) -> Totals:
        """Tickets sold, prizes left, winners who agreed to be named."""
        return totals(state)

    def written(self, facts: list[Record]) -> bool:
        """Memory stays right."""
        return False

    def forgotten(self, state: PoolState, facts: Iterable[Record]) -> None:
        """Nothing is kept beside the state."""


class Pool:
    """One prize draw, as everybody else reaches it."""

    def __init__(self, actor: PoolActor) -> None:
        self.actor = actor

    @property
    def totals(self) -> Totals:
        """Committed facts for everybody."""
        return self.actor.published

    def ask(
        self,
        command: Command[T],
        kept: KeptKey | None = None,
        wait_seconds: float = WAIT_SECONDS,
    ) -> T:
        """The outcome, once it is durable; raises a Refusal, `Busy` when the house is full."""
        self.actor.used_at = time.monotonic()
        outcome: T = self.actor.ask(command, kept, wait_seconds).outcome
        return outcome


class Lotteries:
    """All running actors of prize draws: started on use, rested when idle."""

    def __init__(self, make_store: Callable[[int], PoolStore]) -> None:
        self._make_store = make_store
        self._guard = threading.Lock()
        self._open: dict[int, Pool] = {}
        self._is_closed = False
        self._sweeper = Loop("lottery sweeper", self._sweep, SWEEP_LIMIT_SECONDS)

    def start(self) -> None:
        """Start the one sweeper."""
        self._sweeper.start()

    def of(self, lottery_id: int) -> Pool:
        """A draw; starts its actor. Raises `NotFound` for no such draw."""
        found = self._open.get(lottery_id)
        if found is not None:
            return found
        with self._guard:
            found = self._open.get(lottery_id)
            if self._is_closed:
                raise Busy
            if found is None:
                found = Pool(Actor(self._make_store(lottery_id), PoolLoop()))
                self._open[lottery_id] = found
        return found

    def running(self) -> tuple[Pool, ...]:
        """Draws whose actors are up."""
        return tuple(self._open.values())

    def stop(self) -> None:
        """Drain every mailbox and stop; nothing starts again."""
        self._is_closed = True
        until = time.monotonic() + STOP_SECONDS
        self._sweeper.stop(STOP_SECONDS)
        for pool in self.running():
            pool.actor.close()
        for pool in self.running():
            pool.actor.join(max(0.0, until - time.monotonic()))

    def _sweep(self) -> float:
        now = house.now_ms()
        for lottery_id, pool in tuple(self._open.items()):
            actor = pool.actor
            due = actor.due_ms
            if (due is not None and due <= now) or (actor.state is None and not actor.waiting):
                actor.nudge()
            elif due is None and time.monotonic() - actor.used_at > REST_SECONDS:
                self._rest(lottery_id, pool)
        return SWEEP_SECONDS

    def _rest(self, lottery_id: int, pool: Pool) -> None:
        with self._guard:
            if pool.actor.state is not None and not pool.actor.waiting:
                self._open.pop(lottery_id, None)
                pool.actor.stop()
