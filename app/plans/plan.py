"""A seating plan: its sections, rows, seats and decorations, as plain frozen values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import StrEnum

from app.frozen import frozen


class Feature(StrEnum):
    """What a buyer should know about a seat before choosing it."""

    WHEELCHAIR = "wheelchair"
    COMPANION = "companion"
    RESTRICTED = "restricted"
    STEP_FREE = "step_free"


class Shape(StrEnum):
    """How a decoration is drawn."""

    RECTANGLE = "rectangle"
    CIRCLE = "circle"
    ELLIPSE = "ellipse"
    POLYGON = "polygon"
    TEXT = "text"


Point = tuple[float, float]


@frozen
class Seat:
    """One numbered place; `x`, `y` and `radius` are plan units, `index` its place in the plan."""

    id: str
    index: int
    number: str
    category: int
    x: float
    y: float
    radius: float
    features: frozenset[Feature]
    section: int
    row: int
    start_direction: str | None = None


@frozen
class Row:
    """Seats in the order in which they stand; `shown_at` says where the map prints the number."""

    number: str
    label: str
    seat_label: str
    shown_at: str | None
    seats: tuple[Seat, ...]

    def words_for(self, number: str) -> str:
        """The words for one seat number of this row, as the plan wants them."""
        return self.seat_label.replace("%s", number) if self.seat_label else number


@frozen
class Section:
    """A named part of the house with at least one seat."""

    id: str
    name: str
    rows: tuple[Row, ...]

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Every seat of the section in plan order; their indexes follow one another."""
        return tuple(seat for row in self.rows for seat in row.seats)


@frozen
class Decoration:
    """A stage, bar, door or word: drawn, never sold; turned by `rotation` degrees clockwise.

    `size` is (width, height), (radius,) or (radius x, radius y); `points` and `text_at` are
    relative to `x`, `y`.
    """

    shape: Shape
    x: float
    y: float
    rotation: float = 0.0
    size: tuple[float, ...] = ()
    points: tuple[Point, ...] = ()
    text: str = ""
    text_at: Point = (0.0, 0.0)
    text_size: float = 16.0


@frozen
class Plan:
    """The reusable drawing of a house; seats keep the order of the file they came from."""

    name: str
    width: float
    height: float
    categories: tuple[str, ...]
    sections: tuple[Section, ...]
    decorations: tuple[Decoration, ...]

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Every seat, so that `plan.seats[i].index == i`."""
        return tuple(s for section in self.sections for row in section.rows for s in row.seats)

    def section_by_id(self, section_id: str) -> Section | None:
        """The section with this id, or None."""
        return next((s for s in self.sections if s.id == section_id), None)


@frozen
class PlanChanges:
    """What a new version of a plan does to the seats of an older one, as seat ids."""

    added: tuple[str, ...]
    missing: tuple[str, ...]
    renamed: tuple[str, ...]
    recategorised: tuple[str, ...]
    moved: tuple[str, ...]


def with_features(plan: Plan, confirmed: Mapping[str, Collection[str]]) -> Plan:
    """The plan with exactly these features, by seat id, in place of the suggested ones."""
    shared: dict[frozenset[Feature], frozenset[Feature]] = {}

    def feature_set(seat_id: str) -> frozenset[Feature]:
        found = frozenset(map(Feature, confirmed.get(seat_id, ())))
        return shared.setdefault(found, found)

    def row_with(row: Row) -> Row:
        return replace(row, seats=tuple(replace(s, features=feature_set(s.id)) for s in row.seats))

    sections = tuple(
        replace(section, rows=tuple(map(row_with, section.rows))) for section in plan.sections
    )
    return replace(plan, sections=sections)


def missing_seats(old: Plan, new: Plan) -> tuple[str, ...]:
    """Ids of seats that `new` no longer has; refuse the plan when one is held or sold."""
    kept = {seat.id for seat in new.seats}
    return tuple(seat.id for seat in old.seats if seat.id not in kept)


def changes_between(old: Plan, new: Plan) -> PlanChanges:
    """Everything that happens to seats when `new` takes the place of `old`."""
    before = {seat.id: seat for seat in old.seats}
    after = {seat.id: seat for seat in new.seats}
    both = [(before[id_], seat) for id_, seat in after.items() if id_ in before]
    return PlanChanges(
        added=tuple(id_ for id_ in after if id_ not in before),
        missing=missing_seats(old, new),
        renamed=tuple(s.id for was, s in both if _words(old, was) != _words(new, s)),
        recategorised=tuple(
            s.id for was, s in both if old.categories[was.category] != new.categories[s.category]
        ),
        moved=tuple(s.id for was, s in both if (was.x, was.y) != (s.x, s.y)),
    )


def _words(plan: Plan, seat: Seat) -> tuple[str, str, str]:
    section = plan.sections[seat.section]
    return section.name, section.rows[seat.row].number, seat.number
