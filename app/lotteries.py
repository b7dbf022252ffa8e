"""The prize draws of one process, as everybody else reaches them: an actor for each in use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from app.actor_house import ActorHouse, Kept
from app.inventory.commands import Command
from app.inventory.records import Record
from app.inventory_actor import Actor
from app.lottery.pool.decide import decide
from app.lottery.pool.plain import outcome_from_plain, plain_outcome
from app.lottery.pool.state import PoolState
from app.lottery.pool.totals import Totals, totals
from app.pool_store import PoolStore

T = TypeVar("T")

SWEEP_SECONDS: Final = 1.0

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


class Pool(Kept):
    """One prize draw, as everybody else reaches it."""

    def __init__(self, actor: PoolActor) -> None:
        self._actor = actor

    @property
    def actor(self) -> PoolActor:
        """The writer behind it."""
        return self._actor

    @property
    def totals(self) -> Totals:
        """Committed facts for everybody."""
        return self._actor.published


class Lotteries(ActorHouse[Pool]):
    """All running actors of prize draws."""

    def __init__(self, make_store: Callable[[int], PoolStore]) -> None:
        super().__init__("lottery sweeper", SWEEP_SECONDS)
        self._make_store = make_store

    def _make(self, key: int) -> Pool:
        return Pool(Actor(self._make_store(key), PoolLoop()))
