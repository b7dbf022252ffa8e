"""The receipt of a booking: by its link only, numbered, taxed, and nothing of a card."""

from __future__ import annotations

import re

import pytest

from app.box_office import BoxOffice
from app.orders import receipts
from app.orders.receipt_numbers import ReceiptRounds
from tests.giving_back import give_back_sold
from tests.shop.test_paying import Make, order, play
from tests.shop.visitor import Visitor


@pytest.fixture
def paid(bo: Visitor, make_event: Make, office: BoxOffice) -> str:
    """A booking for two seats whose receipt has its number; its page."""
    bo.follow(play(bo, order(bo, make_event()), "paid"))
    receipts.asked_orders.add(bo.path.split("/")[2])
    ReceiptRounds().carry_on(office)
    return bo.path


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody numbers receipts in these tests, so nobody waits for it."""
    monkeypatch.setattr(receipts, "WAIT_SECONDS", 0.0)


def test_a_paid_order_links_its_receipt(bo: Visitor, paid: str) -> None:
    bo.open(paid)

    assert f'href="{paid}/receipt.pdf">Receipt (PDF)</a>' in bo.page
    assert f'href="{paid}/receipt"' in bo.page


def test_the_receipt_says_who_sold_what_with_which_tax(bo: Visitor, paid: str) -> None:
    bo.open(f"{paid}/receipt")

    assert re.search(r"Receipt DEMO-20\d\d-\d{6}</h2>", bo.page)
    assert "Lantern House" in bo.page
    assert "14 Market Street" in bo.page
    assert "VAT number" in bo.page
    assert bo.page.count("row ") >= 2
    assert "Includes £8.00 VAT at 20%" in bo.page
    assert "£48.00" in bo.page
    assert "Demo receipt: no money moved." in bo.page
    assert "card" not in bo.page.lower().partition("<main")[2].partition("</main")[0]


def test_the_receipt_is_a_file_too(bo: Visitor, paid: str) -> None:
    answer = bo.open(f"{paid}/receipt.pdf")

    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert "receipt-" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("paper", ["receipt", "receipt.pdf"])
def test_a_receipt_opens_by_its_link_only(bo: Visitor, cy: Visitor, paid: str, paper: str) -> None:
    code = paid.split("/")[2]

    assert cy.open(f"/o/{code}/{'x' * 22}/{paper}").status_code == 404
    assert bo.open(f"{paid}/{paper}").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("paper", ["receipt", "receipt.pdf"])
def test_a_receipt_without_a_number_asks_for_a_moment(
    bo: Visitor, make_event: Make, impatient: None, paper: str
) -> None:
    bo.follow(play(bo, order(bo, make_event()), "paid"))

    answer = bo.open(f"{bo.path}/{paper}")

    assert answer.status_code == 409
    assert "Your receipt is being written" in answer.text
    assert receipts.wanted.is_set()


def test_an_order_that_is_not_paid_has_no_receipt(bo: Visitor, make_event: Make) -> None:
    bo.follow(play(bo, order(bo, make_event()), "silent"))

    assert bo.open(f"{bo.path}/receipt").status_code == 404


def test_money_back_is_credited_below(bo: Visitor, paid: str, office: BoxOffice) -> None:
    give_back_sold(office, paid.split("/")[2], "ill", "ada")
    ReceiptRounds().carry_on(office)

    bo.open(paid)
    assert "Receipt and credit note" in bo.page
    bo.open(f"{paid}/receipt")
    assert re.search(r"Credit note DEMO-20\d\d-\d{6}", bo.page)
    assert "Includes -£8.00 VAT at 20%" in bo.page
