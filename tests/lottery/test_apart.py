"""Long draws in a process of their own give what they give here, or are done here after all."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

from app.lottery.draw.drawing import Facts, drawing
from app.lottery.draw.params import PrizeParams, Tier
from app.lottery.draw.public import NoValue
from app.lottery.draw.steps import finished
from app.prize_draws import apart
from app.prize_draws.apart import NotApart, drawn_apart, opened_apart, opening_bare
from tests.lottery.samples import seed_of

SIZE = 40_000
PARAMS = PrizeParams("instant", "Large", SIZE, (Tier("lamp", 4), Tier("tea", 400)), NoValue())
SEED = seed_of("apart")


def test_another_process_gives_the_same_and_says_how_far_it_is() -> None:
    told: list[int] = []

    found = opened_apart(PARAMS, "b1", SEED, lambda done, most: told.append(done * 100 // most))

    assert found == finished(opening_bare(PARAMS, "b1", SEED))
    assert told == sorted(told)
    assert len(told) > 2
    facts = Facts(PARAMS, "b1", SEED)
    assert drawn_apart(facts, lambda done, most: None) == finished(drawing(facts))


def test_the_other_process_is_told_no_secret_but_the_one_it_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_live_never_passed_on")
    shown = (
        "import os, pickle, sys; sys.stdout.buffer.write(bytes(8) + pickle.dumps(dict(os.environ)))"
    )
    monkeypatch.setattr(apart, "COMMAND", (sys.executable, "-c", shown))

    given: Any = opened_apart(PARAMS, "b1", SEED, lambda done, most: None)

    assert "STRIPE_SECRET_KEY" in os.environ
    assert "STRIPE_SECRET_KEY" not in given


@pytest.mark.parametrize(
    "command",
    [
        ("/no/such/program",),
        (sys.executable, "-c", "raise SystemExit(1)"),
        (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"),
        (sys.executable, "-c", "import sys; sys.stdout.buffer.write(bytes(8) + b'nonsense')"),
    ],
)
def test_a_process_that_fails_is_told_apart_from_an_outcome(
    monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr(apart, "COMMAND", command)

    with pytest.raises(NotApart):
        opened_apart(PARAMS, "b1", SEED, lambda done, most: None)
