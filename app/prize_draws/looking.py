"""What an organizer may know of a draw: its batches, what to do next, and who wants a prize."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, select

from app.box_office import BoxOffice
from app.clock import rfc3339_ms, wall_ms
from app.draw_cards import DrawCard
from app.lottery.draw.params import INSTANT
from app.lottery.pool.prizes import unclaimed
from app.lottery.pool.terms import SEAT, Tier
from app.lottery.pool.totals import BatchTotals
from app.lottery.sealing import BY_BUYERS
from app.models import (
    GiftState,
    Lottery,
    LotteryBasis,
    LotteryBatch,
    LotteryPurchase,
    LotteryWin,
    Order,
    SeatGift,
)
from app.pool_reading import terms_of
from app.prize_draws.by_itself import last_claim_ms
from app.prize_draws.claim_details import details_of
from app.prize_draws.drawing import list_hash
from app.prize_draws.gift_words import reason_words
from app.prize_draws.secrets_of_batches import merkle_root
from app.refusals import NotFound

Words = dict[str, Any]

CLAIMS_LIMIT: Final = 10_000
BASIS: Final = ("kind", "number", "region", "promoter", "free_entry")
VALUE_SHOWN: Final = 1000  # characters of a public value gathered from many buyers


def url_of(office: BoxOffice, card: DrawCard) -> str:
    """The address of the draw's page."""
    return f"{office.settings.base_url}/draw/{card.slug}"


def is_instant(row: Any) -> bool:
    """Whether the prizes of a batch's row were placed before its first sale."""
    return terms_of(row.terms).mode == INSTANT


def next_step(row: Any) -> str:
    """What somebody has to do with a batch, as the word to type; "" while it goes by itself.

    A value of the buyers is gathered, which is the same word to type without a value.
    """
    terms = terms_of(row.terms)
    if row.status == "closed" and terms.mode != INSTANT:
        if row.public_value:
            return "draw"
        return "gather" if terms.source == BY_BUYERS else "value"
    if row.status in ("closed", "drawn") and not row.secret:
        return "reveal"
    return ""


def all_draws(office: BoxOffice) -> list[Words]:
    """Every draw in short, the newest first."""
    with office.db.read() as connection:
        ids = connection.execute(select(Lottery.id).order_by(Lottery.id.desc())).scalars().all()
        rows = connection.execute(
            select(LotteryBatch.__table__).order_by(LotteryBatch.lottery_id, LotteryBatch.number)
        ).all()
    listed = []
    for card in map(office.draws.by_id, ids):
        batches = [row for row in rows if row.lottery_id == card.id]
        short = [
            {"number": row.number, "status": row.status, "size": row.size, "sold": row.cursor}
            for row in batches
        ]
        listed.append(_facts(card) | {"is_demo": card.house.is_demo, "batches": short})
    return listed


def whole_draw(office: BoxOffice, card: DrawCard) -> Words:
    """One draw with its legal basis and every batch."""
    with office.db.read() as connection:
        basis = connection.execute(
            select(LotteryBasis.__table__).where(LotteryBasis.lottery_id == card.id)
        ).first()
        rows = connection.execute(
            select(LotteryBatch.__table__)
            .where(LotteryBatch.lottery_id == card.id)
            .order_by(LotteryBatch.number)
        ).all()
    found = _facts(card) | {"url": url_of(office, card), "credits": card.credits}
    found["basis"] = None if basis is None else {name: getattr(basis, name) for name in BASIS}
    if basis is not None:
        found["basis"]["until"] = _moment(basis.until_ms)
    totals = {one.batch_id: one for one in office.pool_of(card.id).totals.batches}
    found["batches"] = [_batch(office, row, totals[row.id]) for row in rows]
    return found | {"warning": _warning(rows, basis)}


def claimed_prizes(office: BoxOffice, card: DrawCard, *, with_details: bool = False) -> list[Words]:
    """Prizes that their winners want, those that wait for staff first.

    `is_given` says whether it was given out, which seats are only once their tickets are issued;
    `seats` and `seats_words` why they were not given yet; `details` where the prize goes, only if
    asked for.
    """
    query = (
        select(
            LotteryWin.__table__,
            LotteryBatch.number,
            LotteryBatch.terms,
            Order.name,
            Order.email,
            SeatGift.reason,
            SeatGift.state.label("gift_state"),
        )
        .join(LotteryBatch, LotteryBatch.id == LotteryWin.batch_id)
        .join(LotteryPurchase, LotteryPurchase.id == LotteryWin.purchase_id)
        .outerjoin(Order, Order.id == LotteryPurchase.id)
        .outerjoin(SeatGift, _is_gift_of_win())
        .where(LotteryBatch.lottery_id == card.id, LotteryWin.claimed_ms.is_not(None))
        .order_by(LotteryWin.confirmed_ms.is_not(None), LotteryWin.claimed_ms, LotteryWin.position)
        .limit(CLAIMS_LIMIT)
    )
    with office.db.read() as connection:
        rows = connection.execute(query).all()
    return [
        {
            "ticket": f"{row.number}-{row.position}",
            "prize": _tier(row).name,
            "purchase": row.purchase_id,
            "name": row.name or "",
            "email": row.email or "",
            "claimed_at": _moment(row.claimed_ms),
            "confirmed_by": row.confirmed_by or "",
            "is_given": _is_given(row),
            "seats": row.reason or "",
            "seats_words": seats_words(
                office, row.reason or "", card.words.of_tier(_tier(row).key).event
            ),
        }
        | ({"details": _details(office, row)} if with_details else {})
        for row in rows
    ]


def seats_words(office: BoxOffice, reason: str, event: str) -> str:
    """Why seats that were won are not given yet, in words; `event` is where they would be."""
    if not reason:
        return ""
    try:
        title = office.catalogue.any_by_slug(event).title
    except NotFound:
        title = ""
    return reason_words(reason, title)


def _tier(row: Any) -> Tier:
    tier: Tier = terms_of(row.terms).tiers[row.tier]
    return tier


def _is_given(row: Any) -> bool:
    if not row.confirmed_by:
        return False
    return _tier(row).kind != SEAT or bool(row.gift_state == GiftState.GIVEN)


def _is_gift_of_win() -> ColumnElement[bool]:
    of_batch = SeatGift.batch_id == LotteryWin.batch_id
    return and_(of_batch, SeatGift.position == LotteryWin.position)


def _details(office: BoxOffice, row: Any) -> list[str]:
    told = details_of(office, row.purchase_id)
    return [] if told is None else list(told.lines_for(_tier(row).kind))


def unclaimed_prizes(office: BoxOffice, card: DrawCard) -> list[Words]:
    """Prizes of sold tickets that nobody has claimed so far."""
    state = office.pool_of(card.id).actor.state
    if state is None:
        return []
    found: list[Words] = []
    for batch in list(state.batches.values()):
        names = {tier.key: tier.name for tier in batch.terms.tiers}
        for prize in unclaimed(state, batch.id):
            ticket = f"{batch.number}-{prize.position}"
            words = {"ticket": ticket, "prize": names[prize.tier], "purchase": prize.purchase_id}
            found.append(words)
            if len(found) == CLAIMS_LIMIT:
                return found
    return found


def _facts(card: DrawCard) -> Words:
    return {
        "slug": card.slug,
        "title": card.title,
        "status": card.status,
        "currency": card.currency,
        "house": card.house.name,
    }


def _batch(office: BoxOffice, row: Any, totals: BatchTotals) -> Words:
    terms = terms_of(row.terms)
    is_closed = row.status != "open"
    return {
        "batch": row.id,
        "number": row.number,
        "status": row.status,
        "mode": terms.mode,
        "price_cents": terms.price_cents,
        "size": row.size,
        "sold": row.cursor,
        "commitment": row.commitment,
        "merkle_root": merkle_root(office, row.id),
        "list_hash": list_hash(office, row.id) if is_closed else "",
        "public_value": row.public_value[:VALUE_SHOWN],
        "typed_by": row.typed_by,
        "secret": row.secret,
        "opened_at": _moment(row.opened_ms),
        "closes_at": _moment(terms.closes_ms),
        "closed_at": _moment(row.closed_ms),
        "drawn_at": _moment(row.drawn_ms),
        "claims_until": _moment(last_claim_ms(row)),
        "settled_at": _moment(row.settled_ms),
        "prizes": [
            {"key": tier.key, "name": tier.name, "count": tier.count, "left": tier.left}
            for tier in totals.tiers
        ],
        "next": next_step(row),
    }


def _warning(rows: Any, basis: Any) -> str:
    """Why nobody can buy although the draw is open."""
    is_paid = any(row.status == "open" and terms_of(row.terms).price_cents for row in rows)
    if not is_paid:
        return ""
    if basis is None:
        return "Tickets cost money and are not on sale: no legal basis is recorded."
    if basis.until_ms is not None and basis.until_ms <= wall_ms():
        return "Tickets cost money and are not on sale: the legal basis has run out."
    return ""


def _moment(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339_ms(at_ms)
