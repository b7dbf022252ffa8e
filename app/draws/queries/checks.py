"""The checks of a whole draw, each as a sentence; the reader's own browser carries them out."""

from __future__ import annotations

from collections.abc import Iterator

from app.draws.queries.prizes import count_words
from app.draws.queries.words import (
    local,
    prizes_words,
    public_value_words,
    public_words,
    tickets_words,
)
from app.draws.views.proof import CheckStep
from app.lottery.pool.totals import BatchTotals
from app.prize_draws.shown import Shown, is_instant
from app.words import gettext as _
from app.words import list_words, moment_words


def check_steps(shown: Shown, batch: BatchTotals) -> tuple[CheckStep, ...]:
    """In the order in which they are carried out."""
    return tuple(_steps(shown, batch))


def _steps(shown: Shown, batch: BatchTotals) -> Iterator[CheckStep]:
    yield CheckStep(
        "form",
        _("The record is whole"),
        _("It is written in the one way that the format allows, and nothing in it is unknown."),
        _("Digest of the record"),
        "digest",
    )
    opened = moment_words(local(shown.card, batch.opened_ms))
    yield CheckStep(
        "published",
        _("The record was sealed before sales"),
        _("The fingerprint in the record is the one published on %(when)s.", when=opened),
        _("Fingerprint"),
        "commitment",
    )
    yield CheckStep(
        "commitment",
        _("The secret fits the seal"),
        _("Secret and rules together give exactly that fingerprint."),
        _("Secret"),
        "server_seed",
    )
    yield from _instant_steps(batch) if is_instant(batch) else _evening_steps(shown, batch)
    table = [f"{count_words(tier.count)} × {tier.name}" for tier in batch.terms.tiers]
    yield CheckStep(
        "prizes",
        _("Prizes as promised"),
        _("The table in the record is the one on this page: %(table)s.", table=list_words(table)),
    )


def _evening_steps(shown: Shown, batch: BatchTotals) -> Iterator[CheckStep]:
    value = _(
        "Announced before the sale: %(source)s. It was %(value)s.",
        source=public_words(shown.card.public),
        value=public_value_words(batch.public_value),
    )
    yield CheckStep("public", _("The outside number is of the announced kind"), value)
    sold = _(
        "%(sold)s sold, numbered without a gap, none twice. The list is the one published at"
        " closing.",
        sold=tickets_words(batch.sold),
    )
    title = _("Tickets took places in order of payment")
    yield CheckStep("list", title, sold, _("Hash of the list"), "list_hash")
    follows = _(
        "Shuffled from secret, outside number and list: %(size)s places, %(prizes)s.",
        size=count_words(batch.size),
        prizes=prizes_words(batch.terms.prize_count),
    )
    yield CheckStep("result", _("The winners follow"), follows, _("Seed of the shuffle"), "seed")


def _instant_steps(batch: BatchTotals) -> Iterator[CheckStep]:
    follows = _(
        "Shuffled from the secret alone, before the first sale: %(size)s places, %(prizes)s.",
        size=count_words(batch.size),
        prizes=prizes_words(batch.terms.prize_count),
    )
    yield CheckStep("result", _("The places follow"), follows, _("Seed of the shuffle"), "seed")
    yield CheckStep(
        "tree",
        _("Every ticket is in the sealed tree"),
        _("All places together give the root that was published with the fingerprint."),
        _("Root of the tree"),
        "merkle_root",
    )
