"""One event's house on paper: the whole map, the sections of a large one, one section opened."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.plans.drawing import SYMBOLS, CategoryOnMap, SeatDrawer, SeatSheet
from app.plans.geometry import (
    Frame,
    facing,
    focus_point,
    frame_of,
    middle_of,
    neighbours,
    pitch,
    plan_frame,
    room_for_mini,
    room_for_tools,
    seat_points,
    stage_point,
    turned,
    upright_angle,
)
from app.plans.labels import MapLabels
from app.plans.overview import AreaOnMap, Overview, area_link, areas_drawn
from app.plans.plan import Plan, Point, Section
from app.plans.svg import decoration, num, text, words

SECTIONS_ABOVE_SEATS = 1_500  # from here on a house is shown by sections first
FRAME_MARGIN = 36.0  # plan units around seats: room for row numbers
STAGE_LINE_ROOM = 56.0  # plan units above an opened section


@dataclass(frozen=True, slots=True)
class _Opened:
    """A section turned so that the stage is up."""

    sheet: SeatSheet
    frame: Frame
    focus: Point
    stage_line: str
    beside: tuple[int | None, int | None]


class HouseDrawing:
    """Draws the seat map of one event; keeps what does not change with a sale."""

    def __init__(
        self,
        plan: Plan,
        categories: Sequence[CategoryOnMap],
        seat_categories: Sequence[int],
        labels: MapLabels | None = None,
    ) -> None:
        """`seat_categories` has the position in `categories` of each seat, -1 where none sells."""
        self.plan = plan
        self.labels = labels or MapLabels()
        self.overview = Overview(plan, categories, seat_categories, self.labels)
        self.pitch = pitch(plan)
        # So large that its sections are shown first.
        self.shows_sections = len(plan.seats) > SECTIONS_ABOVE_SEATS and len(plan.sections) > 1
        self._stage, self._focus = stage_point(plan), focus_point(plan)
        self._frame = plan_frame(plan, FRAME_MARGIN)
        self._drawer = SeatDrawer(plan, categories, seat_categories, self.labels, self.pitch)
        self._whole: SeatSheet | None = None
        self._opened: dict[str, _Opened] = {}

    def whole(
        self, letters: bytes, mine: Collection[int] = (), areas: Sequence[AreaOnMap] = ()
    ) -> str:
        """Every seat and standing area of the house."""
        if self._whole is None:
            self._whole = self._drawer.sheet(self.plan.sections, lambda point: point)
        label = self.labels.seats_map.format(free=letters.count(b"f"), all=len(letters))
        inner = SYMBOLS + self._decorations(areas) + self._whole.paint(letters, mine)
        return self._svg(inner, self._frame, label, self._focus)

    def sections(self, letters: bytes, areas: Sequence[AreaOnMap] = ()) -> str:
        """A large house by its sections, each a link that opens it."""
        inner = self._decorations(areas) + self.overview.blocks(letters)
        return self._svg(inner, self._frame, self.labels.sections_map, self._focus, " sections")

    def section(self, section: Section, letters: bytes, mine: Collection[int] = ()) -> str:
        """One section with the stage above it."""
        opened = self._open(section)
        seats = section.seats
        free = letters.count(b"f", seats[0].index, seats[-1].index + 1)
        label = self.labels.section_map.format(section=section.name, free=free)
        inner = SYMBOLS + opened.stage_line + opened.sheet.paint(letters, mine)
        return self._svg(inner, opened.frame, label, opened.focus)

    def mini(self, section: Section | None = None) -> str:
        """The small house for the corner of the map."""
        on = None if section is None else section.seats[0].section
        return self.overview.mini(on)

    def beside(self, section: Section) -> tuple[int | None, int | None]:
        """Positions of the sections to the left and right of an opened one."""
        return self._open(section).beside

    def _open(self, section: Section) -> _Opened:
        if section.id not in self._opened:
            points = seat_points(section)
            around = middle_of(points)
            angle = upright_angle(facing(section, self._stage))

            def place(point: Point) -> Point:
                return turned(point, angle, around)

            placed = [place(point) for point in points]
            inner = frame_of(placed, FRAME_MARGIN)
            top, height = inner.y - STAGE_LINE_ROOM, inner.height + STAGE_LINE_ROOM
            frame = room_for_tools(Frame(inner.x, top, inner.width, height), placed)
            frame = room_for_mini(frame, placed)
            self._opened[section.id] = _Opened(
                self._drawer.sheet([section], place),
                frame,
                around,
                self._stage_line(frame),
                neighbours(self.overview.outlines, section.seats[0].section, self._stage),
            )
        return self._opened[section.id]

    def _stage_line(self, frame: Frame) -> str:
        left, right = frame.x + frame.width * 0.2, frame.x + frame.width * 0.8
        y = frame.y + 20
        line = f'<path class="to-stage" d="M{num(left)} {num(y)}H{num(right)}"/>'
        return line + text(self.labels.to_the_stage, (frame.middle[0], y + 20), "zl")

    def _decorations(self, areas: Sequence[AreaOnMap]) -> str:
        as_area = areas_drawn(self.plan, areas)
        return "".join(
            area_link(as_area[i], drawn, self.labels) if i in as_area else decoration(drawn)
            for i, drawn in enumerate(self.plan.decorations)
        )

    def _svg(self, inner: str, frame: Frame, label: str, focus: Point, css_class: str = "") -> str:
        return (
            f'<svg class="seats{css_class}" viewBox="{frame.view_box}" role="group"'
            f' aria-label="{words(label)}" data-pitch="{num(self.pitch)}"'
            f' data-focus="{num(focus[0])} {num(focus[1])}">{inner}</svg>'
        )
