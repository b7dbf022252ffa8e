"""What memory knows after a failed commit: what the database says, and nothing that came to nil."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.clock import utc_now
from app.config import RESTART_GRACE_SECONDS
from app.demo.sized import plan_of_size
from app.event_files.adding import keep_plan
from app.event_files.drawing import drawing_of
from app.event_files.event_file import PlanChoice
from app.inventory.commands import EndPayment, ExtendHold, ReleaseHold, ReplacePlan, StartPayment
from app.inventory.state import EventInventory
from app.models import Event
from app.plans.pretix import read_plan
from app.refusals import Busy, UnknownPlace
from tests.actor.acting import Desk
from tests.orders.buying import pending_order
from tests.trouble import faults

PAYMENT_MS = 1_800_000


def ends_ms(desk: Desk, basket: str) -> int:
    """When a basket's hold ends, as the actor knows it after reading again."""
    hold = desk.actor._ready_state().hold_of(basket)
    assert hold is not None
    return hold.expires_ms


def test_an_extension_that_failed_prolongs_nothing(desk: Desk) -> None:
    hold = desk.ask(desk.hold("bo", 0))

    with faults("store.commit=fail@1"):
        desk.settle(ExtendHold(hold.id, "bo"))

    assert ends_ms(desk, "bo") == hold.expires_ms


def test_a_payment_that_failed_to_begin_prolongs_nothing(desk: Desk) -> None:
    hold = desk.ask(desk.hold("bo", 0))
    order = pending_order(desk.show.office, "bo")
    deadline_ms = hold.expires_ms + PAYMENT_MS

    with faults("store.commit=fail@1"):
        desk.settle(StartPayment(order, "bo", "bo", deadline_ms, hold.total_cents))

    assert ends_ms(desk, "bo") == hold.expires_ms


def test_a_payment_that_failed_to_end_keeps_its_time(desk: Desk) -> None:
    hold = desk.ask(desk.hold("bo", 0))
    order = pending_order(desk.show.office, "bo")
    deadline_ms = hold.expires_ms + PAYMENT_MS
    desk.ask(StartPayment(order, "bo", "bo", deadline_ms, hold.total_cents))

    with faults("store.commit=fail@1"):
        desk.settle(EndPayment(order))

    assert ends_ms(desk, "bo") == deadline_ms


def test_the_grace_of_a_restart_outlives_a_failed_commit(desk: Desk) -> None:
    hold = desk.ask(desk.hold("bo", 0))
    desk.actor.stop()
    again = Desk(desk.show)

    with faults("store.commit=fail@1"):
        again.settle(again.hold("cy", 1))

    late_ms = ends_ms(again, "bo") - hold.expires_ms
    assert 0 < late_ms <= RESTART_GRACE_SECONDS * 1000
    again.actor.stop()


def test_a_basket_is_not_lost_while_memory_is_read_again(desk: Desk) -> None:
    hold = desk.ask(desk.hold("bo", 0))
    inventories = desk.show.office.inventories
    own = inventories.of(desk.show.id)
    own._actor = desk.actor

    with faults("store.commit=fail@1"):
        desk.settle(ReleaseHold(hold.id, "bo"))

    assert desk.actor.state is None
    assert inventories.with_basket("bo") == [desk.show.id]
    assert own.basket_hold("bo") == hold.id


def test_an_order_is_looked_for_where_memory_is_read_again(desk: Desk) -> None:
    own = desk.show.office.inventories.of(desk.show.id)
    own._actor = desk.actor

    with faults("store.commit=fail@1"):
        desk.settle(desk.hold("bo", 0))

    assert desk.show.office.inventories.with_order("any") == [desk.show.id]


def test_nothing_behind_a_new_plan_is_decided_by_the_old_one(desk: Desk) -> None:
    plan, lost = smaller_plan(desk, 10)

    changed, late = desk.settle(plan, desk.hold("bo", lost))

    assert changed.fault is None
    assert isinstance(late.fault, UnknownPlace)
    assert len(desk.actor.published.offer.seats) == 10
    assert desk.broken() == []


def test_a_new_plan_that_is_durable_is_a_yes_even_if_it_cannot_be_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, _lost = smaller_plan(desk, 10)
    read = desk.store.read

    def busy() -> EventInventory:
        monkeypatch.setattr(desk.store, "read", read)
        raise Busy

    monkeypatch.setattr(desk.store, "read", busy)
    (changed,) = desk.settle(plan)
    desk.settle(desk.hold("bo", 0))

    assert changed.fault is None
    assert len(desk.actor.published.offer.seats) == 10


def smaller_plan(desk: Desk, seat_count: int) -> tuple[ReplacePlan, int]:
    """A plan with fewer seats under the same ids, and the number of a seat that it lacks."""
    raw = plan_of_size(seat_count)
    drawing = drawing_of(raw, PlanChoice())
    office = desk.show.office
    with office.db.write() as connection:
        owner = select(Event.organizer_id).where(Event.id == desk.show.id)
        organizer_id = connection.execute(owner).scalar_one()
        plan_id = keep_plan(connection, organizer_id, drawing, utc_now())
    seats = desk.show.seats
    kept = frozenset(seat.id for seat in read_plan(raw).plan.seats)
    lost = next(number for number, seat in enumerate(seats) if seat not in kept)
    return ReplacePlan(plan_id, kept, "ada"), lost
