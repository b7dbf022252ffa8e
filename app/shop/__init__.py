"""The shop: what buyers see and do."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Serve the pages of the shop."""
    from app.shop.routes import (
        baskets,
        checkout,
        demo_payments,
        events,
        orders,
        programme,
        returns,
        tickets,
    )

    for noun in (programme, events, baskets, checkout, demo_payments, orders, returns, tickets):
        app.register_blueprint(noun.bp)
