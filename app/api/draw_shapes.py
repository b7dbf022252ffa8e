"""Draws and purchases of draw tickets as plain JSON."""

from __future__ import annotations

from typing import Any, Final

from app.box_office import BoxOffice
from app.clock import from_ms, rfc3339
from app.lottery.pool.totals import BatchTotals
from app.models import OrderStatus
from app.orders.placed import Placed, pay_url
from app.orders.views import OrderView
from app.prize_draws.results import Bought, BoughtPart, Won
from app.prize_draws.shown import Shown, stage_of

RESULTS_PER_PAGE: Final = 50


def draw_shape(shown: Shown, now_ms: int) -> dict[str, Any]:
    """A draw as lists show it."""
    card, batch = shown.card, shown.current(now_ms)
    selling = [one for one in shown.totals.batches if one.sells_at(now_ms)]
    price = None if batch is None else batch.terms.price_cents
    return {
        "slug": card.slug,
        "title": card.title,
        "status": stage_of(shown, now_ms).name.lower(),
        "mode": None if batch is None else batch.terms.mode,
        "currency": card.currency,
        "price_cents": price if not price or shown.takes_money(now_ms) else None,
        "credits": card.credits or None,
        "tickets_left": sum(one.size - one.sold for one in selling),
    }


def draw_details_shape(shown: Shown, now_ms: int) -> dict[str, Any]:
    """A draw with its batches, its limits and whoever agreed to be named."""
    rules, basis = shown.card.rules, shown.totals.basis
    legal = None
    if basis is not None and shown.is_paid:
        names = ("kind", "number", "region", "promoter", "free_entry")
        legal = {name: getattr(basis, name) for name in names}
    tiers = {one.batch_id: one.terms.tiers for one in shown.totals.batches}
    return {
        **draw_shape(shown, now_ms),
        "limits": {
            "purchase": rules.purchase_limit,
            "person": rules.person_limit,
            "day": rules.day_limit,
            "age": rules.age_limit,
        },
        "legal": legal,
        "batches": [_batch_shape(batch) for batch in shown.totals.batches],
        "winners": [
            {
                "name": winner.name,
                "prize": tiers[winner.batch_id][winner.tier].key,
                "batch": winner.batch_id,
                "ticket": winner.position,
            }
            for winner in shown.totals.winners
            if winner.batch_id in tiers
        ],
    }


def placed_shape(view: OrderView, placed: Placed) -> dict[str, Any]:
    """What became of buying, as it was first answered."""
    shape = _order_facts(view) | {"status": placed.status}
    return shape | ({"pay_url": placed.pay_url} if placed.pay_url is not None else {})


def purchase_shape(box: BoxOffice, view: OrderView, found: Bought | None) -> dict[str, Any]:
    """A purchase as its owner sees it now."""
    assert view.draw is not None
    url = pay_url(box, view.order) if view.order.status == OrderStatus.PAYING else None
    shape = {
        **_order_facts(view),
        "status": str(view.order.status),
        "taken": view.draw.line.taken,
        "drawn": 0 if found is None else found.drawn,
        "is_done": found is not None and found.is_done,
        "waits_for_draw": found is not None and found.waits_for_draw,
        "back_cents": sum(refund.cents for refund in view.refunds),
        "parts": [] if found is None else [_part_shape(part) for part in found.parts],
        "prizes_won": 0 if found is None else len(found.wins),
    }
    return shape | ({"pay_url": url} if url is not None else {})


def _order_facts(view: OrderView) -> dict[str, Any]:
    assert view.draw is not None
    line, order = view.draw.line, view.order
    return {
        "code": order.id,
        "secret": view.secret,
        "draw": view.draw.card.slug,
        "count": line.count,
        "total_cents": order.total_cents,
        "currency": order.currency,
        "credits": line.credits,
    }


def results_shape(found: Bought | None, after: int) -> dict[str, Any]:
    """What it won from the `after`-th prize on, the rarest first, 50 a page."""
    wins = () if found is None else found.wins
    page = wins[after : after + RESULTS_PER_PAGE]
    more = after + len(page)
    return {
        "prizes": [_won_shape(won) for won in page],
        "next": str(more) if more < len(wins) else None,
    }


def _batch_shape(batch: BatchTotals) -> dict[str, Any]:
    closes_ms = batch.terms.closes_ms
    return {
        "id": batch.batch_id,
        "number": batch.number,
        "status": batch.status,
        "mode": batch.terms.mode,
        "size": batch.size,
        "sold": batch.sold,
        "price_cents": batch.terms.price_cents,
        "closes_at": None if closes_ms is None else rfc3339(from_ms(closes_ms)),
        "commitment": batch.commitment,
        "is_revealed": batch.is_revealed,
        "prizes": [
            {"key": tier.key, "name": tier.name, "count": tier.count, "left": tier.left}
            for tier in batch.tiers
        ],
    }


def _part_shape(part: BoughtPart) -> dict[str, Any]:
    return {
        "batch": part.batch_id,
        "first": part.first,
        "last": part.last,
        "commitment": part.commitment,
        "is_known": part.is_known,
    }


def _won_shape(won: Won) -> dict[str, Any]:
    return {
        "batch": won.batch_id,
        "ticket": won.position,
        "prize": won.tier.key,
        "name": won.tier.name,
        "is_claimed": won.is_claimed,
        "is_given": won.is_given,
    }
