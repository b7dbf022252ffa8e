"""ballot: opened from its file, and every step refused before its time."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run

FILE = """[ballot]
title = "Winter ballot"
time_zone = "UTC"
closes_at = 2030-01-01T12:00:00

[[seats]]
event = "winter-concert"
category = "balcony"
count = 40

[public_value]
how = "beacon"
source = "pulse"
"""


def test_a_ballot_is_opened_once_and_nothing_comes_before_its_time(
    run: Run, event_file: Path, tmp_path: Path
) -> None:
    assert run("event", "create", event_file, "--publish").err == ""
    written = tmp_path / "winter.toml"
    written.write_text(FILE.replace("balcony", "nowhere"), encoding="utf-8")
    refused = run("ballot", "open", written)
    assert refused.code == 1
    assert "seats[0].category" in refused.err
    assert json.loads(run("ballot", "list", "--json").out) == []

    written.write_text(FILE.replace("count = 40", "count = 3"), encoding="utf-8")
    checked = run("ballot", "open", written, "--check")
    assert "Its events and their seats were not looked up" in checked.out
    assert "Mind ballot.group_limit: no [[seats]] has more than 3" in checked.err

    share = '[[seats]]\nevent = "winter-concert"\ncategory = "restricted-view"\ncount = 600\n'
    written.write_text(FILE + share, encoding="utf-8")
    refused = run("ballot", "open", written)
    assert refused.code == 1
    assert "Nothing was changed" in refused.err
    assert "seats[1].count: 600 seats are wanted, and " in refused.err
    assert json.loads(run("ballot", "list", "--json").out) == []

    written.write_text(FILE, encoding="utf-8")
    assert run("ballot", "open", written, "--check").err == ""
    first, again = run("ballot", "open", written), run("ballot", "open", written)

    assert (first.code, first.err) == (0, "")
    assert again.out == first.out
    assert "/ballot/winter-ballot" in first.out
    (row,) = json.loads(run("ballot", "list", "--json").out)
    assert (row["status"], row["entries"]) == ("open", 0)
    for step, more in (
        ("close", ()),
        ("draw", ()),
        ("reveal", ()),
        ("end", ()),
        ("value", ("ab" * 64, "--by", "Ada")),
    ):
        ended = run("ballot", step, "winter-ballot", *more)
        assert (ended.code, ended.out) == (1, ""), step
        assert ended.err
    assert "no such ballot" in run("ballot", "close", "nothing").err
