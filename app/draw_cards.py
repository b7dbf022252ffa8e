"""The prize draws of one installation, in memory: pages and API read them without a query."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from app.catalogue import HOUSE_COLUMNS, House, house_of
from app.clock import from_ms, utc_now
from app.db import Database
from app.draw_words import DrawWords, words_of
from app.frozen import frozen
from app.lottery.pool.terms import PoolRules
from app.models import Lottery, LotteryStatus, Organizer, Venue
from app.refusals import NotFound

CARDS_LIMIT: Final = 1000


@frozen
class DrawCard:
    """A prize draw's own facts; its batches, tickets and prizes are its actor's.

    `credits` is what one ticket costs in play credits; 0: they are not taken.
    """

    id: int
    slug: str
    title: str
    summary: str
    stock: str
    currency: str
    time_zone: str
    status: str
    credits: int
    words: DrawWords
    rules: PoolRules
    public: dict[str, Any]
    created_at: datetime
    house: House

    @property
    def zone(self) -> ZoneInfo:
        """The draw's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def today(self) -> str:
        """The house's date, as 2026-11-05."""
        return utc_now().astimezone(self.zone).date().isoformat()

    def moment(self, at_ms: int) -> datetime:
        """A moment on the draw's clock."""
        return from_ms(at_ms).astimezone(self.zone)

    @property
    def is_open(self) -> bool:
        """Whether it may sell; its batches say whether they do."""
        return self.status == LotteryStatus.OPEN


class DrawCards:
    """All prize draws; read again after a change."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._guard = threading.Lock()
        self._by_id: dict[int, DrawCard] | None = None

    def by_slug(self, slug: str) -> DrawCard:
        """The draw at this address; drafts are `NotFound`."""
        card = next((card for card in self._loaded().values() if card.slug == slug), None)
        if card is None or card.status == LotteryStatus.DRAFT:
            raise NotFound("There is no such draw.")
        return card

    def known(self, slug: str) -> DrawCard | None:
        """The same without asking the database; None where it would have to be asked."""
        loaded = self._by_id or {}
        return next((card for card in loaded.values() if card.slug == slug), None)

    def by_id(self, lottery_id: int) -> DrawCard:
        """The draw with this id, or `NotFound`."""
        card = self._loaded().get(lottery_id)
        if card is None:
            raise NotFound("There is no such draw.")
        return card

    def on_show(self) -> tuple[DrawCard, ...]:
        """Everything but drafts: what sells first, then what has ended, newest first."""
        shown = [card for card in self._loaded().values() if card.status != LotteryStatus.DRAFT]
        return tuple(sorted(shown, key=lambda card: (not card.is_open, -card.id)))

    def not_ended(self) -> tuple[DrawCard, ...]:
        """Every draw that sells or may yet, drafts included."""
        loaded = self._loaded().values()
        return tuple(card for card in loaded if card.status != LotteryStatus.ENDED)

    def refresh(self) -> None:
        """Read again at the next question."""
        with self._guard:
            self._by_id = None

    def _loaded(self) -> dict[int, DrawCard]:
        found = self._by_id
        if found is not None:
            return found
        with self._guard:
            if self._by_id is None:
                with self._db.read() as connection:
                    self._by_id = {card.id: card for card in _read_cards(connection)}
            return self._by_id


def _read_cards(connection: Connection) -> list[DrawCard]:
    query = (
        select(
            Lottery.__table__,
            *HOUSE_COLUMNS,
        )
        .select_from(Lottery)
        .join(Organizer, Organizer.id == Lottery.organizer_id)
        .join(Venue, Venue.id == Lottery.venue_id)
        .order_by(Lottery.id.desc())
        .limit(CARDS_LIMIT)
    )
    return [_card(row) for row in connection.execute(query)]


def _card(row: Any) -> DrawCard:
    return DrawCard(
        id=row.id, slug=row.slug, title=row.title, summary=row.summary, stock=row.stock,
        currency=row.currency, time_zone=row.time_zone, status=str(row.status),
        credits=row.credits or 0, words=words_of(row.notes),
        rules=PoolRules(row.id, row.slug, row.currency, **row.rules), public=row.public,
        created_at=row.created_at, house=house_of(row),
    )  # fmt: skip
