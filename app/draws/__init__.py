"""Prize draws: what everybody sees, how tickets are bought, what became of them, the proof."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Serve the pages of the prize draws."""
    from app.draws.routes import public

    app.register_blueprint(public.bp)
