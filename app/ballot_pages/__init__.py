"""Ballots as people see them: the page, entering, an entry's own page, and a section in /me."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Serve the pages and add the section."""
    from app.ballot_pages.queries.listing import home_ballots
    from app.ballot_pages.queries.mine import BALLOTS
    from app.ballot_pages.routes import entries, public
    from app.home_parts import HomePart, add_home_part
    from app.my_page import add_section

    add_section(BALLOTS)
    add_home_part(HomePart("ballots", "ballot/_home.html", "css/ballot.css", home_ballots))
    for noun in (public, entries):
        app.register_blueprint(noun.bp)
