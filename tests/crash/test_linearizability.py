"""The history checker itself: it explains every honest run and refuses every flawed one."""

from __future__ import annotations

import pytest

from tests.crash.fake_box import FakeBox, Flaw
from tests.crash.history import NEVER, History, Kind, SeatFact
from tests.crash.linearizability import is_explained, unexplained_seats

pytestmark = pytest.mark.crash
HONEST_SEEDS = range(20)
FLAWED_SEEDS = range(3)


@pytest.mark.parametrize("seed", HONEST_SEEDS)
def test_an_honest_run_is_explained(seed: int) -> None:
    assert unexplained_seats(FakeBox(None, seed).run()) == []


@pytest.mark.parametrize("seed", FLAWED_SEEDS)
@pytest.mark.parametrize("flaw", Flaw)
def test_a_flawed_run_is_not_explained(flaw: Flaw, seed: int) -> None:
    box = FakeBox(flaw, seed)

    history = box.run()

    assert box.flawed_count > 0
    assert unexplained_seats(history) != []


def test_overlapping_answers_may_come_in_either_order() -> None:
    facts = [
        SeatFact(0, Kind.SEE_TAKEN, "A1", "bo", 0.0, 3.0),
        SeatFact(1, Kind.TAKE, "A1", "cy", 1.0, 2.0),
    ]

    assert is_explained(facts)


def test_answers_one_after_the_other_may_not() -> None:
    facts = [
        SeatFact(0, Kind.SEE_TAKEN, "A1", "bo", 0.0, 0.5),
        SeatFact(1, Kind.TAKE, "A1", "cy", 1.0, 2.0),
    ]

    assert not is_explained(facts)


def test_a_request_without_an_answer_may_have_worked_or_not() -> None:
    unknown = SeatFact(0, Kind.TAKE, "A1", "bo", 0.0, NEVER)
    free = SeatFact(1, Kind.SEE_LETTER, "A1", "", 5.0, 6.0, letter="f")
    held = SeatFact(1, Kind.SEE_LETTER, "A1", "", 5.0, 6.0, letter="h")

    assert is_explained([unknown, free])
    assert is_explained([unknown, held])


def test_a_hold_that_a_restart_finds_alive_may_last_its_whole_time_again() -> None:
    history = History(ttl_seconds=10)
    history.add_grant(Kind.TAKE, ["A1"], "bo", 0.0, 0.1, 10, 10)
    history.add(Kind.SEE_TAKEN, ["A1"], "cy", 22.0, 22.1)
    assert unexplained_seats(history) != []

    history.restarts_at.append(9.0)

    assert unexplained_seats(history) == []
