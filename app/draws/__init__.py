"""Prize draws: what everybody sees, how tickets are bought, what became of them, the proof."""

from __future__ import annotations

from flask import Flask

from app.home_parts import HomePart, TopLink, add_home_part, add_top_link
from app.my_page import add_section
from app.words import gettext as _


def init_app(app: Flask) -> None:
    """Serve the pages of the prize draws, and add what they bring to other pages."""
    from app.draws.queries.listing import has_draws, home_draws
    from app.draws.queries.mine import CREDITS, DRAWS, LIMITS
    from app.draws.routes import buying, mine, proofs, public, purchases

    for noun in (public, proofs, buying, purchases, mine):
        app.register_blueprint(noun.bp)
    add_home_part(HomePart("draws", "draws/_home.html", "css/draws.css", home_draws))
    add_top_link(TopLink("draws", "/draws", lambda: _("Draws"), has_draws))
    for section in (DRAWS, CREDITS, LIMITS):
        add_section(section)
