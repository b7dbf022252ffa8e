"""Records of a prize draw as rows: what a batch of them changes, written once for each row."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, update

from app.clock import utc_now
from app.lottery.pool import records as r
from app.lottery.pool.batch import Batch, Part
from app.lottery.pool.purchase import Purchase
from app.lottery.pool.state import PoolState, placed
from app.models import (
    JournalEntry,
    LotteryBasis,
    LotteryBatch,
    LotteryLimit,
    LotteryPart,
    LotteryPlaces,
    LotteryPurchase,
    LotteryWin,
)
from app.outbox import add_effects
from app.rows import upsert
from app.stale import StaleMemory
from app.vault import Vault

Row = dict[str, Any]

PLACES: Final = "lottery places"  # what they are sealed for
PACKING: Final = 1


class PoolChanges:
    """What one batch of records changes, gathered before anything is written."""

    def __init__(self, state: PoolState, vault: Vault) -> None:
        self.state = state
        self.vault = vault
        self.basis: r.LegalBasisRecorded | None = None
        self.batches: dict[str, None] = {}
        self.seals: dict[str, None] = {}  # a value gathered from many buyers is megabytes
        self.places: dict[str, bytes] = {}  # where the prizes lie; nothing: to be forgotten
        self.opened: list[r.BatchOpened] = []
        self.followed: list[tuple[str, str]] = []
        self.placed: list[r.PurchasePlaced] = []
        self.purchases: dict[str, None] = {}
        self.parts: list[tuple[str, Part]] = []
        self.wins: list[Row] = []
        self.claimed: list[r.PrizeClaimed] = []
        self.confirmed: list[r.ClaimConfirmed] = []
        self.archived: list[r.PartsArchived] = []
        self.limits: dict[str, Row] = {}
        self.effects: list[r.EffectDue] = []
        self.journal: list[r.Journalled] = []

    def gather(self, facts: Iterable[r.Record]) -> None:
        """Sort records into rows."""
        for fact in facts:
            _GATHER[type(fact)](self, fact)

    def _touch(self, batch_id: str) -> None:
        self.batches[batch_id] = None

    def legal_basis(self, fact: r.LegalBasisRecorded) -> None:
        self.basis = fact

    def batch_opened(self, fact: r.BatchOpened) -> None:
        self.opened.append(fact)
        if fact.places:
            self.places[fact.batch_id] = fact.places
        if fact.after is not None:
            self.followed.append((fact.after, fact.batch_id))

    def batch_changed(self, fact: Any) -> None:
        self._touch(fact.batch_id)

    def seal_changed(self, fact: Any) -> None:
        self._touch(fact.batch_id)
        self.seals[fact.batch_id] = None

    def draw_recorded(self, fact: r.DrawRecorded) -> None:
        self._touch(fact.batch_id)
        self.places[fact.batch_id] = fact.places

    def batch_archived(self, fact: r.BatchArchived) -> None:
        self._touch(fact.batch_id)
        self.places[fact.batch_id] = b""

    def purchase_placed(self, fact: r.PurchasePlaced) -> None:
        self.placed.append(fact)

    def purchase_changed(self, fact: Any) -> None:
        self.purchases[fact.purchase_id] = None

    def purchase_paid(self, fact: r.PurchasePaid) -> None:
        self.purchases[fact.purchase_id] = None
        for part in fact.parts:
            self.parts.append((fact.purchase_id, part))
            self._touch(part.batch_id)

    def tickets_drawn(self, fact: r.TicketsDrawn) -> None:
        self.purchases[fact.purchase_id] = None
        self._touch(fact.part.batch_id)
        self._won(fact.purchase_id, fact.part.batch_id, fact.wins)

    def result_announced(self, fact: r.ResultAnnounced) -> None:
        self._touch(fact.batch_id)
        self._won(fact.purchase_id, fact.batch_id, fact.wins)

    def _won(self, purchase_id: str, batch_id: str, wins: tuple[tuple[int, int], ...]) -> None:
        self.wins.extend(
            {"batch_id": batch_id, "position": at, "tier": tier, "purchase_id": purchase_id}
            for at, tier in wins
        )

    def prize_claimed(self, fact: r.PrizeClaimed) -> None:
        self.claimed.append(fact)

    def claim_confirmed(self, fact: r.ClaimConfirmed) -> None:
        self.confirmed.append(fact)

    def parts_archived(self, fact: r.PartsArchived) -> None:
        self._touch(fact.batch_id)
        self.archived.append(fact)

    def budget_set(self, fact: r.BudgetSet) -> None:
        self.limits.setdefault(fact.buyer, {}).update(
            has_budget=True, cents=fact.cents, later_cents=fact.later_cents,
            later_from=fact.later_from,
        )  # fmt: skip

    def break_taken(self, fact: r.BreakTaken) -> None:
        self.limits.setdefault(fact.buyer, {}).update(break_until=fact.until_day)

    def effect_due(self, fact: r.EffectDue) -> None:
        self.effects.append(fact)

    def journalled(self, fact: r.Journalled) -> None:
        self.journal.append(fact)


def write_pool(
    connection: Connection,
    lottery_id: int,
    state: PoolState,
    vault: Vault,
    facts: Iterable[r.Record],
) -> None:
    """Make records of one draw rows; `StaleMemory` when a row is not what memory says."""
    changes = PoolChanges(state, vault)
    changes.gather(facts)
    if changes.basis is not None:
        _put(
            connection,
            LotteryBasis,
            ["lottery_id"],
            {"lottery_id": lottery_id, **asdict(changes.basis)},
        )
    for opened in changes.opened:
        connection.execute(insert(LotteryBatch), _batch_row(lottery_id, changes, opened))
    for wanted in changes.placed:
        row = _purchase_row(placed(wanted)) | {"id": wanted.purchase_id, "placed_at": utc_now()}
        connection.execute(insert(LotteryPurchase), row | {"lottery_id": lottery_id})
        changes.purchases[wanted.purchase_id] = None
    _write_sold(connection, changes)
    _write_purchases(connection, changes)
    _write_batches(connection, changes)
    _write_places(connection, changes)
    _write_prizes(connection, changes)
    _remove_archived(connection, changes)
    _write_limits(connection, lottery_id, changes)
    due = [(e.kind, e.dedupe_key, {"lottery": lottery_id, **e.payload}) for e in changes.effects]
    add_effects(connection, due)
    if changes.journal:
        connection.execute(
            insert(JournalEntry), [_journal_row(lottery_id, f) for f in changes.journal]
        )


def _write_sold(connection: Connection, changes: PoolChanges) -> None:
    """The second wall: a batch's cursor only moves on from where the new tickets begin."""
    ends: dict[str, list[int]] = {}
    for _purchase_id, part in changes.parts:
        span = ends.setdefault(part.batch_id, [part.first - 1, part.first - 1])
        if part.first != span[1] + 1:
            raise StaleMemory(f"tickets of batch {part.batch_id} do not follow each other")
        span[1] = part.last
    for batch_id, (before, after) in ends.items():
        moved = connection.execute(
            update(LotteryBatch)
            .where(LotteryBatch.id == batch_id, LotteryBatch.cursor == before)
            .values(cursor=after)
        )
        if moved.rowcount != 1:
            raise StaleMemory(f"batch {batch_id} has not sold {before} tickets")
    if changes.parts:
        rows = [
            {"batch_id": p.batch_id, "first": p.first, "count": p.count, "purchase_id": purchase_id}
            for purchase_id, p in changes.parts
        ]
        connection.execute(insert(LotteryPart), rows)


def _write_purchases(connection: Connection, changes: PoolChanges) -> None:
    for purchase_id in changes.purchases:
        purchase = _purchase(changes.state, purchase_id)
        if purchase is None:  # archived in the same batch
            continue
        row = _purchase_row(purchase)
        written = connection.execute(
            update(LotteryPurchase).where(LotteryPurchase.id == purchase_id).values(**row)
        )
        if written.rowcount != 1:
            raise StaleMemory(f"there is no purchase {purchase_id}")


def _write_batches(connection: Connection, changes: PoolChanges) -> None:
    for before, after in changes.followed:
        written = connection.execute(
            update(LotteryBatch)
            .where(LotteryBatch.id == before, LotteryBatch.successor.is_(None))
            .values(successor=after)
        )
        if written.rowcount != 1:
            raise StaleMemory(f"batch {before} has a successor already")
    for batch_id in changes.batches:
        batch = changes.state.batches[batch_id]
        row = _counts_of(batch)
        if batch_id in changes.seals:
            row |= _seal_of(batch)
        connection.execute(update(LotteryBatch).where(LotteryBatch.id == batch_id).values(**row))


def _write_places(connection: Connection, changes: PoolChanges) -> None:
    for batch_id, places in changes.places.items():
        connection.execute(delete(LotteryPlaces).where(LotteryPlaces.batch_id == batch_id))
        if places:
            sealed = changes.vault.seal(zlib.compress(places, PACKING), PLACES)
            connection.execute(insert(LotteryPlaces), {"batch_id": batch_id, "sealed": sealed})


def _write_prizes(connection: Connection, changes: PoolChanges) -> None:
    if changes.wins:
        _put_all(connection, LotteryWin, ["batch_id", "position"], changes.wins)
    if changes.claimed:
        rows = [
            {"batch_id": claim.batch_id, "position": claim.position, "tier": claim.tier,
             "purchase_id": claim.purchase_id, "claimed_ms": claim.at_ms}
            for claim in changes.claimed
        ]  # fmt: skip
        _put_all(connection, LotteryWin, ["batch_id", "position"], rows)
    if changes.confirmed:
        given = [
            {"of_batch": one.batch_id, "at": one.position, "who": one.by, "ms": one.at_ms}
            for one in changes.confirmed
        ]
        connection.execute(_CONFIRM, given)


_win: Final = LotteryWin.__table__.c
_CONFIRM: Final = (
    update(LotteryWin)
    .where(
        _win.batch_id == bindparam("of_batch"),
        _win.position == bindparam("at"),
        _win.confirmed_by.is_(None),
    )
    .values(confirmed_by=bindparam("who"), confirmed_ms=bindparam("ms"))
)


def _remove_archived(connection: Connection, changes: PoolChanges) -> None:
    """Tickets, prizes and then purchases that have no ticket left."""
    for fact in changes.archived:
        last = max(part.last for _purchase_id, part in fact.parts)
        of_batch = LotteryWin.batch_id == fact.batch_id
        connection.execute(delete(LotteryWin).where(of_batch, LotteryWin.position <= last))
        firsts = [part.first for _purchase_id, part in fact.parts]
        connection.execute(
            delete(LotteryPart).where(
                LotteryPart.batch_id == fact.batch_id, LotteryPart.first.in_(firsts)
            )
        )
    gone: list[str] = []
    for purchase_id in dict.fromkeys(p for fact in changes.archived for p, _part in fact.parts):
        kept = changes.state.purchases.get(purchase_id)
        if kept is None:
            gone.append(purchase_id)
            continue
        query = LotteryPurchase.id == purchase_id
        connection.execute(update(LotteryPurchase).where(query).values(drawn=kept.drawn))
    if gone:
        connection.execute(delete(LotteryPurchase).where(LotteryPurchase.id.in_(gone)))


def _write_limits(connection: Connection, lottery_id: int, changes: PoolChanges) -> None:
    for buyer, columns in changes.limits.items():
        row = {"lottery_id": lottery_id, "buyer": buyer, **columns}
        if "has_budget" not in row:
            row["has_budget"] = buyer in changes.state.budgets
        _put(connection, LotteryLimit, ["lottery_id", "buyer"], row)


def _put(connection: Connection, table: type[Any], keys: list[str], row: Row) -> None:
    connection.execute(upsert(connection, table, keys, [k for k in row if k not in keys]), row)


def _put_all(connection: Connection, table: type[Any], keys: list[str], rows: list[Row]) -> None:
    connection.execute(upsert(connection, table, keys, [k for k in rows[0] if k not in keys]), rows)


def _purchase(state: PoolState, purchase_id: str) -> Purchase | None:
    return state.purchases.get(purchase_id) or state.over.get(purchase_id)


def _purchase_row(purchase: Purchase) -> Row:
    names = (
        "buyer", "count", "line", "unit_cents", "wants_fewer", "day", "is_play", "public_name",
        "contribution", "status", "deadline_ms", "rest_ms", "guarded", "reference", "paid_ms",
        "drawn", "back_cents",
    )  # fmt: skip
    return {name: getattr(purchase, name) for name in names} | {"doubled": list(purchase.doubled)}


def _batch_row(lottery_id: int, changes: PoolChanges, fact: r.BatchOpened) -> Row:
    batch = changes.state.batches[fact.batch_id]
    return {
        "id": batch.id, "lottery_id": lottery_id, "number": batch.number, "line": batch.line,
        "size": batch.terms.size, "terms": asdict(batch.terms), "opened_ms": batch.opened_ms,
        "commitment": batch.seal.commitment,
        **_counts_of(batch), **_seal_of(batch), "cursor": 0, "issued": 0,
    }  # fmt: skip


def _counts_of(batch: Batch) -> Row:
    """Everything of a batch that changes, but for its cursor and its seal."""
    return {
        "status": batch.status, "issued": batch.issued, "announced": batch.announced,
        "gone": batch.gone, "won": list(batch.won), "unclaimed": list(batch.unclaimed),
        "closed_ms": batch.closed_ms, "drawn_ms": batch.drawn_ms, "settled_ms": batch.settled_ms,
    }  # fmt: skip


def _seal_of(batch: Batch) -> Row:
    seal = batch.seal
    return {
        "typed_value": seal.typed_value, "typed_by": seal.typed_by,
        "public_value": seal.public_value, "secret": seal.secret,
    }  # fmt: skip


def _journal_row(lottery_id: int, fact: r.Journalled) -> Row:
    facts = {"lottery": lottery_id, **fact.facts}
    return {"at": utc_now(), "kind": fact.kind, "order_id": None, "by": fact.by, "facts": facts}


_GATHER: dict[type[r.Record], Callable[[PoolChanges, Any], None]] = {
    r.LegalBasisRecorded: PoolChanges.legal_basis,
    r.BatchOpened: PoolChanges.batch_opened,
    r.BatchClosed: PoolChanges.batch_changed,
    r.PublicValueTyped: PoolChanges.seal_changed,
    r.PublicValueFixed: PoolChanges.seal_changed,
    r.DrawRecorded: PoolChanges.draw_recorded,
    r.SecretRevealed: PoolChanges.seal_changed,
    r.ResultAnnounced: PoolChanges.result_announced,
    r.BatchSettled: PoolChanges.batch_changed,
    r.PartsArchived: PoolChanges.parts_archived,
    r.BatchArchived: PoolChanges.batch_archived,
    r.PurchasePlaced: PoolChanges.purchase_placed,
    r.PurchaseChanged: PoolChanges.purchase_changed,
    r.PurchaseLapsed: PoolChanges.purchase_changed,
    r.PurchasePaid: PoolChanges.purchase_paid,
    r.RefundDue: PoolChanges.purchase_changed,
    r.TicketsDrawn: PoolChanges.tickets_drawn,
    r.PurchaseFilled: PoolChanges.purchase_changed,
    r.NameForgotten: PoolChanges.purchase_changed,
    r.PrizeClaimed: PoolChanges.prize_claimed,
    r.ClaimConfirmed: PoolChanges.claim_confirmed,
    r.BudgetSet: PoolChanges.budget_set,
    r.BreakTaken: PoolChanges.break_taken,
    r.EffectDue: PoolChanges.effect_due,
    r.Journalled: PoolChanges.journalled,
}
