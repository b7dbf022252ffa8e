"""What jobs make of a no that another process says."""

from __future__ import annotations

from typing import Any

import pytest

from app.box_office import BoxOffice
from app.clock import utc_now
from app.control import AnswerLost, ToldRefusal
from app.effects import Done, Effect, Failed
from app.refusals import Busy, Refusal
from jobs import lotteries, reseeding


def effect(**payload: Any) -> Effect:
    return Effect(1, "lottery", payload, 1, 1, utc_now())


@pytest.mark.parametrize(
    ("refusal", "is_final"),
    [
        (Busy(), False),
        (AnswerLost(), False),
        (ToldRefusal({"code": "busy"}), False),
        (ToldRefusal({"code": "answer_lost"}), False),
        (ToldRefusal({"code": "not_found"}), True),
        (ToldRefusal({"code": "not_paid"}), True),
    ],
)
def test_tickets_are_given_up_only_where_trying_again_is_hopeless(
    monkeypatch: pytest.MonkeyPatch, refusal: Refusal, is_final: bool
) -> None:
    def ask(office: BoxOffice, name: str, words: dict[str, Any]) -> dict[str, Any]:
        raise refusal

    monkeypatch.setattr(lotteries, "ask_actors", ask)
    office: Any = None

    outcome = lotteries.allocate(office, effect(lottery=1, purchase="P"))

    assert isinstance(outcome, Failed)
    assert outcome.is_final == is_final


def test_no_successor_is_due_any_more_wherever_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ask(office: BoxOffice, name: str, words: dict[str, Any]) -> dict[str, Any]:
        raise ToldRefusal({"code": "not_that_far"})

    monkeypatch.setattr(reseeding, "ask_actors", ask)
    office: Any = None

    assert isinstance(reseeding.reseed(office, effect(lottery=1, batch="b")), Done)
