"""Looks at a draw's live part that find nothing new: answered before Flask is entered.

Whoever draws the part says here what it was drawn from; while nothing of that has changed, a look
costs a comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.box_office import BoxOffice
from app.clock import wall_ms
from app.draw_cards import DrawCard
from app.lottery.pool.totals import Totals

KEPT_LIMIT: Final = 1000


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a live part was drawn from, and its tag; it holds until a wall time, or for ever."""

    card: DrawCard
    totals: Totals
    until_ms: int | None
    tag: str


def note_drawn(card: DrawCard, totals: Totals, now_ms: int, tag: str) -> None:
    """Remember what everybody sees from now on."""
    basis = totals.basis
    changes = [batch.terms.closes_ms for batch in totals.batches]
    changes.append(None if basis is None else basis.until_ms)
    coming = [at_ms for at_ms in changes if at_ms is not None and at_ms > now_ms]
    if len(_drawn) >= KEPT_LIMIT:
        _drawn.clear()
    _drawn[card.slug] = Drawn(card, totals, min(coming, default=None), tag)


def has_seen_all(office: BoxOffice, slug: str, seen: str) -> bool:
    """Whether what a visitor has seen is still all that there is; False where that is unknown."""
    drawn = _drawn.get(slug)
    if drawn is None or not seen or drawn.tag != seen:
        return False
    pool = office.lotteries.if_open(drawn.card.id)
    is_same = pool is not None and pool.totals is drawn.totals
    if not is_same or office.draws.known(slug) is not drawn.card:
        return False
    return drawn.until_ms is None or wall_ms() < drawn.until_ms


_drawn: Final[dict[str, Drawn]] = {}
