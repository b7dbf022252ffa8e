"""What an actor is made of: state in memory, the store behind it, and the rules in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from app.inventory.commands import Command
from app.inventory.outcome import Decision, Moment
from app.inventory.records import Record

S = TypeVar("S", bound="State")
Ruled = TypeVar("Ruled", bound="State", contravariant=True)
Drawn = TypeVar("Drawn", covariant=True)


class State(Protocol):
    """What an actor keeps in memory: changed by records only."""

    def apply(self, facts: Iterable[Record]) -> None:
        """Make records true."""

    def next_due_ms(self) -> int | None:
        """When something ends by itself, house time in milliseconds; None for never."""


class Store(Protocol[S]):
    """The rows behind one key; `epoch` and `version` say whose they are and how they stand."""

    key: str
    epoch: int
    version: int

    def take_over(self) -> S:
        """Become the owner and read everything."""

    def read(self) -> S:
        """Everything again; raises `StaleOwner` if it is not ours any more."""

    def write(
        self,
        state: S,
        facts: Iterable[Record],
        answers: list[dict[str, Any]],
        before_commit: Callable[[], None],
    ) -> None:
        """Make a batch durable, or leave nothing of it. Raises `StaleMemory` and others."""


class Rules(Protocol[Ruled, Drawn]):
    """What makes an actor one of places or of a lottery; all but `written` is pure."""

    def decide(self, state: Ruled, command: Command[Any], moment: Moment) -> Decision[Any]:
        """What a command gives and what becomes true for it; raises a Refusal."""

    def plain(self, outcome: Any) -> dict[str, Any]:
        """An outcome as data to be kept for an idempotency key."""

    def from_plain(self, plain: dict[str, Any]) -> Any:
        """The outcome again."""

    def ends_batch(self, command: Command[Any]) -> bool:
        """Whether what comes behind it must be decided from what is in the database then."""

    def draw(self, state: Ruled, epoch: int, version: int) -> Drawn:
        """What everybody may see of a committed state."""

    def written(self, facts: list[Record]) -> bool:
        """Told of every commit, and may not fail; True when memory must be read again."""

    def forgotten(self, state: Ruled, facts: Iterable[Record]) -> None:
        """Told that memory is thrown away, with facts that may have come to nothing."""
