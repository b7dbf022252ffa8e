"""What other people's machines call to tell us."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Take deliveries."""
    from app.webhooks.routes import bp

    app.register_blueprint(bp)
