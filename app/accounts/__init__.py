"""Who signs in: admins and staff; the first start, set-up links, sign-in and sign-out."""

from __future__ import annotations

from flask import Flask

from app import identity
from app.accounts.routes import bp


def init_app(app: Flask) -> None:
    """Give the app its sign-in."""
    identity.init_app(app)
    app.register_blueprint(bp)
