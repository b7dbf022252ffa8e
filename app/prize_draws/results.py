"""What a buyer may know of their draw tickets: how far they are, and what they won."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, case, func, select, true
from sqlalchemy.orm import aliased

from app.frozen import frozen
from app.lottery.pool.batch import DRAWN
from app.lottery.pool.terms import DAY_MS, ENTITLEMENT, INSTANT, Terms, Tier
from app.models import LotteryBatch, LotteryPart, LotteryPurchase, LotteryWin
from app.pool_reading import terms_of


@frozen
class BoughtPart:
    """Tickets in a row of one batch: numbers `first` to `last`.

    `is_told` says whether an evening's draw has come to them; `is_known` whether it may be known by
    now what they won.
    """

    batch_id: str
    number: int
    first: int
    count: int
    terms: Terms
    status: str
    commitment: str
    opened_ms: int
    drawn_ms: int | None
    is_revealed: bool
    is_told: bool

    @property
    def last(self) -> int:
        """The last of them."""
        return self.first + self.count - 1

    @property
    def is_instant(self) -> bool:
        """Whether its buyers learn at once."""
        return self.terms.mode == INSTANT

    @property
    def is_known(self) -> bool:
        """Whether the results of handed out tickets may be known."""
        return self.is_instant or (self.drawn_ms is not None and self.is_told)

    def claims_end_ms(self, paid_ms: int) -> int | None:
        """Until when its prizes can be claimed; None before anybody knows of them."""
        known_ms = paid_ms if self.is_instant else self.drawn_ms
        return None if known_ms is None else known_ms + self.terms.claim_days * DAY_MS


@frozen
class Won:
    """A prize that a ticket won, and how far it is: claimed, given out."""

    batch_id: str
    batch_number: int
    position: int
    tier_number: int
    tier: Tier
    is_claimed: bool
    is_given: bool


@frozen
class Bought:
    """A purchase as its buyer may know it; `wins` are the rarest first."""

    purchase_id: str
    lottery_id: int
    status: str
    count: int
    drawn: int
    unit_cents: int
    back_cents: int
    wants_fewer: bool
    is_play: bool
    paid_ms: int
    contribution: str
    parts: tuple[BoughtPart, ...]
    wins: tuple[Won, ...]

    @property
    def taken(self) -> int:
        """How many tickets it got."""
        return sum(part.count for part in self.parts)

    @property
    def is_done(self) -> bool:
        """Whether every ticket was handed out."""
        return self.status not in ("placed", "paying", "paid")

    @property
    def waits_for_draw(self) -> bool:
        """Whether some of its results are not to be known yet."""
        return any(not part.is_known for part in self.parts)

    def open_claims(self, now_ms: int) -> dict[Won, int]:
        """Prizes that can still be claimed, each with the end of its time."""
        ends = {part.batch_id: part.claims_end_ms(self.paid_ms) for part in self.parts}
        return {
            won: end_ms
            for won in self.wins
            if (end_ms := ends[won.batch_id]) is not None
            and now_ms < end_ms
            and can_be_claimed(won)
        }


def can_be_claimed(won: Won) -> bool:
    """Whether somebody has to claim a prize, and nobody has."""
    return not won.is_claimed and won.tier.kind != ENTITLEMENT


def bought(connection: Connection, purchase_id: str) -> Bought | None:
    """The purchase, or None when there is none, or none any more."""
    row = connection.execute(
        select(LotteryPurchase.__table__).where(LotteryPurchase.id == purchase_id)
    ).first()
    if row is None:
        return None
    parts = _parts(connection, purchase_id)
    wins = _wins(connection, purchase_id, {part.batch_id: part for part in parts})
    return Bought(
        purchase_id, row.lottery_id, row.status, row._mapping["count"], row.drawn, row.unit_cents,
        row.back_cents, row.wants_fewer, row.is_play, row.paid_ms, row.contribution, parts, wins,
    )  # fmt: skip


def count_wins(connection: Connection, purchase_ids: list[str]) -> dict[str, tuple[int, int]]:
    """Prizes of each purchase, and how many of them nobody has claimed yet."""
    unclaimed = func.sum(case((LotteryWin.claimed_ms.is_(None), 1), else_=0))
    query = (
        select(LotteryWin.purchase_id, func.count(LotteryWin.position), unclaimed)
        .where(LotteryWin.purchase_id.in_(purchase_ids))
        .group_by(LotteryWin.purchase_id)
    )
    return {row[0]: (row[1], int(row[2] or 0)) for row in connection.execute(query)}


def _parts(connection: Connection, purchase_id: str) -> tuple[BoughtPart, ...]:
    batch = LotteryBatch.__table__.c
    query = (
        select(
            LotteryPart.batch_id, batch.number, LotteryPart.first,
            LotteryPart.__table__.c["count"], batch.terms, batch.status, batch.commitment,
            batch.opened_ms, batch.drawn_ms, batch.secret, _is_told(batch),
        )
        .join(LotteryBatch, LotteryBatch.id == LotteryPart.batch_id)
        .where(LotteryPart.purchase_id == purchase_id)
        .order_by(batch.number, LotteryPart.first)
    )  # fmt: skip
    return tuple(_part(row) for row in connection.execute(query))


def _part(row: Any) -> BoughtPart:
    return BoughtPart(
        row[0], row[1], row[2], row[3], terms_of(row[4]), row[5], row[6], row[7], row[8],
        bool(row[9]), bool(row[10]),
    )  # fmt: skip


def _is_told(batch: Any) -> Any:
    """Whether the results, which are written in order of payment, have come to a part's tickets."""
    before = aliased(LotteryPart)
    place = (
        select(func.count())
        .where(before.batch_id == LotteryPart.batch_id, before.first <= LotteryPart.first)
        .correlate(LotteryPart)
        .scalar_subquery()
    )
    return case((batch.status == DRAWN, place <= batch.announced), else_=true())


def _wins(
    connection: Connection, purchase_id: str, parts: dict[str, BoughtPart]
) -> tuple[Won, ...]:
    query = (
        select(
            LotteryWin.batch_id, LotteryWin.position, LotteryWin.tier, LotteryWin.claimed_ms,
            LotteryWin.confirmed_by,
        )
        .where(LotteryWin.purchase_id == purchase_id)
        .order_by(LotteryWin.tier, LotteryWin.batch_id, LotteryWin.position)
    )  # fmt: skip
    found = []
    for batch_id, position, tier, claimed_ms, confirmed_by in connection.execute(query):
        part = parts.get(batch_id)
        if part is not None and part.is_known:
            found.append(
                Won(
                    batch_id, part.number, position, tier, part.terms.tiers[tier],
                    claimed_ms is not None, confirmed_by is not None,
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda won: (won.tier_number, won.batch_number, won.position)))
