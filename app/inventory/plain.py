"""Outcomes as plain data and back, for answers that are kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.inventory.views import (
    Arranged,
    Changed,
    Frozen,
    HeldArea,
    HeldSeat,
    HoldView,
    LineView,
    Sold,
)


def plain_outcome(outcome: Any) -> dict[str, Any]:
    """Ids and numbers only; never a token or a code."""
    if isinstance(outcome, HoldView):
        return _plain_hold(outcome)
    if outcome is None:
        return {"kind": "none"}
    return {"kind": type(outcome).__name__, **asdict(outcome)}


def outcome_from_plain(plain: dict[str, Any]) -> Any:
    """The outcome that `plain_outcome` was given."""
    facts = dict(plain)
    kind = facts.pop("kind")
    if kind == "none":
        return None
    if kind == "HoldView":
        seats = tuple(HeldSeat(*seat) for seat in facts.pop("seats"))
        areas = tuple(HeldArea(*area) for area in facts.pop("areas"))
        return HoldView(seats=seats, areas=areas, **facts)
    if kind == "Changed":
        return Changed(**facts)
    if kind == "Arranged":
        sold = tuple(tuple(one) for one in facts.pop("sold"))
        unsold = tuple((category, count) for category, count in facts.pop("unsold"))
        return Arranged(held=tuple(facts.pop("held")), sold=sold, unsold=unsold, **facts)
    lines = tuple(LineView(**line) for line in facts.pop("lines"))
    if kind == "Sold":
        return Sold(lines=lines, ticket_ids=tuple(facts.pop("ticket_ids")), **facts)
    return Frozen(lines=lines, **facts)


def _plain_hold(hold: HoldView) -> dict[str, Any]:
    return {
        "kind": "HoldView",
        "id": hold.id,
        "basket": hold.basket,
        "event_id": hold.event_id,
        "seats": [[s.seat, s.ticket_type, s.category, s.cents] for s in hold.seats],
        "areas": [[a.area, a.ticket_type, a.category, a.count, a.cents] for a in hold.areas],
        "expires_ms": hold.expires_ms,
        "extensions_left": hold.extensions_left,
        "total_cents": hold.total_cents,
        "currency": hold.currency,
        "state": hold.state,
        "order_id": hold.order_id,
        "together": hold.together,
        "expires_wall_ms": hold.expires_wall_ms,
    }
