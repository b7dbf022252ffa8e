"""Small plan files for tests, as plain objects to bend and break."""

from __future__ import annotations

import json
from typing import Any

from app.plans.plan import Plan
from app.plans.pretix import read_plan
from app.plans.refused import Problem

Json = dict[str, Any]


def a_seat(seat_id: str, x: float = 0, category: str = "Stalls", **more: Any) -> Json:
    """One seat whose number is the end of its id."""
    return {
        "seat_guid": seat_id,
        "seat_number": seat_id.rpartition("-")[2],
        "position": {"x": x, "y": 0},
        "category": category,
        **more,
    }


def a_row(number: str, seats: list[Json], y: float = 0, **more: Any) -> Json:
    """One row at a height."""
    return {"row_number": number, "position": {"x": 0, "y": y}, "seats": seats, **more}


def a_plan(*rows: Json, **more: Any) -> Json:
    """A plan with one zone called Stalls and the categories Stalls and Wheelchair."""
    zone = {"name": "Stalls", "position": {"x": 50, "y": 50}, "rows": list(rows)}
    return {
        "name": "Lantern Studio",
        "categories": [{"name": "Stalls"}, {"name": "Wheelchair"}],
        "zones": [zone],
        "size": {"width": 600, "height": 400},
        **more,
    }


def two_rows() -> Json:
    """Rows A and B of three seats each."""
    return a_plan(
        a_row("A", [a_seat(f"A-{n}", 25 * n) for n in (1, 2, 3)]),
        a_row("B", [a_seat(f"B-{n}", 25 * n) for n in (1, 2, 3)], y=30),
    )


def read(document: Json) -> Plan:
    """The plan in an object."""
    return read_plan(json.dumps(document).encode()).plan


def warnings_of(document: Json) -> tuple[Problem, ...]:
    """What is odd in an object."""
    return read_plan(json.dumps(document).encode()).warnings
