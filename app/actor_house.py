"""All actors of one kind in a process: started on use, swept for what is due, rested when idle."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from typing import Any, Final, Generic, TypeVar

from app.answers import KeptKey
from app.clock import house
from app.inventory.commands import Command
from app.inventory_actor import Actor
from app.letters import WAIT_SECONDS
from app.loops import Loop
from app.refusals import Busy

REST_SECONDS: Final = 600
SWEEP_LIMIT_SECONDS: Final = 30.0
STOP_SECONDS: Final = 8.0


T = TypeVar("T")


class Kept(ABC):
    """Something that an actor keeps, as everybody else reaches it."""

    @property
    @abstractmethod
    def actor(self) -> Actor[Any, Any]:
        """The writer behind it."""

    def ask(
        self,
        command: Command[T],
        kept: KeptKey | None = None,
        wait_seconds: float = WAIT_SECONDS,
    ) -> T:
        """The outcome, once it is durable; raises a Refusal, `Busy` when the house is full."""
        actor = self.actor
        actor.used_at = time.monotonic()
        outcome: T = actor.ask(command, kept, wait_seconds).outcome
        return outcome

    @property
    def may_rest(self) -> bool:
        """Whether nothing of it ends by itself soon."""
        return True


K = TypeVar("K", bound=Kept)


class ActorHouse(ABC, Generic[K]):
    """The running actors, by key."""

    def __init__(self, name: str, sweep_seconds: float) -> None:
        self._guard = threading.Lock()
        self._open: dict[int, K] = {}
        self._starting: dict[int, threading.Lock] = {}
        self._is_closed = False
        self._sweep_seconds = sweep_seconds
        self._sweeper = Loop(name, self._sweep, SWEEP_LIMIT_SECONDS)

    def start(self) -> None:
        """Start the one sweeper."""
        self._sweeper.start()

    @property
    def is_swept(self) -> bool:
        """Whether the sweeper runs."""
        return self._sweeper.is_well

    def of(self, key: int) -> K:
        """What is behind a key; starts its actor. Raises `NotFound` for nothing."""
        found = self._open.get(key)
        if found is not None:
            return found
        with self._guard:
            starting = self._starting.setdefault(key, threading.Lock())
        with starting:
            found = self._open.get(key)
            if self._is_closed:
                raise Busy
            if found is None:
                found = self._make(key)
                self._open[key] = found
        return found

    def if_open(self, key: int) -> K | None:
        """The same if its actor is up."""
        return self._open.get(key)

    def running(self) -> tuple[K, ...]:
        """Everything whose actor is up."""
        return tuple(self._open.values())

    def stop(self) -> None:
        """Drain every mailbox and stop; nothing starts again."""
        self._is_closed = True
        until = time.monotonic() + STOP_SECONDS
        self._sweeper.stop(STOP_SECONDS)
        for kept in self.running():
            kept.actor.close()
        for kept in self.running():
            kept.actor.join(max(0.0, until - time.monotonic()))

    @abstractmethod
    def _make(self, key: int) -> K:
        """What is behind a key, its actor running."""

    def _sweep(self) -> float:
        now = house.now_ms()
        for key, kept in tuple(self._open.items()):
            actor = kept.actor
            due = actor.due_ms
            if (due is not None and due <= now) or (actor.state is None and not actor.waiting):
                actor.nudge()
            elif due is None and time.monotonic() - actor.used_at > REST_SECONDS:
                self._rest(key, kept)
        return self._sweep_seconds

    def _rest(self, key: int, kept: K) -> None:
        with self._guard:
            starting = self._starting.setdefault(key, threading.Lock())
        with starting:
            if kept.actor.state is not None and not kept.actor.waiting and kept.may_rest:
                self._open.pop(key, None)
                kept.actor.stop()
