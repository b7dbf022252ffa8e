"""A box office that takes cards, a stand-in for Stripe, and deliveries made by hand."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.box_office import BoxOffice
from app.models import PaySession
from app.orders.deliveries import act_on_deliveries, keep_delivery
from app.orders.reconciler import look_up
from tests.opened import opened
from tests.orders.buying import Tour
from tests.services.stand_in import Stripe, stand_in


@pytest.fixture(scope="module")
def shared() -> Iterator[Stripe]:
    with stand_in() as running:
        yield running


@pytest.fixture
def stripe(shared: Stripe) -> Iterator[Stripe]:
    shared.faults(reset=True)
    yield shared
    shared.faults(reset=True)


@pytest.fixture
def office(tmp_path: Path, database_url: str, stripe: Stripe) -> Iterator[BoxOffice]:
    """A box office that takes cards."""
    settings = {name.lower(): text for name, text in stripe.settings().items()}
    with opened(tmp_path, database_url, **settings) as office:
        yield office


def session_of(office: BoxOffice, order_id: str) -> Any:
    """The row of the order's newest session."""
    with office.db.read() as connection:
        rows = connection.execute(
            select(PaySession.__table__)
            .where(PaySession.order_id == order_id)
            .order_by(PaySession.attempt)
        ).all()
    return rows[-1]


def sessions_at(stripe: Stripe, order_id: str) -> list[dict[str, Any]]:
    """What the stand-in has for an order."""
    return [one for one in stripe.state()["sessions"] if one["client_reference_id"] == order_id]


def ordered(tour: Tour) -> str:
    """An order for the whole basket that waits for its card payment."""
    placed = tour.order(None, payment="stripe")
    assert placed.status == "paying"
    return placed.order_id


def look(office: BoxOffice, order_id: str) -> None:
    """What the reconciler does for one order."""
    look_up(office, session_of(office, order_id))


def told(
    office: BoxOffice, stripe: Stripe, kind: str, order_id: str, event: str, **changes: Any
) -> None:
    """A delivery about the order's session, and what follows from it."""
    [session] = sessions_at(stripe, order_id)
    deliver(office, stripe, kind, session | changes, event)


def deliver(
    office: BoxOffice, stripe: Stripe, kind: str, thing: dict[str, Any], event: str
) -> None:
    body, signature = signed(stripe.secret, kind, thing, event)
    keep_delivery(office, "stripe", body, signature)
    act_on_deliveries(office)


def signed(
    secret: str, kind: str, thing: dict[str, Any], event: str, **changes: Any
) -> tuple[bytes, str]:
    """Body and signature as Stripe makes them."""
    from stripe import WebhookSignature

    told = {
        "id": event, "object": "event", "type": kind, "created": int(time.time()),
        "livemode": False, "data": {"object": thing},
    } | changes  # fmt: skip
    body = json.dumps(told)
    return body.encode(), WebhookSignature.generate_signature_header(body, secret)
