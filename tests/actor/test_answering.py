"""No yes before the commit, no no after which something is carried out still."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import insert

from app import inventory_actor, letters
from app.answers import KeptKey, KeyAnswered, answer_row
from app.inventory.commands import ShowBasket
from app.letters import Letter
from app.models import Allocation, KeptAnswer
from app.refusals import Busy, IdempotencyMismatch, InDoubt, PlacesTaken
from tests.actor.acting import Desk, in_thread
from tests.trouble import faults, slow_commits

KEY = KeptKey("a key of sixteen or more", "first")


def test_a_yes_is_durable_and_seen_by_everybody(desk: Desk) -> None:
    desk.ask(desk.hold("bo", 0, 1))

    assert desk.letters(0, 1, 2) == "hhf"
    assert desk.live_count() == 1


def test_nobody_sees_a_hold_before_it_is_committed(desk: Desk) -> None:
    with faults("store.commit=sleep:400"):
        asked = in_thread(lambda: desk.ask(desk.hold("bo", 0)))
        time.sleep(0.2)

        assert desk.letters(0) == "f"
        assert desk.live_count() == 0
        assert not isinstance(asked(), BaseException)
    assert desk.letters(0) == "h"


def test_a_commit_that_fails_is_a_no_for_everybody_in_it(desk: Desk) -> None:
    with faults("store.commit=fail@1"):
        first, second = desk.settle(desk.hold("bo", 0), desk.hold("cy", 1))

    assert isinstance(first.fault, Busy)
    assert isinstance(second.fault, Busy)
    assert desk.letters(0, 1) == "ff"
    assert desk.live_count() == 0


def test_after_a_failed_commit_the_next_one_works(desk: Desk) -> None:
    with faults("store.commit=fail@1"):
        desk.settle(desk.hold("bo", 0))

    desk.ask(desk.hold("cy", 0))

    assert desk.letters(0) == "h"
    assert desk.broken() == []


def test_a_no_that_rests_on_an_uncommitted_hold_waits_for_its_commit(desk: Desk) -> None:
    with faults("store.commit=fail@1"):
        _winner, loser = desk.settle(desk.hold("bo", 0), desk.hold("cy", 0))

    assert isinstance(loser.fault, Busy), "the seat is free: nobody may be told that it is taken"


def test_of_two_in_one_batch_the_second_loses(desk: Desk) -> None:
    winner, loser = desk.settle(desk.hold("bo", 0), desk.hold("cy", 0))

    assert winner.fault is None
    assert isinstance(loser.fault, PlacesTaken)


def test_a_poisoned_command_fails_alone(desk: Desk) -> None:
    with desk.show.office.db.write() as connection:
        connection.execute(insert(KeptAnswer), answer_row(KEY.key, "other", {}))

    poisoned, good = desk.settle(Letter(desk.hold("bo", 0), KEY), desk.hold("cy", 1))

    assert isinstance(poisoned.fault, KeyAnswered)
    assert good.fault is None
    assert desk.letters(0, 1) == "fh"
    assert desk.broken() == []


def test_memory_gives_way_to_the_database(desk: Desk) -> None:
    row = {"event_id": desk.show.id, "seat_id": desk.show.seats[0], "state": "blocked"}
    with desk.show.office.db.write() as connection:
        connection.execute(insert(Allocation), row | {"reason": "behind the actor's back"})

    beaten, good = desk.settle(desk.hold("bo", 0), desk.hold("cy", 1))

    assert isinstance(beaten.fault, PlacesTaken)
    assert good.fault is None
    assert desk.letters(0, 1) == "bh"


def test_who_leaves_before_the_commit_gets_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "ANSWER_SECONDS", 0.2)
    with faults("store.commit=sleep:900"):
        began_at = time.monotonic()
        with pytest.raises(Busy) as told:
            desk.actor.ask(desk.hold("bo", 0), None, 0.1)
        assert time.monotonic() - began_at < 0.8
        time.sleep(1.2)

    assert not isinstance(told.value, InDoubt)
    assert desk.live_count() == 0
    assert desk.letters(0) == "f"


def test_who_leaves_takes_nobody_along(desk: Desk) -> None:
    leaver, stayer = Letter(desk.hold("bo", 0), None), Letter(desk.hold("cy", 1), None)
    leaver._writing.acquire()  # as its caller does when it gives up

    desk.settle(leaver, stayer)

    assert stayer.fault is None
    assert desk.letters(0, 1) == "fh"
    assert desk.live_count() == 1


def test_who_left_is_not_carried_out_one_by_one_either(desk: Desk) -> None:
    leaver = Letter(desk.hold("bo", 0), None)
    leaver._writing.acquire()

    desk.actor._settle_one_by_one([leaver])

    assert desk.live_count() == 0


def test_a_command_that_waited_too_long_is_dropped(desk: Desk) -> None:
    with faults("store.commit=sleep:700"):
        first = in_thread(lambda: desk.ask(desk.hold("cy", 1)))
        time.sleep(0.1)
        with pytest.raises(Busy):
            desk.actor.ask(desk.hold("bo", 0), None, 0.2)
        first()
    desk.ask(ShowBasket("bo"))

    assert desk.letters(0, 1) == "fh"


def test_a_commit_that_takes_too_long_is_in_doubt_not_a_no(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(letters, "WRITING_SECONDS", 0.1)
    with slow_commits(desk.show.office.db, 0.8), pytest.raises(InDoubt):
        desk.actor.ask(desk.hold("bo", 0), KEY, 0.1)


def test_a_key_in_doubt_gets_its_first_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = desk.hold("bo", 0)
    with monkeypatch.context() as hurry, slow_commits(desk.show.office.db, 0.8):
        hurry.setattr(letters, "ANSWER_SECONDS", 0.1)
        hurry.setattr(letters, "WRITING_SECONDS", 0.1)
        with pytest.raises(InDoubt):
            desk.actor.ask(first, KEY, 0.1)
        hurry.undo()
        again = desk.ask(desk.hold("another basket", 0), KEY)

    assert (again.basket, again.id) == ("bo", first.hold_id)
    assert desk.live_count() == 1


def test_a_key_is_not_answered_for_another_request(desk: Desk) -> None:
    desk.ask(desk.hold("bo", 0), KEY)

    with pytest.raises(IdempotencyMismatch):
        desk.ask(desk.hold("bo", 1), KeptKey(KEY.key, "second"))


def test_a_full_mailbox_is_a_no_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory_actor, "MAILBOX_LIMIT", 0)

    began_at = time.monotonic()
    with pytest.raises(Busy):
        desk.ask(desk.hold("bo", 0))
    assert time.monotonic() - began_at < 0.5


def test_who_comes_after_the_end_is_told_at_once(desk: Desk) -> None:
    desk.actor.stop()

    began_at = time.monotonic()
    with pytest.raises(Busy):
        desk.ask(desk.hold("bo", 0))
    assert time.monotonic() - began_at < 0.5


def test_what_waits_at_the_end_is_settled(desk: Desk) -> None:
    with faults("store.commit=sleep:300"):
        first = in_thread(lambda: desk.ask(desk.hold("bo", 0)))
        time.sleep(0.1)
        second = in_thread(lambda: desk.ask(desk.hold("cy", 1)))
        time.sleep(0.1)
        desk.actor.stop()

        assert not isinstance(first(), BaseException)
        assert not isinstance(second(), BaseException)
    assert desk.live_count() == 2
