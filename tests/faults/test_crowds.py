"""Crowds that are slow, many, or all after the same seat: everybody else is served as always."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.budget import TimeBudget
from tests.conftest import Serve
from tests.crash.demo_event import demo_seats
from tests.services.box_office import BoxOffice, run_command

pytestmark = pytest.mark.faults
ROOT = Path(__file__).resolve().parents[2]
EVERYBODY_COUNT = 8
SLOW_COUNT = 300
BUYER_COUNT = 1_000
SLACK = 5  # other tests run beside this one; ./run bench measures the same without them
EVERYBODY_LIMIT_MS = 200 * SLACK
POLLER_LIMIT_MS = 300 * SLACK
MEMORY_LIMIT_MB = 200


@dataclass(frozen=True, slots=True)
class Crowd:
    """A crowd in a process of its own."""

    process: subprocess.Popen[str]

    def figures(self) -> dict[str, Any]:
        """What it was told and how fast."""
        out, _ = self.process.communicate(timeout=120)
        assert self.process.returncode == 0
        found: dict[str, Any] = json.loads(out)
        return found


def test_300_slow_clients_slow_nobody_else(serve: Serve, time_budget: TimeBudget) -> None:
    office = serve()
    seats = demo_seats(office, "slow", 500)
    seconds = time_budget.size(quick=6, long=30)
    slow = _crowd(office, "slow", SLOW_COUNT, seconds + 6)
    time.sleep(3)  # until all of them hang on

    figures = _crowd(office, "shoppers", EVERYBODY_COUNT, seconds, seats).figures()

    assert slow.process.poll() is None
    _expect_served(figures, EVERYBODY_LIMIT_MS)
    slow.process.communicate(timeout=30)


@pytest.mark.weight(0.5)
def test_thousands_look_at_the_map_while_others_buy(serve: Serve, time_budget: TimeBudget) -> None:
    office = serve()
    seats = demo_seats(office, "slow", 5_000)
    seconds = time_budget.size(quick=8, long=30)
    pollers = _crowd(office, "pollers", time_budget.size(quick=1_000, long=5_000), seconds)
    buyers = _crowd(office, "shoppers", 16, seconds, seats[:500])

    looked, bought = pollers.figures(), buyers.figures()

    _expect_served(looked, POLLER_LIMIT_MS)
    assert bought["lost_count"] == 0
    assert _resident_megabytes(office.program.pid) <= MEMORY_LIMIT_MB


def test_1000_buyers_after_one_seat_make_one_owner(serve: Serve) -> None:
    office = serve()
    seat = demo_seats(office, "gala", 50)[0]

    words = office.fullhouse("simulate", seat, "--event", "gala", "--users", str(BUYER_COUNT))

    assert "Exactly one owner" in words
    assert f"{BUYER_COUNT - 1} were told that somebody else has it" in words


def test_a_simulation_fails_where_a_seat_is_not_free(serve: Serve) -> None:
    office = serve()
    seat = demo_seats(office, "gala", 50)[0]
    words = ("simulate", seat, "--event", "gala", "--users", "5")
    office.fullhouse(*words)

    code, said = run_command(words, folder=office.folder, settings=office.settings)

    assert code != 0
    assert "held already" in said


@pytest.mark.parametrize("url", ["http://example.org", "http://192.0.2.1:80", "https://127.0.0.1"])
def test_a_crowd_is_only_sent_to_this_computer(url: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "loadtests", "--url", url, "--seconds", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode != 0
    assert "this computer" in ended.stdout


def test_shoppers_and_pollers_leave_a_report(serve: Serve, tmp_path: Path) -> None:
    office = serve()
    office.demo(seats=300, event="load")
    report = tmp_path / "report"
    words = [sys.executable, "-m", "loadtests", "--url", office.url, "--event", "load"]
    words += ["--shoppers", "5", "--pollers", "20", "--seconds", "8", "--out", str(report)]

    ended = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    rows = (report / "report.csv").read_text().splitlines()
    assert rows[0].startswith("name,requests,failures,per_second,p50_ms")
    assert {"state", "hold", "order", "all"} <= {row.split(",")[0] for row in rows}
    assert "No request failed" in (report / "report.html").read_text()


def _crowd(
    office: BoxOffice, crowd: str, count: int, seconds: float, seats: list[str] | None = None
) -> Crowd:
    words = [sys.executable, "-m", "loadtests.crowds", crowd, "--url", office.url]
    words += ["--event", "slow", "--count", str(count), "--seconds", str(seconds)]
    if seats:
        words += ["--seats", ",".join(seats)]
    return Crowd(
        subprocess.Popen(words, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True)
    )


def _expect_served(figures: dict[str, Any], limit_ms: float) -> None:
    bad = {s for s in figures["statuses"] if s not in ("200", "201", "204", "304", "409")}
    assert bad == set(), figures
    assert figures["lost_count"] == 0, figures
    assert figures["answer_count"] > 100
    assert figures["p99_ms"] <= limit_ms, figures


def _resident_megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the server has ended")
