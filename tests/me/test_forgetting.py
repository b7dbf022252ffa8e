"""Deleting an account: what goes at once, what goes later by itself, what the accounts keep."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.deletions import DELETIONS, SLICE_LIMIT
from app.invariants import check
from app.models import (
    Dispute,
    DisputeState,
    ForgetWish,
    KeptMail,
    OutboxRow,
    Payment,
    Refund,
    RefundState,
    Table,
)
from app.orders.receipt_numbers import ReceiptRounds
from app.orders.receipts import asked_orders
from app.orders.refunding import refund_tickets
from app.orders.views import order_view
from jobs.schedule import SCHEDULE
from tests.giving_back import give_back_sold
from tests.jobs.shows import add_show
from tests.me.conftest import Buy, SignIn
from tests.me.test_mine import end_show
from tests.shop.visitor import Visitor

Delete = Callable[[], None]
NAME = "Josephine Quillfeather"


@pytest.fixture
def delete(bo: Visitor, email: str, sign_in: SignIn) -> Delete:
    """Bo signs in and deletes the account, as the pages do it."""

    def deleted() -> None:
        sign_in(bo, email)
        bo.open("/me/deletion")
        bo.follow(bo.send("/me/deletion"))
        assert "Your account is deleted" in bo.page

    return deleted


def everything(office: BoxOffice) -> str:
    """Every value of the database, as text."""
    with office.db.read() as connection:
        return "\n".join(
            str(tuple(row))
            for table in Table.metadata.tables.values()
            for row in connection.execute(select(table))
        )


def buyer_of(office: BoxOffice, order: str) -> tuple[str, str]:
    """Name and address that an order still has."""
    found = order_view(office, order).order
    return found.name, found.email


def run_deletes(office: BoxOffice) -> None:
    """What the scheduled deletes do, one slice of each."""
    for deletion in DELETIONS:
        with office.db.read() as connection:
            ids = deletion.find(connection, utc_now(), SLICE_LIMIT)
        with office.db.write() as connection:
            deletion.remove(connection, utc_now(), ids)


def keep_letter(office: BoxOffice, email: str, kind: str) -> None:
    """A letter that could not leave."""
    with office.db.write() as connection:
        row = connection.execute(select(OutboxRow.id).where(OutboxRow.kind == kind)).scalars()
        facts: dict[str, Any] = {"outbox_id": max(row), "recipient": email.upper()}
        words = {"subject": "Tickets", "message": f"Dear {email}", "kept_at": utc_now()}
        connection.execute(insert(KeptMail), facts | words)


def kept_letters(office: BoxOffice) -> int:
    """How many letters are kept."""
    with office.db.read() as connection:
        return len(list(connection.execute(select(KeptMail.id))))


# ---- what goes at once ---------------------------------------------------------------------------


def test_with_everything_over_no_trace_of_the_buyer_stays(
    office: BoxOffice, bo: Visitor, email: str, buy: Buy, delete: Delete
) -> None:
    add_show(office, "over", "Loud Weather")
    order = buy(email, 2, "over", NAME)
    keep_letter(office, email, "mail.order_paid")
    end_show(office, "over")
    assert email in everything(office)
    assert NAME in everything(office)

    delete()

    left = everything(office)
    assert email not in left.lower()
    assert NAME not in left
    assert kept_letters(office) == 0
    assert "Email me the link" in bo.page
    view = order_view(office, order)
    assert (view.order.total_cents, len(view.tickets), len(view.payments)) == (4400, 2, 1)
    with office.db.read() as connection:
        assert check(connection) == []


def test_signing_in_again_finds_nothing_of_it(
    office: BoxOffice, bo: Visitor, email: str, buy: Buy, delete: Delete, sign_in: SignIn
) -> None:
    add_show(office, "gone", "Loud Weather")
    buy(email, 1, "gone")
    end_show(office, "gone")
    delete()
    sign_in(bo, email)

    assert "No tickets with this address" in bo.page


def test_every_session_and_link_ends(
    bo: Visitor, cy: Visitor, email: str, sign_in: SignIn, ask: SignIn, delete: Delete
) -> None:
    sign_in(cy, email)
    delete()

    assert "Email me the link" in cy.open("/me").text


def test_nobody_else_is_forgotten(
    office: BoxOffice, bo: Visitor, cy: Visitor, email: str, buy: Buy, sign_in: SignIn,
    delete: Delete,
) -> None:  # fmt: skip
    add_show(office, "both", "Loud Weather")
    theirs = buy(f"cy.{email}", 1, "both")
    sign_in(cy, f"cy.{email}")
    end_show(office, "both")
    delete()
    run_deletes(office)

    assert buyer_of(office, theirs) == ("Bo Buyer", f"cy.{email}")
    assert "Signed in as cy." in cy.open("/me").text


def test_the_page_of_a_forgotten_order_goes_on(
    office: BoxOffice, bo: Visitor, email: str, buy: Buy, delete: Delete
) -> None:
    add_show(office, "page", "Loud Weather")
    order = buy(email, 1, "page", NAME)
    path = f"/o/{order}/{office.tokens.order_secret(order)}"
    asked_orders.add(order)
    ReceiptRounds().carry_on(office)
    end_show(office, "page")
    delete()

    assert bo.open(path).status_code == 200
    assert "The name and email of this booking are not kept any more." in bo.page
    assert "Send the email again" not in bo.page
    assert NAME not in bo.page
    assert bo.open(f"{path}/receipt").status_code == 200
    assert bo.open(f"{path}/receipt.pdf").data.startswith(b"%PDF")
    assert bo.open(f"{path}/tickets.pdf").data.startswith(b"%PDF")


# ---- what stays for now --------------------------------------------------------------------------


def test_a_show_to_come_keeps_its_buyer_until_it_is_over(
    office: BoxOffice, bo: Visitor, email: str, buy: Buy, delete: Delete
) -> None:
    add_show(office, "coming", "Loud Weather")
    order = buy(email, 2, "coming")
    ticket_path = f"/o/{order}/{office.tokens.order_secret(order)}"
    delete()
    run_deletes(office)
    assert buyer_of(office, order) == ("Bo Buyer", email)
    assert bo.open(ticket_path).status_code == 200, "the tickets work from the letter's link"

    end_show(office, "coming", days=0)
    run_deletes(office)
    assert buyer_of(office, order) == ("", "")
    run_deletes(office)
    with office.db.read() as connection:
        key = office.tokens.address_key(email)
        wish = select(ForgetWish.asked_at).where(ForgetWish.address_key == key)
        assert connection.execute(wish).first() is None, "nothing waits for it any more"


def test_what_is_bought_afterwards_is_not_part_of_the_wish(
    office: BoxOffice, email: str, buy: Buy, delete: Delete
) -> None:
    add_show(office, "after", "Loud Weather")
    before = buy(email, 1)
    delete()
    later = buy(email, 1, "after")
    end_show(office, "after")
    run_deletes(office)

    assert buyer_of(office, later) == ("Bo Buyer", email)
    assert buyer_of(office, before) == ("Bo Buyer", email)


def _refund_moves(office: BoxOffice, order: str) -> None:
    view = order_view(office, order)
    refund_tickets(office, order, (view.tickets[0].id,), "ill", "ada")
    with office.db.write() as connection:
        moving = update(Refund).where(Refund.order_id == order)
        connection.execute(moving.values(state=RefundState.FAILED))


def _bank_asks(office: BoxOffice, order: str) -> None:
    payment = order_view(office, order).payments[0]
    facts = {"id": f"dp-{order}", "payment_id": payment.id, "order_id": order, "cents": 0}
    row = {**facts, "state": DisputeState.OPEN, "reason": "general", "opened_at": utc_now()}
    with office.db.write() as connection:
        connection.execute(insert(Dispute), row)


def _unsettled(office: BoxOffice, order: str) -> None:
    with office.db.write() as connection:
        payment = update(Payment).where(Payment.order_id == order)
        connection.execute(payment.values(settled=False))


@pytest.mark.parametrize("moves", [_refund_moves, _bank_asks, _unsettled])
def test_money_that_moves_keeps_its_buyer(
    office: BoxOffice, email: str, buy: Buy, delete: Delete,
    moves: Callable[[BoxOffice, str], None], request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    slug = request.node.callspec.id.strip("_").replace("_", "-")
    add_show(office, slug, "Loud Weather")
    order = buy(email, 2, slug)
    end_show(office, slug)
    moves(office, order)
    delete()
    run_deletes(office)

    assert buyer_of(office, order) == ("Bo Buyer", email)


def test_letters_about_orders_that_stay_are_kept(
    office: BoxOffice, email: str, buy: Buy, delete: Delete
) -> None:
    buy(email, 1)
    keep_letter(office, email, "mail.order_paid")
    before = kept_letters(office)
    delete()

    assert kept_letters(office) == before


# ---- what the page promises ----------------------------------------------------------------------


def test_the_page_says_what_goes_and_what_stays(
    office: BoxOffice, bo: Visitor, email: str, buy: Buy, sign_in: SignIn
) -> None:
    add_show(office, "told", "Loud Weather")
    buy(email, 1, "told")
    end_show(office, "told")
    given_back = buy(email, 1)
    give_back_sold(office, given_back, "flooded", "ada")
    buy(email, 3)
    sign_in(bo, email)
    words = " ".join(re.sub(r"<[^>]+>", " ", bo.open("/me/deletion").text).split())

    assert "Goes at once: this sign-in and every other one" in words
    assert "Goes at once: your name and email in 1 booking that is over." in words
    assert "Stays: its places and sums, as tax law demands" in words
    assert "Stays for now: your name and email in 2 bookings that still need them" in words
    assert "Still works: 3 tickets, from the links in your emails." in words


def test_nothing_is_said_of_orders_where_there_are_none(
    bo: Visitor, email: str, sign_in: SignIn
) -> None:
    sign_in(bo, email)
    page = bo.open("/me/deletion").text

    assert page.count("<li>") == 1 + page.count('<li><a href="/visit')


# ---- what goes by itself -------------------------------------------------------------------------


def test_every_deletion_has_its_time() -> None:
    assert {deletion.kind for deletion in DELETIONS} <= {one.name for one in SCHEDULE}


def test_ended_links_and_sessions_go(
    office: BoxOffice, bo: Visitor, email: str, sign_in: SignIn
) -> None:
    sign_in(bo, email)
    run_deletes(office)
    assert "Signed in as" in bo.open("/me").text
    ended = utc_now() - timedelta(seconds=1)
    with office.db.write() as connection:
        for name, column in (("sign_in_requests", "expires_at"), ("buyer_sessions", "ends_at")):
            table = Table.metadata.tables[name]
            theirs = update(table).where(table.c.email == email)
            assert connection.execute(theirs.values({column: ended})).rowcount == 1
    run_deletes(office)

    assert email not in everything(office)
