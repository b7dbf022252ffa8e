"""Draws on show, in a list of their own and on the home page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import select

from app.box_office import BoxOffice
from app.clock import wall_ms
from app.draw_cards import DrawCard
from app.draws.queries.draw import facts
from app.draws.queries.live import stage_words
from app.draws.queries.prizes import prize_lines
from app.draws.views.draw import DrawLine, DrawList
from app.models import LotteryBasis, LotteryBatch
from app.pages import Label
from app.pool_reading import terms_of
from app.prize_draws.shown import Shown, shown_draw, stage_of
from app.refusals import NotFound
from app.words import gettext as _

HOME_LIMIT: Final = 6
CURRENT_LIMIT: Final = 60
ENDED_LIMIT: Final = 100
PICTURES_SHOWN: Final = 4


def home_draws(office: BoxOffice) -> tuple[DrawLine, ...]:
    """The draws that are on, for the home page."""
    return tuple(_current(office, HOME_LIMIT))


def draw_list(office: BoxOffice) -> DrawList:
    """All draws on show."""
    ended = [card for card in office.draws.on_show() if not card.is_open][:ENDED_LIMIT]
    hidden = _never_offered(office, ended)
    lines = tuple(_ended_line(card) for card in ended if card.id not in hidden)
    return DrawList(tuple(_current(office, CURRENT_LIMIT)), lines)


def has_draws(office: BoxOffice) -> bool:
    """Whether any draw was ever on show."""
    return bool(office.draws.on_show())


def _current(office: BoxOffice, most: int) -> Iterator[DrawLine]:
    now_ms = wall_ms()
    for card in [card for card in office.draws.on_show() if card.is_open][:most]:
        try:
            shown = shown_draw(office, card.slug)
        except NotFound:
            continue
        yield _line(shown, now_ms)


def _line(shown: Shown, now_ms: int) -> DrawLine:
    card, batch = shown.card, shown.current(now_ms)
    stage = stage_of(shown, now_ms)
    lines = prize_lines(card, batch.terms) if batch else ()
    return DrawLine(
        title=card.title,
        summary=card.summary,
        url=f"/draw/{card.slug}",
        stock=card.stock,
        facts=facts(shown, batch, now_ms),
        state=stage_words(shown, stage, now_ms)[0],
        action=_("See the draw"),
        pictures=tuple((line.stock, line.picture) for line in lines[:PICTURES_SHOWN]),
    )


def _ended_line(card: DrawCard) -> DrawLine:
    return DrawLine(
        title=card.title,
        summary=card.summary,
        url=f"/draw/{card.slug}",
        stock=card.stock,
        facts=(),
        state=Label(_("Ended"), "plain", "check"),
        action=_("Results and proof"),
    )


def _never_offered(office: BoxOffice, cards: Sequence[DrawCard]) -> set[int]:
    """Draws for money alone that never had a legal basis."""
    ids = [card.id for card in cards if not card.credits]
    query = (
        select(LotteryBatch.lottery_id, LotteryBatch.terms)
        .outerjoin(LotteryBasis, LotteryBasis.lottery_id == LotteryBatch.lottery_id)
        .where(
            LotteryBatch.lottery_id.in_(ids),
            LotteryBatch.number == 1,
            LotteryBasis.lottery_id.is_(None),
        )
    )
    with office.db.read() as connection:
        rows = connection.execute(query).all()
    return {row.lottery_id for row in rows if terms_of(row.terms).price_cents}
