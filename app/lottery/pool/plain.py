"""Outcomes of the prize draw as plain data and back, for answers that are kept."""

from __future__ import annotations

from typing import Any, Final

from app.inventory.plain import plain_outcome
from app.lottery.pool.batch import Part
from app.lottery.pool.views import (
    BatchView,
    BudgetView,
    ClaimView,
    Noted,
    PublicValueView,
    PurchaseView,
    SliceView,
)

__all__ = ["outcome_from_plain", "plain_outcome"]

_KINDS: Final[dict[str, type[Any]]] = {
    kind.__name__: kind
    for kind in (BatchView, BudgetView, ClaimView, Noted, PublicValueView, SliceView)
}


def outcome_from_plain(plain: dict[str, Any]) -> Any:
    """The outcome that `plain_outcome` was given."""
    facts = dict(plain)
    kind = facts.pop("kind")
    if kind == "none":
        return None
    if kind == PurchaseView.__name__:
        parts = tuple(Part(**part) for part in facts.pop("parts"))
        return PurchaseView(parts=parts, **facts)
    return _KINDS[kind](**facts)
