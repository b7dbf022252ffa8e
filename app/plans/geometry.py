"""Measures of a plan: outlines, frames, where the stage is, who lies beside whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, degrees, hypot, pi, radians, sin
from statistics import median

from app.plans.plan import Decoration, Plan, Point, Section, Shape

STAGE_WORDS = re.compile(r"stage|screen|scene|podium|bühne|leinwand|pitch|ring|scène", re.I)
OUTLINE_MARGIN = 16.0  # plan units between the seats of a section and its outline
CORNER_POINTS = 8  # of the circle that rounds an outline's corners
DEFAULT_PITCH = 25.0  # plan units from seat to seat where nothing can be measured
FOCUS_DEPTH = 1 / 3  # of the seats in front of the stage are nearer to it than the best
MINI_WIDTH, MINI_HEIGHT = 0.2, 0.2  # of a frame: the corner with the small house
STRAIGHT_WITHIN = 3.0  # degrees
TOOLS_WIDTH, TOOLS_HEIGHT = 0.085, 0.26  # of a frame: the corner with the zoom buttons
FACING_LEAST = 0.5  # cosine between where rows face and the stage; below it the stage counts
BESIDE_RATIO = 0.3  # a section lies beside another when it is not mostly in front or behind


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of the plan."""

    x: float
    y: float
    width: float
    height: float

    @property
    def view_box(self) -> str:
        """As an SVG viewBox."""
        return f"{self.x:g} {self.y:g} {self.width:g} {self.height:g}"

    @property
    def middle(self) -> Point:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.height / 2


def frame_of(points: Iterable[Point], margin: float) -> Frame:
    """The smallest frame around points, with a margin; whole units."""
    xs, ys = zip(*points, strict=True)
    left, top = round(min(xs) - margin), round(min(ys) - margin)
    return Frame(left, top, round(max(xs) + margin) - left, round(max(ys) + margin) - top)


def hull(points: Iterable[Point]) -> list[Point]:
    """The convex hull, without points on its edges. Andrew's monotone chain."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    return _chain(ordered)[:-1] + _chain(ordered[::-1])[:-1]


def outline(points: Iterable[Point], margin: float = OUTLINE_MARGIN) -> list[Point]:
    """The hull of the points, grown by a margin with rounded corners."""
    ring = [2 * pi * i / CORNER_POINTS for i in range(CORNER_POINTS)]
    return hull((x + margin * cos(a), y + margin * sin(a)) for x, y in hull(points) for a in ring)


def seat_points(section: Section) -> list[Point]:
    """Where the seats of a section are."""
    return [(seat.x, seat.y) for seat in section.seats]


def middle_of(points: Sequence[Point]) -> Point:
    """The mean of points."""
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def centroid(outline_points: Sequence[Point]) -> Point:
    """The middle of the surface inside an outline."""
    area = x = y = 0.0
    for a, b in pairwise([*outline_points, outline_points[0]]):
        cross = a[0] * b[1] - b[0] * a[1]
        area += cross
        x += (a[0] + b[0]) * cross
        y += (a[1] + b[1]) * cross
    return (x / (3 * area), y / (3 * area)) if area else middle_of(outline_points)


def corners(drawn: Decoration) -> list[Point]:
    """Points around a decoration, turned as it is drawn."""
    if drawn.shape is Shape.POLYGON:
        local = list(drawn.points)
    elif drawn.shape is Shape.RECTANGLE and drawn.size:
        width, height = drawn.size
        local = [(0, 0), (width, 0), (width, height), (0, height)]
    elif drawn.size:
        rx, ry = drawn.size[0], drawn.size[-1]
        local = [(-rx, -ry), (rx, -ry), (rx, ry), (-rx, ry)]
    else:
        local = [drawn.text_at]
    return [(drawn.x + x, drawn.y + y) for x, y in (turned(p, drawn.rotation) for p in local)] or [
        (drawn.x, drawn.y)
    ]


def turned(point: Point, angle: float, around: Point = (0.0, 0.0)) -> Point:
    """The point, turned by `angle` degrees clockwise as seen on the map."""
    x, y = point[0] - around[0], point[1] - around[1]
    c, s = cos(radians(angle)), sin(radians(angle))
    return around[0] + x * c - y * s, around[1] + x * s + y * c


def stage_point(plan: Plan) -> Point:
    """The middle of what is looked at; the top of the plan where nothing is called so."""
    for drawn in plan.decorations:
        if drawn.text and STAGE_WORDS.search(drawn.text):
            return middle_of(corners(drawn))
    return plan.width / 2, 0.0


def focus_point(plan: Plan) -> Point:
    """The best place of the house: in the middle before the stage, a third of the way back."""
    stage, seats = stage_point(plan), [(seat.x, seat.y) for seat in plan.seats]
    x, y = middle_of(seats)
    length = hypot(x - stage[0], y - stage[1]) or 1.0
    along = (x - stage[0]) / length, (y - stage[1]) / length
    depths = sorted(
        depth
        for sx, sy in seats
        if (depth := (sx - stage[0]) * along[0] + (sy - stage[1]) * along[1]) >= 0
    )
    depth = depths[round(len(depths) * FOCUS_DEPTH)]
    return stage[0] + along[0] * depth, stage[1] + along[1] * depth


def upright_angle(direction: Point) -> float:
    """Degrees by which a drawing has to be turned so that this direction points up.

    Almost straight counts as straight: a row that is a hair off looks like a slip.
    """
    angle = (90.0 - degrees(atan2(direction[1], direction[0]))) % 360.0 - 180.0
    straight = round(angle / 90) * 90.0
    return straight if abs(angle - straight) < STRAIGHT_WITHIN else angle


def facing(section: Section, stage: Point) -> Point:
    """Where people in a section look: ahead of their rows when that is towards the stage."""
    x, y = middle_of(seat_points(section))
    to_stage = _unit((stage[0] - x, stage[1] - y))
    along = (0.0, 0.0)
    for row in section.rows:
        dx, dy = row.seats[-1].x - row.seats[0].x, row.seats[-1].y - row.seats[0].y
        sign = -1 if dx * along[0] + dy * along[1] < 0 else 1
        along = along[0] + sign * dx, along[1] + sign * dy
    ahead = _unit((-along[1], along[0]))
    towards = ahead[0] * to_stage[0] + ahead[1] * to_stage[1]
    if abs(towards) < FACING_LEAST:
        return to_stage
    return (ahead[0], ahead[1]) if towards > 0 else (-ahead[0], -ahead[1])


def neighbours(
    outlines: Sequence[Sequence[Point]], index: int, stage: Point
) -> tuple[int | None, int | None]:
    """The sections to the left and right of one, as seen by somebody who faces the stage."""
    own, middle = outlines[index], middle_of(outlines[index])
    angle = upright_angle((stage[0] - middle[0], stage[1] - middle[1]))
    nearest: dict[bool, tuple[float, int]] = {}
    for i, points in enumerate(outlines):
        x, y = turned(middle_of(points), angle, middle)
        dx, dy = x - middle[0], y - middle[1]
        if i != index and abs(dx) > abs(dy) * BESIDE_RATIO:
            gap = min(hypot(a[0] - b[0], a[1] - b[1]) for a in own for b in points)
            nearest[dx > 0] = min(nearest.get(dx > 0, (gap, i)), (gap, i))
    left, right = nearest.get(False), nearest.get(True)
    return left and left[1], right and right[1]


def pitch(plan: Plan) -> float:
    """The usual distance from seat to seat within a row."""
    gaps = [
        hypot(one.x - other.x, one.y - other.y)
        for section in plan.sections
        for row in section.rows
        for one, other in pairwise(row.seats)
    ]
    return median(gaps) if gaps else DEFAULT_PITCH


def room_for_tools(frame: Frame, points: Iterable[Point]) -> Frame:
    """The frame, wider on the right where a seat would lie under the buttons in that corner."""
    width, height = frame.width * TOOLS_WIDTH, frame.height * TOOLS_HEIGHT
    left, bottom = frame.x + frame.width - width, frame.y + height
    if any(x > left and y < bottom for x, y in points):
        return Frame(frame.x, frame.y, round(frame.width + width), frame.height)
    return frame


def room_for_mini(frame: Frame, points: Iterable[Point]) -> Frame:
    """The frame, wider on the left where a seat would lie under the small house."""
    width, height = frame.width * MINI_WIDTH, frame.height * MINI_HEIGHT
    right, top = frame.x + width, frame.y + frame.height - height
    if any(x < right and y > top for x, y in points):
        return Frame(round(frame.x - width), frame.y, round(frame.width + width), frame.height)
    return frame


def plan_frame(plan: Plan, margin: float) -> Frame:
    """The part of the plan that has something on it."""
    seats = [(seat.x, seat.y) for seat in plan.seats]
    drawn = [point for drawn in plan.decorations for point in corners(drawn)]
    return room_for_tools(frame_of(seats + drawn, margin), seats)


def _unit(direction: Point) -> Point:
    length = hypot(*direction)
    return (direction[0] / length, direction[1] / length) if length else (0.0, -1.0)


def _chain(ordered: Sequence[Point]) -> list[Point]:
    chain: list[Point] = []
    for point in ordered:
        while len(chain) > 1 and _cross(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _cross(o: Point, a: Point, b: Point) -> float:
    return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])
