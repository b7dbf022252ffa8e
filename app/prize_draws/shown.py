"""Which draws people may see, and what stage they are at."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from app.box_office import BoxOffice
from app.draw_cards import DrawCard
from app.lottery.pool.terms import INSTANT
from app.lottery.pool.totals import BatchTotals, Totals
from app.refusals import NotFound


class Stage(enum.Enum):
    """How far a draw is."""

    NOT_YET = enum.auto()  # no batch has opened
    SELLING = enum.auto()
    PAUSED = enum.auto()  # tickets are left, and may not be sold
    SOLD_OUT = enum.auto()
    CLOSED = enum.auto()  # waits for its draw
    DRAWN = enum.auto()  # results are known, the secret is not
    REVEALED = enum.auto()
    ENDED = enum.auto()


@dataclass(frozen=True, slots=True)
class Shown:
    """A draw that people may see, with its committed facts."""

    card: DrawCard
    totals: Totals

    @property
    def latest(self) -> BatchTotals | None:
        """The batch that opened last."""
        return self.totals.batches[-1] if self.totals.batches else None

    @property
    def is_paid(self) -> bool:
        """Whether tickets cost money."""
        return any(batch.terms.price_cents for batch in self.totals.batches)

    def current(self, now_ms: int) -> BatchTotals | None:
        """The batch that the next ticket comes from; else the latest."""
        selling = (batch for batch in self.totals.batches if batch.sells_at(now_ms))
        return next(selling, self.latest)

    def takes_money(self, now_ms: int) -> bool:
        """Whether money may be taken for tickets at a wall time."""
        basis = self.totals.basis
        return basis is not None and (basis.until_ms is None or now_ms < basis.until_ms)

    def may_sell(self, now_ms: int) -> bool:
        """Whether the house may hand out tickets at all."""
        if not self.card.is_open:
            return False
        return not self.is_paid or bool(self.card.credits) or self.takes_money(now_ms)

    def batch(self, number: int) -> BatchTotals:
        """The batch with this number, or `NotFound`."""
        for batch in self.totals.batches:
            if batch.number == number:
                return batch
        raise NotFound("There is no such batch.")


def shown_draw(office: BoxOffice, slug: str) -> Shown:
    """The draw at this address; `NotFound` for a draft, or one that may not be offered.

    Paid tickets without a legal basis are shown to nobody, unless play credits buy them.
    """
    card = office.draws.by_slug(slug)
    shown = Shown(card, office.pool_of(card.id).totals)
    if shown.is_paid and shown.totals.basis is None and not card.credits:
        raise NotFound("There is no such draw.")
    return shown


def stage_of(shown: Shown, now_ms: int) -> Stage:
    """How far the draw is at a wall time."""
    latest = shown.latest
    if not shown.card.is_open:
        return Stage.ENDED
    if latest is None:
        return Stage.NOT_YET
    if any(batch.sells_at(now_ms) for batch in shown.totals.batches):
        return Stage.SELLING if shown.may_sell(now_ms) else Stage.PAUSED
    if latest.is_revealed:
        return Stage.REVEALED
    if latest.drawn_ms is not None or (latest.status != "open" and is_instant(latest)):
        return Stage.DRAWN
    if latest.status == "open" and latest.sold == latest.size:
        return Stage.SOLD_OUT
    return Stage.CLOSED


def is_instant(batch: BatchTotals) -> bool:
    """Whether its buyers learn at once."""
    return batch.terms.mode == INSTANT


def is_over(shown: Shown) -> bool:
    """Whether nothing of it changes any more."""
    if not shown.card.is_open:
        return True
    batches = shown.totals.batches
    return bool(batches) and all(batch.is_revealed and batch.is_told for batch in batches)
