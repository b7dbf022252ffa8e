"""What buyers see while their bank asks for the money back."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import insert, select

from app.box_office import BoxOffice
from app.clock import utc_now
from app.models import Dispute, DisputeState, Payment
from tests.shop.test_paying import Make, order, play
from tests.shop.visitor import Visitor


@pytest.fixture
def disputed(bo: Visitor, make_event: Make, office: BoxOffice) -> str:
    """A booking for two seats whose payment is disputed; its page, with the tickets' links."""
    bo.follow(play(bo, order(bo, make_event()), "paid"))
    code = bo.path.split("/")[2]
    with office.db.write() as connection:
        payment = connection.scalar(select(Payment.id).where(Payment.order_id == code))
        row = {
            "id": f"du_{code}", "payment_id": payment, "order_id": code, "cents": 4800,
            "state": DisputeState.OPEN, "reason": "fraudulent", "opened_at": utc_now(),
        }  # fmt: skip
        connection.execute(insert(Dispute), row)
    return bo.path


def test_the_order_page_says_why_its_tickets_admit_nobody(bo: Visitor, disputed: str) -> None:
    links = re.findall(r'href="(/t/[^"]+)"', bo.page)
    bo.open(disputed)

    assert "Your bank has asked for the money back" in bo.page
    assert bo.page.count("Admits nobody for now") == 2
    assert "/t/" not in bo.page
    bo.open(links[0])
    assert "This ticket admits nobody for now" in bo.page
    assert "<svg xmlns" not in bo.page, "no code to be scanned"


@pytest.mark.parametrize("paper", ["tickets.pdf", "calendar.ics"])
def test_there_is_nothing_to_print(bo: Visitor, disputed: str, paper: str) -> None:
    assert bo.open(f"{disputed}/{paper}").status_code == 404
