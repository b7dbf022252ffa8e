"""A command on its way to its actor and the answer on the way back: who may still say no."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from app.answers import KeptKey
from app.inventory.commands import Command
from app.patience import patience_left
from app.refusals import Busy, InDoubt, Refusal

WAIT_SECONDS: Final = 1.5  # in the mailbox
ANSWER_SECONDS: Final = 3.5  # once taken: as long as the database's own limits together
WRITING_SECONDS: Final = 0.5  # once the commit has begun
LEAST_SECONDS: Final = 0.5  # nobody begins to ask with less


class Letter:
    """One command. Its caller may give up, for certain, until the commit itself begins."""

    __slots__ = (
        *("_answered", "_is_answered", "_is_written", "_on_answer", "_taken", "_until", "_writing"),
        *("command", "deadline", "fault", "kept", "outcome", "plain"),
    )

    def __init__(
        self,
        command: Command[Any],
        kept: KeptKey | None,
        wait_seconds: float = WAIT_SECONDS,
        on_answer: Callable[[Letter], None] | None = None,
    ) -> None:
        self.command = command
        self.kept = kept
        self.deadline = time.monotonic() + wait_seconds
        self._until = time.monotonic() + patience_left(wait_seconds + ANSWER_SECONDS)
        self._on_answer = on_answer
        self.outcome: Any = None
        self.plain: dict[str, Any] | None = None
        self.fault: BaseException | None = None
        self._taken = threading.Lock()  # whoever has it first: the actor, or the caller leaving
        self._writing = threading.Lock()  # the same again, just before the commit
        self._answered = threading.Lock()
        self._answered.acquire()
        self._is_answered = self._is_written = False

    def wait(self, wait_seconds: float = WAIT_SECONDS) -> None:
        """Wait for the answer.

        Raises `Busy` when it did not come in time: then the command is never carried out. Raises
        `InDoubt` when it was being committed just then.
        """
        if self._answered.acquire(timeout=patience_left(wait_seconds)):
            return
        if self._taken.acquire(blocking=False):
            raise Busy(retry_after=3)
        if self._answered.acquire(timeout=patience_left(ANSWER_SECONDS)):
            return
        if self._writing.acquire(blocking=False):
            raise Busy(retry_after=3)
        if not self._answered.acquire(timeout=WRITING_SECONDS):
            raise InDoubt(retry_after=3)

    def leave(self) -> Refusal | None:
        """The same for a caller who does not block: what it is told now, or None to wait on."""
        now = time.monotonic()
        if now < min(self.deadline, self._until) or self._is_answered:
            return None
        if self._taken.acquire(blocking=False):
            return Busy(retry_after=3)
        if now < self._until:
            return None
        if self._writing.acquire(blocking=False):
            return Busy(retry_after=3)
        return InDoubt(retry_after=3) if now > self._until + WRITING_SECONDS else None

    def read(self) -> Any:
        """The outcome of an answered letter; raises its refusal or fault."""
        fault = self.fault
        if fault is not None:
            self.fault = None
            try:
                raise fault
            finally:
                del fault  # or it and this frame would hold each other until a gc
        return self.outcome

    def take(self) -> bool:
        """The actor's: whether the caller still waits; from now on it is the actor's turn."""
        return self._taken.acquire(blocking=False)

    def begin_writing(self) -> bool:
        """The actor's: whether the caller still waits; it cannot leave any more."""
        self._is_written = self._writing.acquire(blocking=False)
        return self._is_written

    def end_writing(self) -> None:
        """The actor's: the commit failed, and the caller may leave again."""
        if self._is_written:
            self._is_written = False
            self._writing.release()

    @property
    def is_awaited(self) -> bool:
        """Whether the caller still waits, outside of a commit."""
        return not self._writing.locked()

    def answer(self, outcome: Any, fault: BaseException | None = None) -> None:
        """Tell the caller; never a yes before the commit."""
        if self._is_answered:
            return
        self._is_answered = True
        self.outcome, self.fault = outcome, fault
        self._answered.release()
        tell, self._on_answer = self._on_answer, None  # it holds whoever holds this letter
        if tell is not None:
            tell(self)
