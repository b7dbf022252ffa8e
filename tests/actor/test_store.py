"""Memory and database agree after every batch of random commands, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from app.clock import from_ms
from app.db import Database
from app.invariants import check
from app.invariants.ballots import ballot_rules
from app.inventory import commands as c
from app.inventory.decide import settle
from app.inventory.outcome import Moment
from app.inventory.records import Record
from app.inventory.state import EventInventory
from app.inventory_store import EventStore
from app.ledger_rows import enter_payment
from app.models import Order, OrderStatus, Payment, PaymentState
from app.schema import migrate
from tests.actor.gala_rows import write_gala
from tests.inventory.houses import ADULT, NOON_MS, gala
from tests.inventory.simulator import Simulation
from tests.opened import settings_of

BATCHES = 60
BATCH_MOST = 30


@dataclass(slots=True)
class Stored(Simulation):
    """The simulator, whose every batch is also written by a real store."""

    written: list[Record] = field(default_factory=list)
    orders_written: set[str] = field(default_factory=set)

    def open(self, store: EventStore, db: Database) -> None:
        """Let the state be what the store reads."""
        with db.write() as connection:
            write_gala(connection, self.state.offer)
        self.state = store.take_over()
        apply = self.state.apply

        def remember(facts: Any) -> None:
            facts = tuple(facts)
            self.written.extend(facts)
            apply(facts)

        self.state.apply = remember  # type: ignore[method-assign]

    def batch(self, store: EventStore, db: Database) -> None:
        """Some commands, one transaction."""
        payments: list[str] = []
        for _ in range(self.chance.randint(1, BATCH_MOST)):
            sold = set(self.sold)
            self.one()
            payments += [order for order in self.sold - sold if order in self.orders]
        with db.write() as connection:
            for order_id in self.orders:
                if order_id not in self.orders_written:
                    connection.execute(insert(Order), self._order(order_id))
                    self.orders_written.add(order_id)
            for order_id in payments:
                connection.execute(insert(Payment), self._payment(order_id))
                enter_payment(connection, order_id)
        store.write(self.state, self.written, [])
        self.written.clear()

    def _order(self, order_id: str) -> dict[str, Any]:
        lines = self.lines[order_id]
        return {
            "id": order_id, "basket_id": self.orders[order_id], "status": OrderStatus.PAYING,
            "gateway": self.by_hand.get(order_id, "demo"), "name": "Bo",
            "email": "bo@example.org", "email_key": self.buyers[order_id], "currency": "GBP",
            "total_cents": sum(line.cents for line in lines), "open_events": 1,
            "created_at": from_ms(self.now_ms),
        }  # fmt: skip

    def _payment(self, order_id: str) -> dict[str, Any]:
        return {
            "id": order_id, "order_id": order_id, "gateway": "demo", "reference": order_id,
            "state": PaymentState.CAPTURED, "currency": "GBP", "settled": False,
            "amount_cents": sum(line.cents for line in self.lines[order_id]),
            "captured_at": from_ms(self.now_ms),
        }  # fmt: skip


def picture(state: EventInventory) -> dict[str, Any]:
    """Everything that decisions are made from, whatever order it was read in."""
    return {
        "letters": bytes(state.letters).decode(),
        "owners": state.owners,
        "kept": state.kept,
        "area_taken": state.area_taken,
        "area_blocks": state.area_blocks,
        "holds": {hold.id: asdict(hold) for hold in state.holds.values()},
        "basket_holds": state.basket_holds,
        "order_holds": state.order_holds,
        "tickets": {ticket.id: asdict(ticket) for ticket in state.tickets.values()},
        "order_tickets": {order: set(ids) for order, ids in state.order_tickets.items()},
        "buyer_counts": state.buyer_counts,
        "free_count": state.free_count,
        "next_due_ms": state.next_due_ms(),
        "over": {hold_id: over.state for hold_id, over in state.over.items()},
    }


@pytest.fixture
def db(tmp_path: Path, database_url: str) -> Iterator[Database]:
    """An empty database of the newest shape."""
    settings = settings_of(tmp_path, database_url)
    opened = Database(settings)
    migrate(opened, settings)
    yield opened
    opened.close()


def test_what_is_read_back_is_what_memory_knows(db: Database, tmp_path: Path, seed: int) -> None:
    house = Stored(seed)
    store = EventStore(house.state.offer.event_id, db, settings_of(tmp_path))
    house.open(store, db)

    for number in range(BATCHES):
        house.batch(store, db)

        read = picture(store.read())
        known = picture(house.state)
        for name, value in known.items():
            if name == "over":
                assert read["over"].items() <= value.items(), (seed, number)
            else:
                assert read[name] == value, (seed, number, name)

    with db.read() as connection:
        of_ballots = [words for rule in ballot_rules() for words in rule(connection)]
        found = [words for words in check(connection) if words not in of_ballots]
    assert found == []  # but that the simulator's ballot is nowhere written down
    assert house.counts["Sell"] + house.counts["BuyNow"] > 0


def test_the_offer_that_is_read_is_the_one_that_was_written(db: Database, tmp_path: Path) -> None:
    house = Simulation(1)
    with db.write() as connection:
        write_gala(connection, house.state.offer)

    read = EventStore(house.state.offer.event_id, db, settings_of(tmp_path)).take_over().offer

    wanted = house.state.offer
    assert [seat.id for seat in read.seats] == [seat.id for seat in wanted.seats]
    assert [seat.category for seat in read.seats] == [seat.category for seat in wanted.seats]
    assert (read.prices, read.limits, read.rows) == (wanted.prices, wanted.limits, wanted.rows)
    assert {key: area.capacity for key, area in read.areas.items()} == {"floor": 8, "bar": 3}


def test_a_seat_is_sold_again_in_the_commit_in_which_its_ticket_moves(
    db: Database, tmp_path: Path
) -> None:
    offer = gala(3, 8).offer
    with db.write() as connection:
        write_gala(connection, offer)
    store = EventStore(offer.event_id, db, settings_of(tmp_path))
    state = store.take_over()

    def settled(*commands: c.Command[Any]) -> None:
        moment = Moment(NOON_MS, NOON_MS)
        facts = [fact for command in commands for fact in settle(state, command, moment).records]
        store.write(state, facts, [])

    def bought(number: int, seat: str) -> tuple[c.Command[Any], ...]:
        order = c.NewOrder(f"o{number}", "demo", "Bo", "b", "bo", "en", True, NOON_MS)
        price = state.offer.prices["front", ADULT]
        tickets = (c.NewTicket(f"t{number}", number, f"code{number}"),)
        hold = c.HoldSeats(f"b{number}", f"7-{number}", (c.SeatChoice(seat, ADULT),))
        return hold, c.BuyNow(order, f"b{number}", price, f"ref{number}", tickets, 1)

    settled(*bought(1, "A1"))
    settled(c.MoveTicket("t1", "A3", "dee", NOON_MS), *bought(2, "A1"),
            c.MoveTicket("t2", "A5", "dee", NOON_MS), *bought(3, "A1"))  # fmt: skip

    read = store.read()
    assert {ticket.id: ticket.seat for ticket in read.tickets.values()} == {
        "t1": "A3", "t2": "A5", "t3": "A1",
    }  # fmt: skip
    assert picture(read)["tickets"] == picture(state)["tickets"]
