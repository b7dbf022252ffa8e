"""A booking in words, in whatever state it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from app.box_office import office
from app.catalogue import EventCard
from app.models import OrderStatus, RefundState, TicketState
from app.money import sum_words
from app.orders.disputes import BARRED
from app.orders.papers import calendar_entries, spoken_code, times_words, valid_tickets
from app.orders.receipt_papers import printed_receipt
from app.orders.receipts import receipts_of, receipts_soon
from app.orders.returning import RETURNED
from app.orders.views import OrderView, TicketView
from app.pages import Action, Fact, Notice, inside
from app.refusals import NotFound
from app.shop.queries.letters import mail_line
from app.shop.queries.order_states import state_of
from app.shop.queries.places import seat_words
from app.shop.queries.returns import return_action
from app.shop.views.basket import PriceLine
from app.shop.views.order import OrderPage, OrderPart, Step, TicketLine
from app.tickets.receipt_words import PrintedReceipt
from app.words import clock_words, day_words, list_words, moment_words, ngettext, short_moment_words
from app.words import gettext as _

WAITING: Final = (OrderStatus.PAYING,)
AGAIN_SECONDS: Final = 10  # between two looks of a page without script
BACK_SECONDS: Final = 2  # the same for a buyer who has just paid


def order_page(view: OrderView, *, is_back: bool = False) -> OrderPage:
    """The booking: its tickets once it is paid, else one sentence and what to do.

    `is_back` from the pay page: without script the page then looks again sooner.
    """
    path = f"/o/{view.order.id}/{view.secret}"
    state = state_of(view, path)
    cards = view.events
    spoken = _("Booking %(code)s", code=spoken_code(view.order.id))
    named = _("%(booking)s for %(name)s", booking=spoken, name=view.order.name)
    if not view.order.name:  # forgotten
        named = spoken
    stock = cards[0].stock if cards else "straw"
    if state is not None:
        waits = view.order.status in WAITING
        seconds = BACK_SECONDS if is_back else AGAIN_SECONDS
        return OrderPage(
            state.title, path, stock, named, state=state, waits=waits, again_seconds=seconds,
            receipt_url=f"{path}/receipt" if _was_credited(view) else "",
        )  # fmt: skip
    tickets = valid_tickets(view)
    return OrderPage(
        title=_title(cards),
        url=path,
        stock=stock,
        order_words=named,
        facts=_facts(cards, tickets),
        open_url=f"/t/{office().tokens.ticket(tickets[0].id)}",
        open_words=ngettext("Open the ticket", "Open the %(num)s tickets", len(tickets)),
        mail=mail_line(view),
        parts=tuple(_part(card, view) for card in cards),
        steps=tuple(_steps(cards, tickets)),
        ways=tuple(_ways(view, path)),
        lines=tuple(price_lines(view)),
        total=sum_words(view.order.total_cents, view.order.currency),
        backs=tuple(_backs(view)),
        paid_title=_("Paid") if view.order.total_cents else _("Free of charge"),
        paid_words=_paid_words(view),
        receipt_url=f"{path}/receipt" if view.order.total_cents else "",
    )


def receipt_page(view: OrderView) -> PrintedReceipt:
    """The receipt of a booking that was paid, with its credit notes; `NotFound` for any other."""
    order = view.order
    if order.paid_at is None or not order.total_cents:
        raise NotFound
    if order.status == OrderStatus.PAID:
        return printed_receipt(view, receipts_soon(office(), order.id))
    receipts = receipts_of(office(), order.id)
    if not receipts:
        raise NotFound
    return printed_receipt(view, receipts)


def order_path(order_id: str) -> str:
    """The signed address of a booking."""
    return f"/o/{order_id}/{office().tokens.order_secret(order_id)}"


def late_notice(view: OrderView) -> Notice | None:
    """The money came after the places had gone back on sale, and they could still be had."""
    order = view.order
    if order.ended_at is None or order.paid_at is None or order.ended_at >= order.paid_at:
        return None
    zone = view.zone
    words = _(
        "Your time ran out at %(ended)s and your payment came at %(paid)s."
        " All places were still free, so they are yours.",
        ended=clock_words(order.ended_at.astimezone(zone)),
        paid=clock_words(order.paid_at.astimezone(zone)),
    )
    return Notice(_("Booked, after all."), words, "", "ok", "check")


def ticket_line(ticket: TicketView, view: OrderView) -> TicketLine:
    """One ticket in a list of them; of one that is void what became of it and its money."""
    price = sum_words(ticket.cents, ticket.currency)
    note = f"{ticket.type_name}, {price}" if ticket.cents else ticket.type_name
    if ticket.state != TicketState.ISSUED:
        gone, money = _void_words(ticket, view)
        return TicketLine(
            ticket.place, place_facts(ticket), gone or note, is_off=True, off_words=money
        )
    url = f"/t/{office().tokens.ticket(ticket.id)}"
    return TicketLine(ticket.place, place_facts(ticket), note, url)


def _void_words(ticket: TicketView, view: OrderView) -> tuple[str, str]:
    """Returned on 23 November; and £22.00 on its way."""
    if ticket.state == BARRED:
        return "", _("Admits nobody for now")
    refund = next((one for one in view.refunds if ticket.id in (one.ticket_ids or ())), None)
    gone = ""
    if ticket.voided_at is not None:
        day = day_words(ticket.voided_at.astimezone(ticket.event.zone))
        is_returned = refund is not None and refund.reason == RETURNED
        gone = _("Returned, %(day)s", day=day) if is_returned else _("Void since %(day)s", day=day)
    if refund is None or not ticket.cents:
        return gone, _("No longer valid")
    price = sum_words(min(ticket.cents, refund.cents), ticket.currency)
    if refund.state == RefundState.SUCCEEDED:
        return gone, _("%(price)s went back", price=price)
    return gone, _("%(price)s on its way", price=price)


def _backs(view: OrderView) -> Iterator[PriceLine]:
    """What of the money went back or is on its way, refund by refund."""
    for refund in view.refunds:
        if refund.state == RefundState.FAILED:
            continue
        day = day_words(refund.requested_at.astimezone(view.zone))
        is_back = refund.state == RefundState.SUCCEEDED
        words = (
            _("Went back, %(day)s", day=day) if is_back else _("On its way back, %(day)s", day=day)
        )
        yield PriceLine(words, sum_words(-refund.cents, view.order.currency))


def place_facts(ticket: TicketView) -> tuple[Fact, ...]:
    """Where, row and seat; only where for a place without a number."""
    if not ticket.number:
        return (Fact(_("Where"), ticket.place),)
    facts = (
        Fact(_("Where"), ticket.section),
        Fact(_("Row"), ticket.row),
        Fact(_("Seat"), ticket.number),
    )
    return tuple(fact for fact in facts if fact.words)


def price_lines(view: OrderView) -> Iterator[PriceLine]:
    """Every place with its price."""
    many = len(view.events) > 1
    for place in view.places:
        name = place.place
        if place.line.seat is not None:
            name = seat_words(office().offer_of(place.line.event_id), place.line.seat)
        words = f"{name}, {inside(place.type_name)}"
        if many:
            words = f"{place.event.title}: {words}"
        yield PriceLine(words, sum_words(place.line.cents, view.order.currency))


def _was_credited(view: OrderView) -> bool:
    """Whether a booking without tickets has a receipt that stays."""
    return view.order.paid_at is not None and bool(receipts_of(office(), view.order.id))


def _title(cards: Sequence[EventCard]) -> str:
    if len(cards) == 1:
        return _("%(event)s is booked", event=cards[0].title)
    return _("%(events)s are booked", events=list_words([card.title for card in cards]))


def _facts(cards: Sequence[EventCard], tickets: Sequence[TicketView]) -> tuple[str, ...]:
    count = ngettext("%(num)s ticket", "%(num)s tickets", len(tickets))
    if len(cards) > 1:
        return (ngettext("%(num)s show", "%(num)s shows", len(cards)), count)
    card = cards[0]
    return (moment_words(card.local_start), card.room or card.house.venue, count)


def _part(card: EventCard, view: OrderView) -> OrderPart:
    lines = tuple(ticket_line(one, view) for one in view.tickets if one.event.id == card.id)
    return OrderPart(card.title, short_moment_words(card.local_start), card.stock, lines)


def _steps(cards: Sequence[EventCard], tickets: Sequence[TicketView]) -> Iterator[Step]:
    yield Step(_("Before you go"), "", _("Open the tickets while you have signal, or print them."))
    each = ngettext("One code.", "One code for each person.", len(tickets))
    for card in cards:
        address = ", ".join(card.house.address.splitlines())
        if card.doors_at is not None:
            when = short_moment_words(card.doors_at.astimezone(card.zone))
            yield Step(when, _("Doors."), f"{each} {address}." if address else each)
        words = _("If the time changes we email you.")
        if card.ends_at is not None:
            ends = clock_words(card.ends_at.astimezone(card.zone))
            words = _("Over at about %(time)s.", time=ends) + " " + words
        starts = _("It starts.") if len(cards) == 1 else f"{card.title}."
        yield Step(short_moment_words(card.local_start), starts, words)


def _ways(view: OrderView, path: str) -> Iterator[Action]:
    entries = calendar_entries(view)
    if entries:
        card = view.events[0]
        note = f"{day_words(card.local_start)}, {times_words(card)}"
        yield Action(
            _("Add to calendar"), f"{path}/calendar.ics", icon="calendar", note=note, is_file=True
        )
    yield Action(
        _("Print or save as PDF"),
        f"{path}/tickets.pdf",
        icon="print",
        note=_("One ticket on each page"),
        is_file=True,
    )
    if len(valid_tickets(view)) > 1:
        yield Action(
            _("Several tickets on A4"),
            f"{path}/tickets.pdf?sheet=a4",
            icon="print",
            note=_("To save paper"),
            is_file=True,
        )
    if view.order.total_cents:
        note = _("With its number and taxes, to look at or print")
        yield Action(_("Receipt"), f"{path}/receipt", icon="list", note=note)
    back = return_action(view, path)
    if back is not None:
        yield back
    if not view.order.email:
        return
    note = _("To %(email)s", email=view.order.email)
    yield Action(_("Send the email again"), f"{path}/letters", (), icon="letter", note=note)


def _paid_words(view: OrderView) -> str:
    order = view.order
    if not order.total_cents:
        return _("Nothing to pay.")
    words = [_("Includes all booking costs and taxes.")]
    ways = {
        "demo": _("Demo card, no money moved"),
        "manual": _("Paid at the counter"),
        "transfer": _("Bank transfer"),
    }
    way = ways.get(order.gateway, _("Card"))
    if order.paid_at is not None:
        at = moment_words(order.paid_at.astimezone(view.zone))
        words.append(_("%(way)s, %(when)s.", way=way, when=at))
    return " ".join(words)
