"""The page of one draw."""

from __future__ import annotations

from app.box_office import BoxOffice
from app.draws.queries.fairness import fair_view
from app.draws.queries.legal import legal_view, rules_paragraphs
from app.draws.queries.live import live_view, tag_of
from app.draws.queries.prizes import prizes
from app.draws.queries.words import (
    batch_title,
    price_of_ticket,
    prizes_words,
    tickets_words,
)
from app.draws.views.draw import DrawPage
from app.lottery.pool.totals import BatchTotals
from app.prize_draws.shown import Shown, Stage, stage_of
from app.words import gettext as _


def draw_page(office: BoxOffice, shown: Shown, now_ms: int) -> DrawPage:
    """Everything that the page says at this moment."""
    card, batch = shown.card, shown.current(now_ms)
    live = live_view(shown, now_ms)
    sells = stage_of(shown, now_ms) is Stage.SELLING
    return DrawPage(
        slug=card.slug,
        title=card.title,
        summary=card.summary,
        stock=card.stock,
        facts=facts(shown, batch, now_ms),
        buy_url=f"/draw/{card.slug}/tickets" if sells else "",
        buy_label=_("Get tickets"),
        prizes=prizes(card, batch.terms) if batch else None,
        prizes_note=batch_title(batch) if batch and len(shown.totals.batches) > 1 else "",
        live=live,
        tag=tag_of(live),
        fair=fair_view(office, shown),
        legal=legal_view(shown),
        rules=rules_paragraphs(shown),
        is_paid=shown.is_paid,
    )


def facts(shown: Shown, batch: BatchTotals | None, now_ms: int) -> tuple[str, ...]:
    """1,200 tickets, 60 prizes, £2 a ticket, for the roof."""
    if batch is None:
        return ()
    price = price_of_ticket(
        shown.card, batch.terms.price_cents, takes_money=shown.takes_money(now_ms)
    )
    cause = shown.card.words.cause
    many = len(shown.totals.batches) > 1
    return tuple(
        words
        for words in (
            batch_title(batch) if many else tickets_words(batch.size),
            prizes_words(batch.terms.prize_count),
            price,
            _("For %(cause)s", cause=cause) if cause else "",
        )
        if words
    )
