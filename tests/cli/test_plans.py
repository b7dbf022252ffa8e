"""import-plan: kept for later events, put under an event, refused by exact places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.plans.samples import sample_plan
from tests.cli.conftest import Run
from tests.event_files.written import WHOLE


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "hall.json"
    path.write_bytes(sample_plan("town-hall-standing"))
    return path


def without_seats(gone: set[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(sample_plan("town-hall-standing"))
    for zone in document["zones"]:
        for row in zone["rows"]:
            row["seats"] = [seat for seat in row["seats"] if seat["seat_guid"] not in gone]
    return document


def test_an_imported_plan_is_named_in_an_event_file(
    run: Run, plan: Path, event_file: Path, tmp_path: Path
) -> None:
    run("event", "create", event_file)
    kept = run("import-plan", plan)
    assert (kept.code, "216 seats" in kept.out) == (0, True)
    name = json.loads(plan.read_text())["name"]
    second = tmp_path / "second.toml"
    second.write_text(
        WHOLE.replace("Winter Concert", "Second Night").replace(
            'sample = "town-hall-standing"', f'imported = "{name}"'
        )
    )

    assert "216 seats" in run("event", "create", second).out


def test_a_plan_needs_a_house(run: Run, plan: Path) -> None:
    ended = run("import-plan", plan)

    assert (ended.code, "no house yet to keep the plan for" in ended.err) == (1, True)


def test_a_bad_plan_is_refused_by_its_places(run: Run, tmp_path: Path) -> None:
    document = without_seats(set())
    seats = document["zones"][1]["rows"][0]["seats"]
    seats[1]["seat_guid"] = seats[0]["seat_guid"]
    seats[2]["category"] = "Boxes"
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(document))

    ended = run("import-plan", bad)

    assert ended.code == 1
    assert "zones[1].rows[0].seats[1]" in ended.err
    assert "zones[1].rows[0].seats[2]" in ended.err


def test_unknown_keys_are_only_noted(run: Run, event_file: Path, tmp_path: Path) -> None:
    run("event", "create", event_file)
    odd = tmp_path / "odd.json"
    odd.write_text(json.dumps(without_seats(set()) | {"smell": "roses"}))

    ended = run("import-plan", odd)

    assert (ended.code, "“smell” of a plan is not known" in ended.out) == (0, True)


def test_a_new_plan_never_drops_a_blocked_seat(run: Run, event_file: Path, tmp_path: Path) -> None:
    run("event", "create", event_file, "--publish")
    run("event", "block", "winter-concert", "balcony-A-3", "--reason", "camera")
    smaller = tmp_path / "smaller.json"
    smaller.write_text(json.dumps(without_seats({"balcony-A-3"})))

    refused = run("import-plan", smaller, "--event", "winter-concert")
    assert (refused.code, "lacks seats that are held, sold or blocked" in refused.err) == (1, True)

    run("event", "unblock", "winter-concert", "balcony-A-3")
    assert run("import-plan", smaller, "--event", "winter-concert").code == 0


def test_a_new_plan_needs_prices_for_its_categories(
    run: Run, event_file: Path, tmp_path: Path
) -> None:
    run("event", "create", event_file, "--publish")
    other = tmp_path / "studio.json"
    other.write_bytes(sample_plan("studio-theatre"))

    ended = run("import-plan", other, "--event", "winter-concert")

    assert (ended.code, "no price for the plan's" in ended.err) == (1, True)
