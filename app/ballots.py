"""The ballots of one process, as everybody else reaches them: an actor for each in use."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

from app.actor_house import ActorHouse, Kept
from app.ballot_store import BallotStore
from app.inventory.commands import Command
from app.inventory.records import Record
from app.inventory_actor import Actor
from app.lottery.ballot.decide import decide
from app.lottery.ballot.drawing import view_of_ballot
from app.lottery.ballot.plain import outcome_from_plain, plain_outcome
from app.lottery.ballot.state import BallotState
from app.lottery.ballot.views import BallotView

SWEEP_SECONDS: Final = 1.0

BallotActor = Actor[BallotState, BallotView]


class BallotLoop:
    """The rules of a ballot, for the actor's loop; everybody sees how many have entered."""

    decide = staticmethod(decide)
    plain = staticmethod(plain_outcome)
    from_plain = staticmethod(outcome_from_plain)

    def ends_batch(self, command: Command[Any]) -> bool:
        """Nothing of a ballot is read again behind a command."""
        return False

    def draw(self, state: BallotState, epoch: int, version: int) -> BallotView:
        """The ballot as everybody may see it."""
        return view_of_ballot(state)

    def written(self, facts: list[Record]) -> bool:
        """Memory stays right."""
        return False

    def forgotten(self, state: BallotState, facts: Iterable[Record]) -> None:
        """Nothing is kept beside the state."""


class RunningBallot(Kept):
    """One ballot, as everybody else reaches it.

    `steps` is held by whoever asks the ballot and an event one after the other: this process is the
    only one that does, so what the first has said still holds when the second is asked.
    """

    def __init__(self, actor: BallotActor) -> None:
        self._actor = actor
        self.steps = threading.RLock()

    @property
    def actor(self) -> BallotActor:
        """The writer behind it."""
        return self._actor

    @property
    def seen(self) -> BallotView:
        """Committed facts for everybody."""
        return self._actor.published

    @property
    def may_rest(self) -> bool:
        """Not while somebody is between two steps."""
        if self.steps.acquire(blocking=False):
            self.steps.release()
            return True
        return False


class Ballots(ActorHouse[RunningBallot]):
    """All running actors of ballots."""

    def __init__(self, make_store: Callable[[int], BallotStore]) -> None:
        super().__init__("ballot sweeper", SWEEP_SECONDS)
        self._make_store = make_store

    def _make(self, key: int) -> RunningBallot:
        return RunningBallot(Actor(self._make_store(key), BallotLoop()))
