"""The state of a prize draw as the database has it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, select

from app.lottery.pool import records as r
from app.lottery.pool.batch import Batch, Claim, Part
from app.lottery.pool.purchase import Budget, Purchase
from app.lottery.pool.state import WINNERS_LIMIT, PoolState, Winner
from app.lottery.pool.terms import PoolRules, Terms, Tier
from app.lottery.sealing import Seal
from app.models import (
    Lottery,
    LotteryBasis,
    LotteryBatch,
    LotteryLimit,
    LotteryPart,
    LotteryPlaces,
    LotteryPurchase,
    LotteryWin,
)
from app.pool_writing import PLACES
from app.refusals import NotFound
from app.vault import Vault


def read_pool(connection: Connection, lottery_id: int, vault: Vault) -> PoolState:
    """Everything of one draw; `NotFound` for none."""
    state = PoolState(read_rules(connection, lottery_id))
    basis = connection.execute(
        select(LotteryBasis.__table__).where(LotteryBasis.lottery_id == lottery_id)
    ).first()
    if basis is not None:
        names = [field.name for field in fields(r.LegalBasisRecorded)]
        state.legal_basis = r.LegalBasisRecorded(**{name: getattr(basis, name) for name in names})
    rows = connection.execute(
        select(LotteryBatch.__table__, LotteryPlaces.sealed)
        .outerjoin(LotteryPlaces, LotteryPlaces.batch_id == LotteryBatch.id)
        .where(LotteryBatch.lottery_id == lottery_id)
        .order_by(LotteryBatch.number)
    ).all()
    claims = _claims(connection, lottery_id)
    for row in rows:
        state.restore_batch(_batch(row, vault, claims.get(row.id, {})))
    state.restore_purchases(_purchases(connection, lottery_id))
    state.restore_winners(_winners(connection, lottery_id))
    for row in connection.execute(
        select(LotteryLimit.__table__).where(LotteryLimit.lottery_id == lottery_id)
    ):
        if row.has_budget:
            state.budgets[row.buyer] = Budget(row.cents, row.later_cents, row.later_from)
        if row.break_until is not None:
            state.breaks[row.buyer] = row.break_until
    return state


def read_rules(connection: Connection, lottery_id: int) -> PoolRules:
    """What holds for all batches of a draw; `NotFound` for none."""
    row = connection.execute(
        select(Lottery.slug, Lottery.currency, Lottery.rules).where(Lottery.id == lottery_id)
    ).first()
    if row is None:
        raise NotFound("There is no such draw.")
    return PoolRules(lottery_id, row.slug, row.currency, **row.rules)


def terms_of(plain: dict[str, Any]) -> Terms:
    """Terms as they were kept."""
    tiers = tuple(Tier(**tier) for tier in plain["tiers"])
    return Terms(**{**plain, "tiers": tiers})


def _batch(row: Any, vault: Vault, claims: dict[int, Claim]) -> Batch:
    places = b""
    if row.sealed is not None:
        places = zlib.decompress(vault.unseal(row.sealed, PLACES))
    terms = terms_of(row.terms)
    seal = Seal(
        row.commitment, terms.source, row.typed_value, row.typed_by, row.public_value, row.secret
    )
    return Batch(
        row.id, row.number, row.line, terms, seal, row.opened_ms, places, row.status, row.cursor,
        row.issued, row.announced, row.gone, list(row.won), claims=claims, successor=row.successor,
        closed_ms=row.closed_ms, drawn_ms=row.drawn_ms, settled_ms=row.settled_ms,
        unclaimed=tuple(row.unclaimed),
    )  # fmt: skip


def _purchases(connection: Connection, lottery_id: int) -> Iterator[Purchase]:
    """All purchases with the tickets that they have, those of the older batch first."""
    parts: dict[str, list[Part]] = {}
    query = (
        select(LotteryPart.batch_id, LotteryPart.first, LotteryPart.count, LotteryPart.purchase_id)
        .join(LotteryBatch, LotteryBatch.id == LotteryPart.batch_id)
        .where(LotteryBatch.lottery_id == lottery_id)
        .order_by(LotteryBatch.number, LotteryPart.first)
    )
    for batch_id, first, count, purchase_id in connection.execute(query):
        parts.setdefault(purchase_id, []).append(Part(batch_id, first, count))
    rows = connection.execute(
        select(LotteryPurchase.__table__)
        .where(LotteryPurchase.lottery_id == lottery_id)
        .order_by(LotteryPurchase.placed_at, LotteryPurchase.id)
    )
    for row in rows:
        yield Purchase(
            row.id, row.buyer, row._mapping["count"], row.line, row.unit_cents, row.wants_fewer,
            row.day, row.is_play, row.public_name, row.contribution, row.deadline_ms, row.status,
            row.rest_ms, row.guarded, row.reference, row.paid_ms, tuple(parts.get(row.id, ())),
            row.drawn, row.back_cents, tuple(row.doubled),
        )  # fmt: skip


def _claims(connection: Connection, lottery_id: int) -> dict[str, dict[int, Claim]]:
    query = (
        select(
            LotteryWin.batch_id, LotteryWin.position, LotteryWin.purchase_id,
            LotteryWin.claimed_ms, LotteryWin.confirmed_by,
        )
        .join(LotteryBatch, LotteryBatch.id == LotteryWin.batch_id)
        .where(LotteryBatch.lottery_id == lottery_id, LotteryWin.claimed_ms.is_not(None))
    )  # fmt: skip
    found: dict[str, dict[int, Claim]] = {}
    for batch_id, position, purchase_id, at_ms, by in connection.execute(query):
        found.setdefault(batch_id, {})[position] = Claim(position, purchase_id, at_ms or 0, by)
    return found


def _winners(connection: Connection, lottery_id: int) -> list[Winner]:
    """The latest who agreed to be named, the last of them last."""
    query = (
        select(
            LotteryWin.batch_id, LotteryWin.position, LotteryWin.tier, LotteryPurchase.public_name
        )
        .join(LotteryPurchase, LotteryPurchase.id == LotteryWin.purchase_id)
        .where(LotteryPurchase.lottery_id == lottery_id, LotteryPurchase.public_name != "")
        .order_by(LotteryPurchase.paid_ms.desc(), LotteryWin.position.desc())
        .limit(WINNERS_LIMIT)
    )
    return [Winner(*row) for row in connection.execute(query)][::-1]
