"""Every way of paying that an installation has."""

from __future__ import annotations

from app.config import Settings
from app.payments.gateway import Gateway
from app.payments.own import Demo, Free, Manual, Transfer
from app.payments.stripe_gateway import StripeGateway


def gateways_of(settings: Settings) -> dict[str, Gateway]:
    """All gateways that this installation has, by name."""
    found: dict[str, Gateway] = {
        "free": Free(),
        "manual": Manual(),
        "transfer": Transfer(),
    }
    if settings.stripe_secret_key:
        found["stripe"] = StripeGateway(settings)
    if not settings.live_key:
        found["demo"] = Demo()
    return found
