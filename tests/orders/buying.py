"""Buyers at an opened box office: orders placed and written by hand, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update

from app.answers import KeptKey
from app.box_office import BoxOffice
from app.clock import utc_now
from app.invariants import check
from app.inventory.commands import ReleaseHold
from app.models import (
    Event,
    Order,
    OrderStatus,
    OutboxRow,
    Payment,
    Refund,
    Ticket,
    TicketState,
)
from app.orders.placed import Buyer, Placed
from app.orders.placing import place_order
from app.tokens import new_order_id
from tests.opened import Show, show_of

BO = Buyer("Bo", "bo@example.org")
CY = Buyer("Cy", "cy@example.org")
KEY = KeptKey("a key of sixteen or more", "first")
SLUGS = ("first", "second", "third")


def pending_order(
    office: BoxOffice, basket: str, order_id: str = "", gateway: str = "demo", buyer: str = "bo"
) -> str:
    """An order as it is before the first of its events is asked; its id."""
    row = {
        "id": order_id or new_order_id(), "basket_id": basket, "status": OrderStatus.PENDING,
        "gateway": gateway, "name": "Bo", "email": "bo@example.org", "email_key": buyer,
        "currency": "GBP", "total_cents": 0, "open_events": 1, "created_at": utc_now(),
    }  # fmt: skip
    with office.db.write() as connection:
        connection.execute(insert(Order), row)
    return str(row["id"])


@dataclass(frozen=True, slots=True)
class Money:
    """What the database says of one order."""

    status: str
    total_cents: int
    payments: tuple[str, ...]
    came_cents: int
    back_cents: int
    refunds: int
    tickets: int


class Tour:
    """A buyer with two seats at each of three shows in one basket."""

    def __init__(self, office: BoxOffice, basket: str = "bo") -> None:
        self.office = office
        self.basket = basket
        self.shows = tuple(show_of(office, slug) for slug in SLUGS)
        self.total_cents = 0

    def hold_all(self) -> None:
        """Seats 3 and 1 of every show: not in the order in which a database keeps them."""
        self.total_cents = sum(show.hold(self.basket, 3, 1).total_cents for show in self.shows)

    def order(
        self, outcome: str | None = "paid", kept: KeptKey | None = None, payment: str = "demo"
    ) -> Placed:
        """Order everything in the basket."""
        return place_order(self.office, self.basket, BO, payment, outcome, kept)

    def letters(self) -> str:
        """What everybody sees of the chosen seats, show by show."""
        return " ".join(show.letters(3, 1) for show in self.shows)


def money_of(office: BoxOffice, order_id: str) -> Money:
    """The order with its payments, refunds and live tickets."""

    def one(query: Any) -> Any:
        return connection.execute(query).scalar_one()

    with office.db.read() as connection:
        order = connection.execute(
            select(Order.status, Order.total_cents).where(Order.id == order_id)
        ).one()
        payments = connection.execute(
            select(Payment.state).where(Payment.order_id == order_id).order_by(Payment.captured_at)
        ).scalars()
        came = func.coalesce(func.sum(Payment.amount_cents), 0)
        back = func.coalesce(func.sum(Refund.amount_cents), 0)
        live = select(func.count(Ticket.id)).where(
            Ticket.order_id == order_id, Ticket.state == TicketState.ISSUED
        )
        return Money(
            str(order.status),
            order.total_cents,
            tuple(str(state) for state in payments),
            int(one(select(came).where(Payment.order_id == order_id))),
            int(one(select(back).where(Refund.order_id == order_id))),
            int(one(select(func.count(Refund.id)).where(Refund.order_id == order_id))),
            int(one(live)),
        )


def effects(office: BoxOffice, kind: str) -> int:
    """How many effects of a kind are written."""
    with office.db.read() as connection:
        query = select(func.count(OutboxRow.id)).where(OutboxRow.kind == kind)
        return int(connection.execute(query).scalar_one())


def order_ids(office: BoxOffice) -> list[str]:
    """All orders, the oldest first."""
    with office.db.read() as connection:
        return list(connection.execute(select(Order.id).order_by(Order.created_at)).scalars())


def broken(office: BoxOffice) -> list[str]:
    """Every rule between rows that does not hold."""
    with office.db.read() as connection:
        return check(connection)


def take_away(show: Show, basket: str, *numbers: int) -> None:
    """Somebody else gets these seats, which must be free."""
    show.hold(basket, *numbers)


def give_back(show: Show, basket: str) -> None:
    """A basket gives back what it holds at a show."""
    hold_id = show.inventory.basket_hold(basket)
    assert hold_id is not None
    show.inventory.ask(ReleaseHold(hold_id, basket))


def allow_manual(show: Show, quota: int = 10) -> None:
    """Let a show be paid later by hand."""
    words = {"manual": {"quota": quota, "closes_hours": 24}}
    with show.office.db.write() as connection:
        connection.execute(update(Event).where(Event.id == show.id).values(payments=words))
    show.office.catalogue.refresh()
    show.office.inventories._rest(show.id, show.inventory)
