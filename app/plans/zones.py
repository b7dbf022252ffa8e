"""Reads the zones of a pretix plan: their rows, seats and areas."""

from __future__ import annotations

from typing import Any

from app.plans.decorations import DECORATION_LIMIT, read_decoration
from app.plans.features import suggested_features
from app.plans.plan import Decoration, Feature, Point, Row, Seat, Section
from app.plans.reading import Reading, excerpt

SEAT_LIMIT = 20_000
ROW_LIMIT = 5_000  # in one section
ID_LIMIT = 190  # characters
NAME_LIMIT = 190  # characters
NUMBER_LIMIT = 40  # characters of a row or seat number, as printed on a ticket
DEFAULT_RADIUS = 10.0  # plan units
RADIUS_LIMIT = 200.0  # plan units

ZONE_KEYS = frozenset({"name", "zone_id", "uuid", "position", "rows", "areas", "displayed"})
ROW_KEYS = frozenset(
    {"row_number", "row_label", "seat_label", "row_number_position", "uuid", "position", "seats"}
    | {"number_of_seats", "seats_spacing"}  # only in older files
)
SEAT_KEYS = frozenset(
    {"seat_guid", "seat_number", "position", "category", "radius", "start_direction", "uuid"}
)
ROW_NUMBER_POSITIONS = ("start", "end", "both")
START_DIRECTIONS = ("<", ">", "<>")


class ZoneReader:
    """Turns zones into sections; keeps count of what must be unique over the whole plan."""

    def __init__(self, reading: Reading, categories: tuple[str, ...]) -> None:
        self.sections: list[Section] = []
        self.decorations: list[Decoration] = []
        self.seat_places: list[str] = []
        self._reading = reading
        self._categories = {name: i for i, name in enumerate(categories)}
        self._first_place: dict[str, str] = {}
        self._first_named: dict[tuple[str, str, str], str] = {}
        self._section_ids: set[str] = set()

    def read(self, value: object, place: str) -> None:
        """Read one zone; without seats only its decorations stay."""
        reading = self._reading
        zone = reading.thing(value, place, "A zone")
        if zone is None:
            return
        reading.known(zone, ZONE_KEYS, place, "zone")
        origin = reading.point(zone, "position", place, required=True)
        zone_id = reading.text(zone, "zone_id", place, ID_LIMIT, default="")
        name = reading.text(zone, "name", place, NAME_LIMIT, default="") or zone_id
        self._read_decorations(zone, place, origin)
        rows: list[Row] = []
        for i, row_value in enumerate(reading.list_of(zone, "rows", place, ROW_LIMIT)):
            row = self._row(row_value, f"{place}.rows[{i}]", origin, name, len(rows))
            if row is not None:
                rows.append(row)
        if rows:
            fallback = str(len(self.sections) + 1)
            section_id = self._unique_id(zone_id or name or fallback, place)
            self.sections.append(Section(section_id, name, tuple(rows)))

    def _unique_id(self, wanted: str, place: str) -> str:
        section_id, n = wanted, 1
        while section_id in self._section_ids:
            n += 1
            section_id = f"{wanted}-{n}"
        if n > 1:
            self._reading.warn(place, f"Two zones are called “{excerpt(wanted)}”.")
        self._section_ids.add(section_id)
        return section_id

    def _read_decorations(self, zone: dict[str, Any], place: str, origin: Point) -> None:
        if zone.get("areas") is None:
            return
        values = self._reading.list_of(zone, "areas", place, DECORATION_LIMIT)
        if len(self.decorations) + len(values) > DECORATION_LIMIT:
            self._reading.refuse(place, f"The plan has more than {DECORATION_LIMIT:,} areas.")
            return
        for i, value in enumerate(values):
            drawn = read_decoration(self._reading, value, f"{place}.areas[{i}]", origin)
            if drawn is not None:
                self.decorations.append(drawn)

    def _row(
        self, value: object, place: str, origin: Point, section_name: str, row_index: int
    ) -> Row | None:
        reading = self._reading
        row = reading.thing(value, place, "A row")
        if row is None:
            return None
        reading.known(row, ROW_KEYS, place, "row")
        number = reading.text(row, "row_number", place, NUMBER_LIMIT, may_be_empty=True)
        label = reading.text(row, "row_label", place, NAME_LIMIT, default="")
        x, y = reading.point(row, "position", place, required=False)
        seat_reader = _SeatReader(
            self, (origin[0] + x, origin[1] + y), (section_name, number), label, row_index
        )
        values = reading.list_of(row, "seats", place, SEAT_LIMIT)
        if len(self.seat_places) + len(values) > SEAT_LIMIT:
            reading.refuse(place, f"The plan has more than {SEAT_LIMIT:,} seats.")
            reading.end()
        read = [seat_reader.read(seat, f"{place}.seats[{i}]") for i, seat in enumerate(values)]
        seats = tuple(seat for seat in read if seat is not None)
        seat_label = reading.text(row, "seat_label", place, NAME_LIMIT, default="")
        shown_at = _choice(reading, row, "row_number_position", place, ROW_NUMBER_POSITIONS)
        if not seats:
            return None
        return Row(number, label, seat_label, shown_at, seats)

    def note_seat(self, seat_id: str, words: tuple[str, str, str], place: str) -> int:
        """Refuse an id that stands twice, warn of words that do; the index of the seat."""
        first = self._first_place.setdefault(seat_id, place)
        if seat_id and first != place:
            same = f"The seat id “{excerpt(seat_id)}” stands twice, first at {first}."
            self._reading.refuse(f"{place}.seat_guid", same)
        if words[2] and self._first_named.setdefault(words, place) != place:
            called = ", ".join(excerpt(word) for word in words if word)
            self._reading.warn(place, f"Two seats are called “{called}”; people will mix them up.")
        self.seat_places.append(place)
        return len(self.seat_places) - 1

    def category(self, name: str, seat_id: str, place: str) -> int:
        """The index of a category, refused when the plan has none of this name."""
        index = self._categories.get(name)
        if index is None and name:
            seat = excerpt(seat_id)
            words = f"“{excerpt(name)}” of {seat} is not in the list of categories."
            self._reading.refuse(f"{place}.category", words)
        return index or 0

    @property
    def reading(self) -> Reading:
        """Where problems and warnings go."""
        return self._reading


class _SeatReader:
    """Reads the seats of one row."""

    def __init__(
        self, zones: ZoneReader, origin: Point, around: tuple[str, str], label: str, row: int
    ) -> None:
        self._zones, self._origin, self._around = zones, origin, around
        self._words = f"{around[0]}\n{label}\n"
        self._section, self._row = len(zones.sections), row
        self._features: dict[str, frozenset[Feature]] = {}  # by category

    def read(self, value: object, place: str) -> Seat | None:
        zones, reading = self._zones, self._zones.reading
        seat = reading.thing(value, place, "A seat")
        if seat is None:
            return None
        reading.known(seat, SEAT_KEYS, place, "seat")
        seat_id = reading.text(seat, "seat_guid", place, ID_LIMIT)
        number = reading.text(seat, "seat_number", place, NUMBER_LIMIT)
        x, y = reading.point(seat, "position", place, required=True)
        category = reading.text(seat, "category", place, NAME_LIMIT)
        radius = reading.number(seat, "radius", place, DEFAULT_RADIUS)
        if not 0 < radius <= RADIUS_LIMIT:
            reading.refuse(f"{place}.radius", f"must be above 0 and at most {RADIUS_LIMIT:g}.")
        return Seat(
            id=seat_id,
            index=zones.note_seat(seat_id, (*self._around, number), place),
            number=number,
            category=zones.category(category, seat_id, place),
            x=round(self._origin[0] + x, 2),
            y=round(self._origin[1] + y, 2),
            radius=radius,
            features=self._features_of(category),
            section=self._section,
            row=self._row,
            start_direction=_choice(reading, seat, "start_direction", place, START_DIRECTIONS),
        )

    def _features_of(self, category: str) -> frozenset[Feature]:
        found = self._features.get(category)
        if found is None:
            found = self._features[category] = suggested_features(self._words + category)
        return found


def _choice(
    reading: Reading, thing: dict[str, Any], key: str, place: str, choices: tuple[str, ...]
) -> str | None:
    value = thing.get(key)
    if value is None or (isinstance(value, str) and value in choices):
        return value
    reading.warn(place, f"“{key}” is none of {', '.join(choices)} and was left out.")
    return None
