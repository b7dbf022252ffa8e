"""What programs send, read into what the box office understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from app.api.reading import TOKEN_LIMIT, Fields, text_fault
from app.inventory.commands import AreaChoice, SeatChoice
from app.lottery.pool.terms import PURCHASE_LIMIT
from app.orders.draw_placing import CONTRIBUTION

SEATS_LIMIT: Final = 100
AREAS_LIMIT: Final = 20
COUNT_LIMIT: Final = 100
KIND_LIMIT: Final = 64
NAME_LIMIT: Final = 500  # what is read; app/buyers.py says what is taken
DEMO_OUTCOMES: Final = ("paid", "refused")

IF_SHORT: Final = ("fewer", "nothing")
PRICE_LIMIT: Final = 10**9

WRONG_SHORT: Final = "Send fewer or nothing."
WRONG_CONTRIBUTION: Final = "Send 64 digits and letters a to f."
WRONG_OUTCOME: Final = "Send paid or refused."
TWICE: Final = "This seat is named twice."
NOTHING_CHOSEN: Final = "Choose at least one seat, or places of an area."


@dataclass(frozen=True, slots=True)
class HoldForm:
    """`POST /events/{slug}/holds`: which places, for which basket."""

    seats: tuple[SeatChoice, ...]
    areas: tuple[AreaChoice, ...]
    basket: str | None


@dataclass(frozen=True, slots=True)
class BestForm:
    """`POST /events/{slug}/best`: how many, of what kind."""

    count: int
    category: str | None
    step_free: bool
    basket: str | None


@dataclass(frozen=True, slots=True)
class OrderForm:
    """`POST /orders`: who pays for a basket and how."""

    basket: str
    name: str
    email: str
    payment: str
    demo_outcome: str | None


@dataclass(frozen=True, slots=True)
class PurchaseForm:
    """`POST /draws/{slug}/purchases`: how many tickets, who pays and how."""

    count: int
    name: str
    email: str
    payment: str
    if_short: str
    of_age: bool
    show_name: bool
    contribution: str
    price_cents: int | None
    demo_outcome: str | None


@dataclass(frozen=True, slots=True)
class NoticeForm:
    """`POST /demo/payments`: what the demo gateway says about an order."""

    order: str
    outcome: str


def hold_form(found: dict[str, Any]) -> HoldForm:
    """Read a hold; raises `Invalid`."""
    fields = Fields(found)
    seats = _seats(fields)
    areas = _areas(fields)
    basket = fields.optional_text("basket", TOKEN_LIMIT)
    if not seats and not areas:
        fields.fault("seats", NOTHING_CHOSEN)
    fields.check()
    return HoldForm(seats, areas, basket)


def best_form(found: dict[str, Any]) -> BestForm:
    """Read a wish for the best seats; raises `Invalid`."""
    fields = Fields(found)
    form = BestForm(
        fields.whole("count", 1, COUNT_LIMIT),
        fields.optional_text("category"),
        fields.switch("step_free"),
        fields.optional_text("basket", TOKEN_LIMIT),
    )
    fields.check()
    return form


def order_form(found: dict[str, Any]) -> OrderForm:
    """Read an order; raises `Invalid`. Name and address are judged by `app.buyers`."""
    fields = Fields(found)
    outcome = fields.optional_text("demo_outcome")
    if outcome is not None and outcome not in DEMO_OUTCOMES:
        fields.fault("demo_outcome", WRONG_OUTCOME)
    form = OrderForm(
        fields.text("basket", TOKEN_LIMIT),
        fields.text("name", NAME_LIMIT),
        fields.text("email", NAME_LIMIT),
        fields.text("payment", KIND_LIMIT),
        outcome,
    )
    fields.check()
    return form


def purchase_form(found: dict[str, Any]) -> PurchaseForm:
    """Read a wish for draw tickets; raises `Invalid`. The draw has limits of its own."""
    fields = Fields(found)
    outcome = fields.optional_text("demo_outcome")
    if outcome is not None and outcome not in DEMO_OUTCOMES:
        fields.fault("demo_outcome", WRONG_OUTCOME)
    if_short = fields.optional_text("if_short") or IF_SHORT[0]
    if if_short not in IF_SHORT:
        fields.fault("if_short", WRONG_SHORT)
    contribution = fields.optional_text("contribution") or ""
    if contribution and not CONTRIBUTION.fullmatch(contribution):
        fields.fault("contribution", WRONG_CONTRIBUTION)
    price = fields.whole("price_cents", 0, PRICE_LIMIT) if "price_cents" in found else None
    form = PurchaseForm(
        fields.whole("count", 1, PURCHASE_LIMIT),
        fields.text("name", NAME_LIMIT),
        fields.text("email", NAME_LIMIT),
        fields.text("payment", KIND_LIMIT),
        if_short,
        fields.switch("of_age"),
        fields.switch("show_name"),
        contribution,
        price,
        outcome,
    )
    fields.check()
    return form


def notice_form(found: dict[str, Any]) -> NoticeForm:
    """Read a payment notice of the demo gateway; raises `Invalid`."""
    fields = Fields(found)
    form = NoticeForm(fields.text("order", TOKEN_LIMIT), fields.text("outcome"))
    if form.outcome not in DEMO_OUTCOMES:
        fields.fault("outcome", WRONG_OUTCOME)
    fields.check()
    return form


def _seats(fields: Fields) -> tuple[SeatChoice, ...]:
    chosen: dict[str, SeatChoice] = {}
    for at, row in enumerate(fields.rows("seats", SEATS_LIMIT)):
        choice = _seat(fields, at, row)
        if choice is None:
            continue
        if choice.seat in chosen:
            fields.fault(f"seats[{at}]", TWICE)
        chosen[choice.seat] = choice
    return tuple(chosen.values())


def _seat(fields: Fields, at: int, row: Any) -> SeatChoice | None:
    if type(row) is str:
        words = text_fault(row)
        if words is None and row:
            return SeatChoice(row)
        fields.fault(f"seats[{at}]", words or "Send the id of a seat.")
        return None
    if type(row) is not dict:
        fields.fault(f"seats[{at}]", "Send the id of a seat, or an object with an id.")
        return None
    inner = fields.row("seats", at, row)
    return SeatChoice(inner.text("id"), inner.optional_text("ticket_type"))


def _areas(fields: Fields) -> tuple[AreaChoice, ...]:
    chosen = []
    for at, row in enumerate(fields.rows("areas", AREAS_LIMIT)):
        inner = fields.row("areas", at, row)
        if type(row) is dict:
            count = inner.whole("count", 1, COUNT_LIMIT)
            chosen.append(AreaChoice(inner.text("id"), count, inner.optional_text("ticket_type")))
    return tuple(chosen)
