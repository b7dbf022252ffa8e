"""The page on which one batch of a draw is checked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from app.box_office import BoxOffice
from app.clock import from_ms, rfc3339
from app.draws.forms import TypedTicket
from app.draws.queries.checks import check_steps
from app.draws.queries.live import batch_state
from app.draws.queries.one_ticket import Found, one_ticket
from app.draws.queries.published import Published, Times, published_of, times_of
from app.draws.queries.words import (
    batch_title,
    local,
    long_hash,
    prizes_words,
    tickets_words,
    value_fixed_words,
)
from app.draws.views.proof import Download, ProofPage
from app.lottery.pool.totals import BatchTotals
from app.pages import Chip, Fact
from app.prize_draws.shown import Shown, is_instant
from app.words import gettext as _
from app.words import moment_words, short_moment_words

CHIPS_LIMIT: Final = 20
STARTS_ITSELF_COUNT: Final = 50_000  # tickets that any telephone shuffles in a moment
SCRIPT: Final = "verify_draw.py"


def proof_page(
    office: BoxOffice,
    shown: Shown,
    batch: BatchTotals,
    now_ms: int,
    typed: str = "",
    ticket: TypedTicket | None = None,
) -> ProofPage:
    """Everything that the page says about a batch, and about the ticket that was typed."""
    card = shown.card
    published, times = published_of(office, batch), times_of(office, batch)
    found = one_ticket(office, shown, batch, ticket) if ticket else Found()
    address = f"/draw/{card.slug}/batches/{batch.number}"
    title, words = _stage_words(batch)
    return ProofPage(
        slug=card.slug,
        title=card.title,
        stock=card.stock,
        facts=tuple(_facts(shown, batch, times)),
        number=batch.number,
        size=batch.size,
        batches=tuple(_chips(shown, batch)),
        state=batch_state(batch, now_ms),
        state_title=title,
        state_words=words,
        sealed=tuple(_sealed(shown, batch, published)),
        typed=typed,
        error=found.error,
        answer=found.answer,
        is_revealed=batch.is_revealed,
        takes_proofs=is_instant(batch),
        starts_itself=batch.size <= STARTS_ITSELF_COUNT,
        steps=check_steps(shown, batch) if batch.is_revealed else (),
        tiers=_tiers(batch),
        commitment=batch.commitment,
        list_hash=published.list_hash,
        merkle_root=published.merkle_root,
        bundle_url=f"{address}/bundle.json" if batch.is_revealed else "",
        downloads=tuple(_downloads(batch, address)),
        home_words=_home_words(batch),
        command=_command(batch),
        tell_words=_tell_words(shown),
        timeline=tuple(_timeline(shown, batch, times)),
    )


def public_facts(office: BoxOffice, shown: Shown, batch: BatchTotals) -> dict[str, Any]:
    """The published facts of a batch for programs; times in UTC, hashes in hexadecimal."""
    published, times = published_of(office, batch), times_of(office, batch)
    return {
        "version": "draw/v1",
        "draw": shown.card.slug,
        "batch": batch.batch_id,
        "number": batch.number,
        "status": batch.status,
        "size": batch.size,
        "sold": batch.sold,
        "params": published.rules,
        "commitment": batch.commitment,
        "merkle_root": published.merkle_root,
        "list_hash": published.list_hash,
        "public": json.loads(batch.public_value) if batch.public_value else [],
        "is_revealed": batch.is_revealed,
        "opened_at": rfc3339(from_ms(batch.opened_ms)),
        "closed_at": _at(batch.closed_ms),
        "drawn_at": _at(batch.drawn_ms),
        "revealed_at": _at(times.revealed_ms),
    }


def file_name(batch: BatchTotals, ending: str) -> str:
    """winter-draw-3.json: how a batch's file is called at the reader's."""
    return f"{batch.batch_id}{ending}"


def _at(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(from_ms(at_ms))


def _facts(shown: Shown, batch: BatchTotals, times: Times) -> Iterator[str]:
    card = shown.card
    yield batch_title(batch) if len(shown.totals.batches) > 1 else tickets_words(batch.size)
    yield prizes_words(batch.terms.prize_count)
    if batch.closed_ms is not None:
        yield _("Closed %(when)s", when=short_moment_words(local(card, batch.closed_ms)))
    if times.revealed_ms is not None:
        when = short_moment_words(local(card, times.revealed_ms))
        yield _("Secret published %(when)s", when=when)


def _chips(shown: Shown, batch: BatchTotals) -> Iterator[Chip]:
    batches = shown.totals.batches
    if len(batches) < 2:
        return
    for one in batches[-CHIPS_LIMIT:]:
        url = f"/draw/{shown.card.slug}/proof?batch={one.number}"
        yield Chip(_("Batch %(number)s", number=one.number), url, is_on=one is batch)


def _stage_words(batch: BatchTotals) -> tuple[str, tuple[str, ...]]:
    """What is not out yet; nothing once all of it is."""
    if batch.is_revealed:
        return "", ()
    if is_instant(batch):
        return _("The secret comes out when the sale is over"), (
            _(
                "Until then only its buyer can see what a ticket is. This draw trusts us not to"
                " look: the prizes were placed before the first sale, and the secret lies"
                " encrypted."
            ),
            _("Your own ticket can be checked now."),
        )
    return _("The secret comes out after the draw"), (
        _("Until then nobody can know which tickets win, not even the house."),
        _("The fingerprint below cannot be changed any more: keep it, and compare it afterwards."),
    )


def _sealed(shown: Shown, batch: BatchTotals, published: Published) -> Iterator[Fact]:
    yield Fact(_("Sealed"), moment_words(local(shown.card, batch.opened_ms)))
    yield Fact(_("Fingerprint"), long_hash(batch.commitment))
    if published.merkle_root:
        yield Fact(_("Root of the tree"), long_hash(published.merkle_root))
    if published.list_hash:
        yield Fact(_("Hash of the list"), long_hash(published.list_hash))


def _tiers(batch: BatchTotals) -> str:
    """The table of prizes for the script, which compares it with the record's."""
    tiers = [
        {"key": tier.key, "count": tier.count, "name": tier.name} for tier in batch.terms.tiers
    ]
    return json.dumps(tiers, ensure_ascii=False)


def _downloads(batch: BatchTotals, address: str) -> Iterator[Download]:
    if batch.is_revealed:
        yield Download(_("The record"), f"{address}/bundle.json")
    if batch.status != "open" and not is_instant(batch):
        yield Download(_("The list of sold tickets"), f"{address}/list.txt")
    yield Download(_("The published facts"), f"{address}/facts.json")


def _command(batch: BatchTotals) -> str:
    """How the script is called; nothing while there is no file that it could check."""
    if batch.is_revealed:
        return f"python3 {SCRIPT} {file_name(batch, '.json')}"
    return f"python3 {SCRIPT} {file_name(batch, '-NUMBER.json')}" if is_instant(batch) else ""


def _home_words(batch: BatchTotals) -> str:
    """What can be checked away from this page, now or later."""
    if batch.is_revealed:
        return _(
            "Take the record home and check it on your own computer. The script is short, can be"
            " read in minutes, and needs nothing but Python."
        )
    if is_instant(batch):
        return _(
            "The proof of your own ticket, from the page of your purchase, can be checked on your"
            " own computer now, and the whole record when the secret is out. The script is short"
            " and needs nothing but Python. NUMBER stands for your ticket's number."
        )
    return _(
        "The record comes out after the draw. Then you can check it on your own computer, with a"
        " short script that needs nothing but Python. Keep the fingerprint until then."
    )


def _tell_words(shown: Shown) -> str:
    """Whom to tell when something does not fit."""
    basis, house = shown.totals.basis, shown.card.house
    if basis is None:
        return _(
            "Keep the file, and tell %(house)s at %(email)s.",
            house=house.name,
            email=house.email or house.contact_email,
        )
    return _(
        "Keep the file. Tell the promoter, %(promoter)s, and, if the answer does not satisfy you,"
        " whoever watches over the draw: %(kind)s, %(region)s, no. %(number)s.",
        promoter=basis.promoter.rstrip("."),
        kind=basis.kind,
        region=basis.region,
        number=basis.number,
    )


def _timeline(shown: Shown, batch: BatchTotals, times: Times) -> Iterator[Fact]:
    opened, closed = _("Fingerprint and rules published"), _("Sale closed, the list is final")
    if is_instant(batch):
        opened = _("Prizes placed; fingerprint, root and rules published")
        closed = _("Sale closed")
    said = [(batch.opened_ms, opened)]
    marks = (
        (times.first_sold_ms, _("First ticket sold")),
        (batch.closed_ms, closed),
        (times.value_ms, value_fixed_words(shown.card)),
        (batch.drawn_ms, _("Drawn")),
        (times.revealed_ms, _("Secret published")),
    )
    said += [(at_ms, words) for at_ms, words in marks if at_ms is not None]
    for at_ms, words in said:
        yield Fact(short_moment_words(local(shown.card, at_ms)), words)
