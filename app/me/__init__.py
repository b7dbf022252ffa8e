"""A buyer's own page: sign in by a letter, my tickets, where I am signed in, my data."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Serve the page and add its own section."""
    from app.me.queries.orders import TICKETS
    from app.me.routes import mine, sign_ins
    from app.my_page import add_section, serve_page

    add_section(TICKETS)
    serve_page(mine.show_again)
    for noun in (sign_ins, mine):
        app.register_blueprint(noun.bp)
