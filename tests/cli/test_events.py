"""event: from a file to a draft, on sale, paused, cancelled; all or nothing at every step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.plans.samples import sample_plan
from tests.cli.conftest import Run
from tests.event_files.written import WHOLE


def events_of(run: Run) -> dict[str, str]:
    return {row["slug"]: row["status"] for row in json.loads(run("event", "list", "--json").out)}


def test_an_event_file_becomes_a_draft_and_then_an_event(run: Run, event_file: Path) -> None:
    made = run("event", "create", event_file)
    assert (made.code, made.err) == (0, "")
    assert "216 seats" in made.out
    assert events_of(run) == {"winter-concert": "draft"}

    published = run("event", "publish", "winter-concert")

    assert "/e/winter-concert" in published.out
    assert events_of(run) == {"winter-concert": "open"}


def test_create_with_publish_does_both(run: Run, event_file: Path) -> None:
    assert run("event", "create", event_file, "--publish").code == 0

    assert events_of(run) == {"winter-concert": "open"}


def test_a_bad_file_is_told_by_line_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(WHOLE.replace("GBP", "pounds").replace("19:30", "half eight"), encoding="utf-8")

    ended = run("event", "create", bad)

    assert ended.code == 1
    assert "bad.toml, event.starts_at, line 11" in ended.err
    assert "bad.toml, event.currency, line 12" in ended.err
    assert events_of(run) == {}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("nothing.toml", None, "cannot be read: No such file"),
        ("folder", "", "cannot be read: Is a directory"),
        ("large.toml", "#" * 300_000, "larger than 256 KiB"),
        ("no-plan.toml", WHOLE.replace("sample = \"town-hall-standing\"", 'file = "gone.json"'),
         "gone.json cannot be read"),
        ("not-imported.toml", WHOLE.replace("sample = \"town-hall-standing\"", 'imported = "X"'),
         "No plan called “X” was imported for Marsh Hall"),
        ("no-price.toml", WHOLE.replace('name = "Balcony"', 'name = "Balkon"'),
         "200 seats in “Balcony”, which lies in no"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used_get_a_sentence(
    run: Run, tmp_path: Path, name: str, content: str | None, words: str
) -> None:
    path = tmp_path / name
    if content:
        path.write_text(content, encoding="utf-8")
    elif content is not None:
        path.mkdir()

    ended = run("event", "create", path)

    assert ended.code == 1
    assert words in ended.err
    assert events_of(run) == {}


def test_a_plan_beside_the_event_file_is_used(run: Run, tmp_path: Path) -> None:
    (tmp_path / "hall.json").write_bytes(sample_plan("town-hall-standing"))
    path = tmp_path / "event.toml"
    path.write_text(WHOLE.replace('sample = "town-hall-standing"', 'file = "hall.json"'))

    assert "216 seats" in run("event", "create", path).out


def test_the_same_address_twice_is_refused(run: Run, event_file: Path) -> None:
    run("event", "create", event_file)

    ended = run("event", "create", event_file)

    assert ended.code == 1
    assert "already an event at the address winter-concert" in ended.err


def test_check_only_reads(run: Run, event_file: Path) -> None:
    assert "good event file" in run("event", "create", event_file, "--check").out

    assert events_of(run) == {}


def test_a_paused_event_goes_on_when_it_is_published_again(run: Run, event_file: Path) -> None:
    run("event", "create", event_file, "--publish")

    assert run("event", "pause", "winter-concert", "--because", "A pipe burst").code == 0
    assert events_of(run) == {"winter-concert": "paused"}
    assert run("event", "publish", "winter-concert").code == 0
    assert events_of(run) == {"winter-concert": "open"}


def test_a_draft_cannot_be_paused(run: Run, event_file: Path) -> None:
    run("event", "create", event_file)

    ended = run("event", "pause", "winter-concert")

    assert (ended.code, "is a draft: there are no sales to pause" in ended.err) == (1, True)


def test_a_cancelled_event_stays_cancelled(run: Run, event_file: Path) -> None:
    run("event", "create", event_file, "--publish")
    assert "nothing to refund" in run("event", "cancel", "winter-concert").out

    ended = run("event", "publish", "winter-concert")

    assert (ended.code, "was cancelled and stays so" in ended.err) == (1, True)


def test_cancelling_lists_the_orders_to_refund(run: Run) -> None:
    run("demo")

    ended = run("event", "cancel", "the-lamplighters-ball", "--moved-to", "ask-me-standing")

    lines = [line for line in ended.out.splitlines() if "lantern-house.invalid" in line]
    assert f"{len(lines)} orders to refund" in ended.out
    assert len(lines) > 20
    assert events_of(run)["the-lamplighters-ball"] == "cancelled"


def test_an_unknown_event_is_named(run: Run) -> None:
    for command in ("publish", "pause", "cancel"):
        ended = run("event", command, "no-such-event")
        assert (ended.code, "no event called 'no-such-event'" in ended.err) == (1, True)


def test_seats_are_blocked_by_name_and_put_back(run: Run, event_file: Path) -> None:
    run("event", "create", event_file, "--publish")

    blocked = run("event", "block", "winter-concert", "Balcony A 3", "balcony-A-4",
                  "--reason", "camera")  # fmt: skip
    assert "2 places of winter-concert blocked" in blocked.out
    assert (
        "2 places of winter-concert back"
        in run("event", "unblock", "winter-concert", "balcony-A-3", "balcony-A-4").out
    )


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["Z99"], "has no seat Z99"),
        (["balcony-A-3", "--area", "floor=2"], "no such place"),
        (["--area", "floor"], "--area takes AREA=COUNT"),
        (["--area", "floor=0"], "--area takes AREA=COUNT"),
    ],
)
def test_blocks_of_unknown_places_are_refused(
    run: Run, event_file: Path, typed: list[str], words: str
) -> None:
    run("event", "create", event_file, "--publish")

    ended = run("event", "block", "winter-concert", *typed, "--reason", "camera")

    assert (ended.code, words in ended.err) == (1, True), ended


def test_an_empty_house_says_how_to_begin(run: Run) -> None:
    assert "./run event create FILE" in run("event", "list").out
