"""Checkout in words: one form beside the held places, or what became of them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from app.basket_cookie import known_basket_id
from app.box_office import inventory_of, office
from app.buyer_cookie import signed_in_buyer
from app.clock import from_ms, house, wall_ms
from app.csrf import new_key
from app.inventory.best_available import nearest_free
from app.inventory.state import FREE, OverHold
from app.models import BY_HAND, Order, OrderStatus
from app.money import sum_words
from app.orders.baskets import ended_holds
from app.orders.paying_later import later_closes_ms, later_terms
from app.orders.placing import is_only_shown, takes_cards
from app.orders.rows import read_order
from app.pages import FormState, Label
from app.payments.gateway import as_remote
from app.shop.forms import AREA_PREFIX
from app.shop.holding import house_of_inventory
from app.shop.queries.basket import (
    basket_view,
    count_words,
    ended_lines,
    hold_minutes,
    holds_of,
    part_of,
)
from app.shop.queries.places import seat_words, short_seat, type_name
from app.shop.views.basket import (
    AgainChoice,
    CheckoutPage,
    EndedLine,
    EndedPage,
    PaymentWay,
)
from app.words import clock_words, list_words, moment_words
from app.words import gettext as _


def checkout_page(form: FormState | None = None) -> CheckoutPage | None:
    """The form for what the visitor holds; None when nothing is held."""
    holds = holds_of(known_basket_id())
    if not holds:
        return None
    total_cents = sum(hold.total_cents for hold in holds)
    total = sum_words(total_cents, holds[0].currency)
    count = count_words(sum(hold.place_count for hold in holds), any_area=True)
    ways = tuple(_ways([hold.event_id for hold in holds])) if total_cents else ()
    chosen = (form or FormState()).typed.get("payment", "")
    return CheckoutPage(
        form=form or FormState(_typed_before()),
        key=new_key(),
        ways=tuple(
            PaymentWay(w.key, w.name, w.note, w.icon, w.key == chosen or (not chosen and at == 0))
            for at, w in enumerate(ways)
        ),
        pay_words=_("Pay %(total)s", total=total)
        if total_cents
        else _("Get %(count)s", count=count),
        total_cents=total_cents,
        small_print=tuple(_small_print([hold.event_id for hold in holds])),
        basket=basket_view(),
        parts=tuple(part_of(hold) for hold in holds),
    )


def running_order() -> str | None:
    """The order that the visitor's places are being paid for, if any."""
    return next((h.order_id for h in holds_of(known_basket_id()) if h.state != "live"), None)


def is_paid_later(order_id: str) -> bool:
    """Whether a person will take the money: then its buyer may go on with a new basket."""
    with office().db.read() as connection:
        order = read_order(connection, order_id)
    return order.gateway in BY_HAND and order.status == OrderStatus.PENDING


def ended_page() -> EndedPage:
    """What the visitor held, what of it is still free, and one press to have it again."""
    basket = known_basket_id()
    ended = [
        (event_id, over)
        for event_id, over in (() if basket is None else ended_holds(office(), basket))
        if over.state == "expired"
    ]
    if not ended:
        title = _("Nothing is in your basket yet")
        words = _("Choose a seat first; it is then kept for you.")
        return EndedPage("plain", title, words, (), (), "/", "")
    event_id, over = ended[0]
    card = office().catalogue.by_id(event_id)
    at = clock_words(house.wall_at(over.expires_ms).astimezone(card.zone))
    free, gone = _sorted(event_id, over)
    kind, title, words = _title(over, free, gone, at, event_id)
    return EndedPage(
        kind=kind,
        title=title,
        words=words,
        lines=tuple(_lines(event_id, over, gone)),
        choices=tuple(_choices(event_id, over, free, gone)),
        others_url=f"/e/{card.slug}",
        afterwards=_("You get %(minutes)s new minutes.", minutes=hold_minutes()),
    )


def _ways(event_ids: list[int]) -> Iterator[PaymentWay]:
    gateways = office().gateways
    cards = [office().catalogue.by_id(event_id) for event_id in event_ids]
    stripe = as_remote(gateways.get("stripe"))
    has_cards = takes_cards(cards)
    may_charge = stripe is not None and not stripe.fault_words
    if has_cards and may_charge and not is_only_shown(office(), event_ids):
        note = _("On a secure page, then straight back here")
        yield PaymentWay("stripe", _("Card, Apple Pay or Google Pay"), note, "card")
    if has_cards and "demo" in gateways:
        note = _("On a demo page, then straight back here. No money moves")
        yield PaymentWay("demo", _("Demo card"), note, "card")
    names = {"manual": _("Pay at the counter"), "transfer": _("Bank transfer")}
    icons = {"manual": "cash", "transfer": "bank"}
    for way in BY_HAND:
        closes_ms = later_closes_ms(cards, way)
        if closes_ms is not None and closes_ms > wall_ms():
            until = moment_words(from_ms(closes_ms).astimezone(cards[0].zone))
            note = _("Until %(when)s. We email you a link that keeps the seats", when=until)
            terms = later_terms(cards[0], way)
            words = terms.words if terms is not None else ""
            yield PaymentWay(way, words.rstrip(".") or names[way], note, icons[way])


def _small_print(event_ids: list[int]) -> Iterator[str]:
    cards = [office().catalogue.by_id(event_id) for event_id in event_ids]
    yield from dict.fromkeys(card.notes["refund"] for card in cards if card.notes.get("refund"))
    yield from dict.fromkeys(card.notes["tax"] for card in cards if card.notes.get("tax"))
    yield _("Tickets for a dated show carry no right of withdrawal. A cancelled show is paid back.")


def _typed_before() -> dict[str, str]:
    """Name and address of this basket's order that was not paid: nobody types them twice.

    Else the address of whoever is signed in.
    """
    basket, buyer = known_basket_id(), signed_in_buyer()
    signed_in = {} if buyer is None else {"email": buyer.email}
    if basket is None:
        return signed_in
    query = (
        select(Order.name, Order.email)
        .where(Order.basket_id == basket)
        .where(Order.status.in_((OrderStatus.PENDING, OrderStatus.CANCELLED, OrderStatus.EXPIRED)))
        .order_by(Order.created_at.desc())
        .limit(1)
    )
    with office().db.read() as connection:
        row = connection.execute(query).first()
    return signed_in if row is None else {"name": row.name, "email": row.email}


def _sorted(event_id: int, over: OverHold) -> tuple[list[str], list[str]]:
    inventory = inventory_of(event_id)
    offer, published = inventory.offer, inventory.published
    free = [s for s, _kind in over.seats if published.letters[offer.seat_index[s]] == FREE]
    gone = [s for s, _kind in over.seats if s not in free]
    return free, gone


def _title(
    over: OverHold, free: list[str], gone: list[str], at: str, event_id: int
) -> tuple[str, str, str]:
    offer = inventory_of(event_id).offer
    if not gone:
        words = _("Nothing was charged. The places went back on sale, and right now all are free.")
        return "plain", _("Your time ran out at %(time)s", time=at), words
    names = list_words([short_seat(offer.seats[offer.seat_index[seat]]) for seat in gone])
    words = _(
        "Your time ran out at %(time)s and somebody else took %(seats)s. Nothing was charged.",
        time=at,
        seats=names,
    )
    if not free:
        return "warn", _("Your seats went to somebody else"), words
    title = _("%(free)s of your %(all)s seats are still free", free=len(free), all=len(over.seats))
    return "warn", title, words


def _lines(event_id: int, over: OverHold, gone: list[str]) -> Iterator[EndedLine]:
    inventory = inventory_of(event_id)
    still = Label(_("Still free"), "ok", "check")
    taken = Label(_("Taken"), "bad", "cross")
    for line in ended_lines(event_id, over):
        note = f"{line.note}, {line.price}" if line.price else line.note
        is_gone = line.id in gone
        if line.id.startswith(AREA_PREFIX):
            key = line.id.split(":")[1]
            is_gone = inventory.published.areas.get(key, 0) < int(line.id.rpartition(":")[2])
        yield EndedLine(line.place, note, taken if is_gone else still, "gone" if is_gone else "")
    for seat, instead in _instead(event_id, over, gone).items():
        kind = dict(over.seats)[seat]
        words = _("%(seat)s instead", seat=seat_words(inventory.offer, instead))
        label = Label(_("Free"), "info", "plus")
        yield EndedLine(words, type_name(inventory.offer, kind), label)


def _instead(event_id: int, over: OverHold, gone: list[str]) -> dict[str, str]:
    """For each seat that went, the nearest free one of the same price."""
    inventory = inventory_of(event_id)
    offer, letters = inventory.offer, inventory.published.letters
    taken = {seat for seat, _kind in over.seats}
    found: dict[str, str] = {}
    for seat in gone:
        near = nearest_free(house_of_inventory(inventory), letters, seat, taken)
        category = offer.seats[offer.seat_index[seat]].category
        if near is not None and offer.seats[offer.seat_index[near]].category == category:
            found[seat] = near
            taken.add(near)
    return found


def _choices(
    event_id: int, over: OverHold, free: list[str], gone: list[str]
) -> Iterator[AgainChoice]:
    offer = inventory_of(event_id).offer
    kinds = dict(over.seats)

    def choice(words: str, seats: dict[str, str]) -> AgainChoice:
        cents = sum(
            offer.price(offer.seats[offer.seat_index[seat]].category, kind) or 0
            for seat, kind in seats.items()
        )
        cents += sum(
            count * (offer.price(offer.areas[area].category, kind) or 0)
            for area, kind, count in over.areas
            if area in offer.areas
        )
        places = (
            *(f"{seat}|{kind}" for seat, kind in seats.items()),
            *(f"{AREA_PREFIX}{area}:{kind}:{count}" for area, kind, count in over.areas),
        )
        label = f"{words}, {sum_words(cents, offer.currency)}"
        return AgainChoice(label, offer.slug, places, new_key())

    def names(seats: dict[str, str]) -> str:
        return list_words([short_seat(offer.seats[offer.seat_index[seat]]) for seat in seats])

    kept = {seat: kinds[seat] for seat in free}
    if not gone:
        yield choice(_("Get them again"), kept)
        return
    instead = {near: kinds[seat] for seat, near in _instead(event_id, over, gone).items()}
    if len(instead) == len(gone):
        both = dict(sorted((kept | instead).items(), key=lambda p: offer.seat_index[p[0]]))
        yield choice(_("Get %(seats)s", seats=names(both)), both)
    if kept:
        yield choice(_("Only %(seats)s", seats=names(kept)), kept)
