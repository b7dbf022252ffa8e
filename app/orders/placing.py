"""Placing an order: a basket becomes an order, and the order becomes payable or paid."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from sqlalchemy import select

from app.answers import KeptKey
from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.clock import house, utc_now, wall_ms
from app.faults import fault_point
from app.inventory.commands import BuyNow, NewOrder, StartPayment
from app.models import BY_HAND, Order, OrderStatus
from app.orders.baskets import BasketView, basket_view, how_ended
from app.orders.ending import OPEN, give_up, refuse_payment
from app.orders.paying_later import later_closes_ms
from app.orders.placed import (
    Buyer,
    Placed,
    keep_placed,
    paid_at_once,
    pay_page,
    placed_once,
    write_order,
    write_started,
)
from app.orders.rows import OrderRow, set_status
from app.orders.tickets import new_tickets
from app.payments.gateway import Gateway, as_remote
from app.refusals import (
    BasketEmpty,
    Busy,
    CardRefused,
    HoldEnded,
    HoldExpired,
    PaymentNotPossible,
    PaymentRunning,
)
from app.tokens import new_order_id

CARDS = ("stripe", "demo")


def place_order(
    office: BoxOffice,
    basket_id: str,
    buyer: Buyer,
    payment: str,
    demo_outcome: str | None = None,
    kept: KeptKey | None = None,
) -> Placed:
    """Turn a basket into an order; the same idempotency key gives the same order.

    `paid` with free or played payments, `paying` with a page to pay on, `pending` when a person
    will take the money. Raises a Refusal and charges nothing when a single place is not there.
    """
    return placed_once(
        office,
        kept,
        demo_outcome,
        lambda: _place(office, basket_id, buyer, payment, demo_outcome, kept),
    )


def is_only_shown(office: BoxOffice, event_ids: list[int]) -> bool:
    """Whether real money could move for an event of the demo house: it promises that none does."""
    cards = [office.catalogue.by_id(event_id) for event_id in event_ids]
    return office.settings.live_key and any(card.house.is_demo for card in cards)


def _place(
    office: BoxOffice,
    basket_id: str,
    buyer: Buyer,
    payment: str,
    demo_outcome: str | None,
    kept: KeptKey | None,
) -> Placed:
    basket = _payable_basket(office, basket_id)
    gateway = _gateway_for(office, basket, payment)
    _end_earlier(office, basket_id)
    played = gateway.name == "demo" and demo_outcome == "paid"
    if len(basket.holds) == 1 and (gateway.at_once or played):
        return _buy_now(office, basket, buyer, gateway, kept)
    order = _write_order(office, basket, buyer, gateway, kept)
    fault_point("order.pending")
    _start_payments(office, order, basket, gateway)
    if gateway.at_once or played:
        return keep_placed(office, paid_at_once(office, order), kept)
    if gateway.name == "demo" and demo_outcome == "refused":
        refuse_payment(office, order.id)
        raise CardRefused
    if gateway.name in BY_HAND:
        return keep_placed(office, Placed(order.id, "pending"), kept)
    return keep_placed(office, Placed(order.id, "paying", pay_page(office, order)), kept)


def _payable_basket(office: BoxOffice, basket_id: str) -> BasketView:
    basket = basket_view(office, basket_id)
    if not basket.holds:
        ended = how_ended(office, basket_id)
        if "expired" in ended:
            raise HoldExpired
        raise HoldEnded if "sold" in ended else BasketEmpty
    if any(hold.state != "live" for hold in basket.holds):
        raise PaymentRunning
    if len(basket.currencies) > 1:
        raise PaymentNotPossible(
            "Your basket holds places in different currencies.",
            next_step="Pay for them one event at a time.",
        )
    return basket


def _gateway_for(office: BoxOffice, basket: BasketView, payment: str) -> Gateway:
    name = "free" if basket.total_cents == 0 else payment
    gateway = office.gateways.get(name)
    if gateway is None or (name == "free" and basket.total_cents):
        raise PaymentNotPossible
    remote = as_remote(gateway)
    if remote is not None and remote.fault_words:
        raise PaymentNotPossible("Cards cannot be taken just now: the house has been told.")
    event_ids = [hold.event_id for hold in basket.holds]
    if remote is not None and is_only_shown(office, event_ids):
        raise PaymentNotPossible("This is a demo house: no card is charged here.")
    cards = [office.catalogue.by_id(event_id) for event_id in event_ids]
    if name in CARDS and not takes_cards(cards):
        raise PaymentNotPossible("This event takes no cards here.")
    if name in BY_HAND:
        _refuse_later(cards, name)
    return gateway


def takes_cards(cards: Sequence[EventCard]) -> bool:
    """Whether all these events can be paid by card; their organizers may have said no."""
    return all(card.payments.get("card", {}).get("offered", True) for card in cards)


def _refuse_later(cards: Sequence[EventCard], way: str) -> None:
    closes_ms = later_closes_ms(cards, way)
    if closes_ms is None:
        raise PaymentNotPossible
    if wall_ms() >= closes_ms:
        raise PaymentNotPossible("It is too close to the start to pay later.")


def _end_earlier(office: BoxOffice, basket_id: str) -> None:
    """A basket has one open order: an older one that nobody pays any more is over."""
    with office.db.read() as connection:
        older = connection.execute(
            select(Order.id).where(
                Order.basket_id == basket_id, Order.status == OrderStatus.PENDING
            )
        ).scalars()
        ids = list(older)
    for order_id in ids:
        with office.db.write() as connection:
            set_status(connection, order_id, OrderStatus.CANCELLED, only=OPEN, ended_at=utc_now())


def _buy_now(
    office: BoxOffice, basket: BasketView, buyer: Buyer, gateway: Gateway, kept: KeptKey | None
) -> Placed:
    hold = basket.holds[0]
    key_id = office.keys.current_id(hold.event_id)
    order = NewOrder(
        id=new_order_id(),
        gateway=gateway.name,
        name=buyer.name,
        email=buyer.email,
        buyer=office.tokens.address_key(buyer.email),
        locale=buyer.locale,
        is_demo=gateway.name == "demo",
        at_ms=wall_ms(),
    )
    command = BuyNow(
        order,
        basket.id,
        hold.total_cents,
        gateway.reference_of(order.id) or order.id,
        new_tickets(hold.place_count),
        key_id,
    )
    office.inventory_of(hold.event_id).ask(command, kept)
    return Placed(order.id, "paid")


def _write_order(
    office: BoxOffice, basket: BasketView, buyer: Buyer, gateway: Gateway, kept: KeptKey | None
) -> OrderRow:
    order_id = new_order_id()
    deadline_ms = house.now_ms() + office.settings.payment_seconds * 1000
    if gateway.name in BY_HAND:
        deadline_ms = max(basket.expires_ms or 0, house.now_ms() + 60_000)
    row = {
        "id": order_id, "basket_id": basket.id, "gateway": gateway.name,
        "reference": gateway.reference_of(order_id), "name": buyer.name, "email": buyer.email,
        "email_key": office.tokens.address_key(buyer.email), "locale": buyer.locale,
        "currency": basket.holds[0].currency, "total_cents": basket.total_cents,
        "open_events": len(basket.holds), "deadline_ms": deadline_ms,
    }  # fmt: skip
    with office.db.write() as connection:
        return write_order(connection, kept, row)


def _start_payments(
    office: BoxOffice, order: OrderRow, basket: BasketView, gateway: Gateway
) -> None:
    is_started = False
    try:
        for hold in basket.holds:
            fault_point("payment.start", HoldEnded)
            office.inventory_of(hold.event_id).ask(
                StartPayment(
                    order.id,
                    basket.id,
                    order.email_key,
                    order.deadline_ms or 0,
                    hold.total_cents,
                    later=gateway.name if gateway.name in BY_HAND else "",
                    guarded=gateway.remote,
                )
            )
            fault_point("payment.frozen")
        write_started(office, order)
        is_started = True
    finally:
        if not is_started:
            with contextlib.suppress(Busy):  # then the settler does it
                give_up(office, order.id)
