"""Outcomes of the ballot as plain data and back, for answers that are kept."""

from __future__ import annotations

from typing import Any

from app.inventory.plain import plain_outcome
from app.lottery.ballot.terms import Wish
from app.lottery.ballot.views import AnnouncedView, BallotView, EntryView, RightView

__all__ = ["outcome_from_plain", "plain_outcome"]


def outcome_from_plain(plain: dict[str, Any]) -> Any:
    """The outcome that `plain_outcome` was given."""
    facts = dict(plain)
    kind = facts.pop("kind")
    if kind == "none":
        return None
    if kind == EntryView.__name__:
        wishes = tuple(Wish(**wish) for wish in facts.pop("wishes"))
        return EntryView(wishes=wishes, right=_right(facts.pop("right")), **facts)
    return (AnnouncedView if kind == AnnouncedView.__name__ else BallotView)(**facts)


def _right(plain: dict[str, Any] | None) -> RightView | None:
    if plain is None:
        return None
    facts = dict(plain)  # what is kept is read again
    return RightView(wish=Wish(**facts.pop("wish")), **facts)
