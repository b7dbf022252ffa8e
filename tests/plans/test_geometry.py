"""Outlines, frames, where the stage is and who lies beside whom."""

from __future__ import annotations

from math import dist, hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.plans import geometry as g
from app.plans.plan import Decoration, Plan, Point, Shape
from app.plans.pretix import read_plan
from app.plans.samples import sample_plan
from tests.plans.files import read, two_rows

COORDINATES = st.integers(-500, 500).map(float)
POINTS = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def arena() -> Plan:
    return read_plan(sample_plan("arena")).plan


def is_inside(point: Point, ring: list[Point]) -> bool:
    """On the inner side of every edge of a convex ring."""
    sides = [
        (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)
    ]
    return all(side >= -1e-6 for side in sides) or all(side <= 1e-6 for side in sides)


@given(points=POINTS)
def test_an_outline_holds_every_seat_with_its_margin(points: list[Point]) -> None:
    ring = g.outline(points, 16)

    assert all(is_inside(point, ring) for point in points)
    assert all(min(dist(corner, point) for corner in ring) > 14 for point in points)


@given(points=POINTS)
def test_a_hull_has_only_corners_that_are_points(points: list[Point]) -> None:
    corners = g.hull(points)

    assert set(corners) <= set(points)
    assert len(corners) < 3 or all(is_inside(point, corners) for point in points)


@given(x=COORDINATES, y=COORDINATES, angle=st.integers(-720, 720))
def test_turning_keeps_distances_and_turns_back(x: float, y: float, angle: int) -> None:
    there = g.turned((x, y), angle, (3, 4))

    assert dist(there, (3, 4)) == pytest.approx(dist((x, y), (3, 4)))
    assert g.turned(there, -angle, (3, 4)) == pytest.approx((x, y))


def test_turning_is_clockwise_on_the_map() -> None:
    assert g.turned((1, 0), 90) == pytest.approx((0, 1))


def test_the_corners_of_a_turned_decoration_are_where_it_is_drawn() -> None:
    drawn = Decoration(Shape.RECTANGLE, 100, 50, rotation=90, size=(40, 20))

    assert g.corners(drawn)[2] == pytest.approx((80, 90))


def test_the_stage_is_found_by_its_words_else_above_the_plan(arena: Plan) -> None:
    assert g.stage_point(arena) == (810, 1100)
    assert g.stage_point(read(two_rows())) == (300, 0)


def test_the_best_place_is_in_the_middle_before_the_stage() -> None:
    plan = read_plan(sample_plan("town-hall")).plan
    x, y = g.focus_point(plan)
    deeper = sum(seat.y > y for seat in plan.seats)

    assert x == pytest.approx(600, abs=25)
    assert deeper / len(plan.seats) == pytest.approx(2 / 3, abs=0.06)


def test_every_section_opens_with_the_stage_above_it(arena: Plan) -> None:
    stage = g.stage_point(arena)
    for section in arena.sections:
        middle = g.middle_of(g.seat_points(section))
        angle = g.upright_angle(g.facing(section, stage))
        x, y = g.turned(stage, angle, middle)

        assert y < middle[1], section.name
        assert abs(x - middle[0]) <= 1.8 * abs(y - middle[1]), section.name


def test_almost_straight_is_straight() -> None:
    assert g.upright_angle((0.01, -1)) == 0
    assert g.upright_angle((-1, 0.02)) == 90
    assert g.upright_angle((1, -1)) == pytest.approx(-45)


def test_an_opened_section_has_level_rows(arena: Plan) -> None:
    stage = g.stage_point(arena)
    section = next(s for s in arena.sections if s.name == "Lower 104")
    angle = g.upright_angle(g.facing(section, stage))
    slopes = []
    for row in section.rows:
        (x1, y1), (x2, y2) = (g.turned((s.x, s.y), angle) for s in (row.seats[0], row.seats[-1]))
        slopes.append(abs(y2 - y1) / hypot(x2 - x1, y2 - y1))

    assert max(slopes) < 0.2


def test_neighbours_in_a_ring_are_mutual(arena: Plan) -> None:
    outlines = [g.outline(g.seat_points(section)) for section in arena.sections]
    stage = g.stage_point(arena)
    names = [section.name for section in arena.sections]
    beside = {
        name: [None if i is None else names[i] for i in g.neighbours(outlines, at, stage)]
        for at, name in enumerate(names)
    }

    assert beside["Lower 104"] == ["Lower 105", "Lower 103"]
    assert beside["Upper 202"] == ["Upper 203", "Upper 201"]


def test_a_lone_section_has_no_neighbours() -> None:
    plan = read(two_rows())
    outlines = [g.outline(g.seat_points(section)) for section in plan.sections]

    assert g.neighbours(outlines, 0, (300, 0)) == (None, None)


def test_the_pitch_is_the_usual_step_from_seat_to_seat(arena: Plan) -> None:
    assert g.pitch(read(two_rows())) == 25
    assert g.pitch(arena) == pytest.approx(22, abs=0.5)


def test_a_frame_grows_where_a_seat_would_lie_under_the_tools() -> None:
    frame = g.Frame(0, 0, 1000, 800)

    assert g.room_for_tools(frame, [(500, 400), (960, 700)]) == frame
    assert g.room_for_tools(frame, [(960, 100)]).width > 1000


def test_a_frame_grows_where_a_seat_would_lie_under_the_small_house() -> None:
    frame = g.Frame(0, 0, 1000, 800)

    assert g.room_for_mini(frame, [(500, 700), (100, 100)]) == frame
    assert g.room_for_mini(frame, [(100, 700)]) == g.Frame(-200, 0, 1200, 800)


def test_the_middle_of_a_surface_does_not_follow_its_corners() -> None:
    square = [(0.0, 0.0), (1, 0), (2, 0), (3, 0), (4, 0), (4, 4), (0, 4)]

    assert g.centroid(square) == pytest.approx((2, 2))
    assert g.centroid([(1.0, 1.0), (3.0, 1.0)]) == (2, 1)
