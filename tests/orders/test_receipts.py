"""Receipts: numbered without a gap, taxed to the cent, credited when money goes back."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import select, update

from app.box_office import BoxOffice
from app.models import Order, Receipt, Refund, RefundState, Ticket, TicketType
from app.orders import receipt_numbers
from app.orders.placing import place_order
from app.orders.receipt_numbers import ReceiptRounds
from app.orders.receipts import (
    ReceiptNotYet,
    asked_orders,
    number_words,
    receipts_of,
    receipts_soon,
)
from app.orders.refunding import refund_part, refund_tickets, try_refund_again
from app.orders.settler import Settler
from app.orders.settling import capture
from app.tax import rate_words, shares_of, tax_within, taxes_of_lines
from tests.giving_back import give_back_sold
from tests.opened import show_of
from tests.orders.buying import BO, Tour, broken


def buy(office: BoxOffice, count: int = 1, slug: str = "gala", *, is_demo: bool = False) -> str:
    """An order that was paid for."""
    show = show_of(office, slug)
    free = [n for n in range(20) if show.letters(n) == "f"][:count]
    basket = f"bo-{random.random()}"
    show.hold(basket, *free)
    order = place_order(office, basket, BO, "demo", "paid", None).order_id
    if not is_demo:
        change(office, update(Order).where(Order.id == order).values(is_demo=False))
    return order


def change(office: BoxOffice, statement: Any) -> None:
    with office.db.write() as connection:
        connection.execute(statement)


def tax(office: BoxOffice, rate: int | None) -> None:
    """What all prices include."""
    change(office, update(TicketType).values(tax_rate=rate))


def number(office: BoxOffice, *asked: str) -> int:
    """One round of numbering by a process that has just started; somebody waits for some."""
    asked_orders.update(asked)
    return ReceiptRounds().carry_on(office)


def numbers(office: BoxOffice) -> list[str]:
    """All numbers, in the order in which they were given."""
    query = select(Receipt.is_demo, Receipt.year, Receipt.serial).order_by(Receipt.id)
    with office.db.read() as connection:
        return [number_words(*row) for row in connection.execute(query)]


def endings(office: BoxOffice) -> list[int]:
    """Their serial numbers."""
    return [int(words.rpartition("-")[2]) for words in numbers(office)]


# ---- numbers ------------------------------------------------------------------------------------


def test_a_paid_order_gets_one_number_however_often_it_is_looked_at(office: BoxOffice) -> None:
    order = buy(office, 2)

    assert [number(office) for _ in range(3)] == [1, 0, 0]

    [receipt] = receipts_of(office, order)
    assert receipt.number.endswith("-000001")
    assert (receipt.kind, len(receipt.lines)) == ("receipt", 2)
    assert receipt.total_cents == sum(line["cents"] for line in receipt.lines)


def test_numbers_have_no_gap_and_follow_the_money(office: BoxOffice) -> None:
    orders = [buy(office) for _ in range(5)]
    number(office)
    orders += [buy(office) for _ in range(3)]
    number(office)

    assert endings(office) == list(range(1, 9))
    for order, serial in zip(orders, range(1, 9), strict=True):
        assert receipts_of(office, order)[0].number.endswith(f"{serial:06}")


def test_a_failure_in_between_takes_no_number(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = buy(office), buy(office)
    with monkeypatch.context() as broken_off:
        broken_off.setattr(receipt_numbers, "insert", None)
        number(office)
    assert numbers(office) == []

    number(office)

    assert endings(office) == [1, 2]
    assert receipts_of(office, first)[0].number < receipts_of(office, second)[0].number


def test_one_that_cannot_be_numbered_holds_up_no_other(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = buy(office), buy(office)
    sold = receipt_numbers._sold

    def fail(office: BoxOffice, order_id: str) -> Any:
        if order_id == first:
            raise ZeroDivisionError
        return sold(office, order_id)

    monkeypatch.setattr(receipt_numbers, "_sold", fail)
    number(office)

    assert receipts_of(office, first) == ()
    assert receipts_of(office, second)[0].number.endswith("-000001")


def test_trying_out_takes_no_real_number(office: BoxOffice) -> None:
    tried = buy(office, is_demo=True)
    buy(office)
    number(office, tried)

    demo, real = sorted(numbers(office), reverse=True)
    assert (demo[:5], demo[-6:], real[-6:]) == ("DEMO-", "000001", "000001")


def test_a_demo_order_is_numbered_only_when_somebody_asks(office: BoxOffice) -> None:
    order = buy(office, is_demo=True)

    number(office)
    assert numbers(office) == []
    number(office, order)
    assert len(numbers(office)) == 1
    assert not asked_orders


def test_whoever_asks_gets_a_number_at_once(office: BoxOffice) -> None:
    order = buy(office, is_demo=True)
    settler = Settler(office)
    settler.start()

    try:
        [receipt] = receipts_soon(office, order)
    finally:
        settler.stop()

    assert receipt.number.startswith("DEMO-")


def test_what_is_not_paid_gets_no_receipt(tour: Tour) -> None:
    order = tour.order(None).order_id

    assert number(tour.office, order) == 0
    with pytest.raises(ReceiptNotYet):
        receipts_soon(tour.office, order)


def test_a_later_round_finds_what_came_after_the_one_before(office: BoxOffice) -> None:
    rounds = ReceiptRounds()
    assert rounds.carry_on(office) == 0
    buy(office)

    assert rounds.carry_on(office) == 1


@pytest.mark.parametrize(("seconds", "found"), [(0, [2, 2, 1, 0]), (9, [5, 0, 0, 0])])
def test_more_than_a_batch_is_numbered_as_long_as_there_is_time(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch, seconds: int, found: list[int]
) -> None:
    monkeypatch.setattr(receipt_numbers, "BATCH", 2)
    monkeypatch.setattr(receipt_numbers, "OVERLAP", 0)
    for _ in range(5):
        buy(office)
    rounds = ReceiptRounds()

    monkeypatch.setattr(receipt_numbers, "ROUND_SECONDS", seconds)

    assert [rounds.carry_on(office) for _ in range(4)] == found
    assert endings(office) == [1, 2, 3, 4, 5]


def test_a_long_ledger_is_looked_through_part_by_part(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipt_numbers, "PART", 2)
    monkeypatch.setattr(receipt_numbers, "OVERLAP", 1)
    rounds = ReceiptRounds()
    for _ in range(5):
        buy(office)

    assert rounds.carry_on(office) == 5
    buy(office)
    assert rounds.carry_on(office) == 1


# ---- taxes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cents", "rate", "within"),
    [
        (4800, 2000, 800), (2200, 2000, 367), (1, 2000, 0), (3, 2000, 1), (105, 500, 5),
        (1999, 550, 104), (2400, 0, 0), (0, 2000, 0), (-4800, 2000, -800), (-2200, 2000, -367),
        (2, 10000, 1), (1, 10000, 1), (99999, 1900, 15966),
    ],
)  # fmt: skip
def test_tax_is_what_the_price_includes_half_a_cent_up(cents: int, rate: int, within: int) -> None:
    assert tax_within(cents, rate) == within


def test_lines_always_add_up_to_the_tax_of_their_sum() -> None:
    chance = random.Random(4)
    for _ in range(300):
        rates = chance.sample([0, 500, 550, 700, 1900, 2000, 2100, 2550], 3)
        sign = chance.choice((1, -1))
        lines = [
            (sign * chance.randint(0, 9999), chance.choice(rates))
            for _ in range(chance.randint(1, 40))
        ]
        taxes = taxes_of_lines(lines)
        for rate in rates:
            of_rate = [
                (line[0], tax) for line, tax in zip(lines, taxes, strict=True) if line[1] == rate
            ]
            whole = sum(cents for cents, _ in of_rate)
            assert sum(tax for _, tax in of_rate) == tax_within(whole, rate)
        assert all(abs(tax) <= abs(cents) for (cents, _), tax in zip(lines, taxes, strict=True))


@pytest.mark.parametrize("cents", [0, 1, 7, 100, 3333])
@pytest.mark.parametrize("weights", [[1], [1, 1, 1], [700, 1, 299], [0, 5]])
def test_shares_add_up_to_what_is_shared(cents: int, weights: list[int]) -> None:
    shares = shares_of(cents, weights)

    assert sum(shares) == cents
    assert all(share >= 0 for share in shares)


@pytest.mark.parametrize(
    ("rate", "words"), [(2000, "20%"), (550, "5.5%"), (25, "0.25%"), (1000, "10%"), (0, "0%")]
)
def test_rates_are_said_without_needless_digits(rate: int, words: str) -> None:
    assert rate_words(rate) == words


def test_a_receipt_says_the_tax_of_each_rate(office: BoxOffice) -> None:
    show_of(office)
    tax(office, 2000)
    order = buy(office, 3)
    number(office)

    [receipt] = receipts_of(office, order)

    assert receipt.taxes == (
        {
            "rate": 2000, "cents": receipt.total_cents,
            "tax_cents": tax_within(receipt.total_cents, 2000),
        },
    )  # fmt: skip
    assert sum(line["tax_cents"] for line in receipt.lines) == receipt.taxes[0]["tax_cents"]


def test_without_a_rate_a_receipt_says_nothing_of_tax(office: BoxOffice) -> None:
    show_of(office)
    tax(office, None)
    order = buy(office)
    number(office)

    assert receipts_of(office, order)[0].taxes == ()


def test_a_receipt_stays_as_it_was_issued(office: BoxOffice) -> None:
    order = buy(office)
    number(office)
    before = receipts_of(office, order)

    tax(office, 700)
    number(office)

    assert receipts_of(office, order) == before
    assert broken(office) == []


# ---- money back ---------------------------------------------------------------------------------


def test_a_ticket_given_back_is_credited_under_the_next_number(office: BoxOffice) -> None:
    show_of(office)
    tax(office, 2000)
    order = buy(office, 3)
    number(office)
    with office.db.read() as connection:
        ticket = connection.scalars(select(Ticket.id).where(Ticket.order_id == order)).first()

    refund_tickets(office, order, [str(ticket)], "ill", "ada")
    number(office)
    number(office)

    receipt, note = receipts_of(office, order)
    assert (note.kind, note.number[-6:], len(note.lines)) == ("credit_note", "000002", 1)
    assert note.total_cents == -receipt.total_cents // 3
    assert note.taxes[0]["tax_cents"] == tax_within(note.total_cents, 2000)
    assert note.lines[0]["words"] in [line["words"] for line in receipt.lines]
    assert broken(office) == []


def test_a_part_of_the_money_is_credited_with_its_share_of_the_tax(office: BoxOffice) -> None:
    show_of(office)
    tax(office, 2000)
    order = buy(office, 2)
    number(office)

    refund_part(office, order, 501, "the heating failed", "ada", "a key")
    number(office)

    note = receipts_of(office, order)[1]
    assert (note.total_cents, [line["words"] for line in note.lines]) == (
        -501, ["A part of the price"],
    )  # fmt: skip
    assert note.taxes == ({"rate": 2000, "cents": -501, "tax_cents": -84},)


def test_a_whole_order_given_back_is_credited_whole(office: BoxOffice) -> None:
    order = buy(office, 2)
    number(office)

    give_back_sold(office, order, "ill", "ada")
    number(office)

    receipt, note = receipts_of(office, order)
    assert note.total_cents == -receipt.total_cents
    assert len(note.lines) == 2


def test_a_second_payment_that_goes_back_is_no_credit(office: BoxOffice) -> None:
    order = buy(office)
    number(office)

    capture(office, order, "demo", "second", 700, "GBP")

    assert number(office) == 0


def test_a_refund_that_is_tried_again_is_credited_once(office: BoxOffice) -> None:
    order = buy(office)
    number(office)
    give_back_sold(office, order, "ill", "ada")
    number(office)
    change(office, update(Refund).values(state=RefundState.FAILED))
    with office.db.read() as connection:
        refund = connection.scalar(select(Refund.id))

    try_refund_again(office, str(refund), "ada")

    assert number(office) == 0
