"""Events: what is on, what can be chosen at one, and who has which seat as letters."""

from __future__ import annotations

import gzip
import json
import threading
from datetime import timedelta
from typing import Final

from flask import Response, request
from flask.typing import ResponseReturnValue

from app.api.blueprint import bp, json_answer
from app.api.shapes import event_details_shape, event_shape
from app.box_office import office
from app.catalogue import EventCard
from app.clock import to_ms, utc_now
from app.inventory.offer import Offer
from app.published import Published
from app.refusals import Invalid
from app.state_answers import accepts_gzip, state_answer

PAGE_EVENTS: Final = 50
LISTED_HOURS: Final = 24  # an event is listed until so long after its start
CURSOR_LIMIT: Final = 40
GZIP_LEVEL: Final = 3

WRONG_CURSOR: Final = "Send what the last answer gave as next, or nothing."


@bp.get("/events")
def list_events() -> ResponseReturnValue:
    """Events soonest first, so many a page."""
    after = _read_cursor(request.args.get("after", ""))
    oldest = utc_now() - timedelta(hours=LISTED_HOURS)
    box = office()
    cards = [
        card for card in box.catalogue.on_show() if card.starts_at >= oldest and _key(card) > after
    ]
    page = cards[:PAGE_EVENTS]
    more = len(cards) > PAGE_EVENTS
    return json_answer(
        {
            "events": [event_shape(card, box.inventory_of(card.id).published) for card in page],
            "next": "{}-{}".format(*_key(page[-1])) if more else None,
        }
    )


@bp.get("/events/<slug>")
def show_event(slug: str) -> ResponseReturnValue:
    """One event with its prices, areas and limits."""
    box = office()
    card = box.catalogue.by_slug(slug)
    return json_answer(event_details_shape(card, box.inventory_of(card.id).published))


@bp.get("/events/<slug>/seats")
def list_seats(slug: str) -> ResponseReturnValue:
    """Every seat with its state, in the order of the state's letters."""
    box = office()
    published = box.inventory_of(box.catalogue.by_slug(slug).id).published
    etag = f'W/"{published.version}"'
    headers = [("ETag", etag), ("Cache-Control", "public, no-cache"), ("Vary", "Accept-Encoding")]
    if etag[2:] in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers=headers)
    body = seats_bytes(published)
    headers.append(("Content-Type", "application/json"))
    if accepts_gzip(request.headers.get("Accept-Encoding", "")):
        headers.append(("Content-Encoding", "gzip"))
        body = gzip.compress(body, GZIP_LEVEL, mtime=0)
    return Response(body, 200, headers)


@bp.get("/events/<slug>/state")
def show_state(slug: str) -> ResponseReturnValue:
    """One letter per seat, or what changed since a version; the server answers before us."""
    box = office()
    status, headers, body = state_answer(
        box.inventory_of(box.catalogue.by_slug(slug).id).published,
        request.args.get("since", ""),
        request.headers.get("If-None-Match", ""),
        request.headers.get("Accept-Encoding", ""),
    )
    return Response(body, status, headers)


def seats_bytes(published: Published) -> bytes:
    """All seats as JSON: what never changes is kept ready, only the letters are put in."""
    parts = _parts_of(published.offer)
    letters = published.letters.decode()
    rows = ",".join([f"{before}{letter}{after}" for (before, after), letter in zip(parts, letters)])  # noqa: B905
    return f'{{"version":"{published.version}","seats":[{rows}]}}'.encode()


def _parts_of(offer: Offer) -> list[tuple[str, str]]:
    kept = _kept_parts.get(offer.event_id)
    if kept is not None and kept[0] is offer.seats:
        return kept[1]
    parts = []
    for seat in offer.seats:
        before = json.dumps(
            {
                "id": seat.id,
                "section": seat.section,
                "row": seat.row,
                "number": seat.number,
                "category": seat.category,
            },
            separators=(",", ":"),
        )
        features = json.dumps(sorted(seat.features))
        parts.append((before[:-1] + ',"state":"', f'","features":{features}}}'))
    with _parts_turn:
        if len(_kept_parts) >= KEPT_EVENTS_LIMIT:
            _kept_parts.pop(next(iter(_kept_parts)))
        _kept_parts[offer.event_id] = (offer.seats, parts)
    return parts


def _key(card: EventCard) -> tuple[int, int]:
    return to_ms(card.starts_at), card.id


def _read_cursor(text: str) -> tuple[int, int]:
    if not text:
        return (-1, -1)
    starts, _, event_id = text.partition("-")
    if not (
        text.isascii() and starts.isdigit() and event_id.isdigit() and len(text) < CURSOR_LIMIT
    ):
        raise Invalid({"after": WRONG_CURSOR})
    return int(starts), int(event_id)


KEPT_EVENTS_LIMIT: Final = 8
_kept_parts: dict[int, tuple[tuple[object, ...], list[tuple[str, str]]]] = {}
_parts_turn = threading.Lock()
