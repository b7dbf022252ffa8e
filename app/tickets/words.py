"""What is printed on tickets: words that are ready, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

TICKETS_PER_DOCUMENT = 200


class Sheet(StrEnum):
    """How tickets lie on paper: each on an A6 page of its own, or four on an A4 page to cut."""

    ONE_PER_PAGE = "one_per_page"
    A4_SEVERAL = "a4_several"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedTicket:
    """One ticket in finished words; an empty text leaves its place on the paper empty.

    `code` is the 199 digits, `staff_code` the ten characters, `stock` the event's paper colour
    (an unknown name prints on white). `place` says it all in one line ("Stalls, row F, seat 12")
    and is what is shown when `section`, `row` and `seat` are all empty.
    """

    event_title: str
    date_line: str
    doors_line: str
    venue: str
    place: str
    ticket_type: str
    price: str
    order_code: str
    code: str
    staff_code: str
    section: str = ""
    row: str = ""
    seat: str = ""
    name: str = ""
    address: str = ""
    stock: str = ""
    notes: str = ""
    validity: str = ""
    organizer: str = ""
    legal_line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLabels:
    """The small words above the facts; pass translated ones for other languages."""

    where: str = "Where"
    row: str = "Row"
    seat: str = "Seat"
    ticket_type: str = "Ticket"
    price: str = "Price"
    name: str = "Name"
    order_code: str = "Order"
    validity: str = "Valid"
