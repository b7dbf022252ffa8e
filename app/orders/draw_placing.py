"""Placing an order of draw tickets: free, with play credits, or through the house's gateways."""

from __future__ import annotations

import contextlib
import re
import secrets
from typing import Final

from sqlalchemy import func, insert, select

from app import credits
from app.answers import KeptKey
from app.box_office import BoxOffice
from app.clock import house
from app.draw_cards import DrawCard
from app.faults import fault_point
from app.frozen import frozen
from app.lottery.pool.commands import EndPayment, FreezePurchase, PlacePurchase
from app.lottery.refusals import NOT_CHARGED, DrawNotOpen, OnBreak, OverBudget
from app.models import BY_HAND, Account, DrawOrder
from app.orders.ending import refuse_payment
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
from app.orders.placing import CARDS
from app.orders.rows import OrderRow
from app.orders.turns import turn_of
from app.payments.gateway import as_remote
from app.prize_draws.limits import spent_in
from app.prize_draws.selling import SellingBatch, selling_batches
from app.refusals import CardRefused, Invalid, LimitReached, PaymentNotPossible, Refusal
from app.tokens import new_order_id
from app.words import ngettext

FREE: Final = "free"
CREDITS: Final = "credits"
AT_ONCE: Final = (FREE, CREDITS)
CONTRIBUTION: Final = re.compile(r"[0-9a-f]{64}")
CONTRIBUTION_BYTES: Final = 32


class AddressLimit(Refusal):
    """One of the limits of an address, told to somebody who has not proved that it is theirs."""

    code, status = "address_limit", 422
    happened = "That is more than this address may buy in this draw at the moment."
    safe = NOT_CHARGED
    next_step = "Choose fewer, or sign in with the address to see its limits."


@frozen
class DrawWish:
    """What somebody wants of a draw. `price_cents` is what one ticket cost when they looked.

    `contribution` is what they add to the public value, 64 hexadecimal digits; "" to have it made.
    """

    lottery_id: int
    count: int
    wants_fewer: bool
    is_of_age: bool = False
    public_name: str = ""
    contribution: str = ""
    price_cents: int | None = None


def place_draw_order(
    office: BoxOffice,
    wish: DrawWish,
    buyer: Buyer,
    payment: str,
    demo_outcome: str | None = None,
    kept: KeptKey | None = None,
    *,
    is_proved: bool = False,
    is_staff: bool = False,
) -> Placed:
    """Turn a wish for draw tickets into an order; the same idempotency key gives the same order.

    `paid` where the money is here at once, `paying` with a page to pay on. Raises a Refusal and
    charges nothing when it is against a limit or nothing is to be had. Only whoever has proved that
    the address is theirs (`is_proved`) can pay with its credits, and learns which limit it is.
    """
    if payment == CREDITS and not is_proved:
        raise PaymentNotPossible(
            "Play credits belong to an address.",
            safe=NOT_CHARGED,
            next_step="Sign in with that address first.",
        )
    return placed_once(
        office,
        kept,
        demo_outcome,
        lambda: _place(office, wish, buyer, payment, demo_outcome, kept, is_proved, is_staff),
    )


def way_of(office: BoxOffice, card: DrawCard, unit_cents: int, payment: str) -> str:
    """How a ticket that costs so much is paid; raises `PaymentNotPossible`."""
    if payment == CREDITS:
        if not card.credits:
            raise PaymentNotPossible("This draw takes no play credits.", safe=NOT_CHARGED)
        return CREDITS
    if unit_cents == 0:
        if card.credits:
            raise PaymentNotPossible(
                "This draw takes play credits only.",
                safe=NOT_CHARGED,
                next_step="Sign in and pay with credits.",
            )
        return FREE
    gateway = office.gateways.get(payment)
    if gateway is None or payment not in CARDS:
        hint = "Draw tickets are paid by card." if payment in BY_HAND else ""
        raise PaymentNotPossible(hint or None, safe=NOT_CHARGED)
    remote = as_remote(gateway)
    if remote is not None and remote.fault_words:
        raise PaymentNotPossible(
            "Cards cannot be taken just now: the house has been told.", safe=NOT_CHARGED
        )
    if remote is not None and office.settings.live_key and card.house.is_demo:
        raise PaymentNotPossible("This is a demo house: no card is charged here.", safe=NOT_CHARGED)
    return payment


@frozen
class _Asked:
    """One order as it is being placed."""

    order_id: str
    card: DrawCard
    batch: SellingBatch
    wish: DrawWish
    buyer: Buyer
    buyer_key: str
    way: str

    @property
    def is_play(self) -> bool:
        return self.way == CREDITS

    @property
    def unit_cents(self) -> int:
        """What a ticket costs in money."""
        return 0 if self.is_play else self.batch.terms.price_cents

    @property
    def credits(self) -> int:
        """What all tickets cost in credits."""
        return self.wish.count * self.card.credits if self.is_play else 0


def _place(
    office: BoxOffice,
    wish: DrawWish,
    buyer: Buyer,
    payment: str,
    demo_outcome: str | None,
    kept: KeptKey | None,
    is_proved: bool,
    is_staff: bool,
) -> Placed:
    card = office.draws.by_id(wish.lottery_id)
    batch = _batch(office, card)
    unit_cents = batch.terms.price_cents
    if wish.price_cents not in (None, unit_cents):
        raise Invalid({"price": "The price is another one by now. Look at it again."})
    way = way_of(office, card, unit_cents, payment)
    key = office.tokens.address_key(buyer.email)
    asked = _Asked(new_order_id(), card, batch, wish, buyer, key, way)
    try:
        with turn_of(f"buyer:{key}"):  # one budget for all draws, however many are asked at once
            _wish_for(office, asked, is_staff)
    except (OverBudget, OnBreak, LimitReached):
        if is_proved:
            raise
        raise AddressLimit from None
    order = _kept_order(office, asked, kept)
    fault_point("order.pending")
    if way in AT_ONCE or (way == "demo" and demo_outcome == "paid"):
        return keep_placed(office, paid_at_once(office, order), kept)
    if way == "demo" and demo_outcome == "refused":
        refuse_payment(office, order.id)
        raise CardRefused(safe="Nothing was charged.")
    return keep_placed(office, Placed(order.id, "paying", pay_page(office, order)), kept)


def _batch(office: BoxOffice, card: DrawCard) -> SellingBatch:
    with office.db.read() as connection:
        selling = selling_batches(connection, card.id)
    if not card.is_open or not selling:
        raise DrawNotOpen
    return selling[0]


def _wish_for(office: BoxOffice, asked: _Asked, is_staff: bool) -> None:
    card, wish, day = asked.card, asked.wish, asked.card.today
    with office.db.read() as connection:
        elsewhere = spent_in(connection, asked.buyer_key, day[:7], card.currency, card.id)
        address = func.lower(Account.email) == asked.buyer.email.strip().lower()
        works_here = connection.scalar(select(Account.id).where(address)) is not None
    given = wish.contribution
    command = PlacePurchase(
        asked.order_id, asked.buyer_key, wish.count,
        wish.count * asked.batch.terms.price_cents, wish.wants_fewer, day,
        is_of_age=wish.is_of_age, is_staff=is_staff or works_here, is_play=asked.is_play,
        public_name=wish.public_name, spent_elsewhere_cents=elsewhere,
        contribution=given if CONTRIBUTION.fullmatch(given) else _contribution(),
    )  # fmt: skip
    office.pool_of(card.id).ask(command)


def _kept_order(office: BoxOffice, asked: _Asked, kept: KeptKey | None) -> OrderRow:
    """The order's row; without one the wish is taken back, so that it counts against no limit."""
    pool, order_id, key = office.pool_of(asked.card.id), asked.order_id, asked.buyer_key
    is_kept = False
    try:
        order = _write(office, asked, kept)
        if asked.way not in AT_ONCE:
            is_remote = office.gateways[asked.way].remote
            pool.ask(FreezePurchase(order_id, key, order.deadline_ms or 0, guarded=is_remote))
            write_started(office, order)
        is_kept = True
    finally:
        if not is_kept:
            with contextlib.suppress(Refusal):  # then its time ends it
                pool.ask(EndPayment(order_id, key, release=True))
    return order


def _write(office: BoxOffice, asked: _Asked, kept: KeptKey | None) -> OrderRow:
    card, wish, buyer, order_id = asked.card, asked.wish, asked.buyer, asked.order_id
    row = {
        "id": order_id, "basket_id": order_id, "gateway": asked.way,
        "reference": _reference(office, asked), "name": buyer.name, "email": buyer.email,
        "email_key": asked.buyer_key, "locale": buyer.locale, "currency": card.currency,
        "total_cents": wish.count * asked.unit_cents, "open_events": 1,
        "deadline_ms": house.now_ms() + office.settings.payment_seconds * 1000,
    }  # fmt: skip
    line = {
        "order_id": order_id, "lottery_id": card.id, "count": wish.count,
        "unit_cents": asked.unit_cents, "credits": asked.credits,
    }  # fmt: skip
    with office.db.write() as connection:
        order = write_order(connection, kept, row)
        connection.execute(insert(DrawOrder), line)
        if asked.is_play:
            note = ngettext("%(num)d draw ticket", "%(num)d draw tickets", wish.count)
            words = f"{card.title}: {note}"
            credits.spend(connection, asked.buyer_key, order_id, asked.credits, words)
    return order


def _reference(office: BoxOffice, asked: _Asked) -> str | None:
    if asked.way in AT_ONCE:
        return f"{asked.way}-{asked.order_id}"
    return office.gateways[asked.way].reference_of(asked.order_id)


def _contribution() -> str:
    return secrets.token_hex(CONTRIBUTION_BYTES)
