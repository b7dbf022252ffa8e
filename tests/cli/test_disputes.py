"""Commands about disputes, where the actors are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from app.box_office import BoxOffice
from app.cli import orders
from app.clock import utc_now
from app.control_requests import carry_out
from app.models import Dispute, DisputeState, Payment
from app.refusals import NotFound, Refusal
from tests.opened import opened
from tests.orders.buying import Tour


@pytest.fixture
def office(tmp_path: Path) -> Iterator[BoxOffice]:
    with opened(tmp_path) as office:
        yield office


@pytest.fixture
def disputed(office: BoxOffice) -> str:
    """A paid order whose payment is disputed."""
    tour = Tour(office)
    tour.hold_all()
    order = tour.order("paid").order_id
    with office.db.write() as connection:
        payment = connection.scalar(select(Payment.id).where(Payment.order_id == order))
        row = {
            "id": "du_1", "payment_id": payment, "order_id": order, "state": DisputeState.OPEN,
            "cents": 100, "reason": "fraudulent", "opened_at": utc_now(),
        }  # fmt: skip
        connection.execute(insert(Dispute), row)
    return order


def test_disputes_are_listed_and_lifted_by_name(office: BoxOffice, disputed: str) -> None:
    [before] = carry_out(office, "order.disputes", {})["disputes"]
    spaced = f"{disputed[:4].lower()} {disputed[4:]}"
    assert carry_out(office, "order.admit", {"order": spaced, "by": " Dee "})["tickets"] == 6
    [after] = carry_out(office, "order.disputes", {})["disputes"]

    assert (before["order_id"], before["state"], before["lifted_by"]) == (disputed, "open", None)
    assert after["lifted_by"] == "Dee"


def test_an_order_without_a_dispute_is_refused_in_words(office: BoxOffice) -> None:
    tour = Tour(office)
    tour.hold_all()
    order = tour.order("paid").order_id

    with pytest.raises(Refusal, match="No dispute"):
        carry_out(office, "order.admit", {"order": order})
    with pytest.raises(NotFound):
        carry_out(office, "order.admit", {"order": "ABCD2345"})


def test_the_list_reads_well(
    office: BoxOffice,
    disputed: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(
        orders, "ask", lambda _settings, name, words: carry_out(office, name, words)
    )

    orders.list_disputes(office.settings, {"json": False})
    orders.list_disputes(office.settings, {"json": True})

    printed = capsys.readouterr().out
    assert f"{disputed}       £1.00  open  Bo  (fraudulent)" in printed
    assert '"respond_by": null' in printed
