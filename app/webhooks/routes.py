"""Deliveries: proved, kept, answered at once; acted on afterwards."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.box_office import office
from app.orders.deliveries import keep_delivery
from app.payments.stripe_deliveries import BODY_LIMIT_BYTES, BadNotice

bp = Blueprint("webhooks", __name__)


@bp.post("/webhooks/stripe")
def create_stripe_delivery() -> ResponseReturnValue:
    """Keep what Stripe tells, under its own id: the same again is the same."""
    if (request.content_length or 0) > BODY_LIMIT_BYTES:
        raise BadNotice

    keep_delivery(
        office(),
        "stripe",
        request.get_data(cache=False),
        request.headers.get("Stripe-Signature", ""),
    )

    return "", 204
