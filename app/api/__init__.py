"""The HTTP API for programs: the same rules as the pages, because it asks the same actors."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Serve /api/v1."""
    from app.api import demo, draws, events, holds, openapi, orders
    from app.api.blueprint import bp

    assert all(
        (demo, draws, events, holds, openapi, orders)
    )  # each adds its routes when it is read
    app.register_blueprint(bp)
