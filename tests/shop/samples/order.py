"""Bookings and tickets."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import Markup

from app.pages import Action, Fact, Label
from app.shop.views.basket import PriceLine
from app.shop.views.order import (
    MailLine,
    Offer,
    OrderPage,
    OrderPart,
    OrderState,
    ReturnChoice,
    ReturnPage,
    ReturnPart,
    Sibling,
    Step,
    TicketLine,
    TicketPage,
)
from app.tickets.receipt_words import PrintedPaper, PrintedReceipt, ReceiptLine
from app.tickets.transfer_code import transfer_svg


def seat_facts(section: str, row: str, seat: str) -> tuple[Fact, ...]:
    """Where, row and seat."""
    return (Fact("Where", section), Fact("Row", row), Fact("Seat", seat))


def ticket_line(seat: str, url: str = "/t/x") -> TicketLine:
    """One ticket of a booking."""
    return TicketLine(
        f"Stalls, row D, seat {seat}", seat_facts("Stalls", "D", seat), "Full price, £22.00", url
    )


MAIL = MailLine(
    "Sent to bo@example.org at 18:41.",
    "Not there? Look in the spam folder. This page has the same tickets and stays at this address.",
    "ok",
    "check",
)


LONG_ADDRESS = "the.friends.and.neighbours.of.bo.fenwick@example.org"


def order_paid() -> OrderPage:
    """A paid booking."""
    return OrderPage(
        title="Nightjar Quartet is booked",
        url="/o/8WD3RX7K/secret",
        stock="sage",
        order_words="Booking 8WD3 RX7K for Bo Fenwick",
        facts=("Thursday 26 November, 20:00", "Main house", "2 seats, together"),
        open_url="/t/x",
        open_words="Open the 2 tickets",
        mail=MAIL,
        parts=(
            OrderPart(
                "Nightjar Quartet",
                "Thu 26 Nov, 20:00",
                "sage",
                (ticket_line("9"), ticket_line("10")),
            ),
        ),
        steps=(
            Step(
                "Before you go", "", "Open the tickets once while you have signal, or print them."
            ),
            Step("Thu, 19:30", "Doors.", "One code for each person. 14 Market Street."),
            Step(
                "Thu, 20:00", "It starts.", "Over at about 22:00. If the time changes we email you."
            ),
        ),
        ways=(
            Action(
                "Add to calendar",
                "/x",
                icon="calendar",
                note="Thursday 26 November, 19:30 to 22:00",
                is_file=True,
            ),
            Action(
                "Print or save as PDF",
                "/x",
                icon="print",
                note="One ticket on each page",
                is_file=True,
            ),
            Action("Send the email again", "/x", (), icon="letter", note=f"To {LONG_ADDRESS}"),
        ),
        lines=(
            PriceLine("Stalls D9, full price", "£22.00"),
            PriceLine("Stalls D10, full price", "£22.00"),
        ),
        total="£44.00",
        paid_title="Paid",
        backs=(PriceLine("On its way back, Monday 23 November", "−£22.00"),),
        paid_words="Includes all booking costs and taxes. Demo card, 21 November, 18:41.",
        receipt_url="/o/8WD3RX7K/secret/receipt",
    )


def receipt() -> PrintedReceipt:
    """A receipt of which one ticket went back."""
    nine, ten = (
        ReceiptLine(
            f"Nightjar Quartet, Thu 26 Nov, 20:00: Stalls, row D, seat {seat}",
            "Full price",
            price,
        )
        for seat, price in (("9", "£22.00"), ("10", "£22.00"))
    )
    return PrintedReceipt(
        title="Receipt 2026-000123",
        seller=("Lantern House", "14 Market Street", "VAT number GB 123 4567 89"),
        order_words="Booking 8WD3 RX7K",
        buyer="Bo Fenwick",
        papers=(
            PrintedPaper(
                title="Receipt 2026-000123",
                issued="Saturday 21 November 2026",
                lines=(nine, ten),
                total="£44.00",
                taxes=("Includes £7.33 VAT at 20%",),
            ),
            PrintedPaper(
                title="Credit note 2026-000130",
                issued="Monday 23 November 2026",
                lines=(replace(ten, price="-£22.00"),),
                total="-£22.00",
                taxes=("Includes -£3.67 VAT at 20%",),
            ),
        ),
        demo_words="Demo receipt: no money moved.",
        total_label="Total",
    )


def order_in(state: OrderState, waits: bool = False) -> OrderPage:
    """A booking in another state."""
    return replace(order_paid(), title=state.title, state=state, waits=waits)


def returns(error: str = "") -> ReturnPage:
    """The form that gives tickets back."""
    choices = (
        ReturnChoice("a", "Stalls, row D, seat 9", "£22.00 back, full price"),
        ReturnChoice("b", "Stalls, row D, seat 10", "£22.00 back, full price"),
    )
    until = "Until Wednesday 25 November, 20:00"
    return ReturnPage(
        title="Return tickets",
        url="/o/8WD3RX7K/secret",
        order_words="Booking 8WD3 RX7K",
        parts=(ReturnPart("Nightjar Quartet", "Thu 26 Nov, 20:00", until, choices),),
        money_words="The money goes back to your card by itself, usually within 5 to 10 days.",
        error=error,
    )


def returns_over() -> ReturnPage:
    """The same when it is too late."""
    return ReturnPage(
        title="Nothing here can be returned",
        url="/o/8WD3RX7K/secret",
        order_words="Booking 8WD3 RX7K",
        parts=(),
        money_words="",
        kept_words="Tickets cannot be returned here: ask the house if you cannot come.",
    )


ORDER_STATES = {
    "waiting": OrderState(
        "clock",
        "",
        "Waiting for your bank",
        ("Your seats are yours while we wait: the clock has stopped.",),
        (Fact("Sent to the bank", "18:41:02"), Fact("Nightjar Quartet, D9 and D10", "£44.00")),
        actions=(Action("Look again now", "/o/x", icon="again", is_quiet=True),),
        afterwards="You can close this page. Please do not pay a second time.",
    ),
    "counter": OrderState(
        "cash",
        "warn",
        "Kept for you until Thursday, 19:30",
        ("Pay £44.00 at the counter, cash or card.",),
        (Fact("Say this at the counter", "8WD3 RX7K"), Fact("Seats", "Stalls D9 and D10")),
        actions=(Action("Give the seats back", "/o/x/cancellation", (), is_quiet=True),),
    ),
    "transfer": OrderState(
        "bank",
        "warn",
        "Kept for you until Thursday 26 November, 20:00",
        ("Transfer €44.00 so that it arrives before then, with the reference below.",),
        (
            Fact("To", "Marsh Hall Trust"),
            Fact("IBAN", "DE89 3704 0044 0532 0130 00"),
            Fact("Sum", "€44.00"),
            Fact("Reference", "8WD3 RX7K"),
        ),
        code=transfer_svg("Marsh Hall", "DE89370400440532013000", 4400, "8WD3RX7K", "Code"),
        code_words="Or scan this in your banking app: it fills in the form.",
        actions=(Action("Give the seats back", "/o/x/cancellation", (), is_quiet=True),),
    ),
    "late_kept": OrderState(
        "check",
        "ok",
        "Booked, after all",
        (
            "The hold ended at 18:42 and your payment came at 18:44. D9 and D10 were still free,"
            " so they are yours.",
        ),
        tickets=(ticket_line("9, 10"),),
    ),
    "late_gone": OrderState(
        "return",
        "warn",
        "Your £44.00 is on its way back",
        (
            "The hold ended at 18:42 and your payment came at 18:44. In between, somebody else"
            " bought D9 and D10.",
        ),
        (Fact("Sent back", "18:44, all of it"), Fact("On your card", "in 5 to 10 days")),
        offer=Offer(
            "E9 and E10 are kept for you",
            "until 18:54",
            "One row behind, together, same price.",
            "Take E9 and E10, £44.00",
        ),
    ),
    "none_left": OrderState(
        "ticket",
        "plain",
        "No tickets left in this booking",
        ("The receipt stays here.",),
        tickets=(
            replace(
                ticket_line("9", ""),
                is_off=True,
                note="Returned on 23 November",
                off_words="£22.00 on its way",
            ),
            replace(
                ticket_line("10", ""),
                is_off=True,
                note="Cancelled on 22 November",
                off_words="£22.00 returned",
            ),
        ),
    ),
}

QR = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 45 45" role="img"><title>Ticket'
    " code</title>"
    '<rect width="45" height="45" fill="#fff"/><path d="M4 4h7v7h-7zM34 4h7v7h-7zM4 34h7v7h-7z"'
    ' fill="#000"/></svg>'
)


def ticket(is_void: bool = False) -> TicketPage:
    """One ticket."""
    return TicketPage(
        "The Salt Road",
        "straw",
        "Saturday 21 November",
        "Doors 19:00, starts 19:30",
        seat_facts("Stalls", "F", "12"),
        "Full price",
        "Lantern House,",
        "14 Market Street",
        QR,
        "7KQ2M-9XWPA",
        Label("Valid", "ok"),
        True,
        is_void,
        "This ticket is no longer valid",
        "It was cancelled on 23 November. Your money is on its way back.",
        (Sibling("F12", "/t/1", True), Sibling("F13", "/t/2")),
        (
            Action("Add to calendar", "/t/x/calendar", icon="calendar", is_file=True),
            Action("Print or PDF", "/t/x/pdf", icon="print", is_file=True),
            Action("The whole booking", "/o/x", icon="ticket"),
        ),
        "Step-free from the foyer.",
    )


def ticket_standing() -> TicketPage:
    """A ticket for an area."""
    return replace(ticket(), place=(Fact("Where", "Standing floor"),), siblings=())
