"""Pages for whoever runs the installation: what is to be done, kept letters, cleaning up."""

from __future__ import annotations

from flask import Flask

from app.admin.routes import bp


def init_app(app: Flask) -> None:
    """Give the app its pages for admins."""
    app.register_blueprint(bp)
