"""A command to an event's actor, asked at most once per idempotency key."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from app.answers import Answers, KeptKey
from app.inventories import Inventory
from app.inventory.commands import Command, HoldSeats
from app.inventory.plain import outcome_from_plain, plain_outcome
from app.letters import Letter
from app.refusals import Refusal

T = TypeVar("T")


class Question(Generic[T]):
    """One command on its way: send it, wait or be told, then take the outcome.

    Repeats of its key get the first outcome again. A hold that committed facts already refuse is
    refused without mailbox and SQL.
    """

    __slots__ = ("_answers", "_command", "_inventory", "_kept", "_known", "letter")

    def __init__(
        self,
        answers: Answers,
        inventory: Inventory,
        command: Command[T],
        kept: KeptKey | None,
    ) -> None:
        self._answers = answers
        self._inventory = inventory
        self._command = command
        self._kept = kept
        self._known: T | None = None
        self.letter: Letter | None = None

    @property
    def might_wait(self) -> bool:
        """Whether to send it may take a look into the database."""
        return self._kept is not None and self._answers.may_know(self._kept.key)

    def ask(self) -> T:
        """Send it and wait: the outcome once it is durable; raises its refusal."""
        if not self.send():
            return self.outcome()
        letter = self.letter
        assert letter is not None
        try:
            letter.wait()
        except Refusal:
            self._answers.end(self._kept, None)
            raise
        return self.outcome()

    def send(self, on_answer: Callable[[], None] | None = None) -> bool:
        """Put it into the mailbox; False when the outcome is known already.

        `on_answer` is called by the actor's thread. Raises the refusals that need no actor.
        """
        kept = self._answers.begin(self._kept)
        if kept is not None:
            self._known = outcome_from_plain(kept)
            return False
        try:
            command = self._command
            if type(command) is HoldSeats:
                refusal = self._inventory.early_refusal(command)
                if refusal is not None:
                    try:
                        raise refusal
                    finally:
                        del refusal  # or it and this frame would hold each other until a gc
            tell = None if on_answer is None else partial(self._answered, on_answer)
            self.letter = self._inventory.send(command, self._kept, tell)
        except BaseException:
            self._answers.end(self._kept, None)
            raise
        return True

    def _answered(self, tell: Callable[[], None], letter: Letter) -> None:
        """The actor may be quicker than whoever sent it is to learn its letter."""
        self.letter = letter
        tell()

    def outcome(self) -> T:
        """What the answered letter says, and the end of the key's turn; raises its refusal."""
        letter = self.letter
        if letter is None:
            assert self._known is not None
            return self._known
        try:
            outcome: T = letter.read()
        except BaseException:
            self._answers.end(self._kept, None)
            raise
        if self._kept is not None:
            self._answers.end(self._kept, letter.plain or plain_outcome(outcome))
        return outcome

    def leave(self) -> Refusal | None:
        """Leave when it has taken too long: what the asker is told then, else None."""
        refusal = None if self.letter is None else self.letter.leave()
        if refusal is not None:
            self._answers.end(self._kept, None)
        return refusal
