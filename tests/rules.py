"""The rules of a test run: what belongs to it, how much of it, nothing skipped in CI, seeds."""

import os
import signal
import threading
from collections.abc import Generator
from typing import TypeVar

import hypothesis
import pytest

from tests.budget import (
    ALL_WEIGHTS,
    SEED_PROPERTY,
    SEED_SETTING,
    TimeBudget,
    first_seed,
    is_long,
    minutes,
    remember_seed,
    weight,
)
from tests.services.environment import is_setting

# Files and folders that take longest begin, in this order; the rest follows as it comes. Those that
# mostly wait (on the left) take turns with those that mostly work, so that no processor is idle.
LONGEST_FIRST = (
    *("faults/test_mail", "browser/test_states"),
    *("crash/test_kill", "browser/test_seat_map_moves"),
    *("jobs/test_letters_leave", "orders/test_placing"),
    *("model", "browser/test_real_pages"),
    *("faults/test_disk", "orders/test_settling"),
    *("payments/test_card_storm", "browser/test_paying"),
    *("faults/test_clock", "admin"),
    *("browser/test_seat_map", "cli/test_upkeep"),
    *("actor/test_owning", "browser/test_buying"),
    *("payments/test_mass", "payments/test_no_secrets"),
    *("faults/test_crowds", "test_run"),
    *("actor/test_expiring", "browser"),
    *("jobs", "crash"),
    *("actor/test_answering", "test_services"),
    *("faults", "api"),
    *("actor", "orders"),
    *("payments", "shop"),
    *("cli", "tickets", "inventory", "test_architecture", "test_rules", "test_migrations"),
)

# Both databases run the same code here: a quick run looks at PostgreSQL with actors, API, commands,
# jobs and crashes; the long run looks at it with these as well.
SELDOM_ON_POSTGRESQL = (
    *("orders/", "invariants/", "jobs/test_deletes", "test_migrations"),
    *("lottery/test_store", "me/", "cli/test_with_server"),
)

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

hypothesis.settings.register_profile(
    "quick",
    derandomize=True,
    database=None,
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    print_blob=True,
)
hypothesis.settings.register_profile(
    "long",
    database=None,
    max_examples=300,
    stateful_step_count=40,
    deadline=None,
    print_blob=True,
)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The number that this run's randomness starts from; printed when the test fails."""
    remember_seed(request.node, first_seed())
    return first_seed()


@pytest.fixture
def time_budget(request: pytest.FixtureRequest) -> TimeBudget:
    """This proof's share of the time. Asking for it makes the test part of a long run.

    Shares are even; `@pytest.mark.weight(3)` asks for three times as much.
    """
    item = request.node
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    share = weight(item) / max(1.0, request.config.stash[ALL_WEIGHTS])
    seconds = min(1.0, share * processes) * minutes() * 60
    return TimeBudget(seconds, first_seed(), lambda number: remember_seed(item, number))


def pytest_configure(config: pytest.Config) -> None:
    """Start from the same ground everywhere: no developer's settings, our own profile."""
    for name in [name for name in os.environ if is_setting(name)]:
        del os.environ[name]
    hypothesis.settings.load_profile("long" if is_long() else "quick")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _end_properly)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the proofs that a long run repeats, or leave out those that only it has."""
    for item in items:
        where = item.nodeid.removeprefix("tests/")
        if where.startswith(SELDOM_ON_POSTGRESQL) and "[postgresql" in where:
            item.add_marker(pytest.mark.long)
    left_out = [item for item in items if not _belongs(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _belongs(item)]
    items.sort(key=lambda item: _turn_of(item.nodeid.removeprefix("tests/")))
    config.stash[ALL_WEIGHTS] = sum(weight(item) for item in items if _has_budget(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI nothing may be skipped: a test that did not run is a failed test."""
    report = yield
    return _refuse_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a file that skips itself."""
    report = yield
    return _refuse_skip(report)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how to repeat each failure that depends on a seed."""
    failed = terminalreporter.getreports("failed")
    seeded = [(report.nodeid, dict(report.user_properties).get(SEED_PROPERTY)) for report in failed]
    lines = [
        f"{SEED_SETTING}={seed} ./run test {'--long ' if is_long() else ''}'{name}'"
        for name, seed in seeded
        if seed is not None
    ]
    if lines:
        terminalreporter.section("failing seeds; run again with")
        terminalreporter.write_line("\n".join(lines))


def _turn_of(place: str) -> int:
    turns = (turn for turn, start in enumerate(LONGEST_FIRST) if place.startswith(start))
    return next(turns, len(LONGEST_FIRST))


def _belongs(item: pytest.Item) -> bool:
    only_long = item.get_closest_marker("long") is not None
    return only_long or _has_budget(item) if is_long() else not only_long


def _has_budget(item: pytest.Item) -> bool:
    return "time_budget" in getattr(item, "fixturenames", ())


def _refuse_skip(report: Report) -> Report:
    if report.skipped and os.environ.get("CI") == "true":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        if hasattr(report, "wasxfail"):
            reason = f"expected to fail: {report.wasxfail}"
            del report.wasxfail
        report.outcome = "failed"
        report.longrepr = f"not run, and CI=true allows no skips: {reason}"
    return report


def _end_properly(number: int, _frame: object) -> None:
    pytest.exit(f"ended by signal {number}", returncode=pytest.ExitCode.INTERRUPTED)
