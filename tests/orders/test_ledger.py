"""Each movement of money is entered once, in the transaction it happens in, and stays."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app.box_office import BoxOffice
from app.clock import utc_now
from app.ledger_rows import enter_payment, enter_refund
from app.models import EntryKind, LedgerEntry, Order, Payment, Refund, RefundState
from app.orders import settling
from app.orders.paying import payment_notice
from app.orders.placing import place_order
from app.orders.refunds_told import refund_told
from app.orders.settling import capture
from jobs.refunds import note
from tests.giving_back import give_back_sold
from tests.opened import show_of
from tests.orders.buying import BO, Tour, broken


def entries(office: BoxOffice) -> list[tuple[str, int]]:
    """Kind and sum of every entry, the oldest first."""
    query = select(LedgerEntry.kind, LedgerEntry.cents).order_by(LedgerEntry.id)
    with office.db.read() as connection:
        return [(str(kind), cents) for kind, cents in connection.execute(query)]


def refund_ids(office: BoxOffice) -> list[str]:
    """All refunds."""
    with office.db.read() as connection:
        return list(connection.execute(select(Refund.id)).scalars())


def given_back(tour: Tour) -> str:
    """An order that was paid and whose money goes back; its refund."""
    give_back_sold(tour.office, tour.order().order_id, "ill", "ada")
    (refund,) = refund_ids(tour.office)
    return refund


def test_a_purchase_at_once_is_entered_with_it(office: BoxOffice) -> None:
    show_of(office).hold("bo", 1, 2)

    order = place_order(office, "bo", BO, "demo", "paid", None).order_id

    with office.db.read() as connection:
        [entry] = connection.execute(select(LedgerEntry.__table__)).all()
        payment = connection.execute(select(Payment.__table__)).one()
    assert (entry.kind, entry.order_id, entry.payment_id) == ("payment", order, payment.id)
    assert (entry.cents, entry.currency, entry.gateway, entry.at) == (
        payment.amount_cents, "GBP", "demo", payment.captured_at,
    )  # fmt: skip
    assert broken(office) == []


def test_many_purchases_of_one_batch_have_an_entry_each(office: BoxOffice) -> None:
    show = show_of(office)
    for number in range(5):
        show.hold(f"bo-{number}", number)
        place_order(office, f"bo-{number}", BO, "demo", "paid", None)

    assert [kind for kind, _ in entries(office)] == ["payment"] * 5
    assert broken(office) == []


def test_a_captured_payment_is_entered_once_however_often_it_is_told(tour: Tour) -> None:
    order = tour.order(None).order_id

    for _ in range(3):
        payment_notice(tour.office, order, "demo", "r", tour.total_cents, "GBP", "paid")

    assert entries(tour.office) == [("payment", tour.total_cents)]


def test_a_second_payment_is_entered_and_so_is_its_way_back(tour: Tour) -> None:
    order = tour.order().order_id

    capture(tour.office, order, "demo", "second", 700, "GBP")

    assert entries(tour.office)[1:] == [("payment", 700), ("refund", -700)]
    assert broken(tour.office) == []


def test_a_payment_that_is_not_kept_is_not_entered(
    tour: Tour, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = tour.order(None).order_id
    monkeypatch.setattr(settling, "write_journal", None)  # the next step of the transaction

    with pytest.raises(TypeError):
        capture(tour.office, order, "demo", "r", tour.total_cents, "GBP")

    with tour.office.db.read() as connection:
        assert connection.execute(select(Payment.id)).all() == []
    assert entries(tour.office) == []


def test_money_that_goes_back_is_entered_when_it_is_asked_for(tour: Tour) -> None:
    given_back(tour)

    assert entries(tour.office) == [("payment", tour.total_cents), ("refund", -tour.total_cents)]
    assert broken(tour.office) == []


@pytest.mark.parametrize("state", ["succeeded", "submitted"])
def test_a_refund_that_goes_well_is_not_entered_again(tour: Tour, state: str) -> None:
    refund = given_back(tour)

    with tour.office.db.write() as connection:
        note(connection, {"refund": refund}, {"state": state, "reference": "re_1"})

    assert len(entries(tour.office)) == 2
    assert broken(tour.office) == []


def test_a_failed_refund_has_its_money_entered_back_once(tour: Tour) -> None:
    refund = given_back(tour)

    for _ in range(2):
        with tour.office.db.write() as connection:
            note(connection, {"refund": refund}, {"state": "failed", "reference": None})

    assert entries(tour.office)[2:] == [("refund_failed", tour.total_cents)]
    assert broken(tour.office) == []


def test_a_refund_that_fails_after_it_succeeded_is_entered_back(tour: Tour) -> None:
    refund = given_back(tour)
    with tour.office.db.write() as connection:
        note(connection, {"refund": refund}, {"state": "succeeded", "reference": "re_1"})
        payment = connection.execute(select(Payment.reference)).scalar_one()
    facts = {
        "payment": payment, "refund": refund, "reference": "re_1", "state": "failed",
        "cents": tour.total_cents, "why": "account closed",
    }  # fmt: skip

    for _ in range(2):
        refund_told(tour.office, "demo", facts)

    assert entries(tour.office)[2:] == [("refund_failed", tour.total_cents)]
    assert broken(tour.office) == []


def test_repeats_enter_nothing(tour: Tour) -> None:
    refund = given_back(tour)
    with tour.office.db.write() as connection:
        payment = connection.execute(select(Payment.id)).scalar_one()

        enter_payment(connection, payment)
        enter_refund(connection, refund)

    assert len(entries(tour.office)) == 2


@pytest.mark.parametrize(
    "change",
    [
        update(LedgerEntry).values(cents=1),
        update(LedgerEntry).values(kind=EntryKind.PAYMENT),
        delete(LedgerEntry),
    ],
    ids=["sum", "kind", "delete"],
)
def test_the_database_itself_refuses_every_change(tour: Tour, change: object) -> None:
    capture(tour.office, tour.order("paid").order_id, "demo", "second", 700, "GBP")
    _make_real(tour.office)
    before = entries(tour.office)

    with pytest.raises(DBAPIError), tour.office.db.write() as connection:
        connection.execute(change)  # type: ignore[call-overload]

    assert entries(tour.office) == before


def test_nothing_may_empty_the_ledger_at_once(tour: Tour) -> None:
    tour.order()
    _make_real(tour.office)
    how = "DELETE FROM" if tour.office.db.is_sqlite else "TRUNCATE"

    with pytest.raises(DBAPIError), tour.office.db.write() as connection:
        connection.execute(text(f"{how} ledger_entries"))

    assert len(entries(tour.office)) == 1


def test_a_payment_cannot_be_entered_twice(tour: Tour) -> None:
    tour.order()

    with pytest.raises(DBAPIError), tour.office.db.write() as connection:
        connection.execute(insert(LedgerEntry), dict(_first_entry(tour.office)))


def test_the_entries_of_a_demo_order_may_go_with_it(tour: Tour) -> None:
    tour.order()

    with tour.office.db.write() as connection:
        connection.execute(delete(LedgerEntry))

    assert entries(tour.office) == []


def test_a_missing_entry_is_noticed(tour: Tour) -> None:
    given_back(tour)

    with tour.office.db.write() as connection:
        connection.execute(delete(LedgerEntry).where(LedgerEntry.cents < 0))

    assert any("Refund refund:demo:" in words for words in broken(tour.office))


def test_a_failure_that_nobody_entered_is_noticed(tour: Tour) -> None:
    refund = given_back(tour)

    with tour.office.db.write() as connection:
        connection.execute(
            update(Refund).where(Refund.id == refund).values(state=RefundState.FAILED)
        )

    assert any("failed, but the ledger has no entry" in words for words in broken(tour.office))


def _make_real(office: BoxOffice) -> None:
    with office.db.write() as connection:
        connection.execute(update(Order).values(is_demo=False))


def _first_entry(office: BoxOffice) -> dict[str, object]:
    with office.db.read() as connection:
        row = connection.execute(select(LedgerEntry.__table__)).mappings().one()
    return {**{name: row[name] for name in row if name != "id"}, "at": utc_now()}
