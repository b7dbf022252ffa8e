"""Seats as SVG: prepared once for a plan and its prices, then painted with states by joining."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import hypot
from operator import getitem

from app.plans.labels import MapLabels
from app.plans.looks import Look, look_of, wheelchair_look
from app.plans.plan import Feature, Plan, Point, Row, Seat, Section
from app.plans.svg import num, text, words

FREE, HELD, SOLD, BLOCKED, MINE = b"fhsbm"
ROW_LABEL_GAP = 8.0  # plan units between a seat's edge and the row's number
LONG_NUMBER = 4  # letters of a row's number from which it is drawn smaller
LETTER_WIDTH = 6.0  # plan units of one letter of a row's number
SYMBOLS = (
    '<defs><symbol id="s-gone" viewBox="-10 -10 20 20"><circle r="3.4"/></symbol>'
    '<symbol id="s-held" viewBox="-10 -10 20 20"><circle r="8.5"/></symbol>'
    '<symbol id="s-mine" viewBox="-10 -10 20 20" overflow="visible"><circle r="11"/>'
    '<path class="tick" d="M-4.5.5l3.2 3.3 6-6.8"/></symbol>'
    '<symbol id="s-asking" viewBox="-10 -10 20 20" overflow="visible"><circle r="10"/>'
    '<path d="M-4.5.5l3.2 3.3 6-6.8"/></symbol></defs>'
)


@dataclass(frozen=True, slots=True)
class CategoryOnMap:
    """A price category and its all-in price: £24.00 in sentences, £24 in lists, and in cents."""

    name: str
    price: str
    short_price: str
    cents: int


@dataclass(frozen=True, slots=True)
class _RowSheet:
    """One row, ready to be painted: `opening` is cut where the number of free seats goes."""

    start: int
    stop: int
    opening: tuple[str, str]
    heads: tuple[str, ...]
    tails: tuple[Mapping[int, str], ...]


@dataclass(frozen=True, slots=True)
class SeatSheet:
    """Seats of one drawing. Immutable; painting costs one join."""

    rows: tuple[_RowSheet, ...]
    row_labels: str

    def paint(self, letters: bytes, mine: Collection[int] = ()) -> str:
        """All rows with the states of this moment; `mine` are indexes of the reader's own seats."""
        states = bytearray(letters)
        for index in mine:
            states[index] = MINE
        parts: list[str] = [self.row_labels]
        for row in self.rows:
            own = states[row.start : row.stop]
            before, after = row.opening
            parts += before, str(own.count(FREE)), after
            parts += chain.from_iterable(zip(row.heads, map(getitem, row.tails, own), strict=True))
            parts.append("</g>")
        return "".join(parts)


class SeatDrawer:
    """Prepares seats of one plan with its prices; shares the text of equal states."""

    def __init__(
        self,
        plan: Plan,
        categories: Sequence[CategoryOnMap],
        seat_categories: Sequence[int],
        labels: MapLabels,
        pitch: float,
    ) -> None:
        """`seat_categories` has the position in `categories` of each seat, -1 where none sells."""
        self._plan, self._categories = plan, categories
        self._seat_categories, self._labels = seat_categories, labels
        self._pitch = pitch
        self._tails: dict[Look, dict[int, str]] = {}
        self._prints_all_rows = not any(row.shown_at for s in plan.sections for row in s.rows)

    def sheet(self, sections: Iterable[Section], place: Callable[[Point], Point]) -> SeatSheet:
        """The seats of some sections, moved by `place`."""
        rows: list[_RowSheet] = []
        labels: list[str] = []
        for section in sections:
            for row in section.rows:
                rows.append(self._row(section, row, place))
                labels += self._row_labels(row, [place((seat.x, seat.y)) for seat in row.seats])
        return SeatSheet(tuple(rows), f'<g aria-hidden="true">{"".join(labels)}</g>')

    def _row(self, section: Section, row: Row, place: Callable[[Point], Point]) -> _RowSheet:
        name = self._labels.row_name(section, row)
        before, _, after = self._labels.row_free.format(row=name, count="\0").partition("\0")
        opening = (
            f'<g role="group" data-row="{words(name)}" data-section="{row.seats[0].section}"'
            f' aria-label="{words(before)}'
        )
        drawn = [self._seat(section, row, seat, place((seat.x, seat.y))) for seat in row.seats]
        return _RowSheet(
            row.seats[0].index,
            row.seats[-1].index + 1,
            (opening, f'{words(after)}">'),
            tuple(head for head, _ in drawn),
            tuple(tails for _, tails in drawn),
        )

    def _seat(
        self, section: Section, row: Row, seat: Seat, at: Point
    ) -> tuple[str, Mapping[int, str]]:
        wheelchair = Feature.WHEELCHAIR in seat.features
        size = min(max(2 * seat.radius, 24.0 if wheelchair else 0.0), self._pitch)
        box = (
            f'<use x="{num(at[0] - size / 2)}" y="{num(at[1] - size / 2)}"'
            f' width="{num(size)}" height="{num(size)}"'
        )
        position = self._seat_categories[seat.index]
        if position < 0:
            return box, _NOT_SOLD
        category = self._categories[position]
        look = wheelchair_look(position) if wheelchair else look_of(position)
        label = ", ".join(
            [self._labels.place(section, row, seat), category.price, *self._labels.features(seat)]
        )
        head = (
            f'{box} data-i="{seat.index}" data-seat="{words(seat.id)}" data-c="{position}"'
            f' data-g="{look.shape}" role="checkbox" aria-label="{words(label)}"'
        )
        return head, self._tails_of(look)

    def _tails_of(self, look: Look) -> dict[int, str]:
        if look not in self._tails:
            start = f' class="s {look.colour}'
            gone = f'{start} gone" href="#s-gone" aria-checked="false" aria-hidden="true"/>'
            self._tails[look] = {
                FREE: f'{start}" href="#g{look.shape}" aria-checked="false" tabindex="-1"/>',
                HELD: f'{start} held" href="#s-held" aria-checked="false" aria-hidden="true"/>',
                SOLD: gone,
                BLOCKED: gone,
                MINE: f'{start} mine" href="#s-mine" aria-checked="true" tabindex="-1"/>',
            }
        return self._tails[look]

    def _row_labels(self, row: Row, points: list[Point]) -> Iterable[str]:
        shown_at = row.shown_at or ("start" if self._prints_all_rows else "")
        if not row.number or not shown_at:
            return
        second, before_last = points[min(1, len(points) - 1)], points[max(-2, -len(points))]
        css_class = "rl" if len(row.number) < LONG_NUMBER else "rl long"
        gap = self._pitch / 2 + ROW_LABEL_GAP + LETTER_WIDTH * len(row.number) / 2
        if shown_at in ("start", "both"):
            yield text(row.number, _beyond(second, points[0], gap), css_class)
        if shown_at in ("end", "both"):
            yield text(row.number, _beyond(before_last, points[-1], gap), css_class)


_NOT_SOLD = dict.fromkeys(b"fhsbm", ' class="s gone" href="#s-gone" aria-hidden="true"/>')


def _beyond(inner: Point, outer: Point, gap: float) -> Point:
    """The point that lies `gap` beyond `outer`, coming from `inner`; to the left of a lone seat."""
    dx, dy = outer[0] - inner[0], outer[1] - inner[1]
    length = hypot(dx, dy)
    if not length:
        return outer[0] - gap, outer[1]
    return outer[0] + dx / length * gap, outer[1] + dy / length * gap
