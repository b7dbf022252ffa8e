"""What follows from a change: effects that wait in the outbox, and how carrying one out can end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.models.work import Lane, lane_of

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect that somebody has claimed; `tries` counts this try, `claim` proves whose it is."""

    id: int
    kind: str
    payload: Facts
    tries: int
    claim: int
    created_at: datetime

    @property
    def is_mail(self) -> bool:
        """Whether it is a letter."""
        return lane_of(self.kind) is Lane.MAIL


@dataclass(frozen=True, slots=True)
class Done:
    """It was carried out; `facts` says how."""

    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Again:
    """A part of it was carried out and there is more: it is due again at once."""

    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter that is ready but has no mail server to go to."""

    recipient: str
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It was not carried out; `is_final` when trying again cannot help."""

    words: str
    is_final: bool = False
    is_mail_server: bool = False  # the mail server's fault, so the next letter would fail too


Outcome = Done | Again | Kept | Failed

_OUTCOMES: dict[str, type[Done] | type[Again] | type[Kept] | type[Failed]] = {
    "done": Done,
    "again": Again,
    "kept": Kept,
    "failed": Failed,
}


@dataclass(frozen=True, slots=True)
class Duty:
    """How one kind of effect is carried out.

    `carry_out` may only read the database: it runs in other processes too. What is to be written
    afterwards is written by `settle`, in the transaction that settles the outbox row; it is given
    the payload and the facts of the outcome.
    """

    carry_out: Callable[[Effect], Outcome]
    settle: Callable[[Connection, Facts, Facts], None] | None = None


Duties = Mapping[str, Duty]


def to_plain(outcome: Outcome) -> Facts:
    """The outcome as plain data that can travel as JSON."""
    name = next(name for name, kind in _OUTCOMES.items() if isinstance(outcome, kind))
    return {"outcome": name, **asdict(outcome)}


def from_plain(plain: Any) -> Outcome:
    """The outcome that `to_plain` was given; anything else counts as a failed try."""
    try:
        words = dict(plain)
        return _OUTCOMES[words.pop("outcome")](**words)
    except (KeyError, TypeError, ValueError):
        return Failed("The job gave back something that is not an outcome.")
