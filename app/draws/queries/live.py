"""The live part of a draw's page: from committed facts in memory alone, no query per look."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from app.draws.queries.prizes import count_words, lines_left
from app.draws.queries.words import (
    batch_title,
    local,
    ticket_number,
    tickets_words,
)
from app.draws.views.draw import BatchLine, LiveView, WinnerLine
from app.lottery.pool.totals import BatchTotals
from app.pages import Label
from app.prize_draws.shown import Shown, Stage, is_instant, is_over, stage_of
from app.words import gettext as _
from app.words import moment_words

WINNERS_SHOWN: Final = 12
BATCHES_SHOWN: Final = 20
TAG_DIGITS: Final = 20


def live_view(shown: Shown, now_ms: int) -> LiveView:
    """What everybody sees at this moment."""
    url = f"/draw/{shown.card.slug}/live"
    stage = stage_of(shown, now_ms)
    state, title, paragraphs = stage_words(shown, stage, now_ms)
    batch = shown.current(now_ms)
    if batch is None:
        return LiveView(url, not is_over(shown), state, title, paragraphs)
    is_known = any(tier.left is not None for tier in batch.tiers)
    return LiveView(
        url=url,
        is_live=not is_over(shown),
        state=state,
        title=title,
        paragraphs=paragraphs,
        batch=batch_title(batch) if len(shown.totals.batches) > 1 else "",
        sold=batch.sold,
        size=batch.size,
        sold_words=_(
            "%(sold)s of %(size)s sold", sold=count_words(batch.sold), size=count_words(batch.size)
        ),
        rest_words=_rest_words(batch, stage),
        left_title=_left_title(shown, batch, stage),
        left=lines_left(shown.card, batch) if any(tier.left for tier in batch.tiers) else (),
        left_words=_("Every prize has its winner.") if is_known else _unknown_words(batch),
        winners=tuple(_winners(shown)),
        batches=tuple(_batches(shown, now_ms)),
    )


def tag_of(view: LiveView) -> str:
    """A digest of everything that the fragment shows, and of nothing else."""
    return hashlib.sha256(repr(view).encode()).hexdigest()[:TAG_DIGITS]


def stage_words(shown: Shown, stage: Stage, now_ms: int) -> tuple[Label, str, tuple[str, ...]]:
    """The stage as a label, and in sentences."""
    batch = shown.latest
    told = _TOLD[stage](shown, batch) if batch else _not_yet(shown, batch)
    if stage is Stage.SELLING and batch and batch.terms.closes_ms is not None:
        closes = moment_words(local(shown.card, batch.terms.closes_ms))
        return told[0], told[1], (_("Sales close on %(when)s.", when=closes), *told[2])
    return told


Told = tuple[Label, str, tuple[str, ...]]


def _not_yet(_shown: Shown, _batch: BatchTotals | None) -> Told:
    words = _("Its rules and its commitment are published here before the first ticket is sold.")
    return Label(_("Not yet"), "info", "clock"), _("This draw has not opened yet"), (words,)


def _selling(shown: Shown, batch: BatchTotals) -> Told:
    if is_instant(batch):
        words = _("You learn at once what each of your tickets is.")
    else:
        words = _("Nobody knows yet which tickets win, not even the house.")
    return Label(_("On sale"), "ok", "check"), _("Tickets are on sale"), (words,)


def _paused(_shown: Shown, _batch: BatchTotals) -> Told:
    words = _("Tickets that were bought stay in the draw. Come back later.")
    return Label(_("Not selling"), "warn", "clock"), _("No tickets are sold right now"), (words,)


def _sold_out(shown: Shown, batch: BatchTotals) -> Told:
    words = _("Every ticket is sold.")
    if not is_instant(batch):
        return Label(_("Sold out"), "bad", "cross"), words, (_after_closing(batch),)
    return (
        Label(_("Sold out"), "bad", "cross"),
        words,
        (_("The secret is published when the sale has been closed."),),
    )


def _closed(shown: Shown, batch: BatchTotals) -> Told:
    return (
        Label(_("Closed, waiting for the draw"), "info", "clock"),
        _("Sales are over, the draw comes next"),
        (_after_closing(batch),),
    )


def _drawn(shown: Shown, batch: BatchTotals) -> Told:
    if is_instant(batch):
        words = _("The secret comes next; then anybody can repeat the draw.")
        return Label(_("Sales are over"), "plain", "check"), _("Sales are over"), (words,)
    words = _("Whoever has tickets gets a letter. The secret comes next.")
    return Label(_("Drawn"), "ok", "check"), _("The draw is made"), (words,)


def _revealed(shown: Shown, batch: BatchTotals) -> Told:
    words = _("The secret is published: anybody can repeat the draw now.")
    title = _("Sales are over") if is_instant(batch) else _("The draw is made")
    return Label(_("Open to check"), "ok", "check"), title, (words,)


def _ended(shown: Shown, batch: BatchTotals) -> Told:
    words = _("Thank you to everybody who took part.")
    if batch.is_revealed:
        words = _("The secret is published: anybody can repeat the draw.")
    return Label(_("Ended"), "plain", "check"), _("This draw has ended"), (words,)


def _after_closing(batch: BatchTotals) -> str:
    if batch.public_value:
        return _("The outside number is fixed, the winners follow from it.")
    return _("The list of tickets is final. The winners follow from a number that comes from"
             " outside.")  # fmt: skip


_TOLD: Final = {
    Stage.NOT_YET: _not_yet,
    Stage.SELLING: _selling,
    Stage.PAUSED: _paused,
    Stage.SOLD_OUT: _sold_out,
    Stage.CLOSED: _closed,
    Stage.DRAWN: _drawn,
    Stage.REVEALED: _revealed,
    Stage.ENDED: _ended,
}


def _rest_words(batch: BatchTotals, stage: Stage) -> str:
    rest = batch.size - batch.sold
    if stage is Stage.SELLING:
        return _("%(rest)s left", rest=count_words(rest))
    return _("%(rest)s never sold", rest=tickets_words(rest)) if rest else ""


def _left_title(shown: Shown, batch: BatchTotals, stage: Stage) -> str:
    if stage in (Stage.SELLING, Stage.PAUSED, Stage.SOLD_OUT):
        return _("Still in this batch")
    return _("Not won by anybody")


def _unknown_words(batch: BatchTotals) -> str:
    return _("All %(count)s prizes are still to be drawn.",
             count=count_words(batch.terms.prize_count))  # fmt: skip


def _winners(shown: Shown) -> Iterator[WinnerLine]:
    batches = {batch.batch_id: batch for batch in shown.totals.batches}
    for winner in shown.totals.winners[:WINNERS_SHOWN]:
        batch = batches[winner.batch_id]
        tier = batch.terms.tiers[winner.tier]
        look = shown.card.words.of_tier(tier.key)
        where = _("ticket %(number)s", number=ticket_number(winner.position, batch.size))
        if len(batches) > 1:
            where = _("batch %(batch)s, %(ticket)s", batch=batch.number, ticket=where)
        yield WinnerLine(winner.name, tier.name, where, look.stock, look.picture)


def _batches(shown: Shown, now_ms: int) -> Iterator[BatchLine]:
    """Each batch, the newest first; none where there is only one."""
    batches = shown.totals.batches
    if len(batches) < 2:
        return
    before = {batch.successor: batch for batch in batches if batch.successor}
    for batch in reversed(batches[-BATCHES_SHOWN:]):
        opened_after = before.get(batch.batch_id)
        note = ""
        if opened_after is not None:
            note = _(
                "Opened because batch %(number)s was nearly sold out. Its odds are the same, its"
                " commitment is its own.",
                number=opened_after.number,
            )
        yield BatchLine(
            batch_title(batch),
            _("%(sold)s sold", sold=count_words(batch.sold)),
            batch_state(batch, now_ms),
            note,
            f"/draw/{shown.card.slug}/proof?batch={batch.number}",
        )


def batch_state(batch: BatchTotals, now_ms: int) -> Label:
    """How far one batch is."""
    if batch.sells_at(now_ms):
        return Label(_("On sale"), "ok", "check")
    if batch.is_revealed:
        return Label(_("Open to check"), "ok", "check")
    if batch.drawn_ms is not None:
        return Label(_("Drawn"), "info", "check")
    if batch.sold == batch.size:
        return Label(_("Sold out"), "plain", "check")
    return Label(_("Closed"), "info", "clock")
