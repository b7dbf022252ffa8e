"""Prize draws: what everybody sees, how tickets are bought, what became of them, the proof."""

from __future__ import annotations

from flask import Flask

from app.home_parts import HomePart, TopLink, add_home_part, add_top_link
from app.words import gettext as _


def init_app(app: Flask) -> None:
    """Serve the pages of the prize draws; a section of the home page leads to them."""
    from app.draws.queries.keys import KEYS
    from app.draws.queries.listing import has_draws, home_draws
    from app.draws.routes import buying, members, proofs, public, purchases
    from app.my_page import add_section

    for noun in (public, proofs, buying, purchases, members):
        app.register_blueprint(noun.bp)
    add_section(KEYS)
    add_home_part(HomePart("draws", "draws/_home.html", "css/draws.css", home_draws))
    add_top_link(TopLink("draws", "/draws", lambda: _("Draws"), has_draws))
