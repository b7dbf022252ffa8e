"""One owner for each event: who has been overtaken writes nothing and stops."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from app import actor_house
from app.faults import ActorDeath
from app.inventory.commands import HoldSeats, ReleaseHold, SeatChoice, ShowBasket
from app.inventory_store import EventStore
from app.models import ActorRow
from app.refusals import Busy, InDoubt, NotFound, PlacesTaken, UnknownPlace
from app.stale import StaleMemory, StaleOwner
from tests.actor.acting import Desk, hold_of, in_thread
from tests.opened import Show, opened, show_of
from tests.trouble import end_connections, faults, lost_commits


def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something that happens by itself."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "not in time"
        time.sleep(0.02)


def test_an_overtaken_owner_writes_nothing_and_stops(desk: Desk) -> None:
    owner = Desk(desk.show)

    asked = in_thread(lambda: desk.actor.ask(desk.hold("bo", 0), None, 0.3))
    wait_until(lambda: bool(desk.deaths))

    assert isinstance(desk.deaths[0], StaleOwner)
    assert owner.live_count() == 0
    assert isinstance(asked(), Busy)
    owner.ask(owner.hold("cy", 0))
    owner.actor.stop()


def test_two_that_take_over_at_once_are_not_both_owners(show: Show) -> None:
    stores = [EventStore(show.id, show.office.db, show.office.settings) for _ in range(6)]

    def take_over(store: EventStore) -> None:
        while True:
            try:
                store.take_over()
            except (Busy, StaleOwner):
                continue
            return

    waiting = [in_thread(partial(take_over, store)) for store in stores]
    assert [wait() for wait in waiting] == [None] * len(stores)

    assert len({store.epoch for store in stores}) == len(stores)


def test_an_event_that_does_not_exist_leaves_no_owner(show: Show) -> None:
    with pytest.raises(NotFound):
        show.office.inventories.of(404)

    with show.office.db.read() as connection:
        keys = set(connection.execute(select(ActorRow.key)).scalars())
    assert keys == {f"event:{show.id}"}


def test_an_actor_that_dies_says_so(desk: Desk) -> None:
    with faults("actor.batch=die"):
        in_thread(lambda: desk.actor.ask(ShowBasket("bo"), None, 0.1))
        wait_until(lambda: bool(desk.deaths))

    assert isinstance(desk.deaths[0], ActorDeath)
    assert not desk.actor.alive


def test_memory_of_another_version_is_read_again(desk: Desk) -> None:
    with desk.show.office.db.write() as connection:
        connection.exec_driver_sql("UPDATE actors SET version = version + 5")

    (held,) = desk.settle(desk.hold("bo", 0))

    assert held.fault is None
    assert desk.letters(0) == "h"


def test_a_stale_version_is_no_stale_owner(desk: Desk) -> None:
    with desk.show.office.db.write() as connection:
        connection.exec_driver_sql("UPDATE actors SET version = version + 5")
    assert desk.actor.state is not None

    with pytest.raises(StaleMemory):
        desk.store.write(desk.actor.state, [], [])


def test_a_commit_that_went_through_unanswered_is_a_yes(tmp_path: Path, postgres_url: str) -> None:
    with opened(tmp_path, postgres_url) as office:
        desk = Desk(show_of(office))
        with lost_commits(office.db, 1):
            (held,) = desk.settle(desk.hold("bo", 0))

        assert held.fault is None
        assert desk.letters(0) == "h"
        assert desk.live_count() == 1
        desk.ask(ReleaseHold(held.outcome.id, "bo"))
        desk.actor.stop()


def test_a_commit_that_never_came_is_a_no(tmp_path: Path, postgres_url: str) -> None:
    with opened(tmp_path, postgres_url) as office:
        desk = Desk(show_of(office))
        with lost_commits(office.db, 1, commits=False):
            (held,) = desk.settle(desk.hold("bo", 0))

        assert isinstance(held.fault, Busy)
        assert not isinstance(held.fault, InDoubt)
        assert desk.live_count() == 0
        desk.ask(desk.hold("cy", 0))
        desk.actor.stop()


def test_a_commit_nobody_can_ask_about_is_in_doubt(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, postgres_url) as office:
        desk = Desk(show_of(office))

        def unknown() -> None:
            raise InDoubt

        monkeypatch.setattr(desk.store, "_look_whether_written", unknown)
        with lost_commits(office.db, 1):
            (held,) = desk.settle(desk.hold("bo", 0))
        (late,) = desk.settle(desk.hold("cy", 0))

        assert isinstance(held.fault, InDoubt)
        assert isinstance(late.fault, PlacesTaken)
        assert desk.live_count() == 1
        desk.actor.stop()


def test_postgresql_that_was_away_is_back_by_itself(tmp_path: Path, postgres_url: str) -> None:
    with opened(tmp_path, postgres_url) as office:
        show = show_of(office)
        show.hold("bo", 0)
        end_connections(office.db)

        wait_until(lambda: _holds(show, "cy", 1))
        assert show.letters(0, 1) == "hh"


def _holds(show: Show, basket: str, number: int) -> bool:
    try:
        show.hold(basket, number)
    except Busy:
        return False
    return True


def test_many_that_ask_for_an_event_at_once_start_one_actor(show: Show) -> None:
    other = show_of(show.office, "matinee")
    show.office.inventories._rest(other.id, other.inventory)

    waiting = [in_thread(lambda: show.office.inventories.of(other.id)) for _ in range(12)]

    assert len({id(wait()) for wait in waiting}) == 1


def test_after_the_end_no_actor_starts(show: Show) -> None:
    other = show_of(show.office, "matinee")
    show.office.inventories._rest(other.id, other.inventory)

    show.office.inventories.stop()

    with pytest.raises(Busy):
        show.office.inventories.of(other.id)


def test_an_idle_actor_rests_and_wakes_for_the_next_question(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actor_house, "REST_SECONDS", 0.1)

    wait_until(lambda: show.office.inventories.if_open(show.id) is None)
    show.hold("bo", 0)

    assert show.letters(0) == "h"


def test_an_actor_with_a_hold_does_not_rest(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    show.hold("bo", 0)
    monkeypatch.setattr(actor_house, "REST_SECONDS", 0.1)

    time.sleep(1.5)

    assert show.office.inventories.if_open(show.id) is not None


def test_a_seat_that_is_taken_is_refused_from_memory_in_the_same_words(show: Show) -> None:
    show.hold("bo", 0, 1)
    command = hold_of(show, "cy", 0, 1)

    early = show.inventory.early_refusal(command)

    assert isinstance(early, PlacesTaken)
    with pytest.raises(PlacesTaken) as told:
        show.inventory.ask(command)
    assert early.words == told.value.words
    assert early.details == told.value.details


def test_ones_own_seat_is_not_refused_from_memory(show: Show) -> None:
    show.hold("bo", 0)

    assert show.inventory.early_refusal(hold_of(show, "bo", 0, 1)) is None


def test_an_unknown_seat_is_refused_from_memory(show: Show) -> None:
    strange = HoldSeats("bo", "none", (SeatChoice("nowhere"),))

    assert isinstance(show.inventory.early_refusal(strange), UnknownPlace)
