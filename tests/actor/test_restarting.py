"""A restart gives back what was left and a little grace, and forgets no story it has told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import update

from app.clock import house
from app.config import HOLD_LIFE_SECONDS, RESTART_GRACE_SECONDS
from app.inventory.commands import ExtendHold, ReleaseHold, ShowHold, StartPayment
from app.inventory.state import Hold
from app.models import HoldRow
from app.refusals import HoldEnded, HoldExpired, NotFound
from tests.actor.acting import Desk
from tests.orders.buying import pending_order

GRACE_MS = RESTART_GRACE_SECONDS * 1000
HOLD_MS = 600_000
SLOW_MS = 60_000  # how long the steps of a test may take on a busy machine

Later = Callable[[int], None]


@pytest.fixture
def later() -> Iterator[Later]:
    """Lets house time pass."""
    before = house._offset_ms

    def pass_by(ms: int) -> None:
        house._offset_ms += ms

    yield pass_by
    house._offset_ms = before


def restarted(desk: Desk) -> Desk:
    """The same house after its actor has ended and begun again."""
    desk.actor.stop()
    return Desk(desk.show)


def memory_of(desk: Desk, basket: str) -> Hold | None:
    """A basket's hold as the actor has just read it."""
    assert desk.actor.state is not None
    return desk.actor.state.hold_of(basket)


def test_a_hold_that_was_nearly_over_gets_the_grace(desk: Desk, later: Later) -> None:
    hold = desk.ask(desk.hold("bo", 0))
    later(HOLD_MS - 100_000)

    again = restarted(desk).ask(ShowHold(hold.id, "bo"))

    assert again.expires_ms == hold.expires_ms + GRACE_MS


def test_a_fresh_hold_never_gets_more_than_its_whole_time(desk: Desk) -> None:
    hold = desk.ask(desk.hold("bo", 0))

    again = memory_of(restarted(desk), "bo")

    assert again is not None
    assert hold.expires_ms <= again.expires_ms <= house.now_ms() + HOLD_MS


def test_an_extended_hold_may_have_its_extensions_and_the_grace(desk: Desk) -> None:
    hold = desk.ask(desk.hold("bo", 0))
    longer = desk.ask(ExtendHold(hold.id, "bo"))

    again = memory_of(restarted(desk), "bo")

    assert again is not None
    assert longer.expires_ms <= again.expires_ms <= longer.expires_ms + GRACE_MS


def test_restart_after_restart_gives_one_grace(desk: Desk, later: Later) -> None:
    hold = desk.ask(desk.hold("bo", 0))
    later(HOLD_MS - 200_000)

    again = restarted(restarted(restarted(desk))).ask(ShowHold(hold.id, "bo"))

    assert again.expires_ms == hold.expires_ms + GRACE_MS


def test_no_grace_outlives_the_longest_life_of_a_hold(desk: Desk, later: Later) -> None:
    hold = desk.ask(desk.hold("bo", 0))
    first_ms = hold.expires_ms - HOLD_MS
    last_ms = first_ms + HOLD_LIFE_SECONDS * 1000
    with desk.show.office.db.write() as connection:
        connection.execute(update(HoldRow).values(expires_ms=last_ms, extensions=4))
    later(HOLD_LIFE_SECONDS * 1000 - 200_000)

    again = memory_of(restarted(desk), "bo")

    assert again is not None
    assert again.expires_ms == last_ms


def test_an_extension_after_the_grace_counts_from_it(desk: Desk, later: Later) -> None:
    hold = desk.ask(desk.hold("bo", 0))
    later(HOLD_MS - 100_000)
    again = restarted(desk)

    longer = again.ask(ExtendHold(hold.id, "bo"))

    assert longer.expires_ms == hold.expires_ms + GRACE_MS + 300_000
    kept = memory_of(restarted(again), "bo")
    assert kept is not None
    assert kept.expires_ms >= longer.expires_ms


def test_a_payment_keeps_its_own_deadline_to_the_millisecond(desk: Desk) -> None:
    hold = desk.ask(desk.hold("bo", 0))
    order = pending_order(desk.show.office, "bo")
    deadline_ms = house.now_ms() + 1_800_000
    desk.ask(StartPayment(order, "bo", "bo", deadline_ms, hold.total_cents))

    again = memory_of(restarted(desk), "bo")

    assert again is not None
    assert (again.state, again.expires_ms, again.order_id) == ("paying", deadline_ms, order)
    assert hold.expires_ms - again.rest_ms - house.now_ms() < SLOW_MS


def test_a_hold_that_ran_out_meanwhile_is_over(desk: Desk, later: Later) -> None:
    hold = desk.ask(desk.hold("bo", 0))
    later(HOLD_MS + GRACE_MS + 1000)
    again = restarted(desk)

    with pytest.raises(HoldExpired):
        again.ask(ShowHold(hold.id, "bo"))
    assert again.letters(0) == "f"
    assert again.broken() == []


def test_an_expired_hold_is_remembered_as_expired(desk: Desk, later: Later) -> None:
    hold = desk.ask(desk.hold("bo", 0))
    later(HOLD_MS + 1)
    with pytest.raises(HoldExpired):
        desk.ask(ShowHold(hold.id, "bo"))

    again = restarted(desk)
    with pytest.raises(HoldExpired):
        again.ask(ShowHold(hold.id, "bo"))
    with pytest.raises(NotFound):
        again.ask(ShowHold(hold.id, "cy"))


def test_giving_back_again_is_as_good_as_once_after_a_restart(desk: Desk) -> None:
    hold = desk.ask(desk.hold("bo", 0))
    desk.ask(ReleaseHold(hold.id, "bo"))
    again = restarted(desk)

    again.ask(ReleaseHold(hold.id, "bo"))

    with pytest.raises(HoldEnded):
        again.ask(ExtendHold(hold.id, "bo"))
