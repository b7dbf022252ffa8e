"""What is old goes, on both transports and both databases; what is young or sold stays."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete as sql_delete
from sqlalchemy import func, insert, select, update

from app.clock import house as house_clock
from app.clock import utc_now
from app.deletions import DELETIONS, DONE_EFFECT_DAYS, HOLD_DAYS, KEPT_MAIL_DAYS, SLICE_LIMIT
from app.invariants import check
from app.inventory.commands import ReleaseHold
from app.models import (
    Account,
    Allocation,
    DeliveryRow,
    DrawOrder,
    EffectState,
    Event,
    HoldRow,
    KeptAnswer,
    KeptMail,
    LedgerEntry,
    LotteryPart,
    LotteryPurchase,
    LotteryWin,
    Order,
    OrderLine,
    Organizer,
    OutboxRow,
    Payment,
    PostboxLetter,
    Receipt,
    Refund,
    SetupLink,
    Ticket,
)
from app.orders.draw_placing import DrawWish, place_draw_order
from app.orders.ending import give_up
from app.orders.paying import demo_notice
from app.orders.placed import Buyer
from app.orders.placing import place_order
from app.orders.receipt_numbers import ReceiptRounds
from app.orders.receipts import asked_orders
from app.orders.views import order_view
from app.outbox import add_effect
from jobs.deletes import cancel_old_demo, dry_run
from tests.carrying import carry_out_due
from tests.giving_back import give_back_sold
from tests.jobs.house import House
from tests.jobs.shows import add_show
from tests.lottery.house_draws import add_draw, terms_for

DAY = timedelta(days=1)
only_inside = pytest.mark.parametrize("transport", ["inside"])


def count(house: House, table: Any) -> int:
    """How many rows a table has."""
    with house.office.db.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def write(house: House, statement: Any, rows: Any = None) -> None:
    """Change the past."""
    with house.office.db.write() as connection:
        connection.execute(statement, rows) if rows else connection.execute(statement)


def delete(house: House, *kinds: str) -> None:
    """Write the effects and wait until they were carried out."""
    with house.office.db.write() as connection:
        for kind in kinds:
            assert add_effect(connection, kind, f"{kind}:{utc_now()}", {})
    house.wait_until_done()


def broken(house: House) -> list[str]:
    """Rules between rows that do not hold."""
    with house.office.db.read() as connection:
        return check(connection)


def make_past(house: House, event_id: int, days: int) -> None:
    """Let an event have ended so many days ago."""
    at = utc_now() - days * DAY
    write(
        house,
        update(Event)
        .where(Event.id == event_id)
        .values(starts_at=at - timedelta(hours=2), ends_at=at, doors_at=None),
    )
    write(house, update(Order).values(created_at=at - DAY, paid_at=at - DAY))
    house.office.catalogue.refresh()


def fill_with_spent_rows(house: House, age: timedelta) -> None:
    """One row of everything that is used once, so old."""
    at = utc_now() - age
    write(
        house,
        insert(KeptAnswer),
        {"key": f"key-{age}", "fingerprint": "f", "outcome": {}, "kept_at": at},
    )
    write(
        house,
        insert(Account),
        {"email": f"ada{age.days}@example.org", "name": "Ada", "created_at": at},
    )
    write(
        house,
        insert(SetupLink),
        {"token_hash": f"hash-{age}", "account_id": count(house, Account), "expires_at": at},
    )
    write(
        house,
        insert(PostboxLetter),
        {"letter_key": f"key-{age}", "name": "ping", "words": {}, "posted_at": at, "done_at": at},
    )
    write(
        house,
        insert(KeptMail),
        {"recipient": "bo@example.org", "subject": "s", "message": "m", "kept_at": at},
    )
    write(
        house,
        insert(OutboxRow),
        {
            "kind": "refund.submit",
            "dedupe_key": f"old-{age}",
            "payload": {},
            "state": EffectState.DONE,
            "due_at": at,
            "created_at": at,
            "done_at": at,
        },
    )


def test_spent_rows_go_and_young_ones_stay(house: House) -> None:
    assert house.gala
    fill_with_spent_rows(house, timedelta(days=40))
    fill_with_spent_rows(house, timedelta(minutes=5))
    house.work()
    delete(
        house,
        *("delete.kept_answers", "delete.spent_links", "delete.done_letters"),
        *("delete.kept_mails", "delete.old_effects"),
    )

    for table in (KeptAnswer, SetupLink, PostboxLetter, KeptMail):
        assert count(house, table) == 1, table
    keys = {row.dedupe_key for row in house.rows()}
    assert "old-0:05:00" in keys
    assert not any(key.startswith("old-40") for key in keys)


def test_more_than_a_slice_goes_slice_by_slice(house: House) -> None:
    rows = [
        {"key": f"key-{n}", "fingerprint": "f", "outcome": {}, "kept_at": utc_now() - 2 * DAY}
        for n in range(2 * SLICE_LIMIT + 5)
    ]
    write(house, insert(KeptAnswer), rows)
    house.work()
    delete(house, "delete.kept_answers")

    assert count(house, KeptAnswer) == 0


def test_names_and_addresses_go_when_the_organizer_wishes(house: House) -> None:
    forgotten = house.buy("bo@example.org")
    make_past(house, house.gala, days=100)
    known = house.buy("cy@example.org", event_id=add_show(house.office, "soon"))
    write(house, update(Organizer).values(personal_days=99))
    house.work()
    delete(house, "delete.personal_data")

    with house.office.db.read() as connection:
        people = {
            row.id: (row.name, row.email, row.email_key, row.total_cents)
            for row in connection.execute(select(Order.__table__))
        }
    assert people[forgotten] == ("", "", "", 4400)
    assert people[known][:2] == ("Bo Buyer", "cy@example.org")
    assert broken(house) == []


@only_inside
def test_names_and_addresses_stay_as_long_as_the_organizer_wishes(house: House) -> None:
    house.buy()
    make_past(house, house.gala, days=100)
    write(house, update(Organizer).values(personal_days=101))

    assert dry_run(house.office)["delete.personal_data"] == 0


@only_inside
def test_nothing_of_a_forgotten_buyer_is_left_anywhere(house: House) -> None:
    order = house.buy("bo.unique@example.org", name="Bo Unique")
    house.start_runner()
    house.wait_until_done()
    make_past(house, house.gala, days=1000)
    old = utc_now() - (max(DONE_EFFECT_DAYS, KEPT_MAIL_DAYS) + 1) * DAY
    write(house, update(OutboxRow).values(done_at=old))
    delete(house, "delete.personal_data", "delete.kept_mails", "delete.old_effects")

    dump = []
    with house.office.db.read() as connection:
        for table in Order.metadata.sorted_tables:
            dump += [repr(tuple(row)) for row in connection.execute(select(table))]
    assert any(order in words for words in dump)
    assert not any("unique" in words.lower() for words in dump)


@only_inside
def test_an_order_that_came_to_nothing_is_forgotten_after_a_month(house: House) -> None:
    payments = {"manual": {"quota": 20, "closes_hours": 1}}
    event_id = add_show(house.office, "later", payments=payments)
    basket = house.hold(1, event_id)
    buyer = Buyer("Bo", "bo@example.org")
    order = place_order(house.office, basket, buyer, "manual").order_id
    write(house, update(Order).values(created_at=utc_now() - 31 * DAY))
    assert dry_run(house.office)["delete.personal_data"] == 0, "it is still open"
    write(house, update(Order).where(Order.id == order).values(status="expired"))
    assert dry_run(house.office)["delete.personal_data"] == 0, "its places are still held"
    write(house, update(HoldRow).values(state="expired"))

    assert dry_run(house.office)["delete.personal_data"] == 1


def test_old_demo_orders_go_and_their_places_with_them(house: House) -> None:
    asked_orders.add(house.buy(count=3))
    ReceiptRounds().carry_on(house.office)
    assert count(house, Receipt) == 1
    make_past(house, house.gala, days=31)
    cancel_old_demo(house.office)
    house.work()
    house.wait_until_done()
    delete(house, "delete.demo_orders")

    for table in (Order, OrderLine, Ticket, Payment, Refund, LedgerEntry, Receipt, Allocation):
        assert count(house, table) == 0, table
    assert broken(house) == []


@only_inside
def test_old_demo_orders_of_draw_tickets_go_once_those_are_archived(house: House) -> None:
    lottery = add_draw(house.office, terms_for(100))
    wish = DrawWish(lottery, 5, wants_fewer=False)
    buyer = Buyer("Bo", "bo@example.org")
    order = place_draw_order(house.office, wish, buyer, "demo", "paid").order_id
    give_up(house.office, place_draw_order(house.office, wish, buyer, "demo").order_id)
    write(house, update(Order).values(created_at=utc_now() - 31 * DAY))
    assert dry_run(house.office)["delete.demo_orders"] == 0, "both still have a purchase"
    assert dry_run(house.office)["delete.ended_purchases"] == 0, "both are young"

    carry_out_due(house.office, "lottery.%")
    write(house, sql_delete(LotteryWin))
    write(house, sql_delete(LotteryPart))  # as archiving does
    write(house, sql_delete(LotteryPurchase).where(LotteryPurchase.id == order))
    house.start_runner()
    delete(house, "delete.demo_orders")

    assert count(house, Order) == count(house, DrawOrder) == 1
    write(house, update(LotteryPurchase).values(placed_at=utc_now() - 31 * DAY))
    delete(house, "delete.ended_purchases")
    delete(house, "delete.demo_orders")
    assert count(house, Order) == count(house, DrawOrder) == count(house, LotteryPurchase) == 0


@only_inside
def test_late_money_for_draw_tickets_goes_back_when_nobody_knows_of_the_wish(house: House) -> None:
    lottery = add_draw(house.office, terms_for(100))
    buyer, wish = Buyer("Bo", "bo@example.org"), DrawWish(lottery, 5, wants_fewer=False)
    waiting, ended = (place_draw_order(house.office, wish, buyer, "demo").order_id for _ in "ab")
    paid = place_draw_order(house.office, wish, buyer, "demo", "paid").order_id
    give_up(house.office, ended)
    write(house, update(LotteryPurchase).values(placed_at=utc_now() - 31 * DAY))

    house.start_runner()
    delete(house, "delete.ended_purchases")

    with house.office.db.read() as connection:
        assert set(connection.execute(select(LotteryPurchase.id)).scalars()) == {waiting, paid}
    demo_notice(house.office, ended, "paid")
    house.wait_until_done()
    view = order_view(house.office, ended)
    assert view.order.status == "refunded"
    assert broken(house) == []


@only_inside
def test_sold_tickets_of_coming_events_always_stay(house: House) -> None:
    order = house.buy()
    write(house, update(Order).values(created_at=utc_now() - 5000 * DAY))
    write(house, update(HoldRow).values(expires_ms=0))
    write(house, update(Organizer).values(personal_days=30))
    cancel_old_demo(house.office)
    house.start_runner()
    house.wait_until_done()
    delete(house, *(deletion.kind for deletion in DELETIONS))

    view = order_view(house.office, order)
    assert [ticket.state for ticket in view.tickets] == ["issued", "issued"]
    assert view.order.name == "Bo Buyer"
    assert count(house, Allocation) == 2
    assert broken(house) == []


@only_inside
def test_an_order_over_a_past_and_a_coming_event_stays_whole(house: House) -> None:
    past, coming = house.gala, add_show(house.office, "soon")
    basket = house.hold(1, past)
    house.hold(1, coming, basket)
    buyer = Buyer("Bo", "bo@example.org")
    order = place_order(house.office, basket, buyer, "demo", "paid").order_id
    make_past(house, past, days=2000)
    cancel_old_demo(house.office)

    found = dry_run(house.office)
    assert (found["delete.demo_orders"], found["delete.personal_data"]) == (0, 0)
    assert len(order_view(house.office, order).tickets) == 2


@only_inside
def test_a_real_order_is_never_deleted(house: House) -> None:
    order = house.buy()
    write(house, update(Order).values(is_demo=False))
    make_past(house, house.gala, days=2000)
    cancel_old_demo(house.office)
    give_back_sold(house.office, order, "flooded", "ada")

    assert dry_run(house.office)["delete.demo_orders"] == 0


def test_ended_holds_go_and_live_ones_stay(house: House) -> None:
    basket = house.hold(2)
    with house.office.db.read() as connection:
        ended = connection.execute(select(HoldRow.id)).scalar_one()
    house.office.inventory_of(house.gala).ask(ReleaseHold(ended, basket))
    house.hold(2)
    long_ago = house_clock.now_ms() - (HOLD_DAYS + 1) * 24 * 3600 * 1000
    write(house, update(HoldRow).where(HoldRow.id == ended).values(expires_ms=long_ago))
    house.work()
    delete(house, "delete.ended_holds")

    with house.office.db.read() as connection:
        left = [str(state) for state in connection.execute(select(HoldRow.state)).scalars()]
    assert left == ["live"]
    assert broken(house) == []


@only_inside
def test_a_dry_run_counts_and_removes_nothing(house: House) -> None:
    fill_with_spent_rows(house, timedelta(days=40))
    found = dry_run(house.office)

    assert found["delete.kept_answers"] == found["delete.kept_mails"] == 1
    assert count(house, KeptAnswer) == count(house, KeptMail) == 1


@only_inside
def test_old_deliveries_go_but_not_those_that_failed(house: House) -> None:
    long_ago = utc_now() - timedelta(days=91)
    row = {"gateway": "stripe", "kind": "x", "facts": {}, "tries": 1, "at": long_ago}
    for state in ("done", "ignored", "failed", "new"):
        write(house, insert(DeliveryRow).values(id=state, state=state, received_at=long_ago, **row))
    house.work()

    delete(house, "delete.deliveries")

    assert count(house, DeliveryRow) == 2


@only_inside
def test_what_was_given_up_stays_for_a_person_to_see(house: House) -> None:
    fill_with_spent_rows(house, timedelta(days=40))
    write(house, update(OutboxRow).values(state=EffectState.DEAD))

    assert dry_run(house.office)["delete.old_effects"] == 0
