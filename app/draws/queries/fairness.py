"""How a draw can be checked: each step, and when it was or will be done."""

from __future__ import annotations

from collections.abc import Iterator

from app.box_office import BoxOffice
from app.draws.queries.prizes import count_words
from app.draws.queries.published import Times, times_of
from app.draws.queries.words import (
    is_by_buyers,
    local,
    public_value_words,
    public_words,
    short_hash,
    value_title,
)
from app.draws.views.draw import FairStep, FairView
from app.lottery.pool.totals import BatchTotals
from app.prize_draws.shown import Shown, is_instant
from app.words import gettext as _
from app.words import short_moment_words


def fair_view(office: BoxOffice, shown: Shown) -> FairView | None:
    """The fairness panel, about the batch that opened last; None before the first one."""
    batch = shown.latest
    if batch is None:
        return None
    address = f"/draw/{shown.card.slug}"
    record = f"{address}/batches/{batch.number}/bundle.json" if batch.is_revealed else ""
    trust = ""
    if is_instant(batch):
        trust = (
            _(
                "The prizes were placed before the first sale, so you trust us in one thing: that"
                " nobody looked. Our staff may not buy, and the secret lay encrypted."
            )
            if batch.is_revealed
            else _(
                "The prizes were placed before the first sale, so you trust us in one thing: that"
                " nobody looks. Our staff may not buy, and the secret lies encrypted."
            )
        )
    steps = tuple(_steps(shown, batch, times_of(office, batch)))
    return FairView(
        _words(shown, batch), steps, f"{address}/proof?batch={batch.number}", record, trust
    )


def _words(shown: Shown, batch: BatchTotals) -> str:
    if is_instant(batch):
        sealed = _(
            "Before sales opened we shuffled the prizes with a secret number and published their"
            " fingerprint."
        )
        return f"{sealed} {_published_words(batch, is_draw=False)}"
    source = _("a number that comes from outside, after the sale")
    if is_by_buyers(shown.card):
        source = _("the random numbers that came with the purchases")
    sealed = _(
        "Before sales opened we sealed the rules with a secret number and published their"
        " fingerprint. The winners follow from the secret and from %(source)s.",
        source=source,
    )
    return f"{sealed} {_published_words(batch, is_draw=True)}"


def _published_words(batch: BatchTotals, *, is_draw: bool) -> str:
    if batch.is_revealed:
        return _("The secret is published: repeat it yourself, and you get the same result.")
    if is_draw:
        return _("Then we publish the secret, and anybody can repeat the draw and get the same"
                 " result.")  # fmt: skip
    return _("When the sale is over we publish the secret. Anybody can then repeat the shuffle"
             " and get the same result.")  # fmt: skip


def _steps(shown: Shown, batch: BatchTotals, times: Times) -> Iterator[FairStep]:
    def when(at_ms: int | None) -> str:
        return short_moment_words(local(shown.card, at_ms)) if at_ms is not None else ""

    yield FairStep(_("Sealed"), when(batch.opened_ms), True, short_hash(batch.commitment))
    sold = _("%(sold)s so far", sold=count_words(batch.sold))
    if batch.status != "open":
        closed = when(batch.closed_ms)
        sold = _("%(sold)s, closed %(when)s", sold=count_words(batch.sold), when=closed)
    elif batch.terms.closes_ms is not None:
        closes = when(batch.terms.closes_ms)
        sold = _("%(sold)s, until %(when)s", sold=sold, when=closes)
    yield FairStep(_("Tickets sold in order of payment"), sold, batch.status != "open")
    if not is_instant(batch):
        value = public_value_words(batch.public_value) or public_words(shown.card.public)
        yield FairStep(value_title(shown.card), value, bool(batch.public_value))
        drawn = when(batch.drawn_ms) or _("When that number is known")
        yield FairStep(_("Drawn"), drawn, batch.drawn_ms is not None)
    published = when(times.revealed_ms) or (
        _("When the sale is over") if is_instant(batch) else _("After the draw")
    )
    yield FairStep(_("Secret published"), published, batch.is_revealed)
