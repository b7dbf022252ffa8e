"""Orders of draw tickets: through the same gateways as seats, or with play credits."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_string, policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text, update

from app import credits
from app.answers import KeptKey
from app.box_office import BoxOffice
from app.clock import utc_now
from app.invariants import check
from app.lottery.pool.commands import CloseBatch
from app.lottery.pool.terms import EVENING
from app.lottery.refusals import AgeNeeded, DrawNotOpen, NoLegalBasis, SoldOut, StaffMayNotBuy
from app.models import (
    Account,
    DrawOrder,
    KeptMail,
    LotteryPurchase,
    Order,
    OutboxRow,
    Payment,
    Receipt,
    Refund,
)
from app.orders.disputes import dispute_told, lift_dispute
from app.orders.draw_placing import AddressLimit, DrawWish, place_draw_order
from app.orders.ending import give_up
from app.orders.owed import owed_orders
from app.orders.paying import demo_notice
from app.orders.placed import Buyer, Placed
from app.orders.receipt_numbers import ReceiptRounds
from app.orders.receipts import asked_orders
from app.orders.refunding import RefundNotPossible, refund_order, refund_part
from app.orders.settler import lapse_forgotten, thaw_broken
from app.orders.settling import settle_open
from app.orders.views import order_view
from app.prize_draws.claiming import MoneyDisputed, claim_all
from app.refusals import (
    CardRefused,
    IdempotencyMismatch,
    Invalid,
    LimitReached,
    PaymentNotPossible,
    Refusal,
)
from tests.carrying import carry_out_due
from tests.lottery.house_draws import add_draw, terms_for
from tests.opened import opened
from tests.trouble import faults

BO = Buyer("Bo", "bo@example.org")
CY = Buyer("Cy", "cy@example.org")
KEY = KeptKey("a key of sixteen or more", "first")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[BoxOffice]:
    """A box office with nothing in it."""
    with opened(tmp_path) as office:
        yield office


def buy(
    office: BoxOffice,
    lottery: int,
    count: int = 10,
    payment: str = "demo",
    outcome: str | None = "paid",
    kept: KeptKey | None = None,
    buyer: Buyer = BO,
    **wish: Any,
) -> Placed:
    """An order of draw tickets."""
    facts: dict[str, Any] = {"wants_fewer": False, "is_of_age": True} | wish
    return place_draw_order(
        office, DrawWish(lottery, count, **facts), buyer, payment, outcome, kept, is_proved=True
    )


def last_letter(office: BoxOffice) -> str:
    """What the last letter about draw tickets says, on one line."""
    carry_out_due(office, "mail.lottery")
    with office.db.read() as connection:
        query = select(KeptMail.message).order_by(KeptMail.id.desc())
        message = message_from_string(str(connection.scalar(query)), policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def money(office: BoxOffice, order_id: str) -> tuple[str, int | None, int, int]:
    """Status, tickets, money that came and money on its way back."""
    with office.db.read() as connection:
        status = connection.scalar(select(Order.status).where(Order.id == order_id))
        taken = connection.scalar(select(DrawOrder.taken).where(DrawOrder.order_id == order_id))
        came = connection.scalar(
            select(func.sum(Payment.amount_cents)).where(Payment.order_id == order_id)
        )
        back = connection.scalar(
            select(func.sum(Refund.amount_cents)).where(Refund.order_id == order_id)
        )
        assert check(connection) == []
    return str(status), taken, came or 0, back or 0


def give(office: BoxOffice, buyer: Buyer, amount: int) -> None:
    """Play credits from a voucher."""
    (code,) = credits.make_vouchers(office, amount, 1, "Gift card")
    credits.redeem(office, office.tokens.address_key(buyer.email), code)


def balance(office: BoxOffice, buyer: Buyer = BO) -> int:
    with office.db.read() as connection:
        return credits.balance_of(connection, office.tokens.address_key(buyer.email))


def test_draw_tickets_are_paid_by_card_and_handed_out_to_the_last(
    tmp_path: Path, database_url: str
) -> None:
    with opened(tmp_path, database_url) as office:
        lottery = add_draw(office, terms_for())

        placed = buy(office, lottery, outcome=None)
        assert placed.status == "paying"
        assert placed.pay_url is not None
        assert money(office, placed.order_id) == ("paying", None, 0, 0)
        for _ in range(2):
            demo_notice(office, placed.order_id, "paid")
        demo_notice(office, placed.order_id, "paid", again=2)

        assert money(office, placed.order_id) == ("paid", 10, 2000, 1000)
        assert carry_out_due(office, "lottery.%") == [("lottery.allocate", True)]
        with office.db.read() as connection:
            query = select(LotteryPurchase.status, LotteryPurchase.drawn)
            assert tuple(connection.execute(query).one()) == ("filled", 10)
            assert owed_orders(connection) == []


def test_what_cannot_be_had_goes_back_as_the_buyer_said(office: BoxOffice) -> None:
    lottery = add_draw(office, terms_for(100))
    waiting = [
        buy(office, lottery, 60, outcome=None, buyer=BO),
        buy(office, lottery, 60, outcome=None, buyer=CY, wants_fewer=True),
        buy(office, lottery, 60, outcome=None, buyer=Buyer("Di", "di@example.org")),
    ]
    for placed in waiting:
        demo_notice(office, placed.order_id, "paid")

    assert [money(office, placed.order_id) for placed in waiting] == [
        ("paid", 60, 6000, 0), ("paid", 40, 6000, 2000), ("refunded", 0, 6000, 6000),
    ]  # fmt: skip
    with pytest.raises(DrawNotOpen):
        buy(office, lottery, 1)


def test_the_same_key_gives_the_same_order(office: BoxOffice) -> None:
    lottery = add_draw(office, terms_for())
    first = buy(office, lottery, kept=KEY)

    again = buy(office, lottery, kept=KEY)

    assert again.order_id == first.order_id
    with office.db.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Order)) == 1
    with pytest.raises(IdempotencyMismatch):
        buy(office, lottery, kept=KeptKey(KEY.key, "other"))


def test_a_refused_card_charges_nothing_and_counts_against_no_limit(office: BoxOffice) -> None:
    lottery = add_draw(office, terms_for(), person_limit=10)

    with pytest.raises(CardRefused):
        buy(office, lottery, outcome="refused")

    assert buy(office, lottery).status == "paid"


def test_free_tickets_are_there_at_once(office: BoxOffice) -> None:
    lottery = add_draw(office, terms_for(price_cents=0), basis=None)

    placed = buy(office, lottery, payment="")

    assert money(office, placed.order_id) == ("paid", 10, 0, 0)


def test_credits_are_spent_once_and_given_back_for_what_is_missing(office: BoxOffice) -> None:
    lottery = add_draw(office, terms_for(100), credits=3, basis=None)
    give(office, BO, 500)

    first = buy(office, lottery, 60, "credits", kept=KEY)
    buy(office, lottery, 60, "credits", kept=KEY)
    assert (balance(office), first.status) == (320, "paid")
    short = buy(office, lottery, 60, "credits", wants_fewer=True)

    assert money(office, short.order_id) == ("paid", 40, 0, 0)
    assert balance(office) == 200


def test_too_few_credits_leave_nothing_behind(office: BoxOffice) -> None:
    lottery = add_draw(office, terms_for(), credits=3, basis=None, person_limit=10)
    give(office, BO, 29)

    with pytest.raises(credits.TooFewCredits):
        buy(office, lottery, 10, "credits")

    with office.db.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Order)) == 0
    assert balance(office) == 29
    give(office, BO, 1)
    assert buy(office, lottery, 10, "credits").status == "paid"


def test_a_voucher_counts_once_for_whoever_comes_first(office: BoxOffice) -> None:
    (code,) = credits.make_vouchers(office, 150, 1, "Gift card")
    bo, cy = (office.tokens.address_key(buyer.email) for buyer in (BO, CY))

    for typed in (code, code.lower().replace("-", " "), code.replace("0", "O")):
        assert credits.redeem(office, bo, typed) == 150
    assert balance(office) == 150
    for buyer, typed in ((cy, code), (bo, "AAAA-BBBB-CCCC"), (bo, "")):
        with pytest.raises(credits.BadVoucher):
            credits.redeem(office, buyer, typed)
    assert balance(office, CY) == 0


def test_the_limits_of_an_address_are_told_to_its_owner_alone(office: BoxOffice) -> None:
    lottery = add_draw(office, terms_for(), credits=1, person_limit=10)
    give(office, BO, 50)
    wish = DrawWish(lottery, 11, wants_fewer=False)

    with pytest.raises(LimitReached):
        place_draw_order(office, wish, BO, "demo", is_proved=True)
    with pytest.raises(AddressLimit) as told:
        place_draw_order(office, wish, BO, "demo")
    assert "10" not in told.value.words
    with pytest.raises(PaymentNotPossible):
        place_draw_order(office, wish, BO, "credits")
    assert balance(office) == 50


@pytest.mark.parametrize(
    ("wish", "payment", "refusal"),
    [
        ({"count": 0}, "demo", Refusal),
        ({"count": -1}, "demo", Refusal),
        ({"count": 10_001}, "demo", Refusal),
        ({"count": 1001}, "demo", SoldOut),
        ({"price_cents": 99}, "demo", Invalid),
        ({"is_of_age": False}, "demo", AgeNeeded),
        ({}, "credits", PaymentNotPossible),
        ({}, "transfer", PaymentNotPossible),
        ({}, "stripe", PaymentNotPossible),
        ({}, "free", PaymentNotPossible),
    ],
)
def test_what_is_refused_leaves_no_order(
    office: BoxOffice, wish: dict[str, Any], payment: str, refusal: type[Refusal]
) -> None:
    lottery = add_draw(office, terms_for(), age_limit=18)

    with pytest.raises(refusal):
        buy(office, lottery, payment=payment, **wish)

    with office.db.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Order)) == 0
        assert connection.scalar(select(func.count()).select_from(LotteryPurchase)) == 0


def test_paid_tickets_need_a_legal_basis_and_nobody_of_the_house(office: BoxOffice) -> None:
    lottery = add_draw(office, terms_for(), basis=None)
    with pytest.raises(NoLegalBasis):
        buy(office, lottery)
    with office.db.write() as connection:
        row = {"id": 7, "email": "Bo@Example.org", "name": "Bo", "created_at": utc_now()}
        connection.execute(insert(Account), row | {"is_admin": False, "session_epoch": 1})
    other = add_draw(office, terms_for(), slug="other")
    with pytest.raises(StaffMayNotBuy):
        buy(office, other)
    evening = add_draw(office, terms_for(mode=EVENING), slug="evening")
    assert buy(office, evening).status == "paid"


@pytest.mark.parametrize(
    "fault", ["order.pending=fail@1", "payment.captured=fail@1", "sell.committed=fail@1"]
)
def test_an_order_that_was_broken_off_goes_on_or_comes_to_nothing(
    office: BoxOffice, fault: str
) -> None:
    lottery = add_draw(office, terms_for(100), credits=1, basis=None)
    give(office, BO, 50)

    with faults(fault), pytest.raises(Exception, match=r".*"):
        buy(office, lottery, 50, "credits", kept=KEY)
    settle_open(office)
    with office.db.write() as connection:  # nobody comes back, and half an hour passes
        connection.execute(update(Order).values(deadline_ms=Order.deadline_ms - 4_000_000))
        connection.execute(text("UPDATE lottery_purchases SET deadline_ms = 0"))
    thaw_broken(office)
    lapse_forgotten(office)

    with office.db.read() as connection:
        (order_id,) = connection.execute(select(Order.id)).scalars()
    status, taken, _came, _back = money(office, order_id)
    is_paid = "pending" not in fault
    assert (status, taken) == (("paid", 50) if is_paid else ("cancelled", None))
    assert balance(office) == (0 if is_paid else 50)


def test_late_money_buys_tickets_while_there_are_any(office: BoxOffice) -> None:
    lottery = add_draw(office, terms_for(100))
    late, too_late = (buy(office, lottery, outcome=None) for _ in range(2))
    with office.db.write() as connection:
        connection.execute(update(Order).values(deadline_ms=0))
    pool = office.pool_of(lottery)
    for placed in (late, too_late):
        give_up(office, placed.order_id)

    demo_notice(office, late.order_id, "paid")
    pool.ask(CloseBatch("roof-1", "ada", 0))
    demo_notice(office, too_late.order_id, "paid")

    assert money(office, late.order_id) == ("paid", 10, 1000, 0)
    assert money(office, too_late.order_id) == ("refunded", 0, 1000, 1000)
    (refund,) = order_view(office, too_late.order_id).refunds
    assert refund.reason == "the sale had closed when the money came"
    told = last_letter(office)
    assert "The sale had closed when your money came. £10.00 goes back" in told
    assert "Fewer tickets" not in told


def test_late_money_over_a_limit_is_told_so(office: BoxOffice) -> None:
    lottery = add_draw(office, terms_for(100), person_limit=10)
    late = buy(office, lottery, outcome=None)
    with office.db.write() as connection:
        connection.execute(update(Order).values(deadline_ms=0))
    give_up(office, late.order_id)
    buy(office, lottery)

    demo_notice(office, late.order_id, "paid")

    assert money(office, late.order_id) == ("refunded", 0, 1000, 1000)
    assert "A limit or a break left no room" in last_letter(office)


def test_draw_tickets_have_a_receipt_and_a_credit_note(office: BoxOffice) -> None:
    lottery = add_draw(office, terms_for(100))
    buy(office, lottery, 70)
    placed = buy(office, lottery, 70, buyer=CY, wants_fewer=True)
    asked_orders.add(placed.order_id)

    ReceiptRounds().carry_on(office)

    with office.db.read() as connection:
        rows = connection.execute(select(Receipt.total_cents, Receipt.lines)).all()
        assert check(connection) == []
    assert [row.total_cents for row in rows] == [7000, -4000]
    assert rows[0].lines[0]["words"] == "The Roof Draw: 70 draw tickets"


def test_draw_tickets_are_not_taken_back_but_a_part_of_the_money_is(office: BoxOffice) -> None:
    lottery = add_draw(office, terms_for(100))
    placed = buy(office, lottery, 10)

    with pytest.raises(RefundNotPossible) as told:
        refund_order(office, placed.order_id, "a mistake", "ada")
    assert "a part of the money" in told.value.words
    for _ in range(2):
        refund_part(office, placed.order_id, 400, "a mistake", "ada", "key")

    assert money(office, placed.order_id) == ("paid", 10, 1000, 400)


def test_disputed_money_keeps_its_prizes_back_and_the_house_hears_of_it(
    office: BoxOffice,
) -> None:
    lottery = add_draw(office, terms_for(100))
    placed = buy(office, lottery, 100)
    carry_out_due(office, "lottery.%")
    key = office.tokens.address_key(BO.email)
    facts = {
        "payment": f"demo-{placed.order_id}-1", "reference": "du_1", "status": "needs_response",
        "why": "fraudulent", "cents": 10_000, "currency": "GBP", "due": None,
    }  # fmt: skip

    dispute_told(office, "demo", facts)

    with pytest.raises(MoneyDisputed):
        claim_all(office, placed.order_id, key)
    with office.db.read() as connection:
        due = select(OutboxRow.payload).where(OutboxRow.kind == "mail.dispute_opened")
        assert [row["organizer"] for row in connection.execute(due).scalars()] == [1]
        assert check(connection) == []
    lift_dispute(office, placed.order_id, "ada")
    assert claim_all(office, placed.order_id, key) == 11


def test_one_letter_is_due_for_an_order_and_none_about_its_refund(office: BoxOffice) -> None:
    lottery = add_draw(office, terms_for(100))
    buy(office, lottery, 70)
    buy(office, lottery, 70, buyer=CY, wants_fewer=True)
    carry_out_due(office, "lottery.%")

    with office.db.read() as connection:
        kinds = connection.execute(
            select(OutboxRow.kind).where(OutboxRow.kind.like("mail.%"))
        ).scalars()
        assert sorted(kinds) == ["mail.lottery", "mail.lottery"]
