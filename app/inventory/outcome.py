"""The shape of a decision, and the moment it is taken at."""

from __future__ import annotations

from typing import Generic, TypeVar

from app.frozen import frozen
from app.inventory.records import Record

T_co = TypeVar("T_co", covariant=True)


@frozen
class Moment:
    """Now, twice: house time for deadlines, wall time for sale dates; milliseconds since 1970."""

    house_ms: int
    wall_ms: int

    @property
    def drift_ms(self) -> int:
        """How far the wall is from house time, in whole seconds: what it wavers by is left out."""
        return round((self.wall_ms - self.house_ms) / 1000) * 1000


@frozen
class Decision(Generic[T_co]):
    """What the asker is told once the records are durable."""

    outcome: T_co
    records: tuple[Record, ...] = ()
