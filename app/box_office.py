"""The box office of one process: database, actors, keys and whatever else all features share."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sqlalchemy import select

from app.answers import Answers, KeptKey
from app.ballot_store import BallotStore
from app.ballots import Ballots, RunningBallot
from app.catalogue import Catalogue
from app.clock import boot_id, house
from app.config import Settings
from app.db import Database
from app.draw_cards import DrawCards
from app.faults import plan_faults
from app.house_lock import LOCK_WAIT_SECONDS, HouseLock
from app.house_lock import SecondServer as SecondServer
from app.inventories import Inventories, Inventory
from app.inventory.commands import Command
from app.inventory.offer import Offer
from app.inventory_reading import read_offer
from app.inventory_store import EventStore
from app.keys import EventKeys
from app.long_work import LongWorks
from app.lotteries import Lotteries, Pool
from app.lottery.pool.purchase import WAITING
from app.models import (
    BallotRight,
    HoldRow,
    HoldState,
    HouseTime,
    LotteryPurchase,
    RightState,
)
from app.payments.all import gateways_of
from app.payments.gateway import Gateway
from app.pool_store import PoolStore
from app.questions import Question
from app.rows import upsert
from app.tokens import Tokens
from app.vault import Vault

T = TypeVar("T")

DRIFT_NOTED_MS: Final = 1000


@dataclass(slots=True)
class BoxOffice:
    """Everything of one installation that lives as long as the process."""

    settings: Settings
    db: Database
    tokens: Tokens
    vault: Vault
    keys: EventKeys
    catalogue: Catalogue
    draws: DrawCards
    answers: Answers
    inventories: Inventories
    lotteries: Lotteries
    ballots: Ballots
    gateways: dict[str, Gateway]
    lock: HouseLock | None = None
    started_at: float = field(default_factory=time.monotonic)
    noted_drift_ms: int = 0
    read_offers: dict[int, Offer] = field(default_factory=dict)
    works: LongWorks = field(default_factory=LongWorks)

    def inventory_of(self, event_id: int) -> Inventory:
        """The places of one event."""
        return self.inventories.of(event_id)

    def pool_of(self, lottery_id: int) -> Pool:
        """One prize draw."""
        return self.lotteries.of(lottery_id)

    def ballot_of(self, ballot_id: int) -> RunningBallot:
        """One ballot."""
        return self.ballots.of(ballot_id)

    def offer_of(self, event_id: int) -> Offer:
        """What an event offers; in a process without actors it is read and none is started."""
        if self.lock is not None:
            return self.inventory_of(event_id).offer
        if event_id not in self.read_offers:
            with self.db.read() as connection:
                self.read_offers[event_id] = read_offer(connection, event_id, self.settings)
        return self.read_offers[event_id]

    def ask_once(self, event_id: int, command: Command[T], kept: KeptKey | None) -> T:
        """Ask an event's actor, once per idempotency key; repeats get the first outcome again."""
        return self.question(event_id, command, kept).ask()

    def question(self, event_id: int, command: Command[T], kept: KeptKey | None) -> Question[T]:
        """The same, still to be asked."""
        return Question(self.answers, self.inventory_of(event_id), command, kept)

    def note_drift(self) -> None:
        """Leave house time's drift from the wall behind for the next start, when it moved."""
        if abs(house.drift_ms() - self.noted_drift_ms) >= DRIFT_NOTED_MS:
            self.note_time()

    def note_time(self) -> None:
        """Leave behind what the next start needs to carry on with house time."""
        row: dict[str, Any] = {
            "house_ms": house.now_ms(),
            "drift_ms": house.drift_ms(),
            "boot_id": boot_id(),
            "offset_ms": house.offset_ms,
        }
        with self.db.write() as connection:
            connection.execute(upsert(connection, HouseTime, ["id"], list(row)), {"id": 1, **row})
        self.noted_drift_ms = row["drift_ms"]

    def close(self) -> None:
        """Drain the actors and let go of everything."""
        self.works.stop()
        self.inventories.stop()
        self.lotteries.stop()
        self.ballots.stop()
        self.db.close()
        if self.lock is not None:
            self.lock.close()


_open: BoxOffice | None = None


def open_box_office(
    settings: Settings,
    *,
    actors: bool = True,
    takes_over: bool = True,
    wait_seconds: float = LOCK_WAIT_SECONDS,
) -> BoxOffice:
    """Open the installation: lock, migrate, read what the last server left behind.

    With `actors` this process becomes the only one that changes places; `SecondServer` when
    another still is after `wait_seconds`. On PostgreSQL that is only looked at where this one
    does not mean to take over. Without actors the database is only read.
    """
    global _open
    plan_faults(settings.fault)
    lock = HouseLock(settings, wait_seconds) if actors else None
    db = Database(settings)
    if lock is not None:
        from app.schema import migrate

        try:
            lock.take_database(db, takes_over=takes_over)
            migrate(db, settings)
        except BaseException:
            db.close()
            lock.close()
            raise
    vault, tokens = Vault(settings.secret_key), Tokens(settings.secret_key)
    office = BoxOffice(
        settings=settings,
        db=db,
        tokens=tokens,
        vault=vault,
        keys=EventKeys(db, vault),
        catalogue=Catalogue(db),
        draws=DrawCards(db),
        answers=Answers(db),
        inventories=Inventories(lambda event_id: EventStore(event_id, db, settings)),
        lotteries=Lotteries(lambda lottery_id: PoolStore(lottery_id, db, vault)),
        ballots=Ballots(lambda ballot_id: BallotStore(ballot_id, db)),
        gateways=gateways_of(settings),
        lock=lock,
    )
    office.inventories.on_change = office.catalogue.refresh
    if actors:
        _carry_on(office)
    _open = office
    return office


def office() -> BoxOffice:
    """The process's box office."""
    if _open is None:
        raise RuntimeError("the box office is not open in this process")
    return _open


def inventory_of(event_id: int) -> Inventory:
    """The places of one event of the process's box office."""
    return office().inventory_of(event_id)


def _carry_on(office: BoxOffice) -> None:
    """House time, known keys, and whatever ends by itself, as the last server left them."""
    with office.db.read() as connection:
        left = connection.execute(select(HouseTime.__table__)).first()
        live = connection.execute(
            select(HoldRow.event_id)
            .where(HoldRow.state.in_((HoldState.LIVE, HoldState.PAYING)))
            .distinct()
        ).scalars()
        event_ids = sorted(live)
        rights = select(BallotRight.ballot_id).where(BallotRight.state == RightState.LIVE)
        ballot_ids = sorted(connection.execute(rights.distinct()).scalars())
        unpaid = connection.execute(
            select(LotteryPurchase.lottery_id).where(LotteryPurchase.status.in_(WAITING)).distinct()
        ).scalars()
        lottery_ids = sorted(unpaid)
    if left is not None:
        is_same_boot = bool(left.boot_id) and left.boot_id == boot_id()
        if not (is_same_boot and house.carry_on(left.house_ms, left.offset_ms)):
            house.anchor(left.house_ms, left.drift_ms)
    office.note_time()
    office.answers.load()
    for event_id in event_ids:
        office.inventory_of(event_id)
    for ballot_id in ballot_ids:
        office.ballot_of(ballot_id)
    for lottery_id in lottery_ids:
        office.pool_of(lottery_id)
    office.inventories.start()
    office.lotteries.start()
    office.ballots.start()
