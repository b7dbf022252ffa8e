"""What everybody sees of the prize draws."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.box_office import office
from app.clock import wall_ms
from app.draw_polls import note_drawn
from app.draws.queries.draw import draw_page
from app.draws.queries.listing import draw_list
from app.draws.queries.live import live_view, tag_of
from app.houses import show_house, show_houses
from app.htmx import HTML, go_to, show_fragment, show_page, wants_fragment
from app.prize_draws.shown import shown_draw

bp = Blueprint("draws", __name__)

# Anybody may keep it, but must ask again each time.
FRESH: Final = "public, no-cache"


@bp.get("/draws")
def list_draws() -> ResponseReturnValue:
    """Draws that are on, and those that are over."""
    show_houses([card.house for card in office().draws.on_show()])
    return show_page("draws/list.html", page=draw_list(office()))


@bp.get("/draw/<slug>")
def show_draw(slug: str) -> ResponseReturnValue:
    """One draw."""
    shown = shown_draw(office(), slug)
    show_house(shown.card.house)
    return show_page("draws/draw.html", page=draw_page(office(), shown, wall_ms()))


@bp.get("/draw/<slug>/live")
def show_live(slug: str) -> ResponseReturnValue:
    """The live part; nothing at all for whoever has seen what it says."""
    shown = shown_draw(office(), slug)
    if not wants_fragment():
        return go_to(f"/draw/{slug}")
    now_ms = wall_ms()
    view = live_view(shown, now_ms)
    tag = tag_of(view)
    note_drawn(shown.card, shown.totals, now_ms, tag)
    answer = Response(content_type=HTML, headers={"Cache-Control": FRESH})
    answer.set_etag(tag)
    if request.args.get("seen") == tag:
        answer.status_code = 204
        return answer
    if tag in request.if_none_match:
        answer.status_code = 304
        return answer
    answer.set_data(show_fragment("draws/_live.html", live=view, tag=tag))
    return answer
