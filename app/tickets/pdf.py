"""Tickets as a PDF to print or keep, with every font inside."""

from __future__ import annotations

from collections.abc import Sequence

from app.tickets.words import TICKETS_PER_DOCUMENT, PrintedTicket, Sheet, TicketLabels

__all__ = ["TICKETS_PER_DOCUMENT", "PrintedTicket", "Sheet", "TicketLabels", "tickets_pdf"]

_ENGLISH = TicketLabels()


def tickets_pdf(
    tickets: Sequence[PrintedTicket],
    sheet: Sheet = Sheet.ONE_PER_PAGE,
    *,
    language: str = "en-GB",
    labels: TicketLabels = _ENGLISH,
) -> bytes:
    """The tickets as one PDF; the same arguments always give the same bytes.

    `language` is the BCP 47 tag of the words. Long words shrink or wrap and end in "…" if even
    that is not enough; a character without a letter shape prints as "�". Right-to-left scripts
    are not shaped. Raises ValueError for no tickets, more than 200, or a code that is not a
    ticket code. Takes some 10 ms a ticket; one document is drawn at a time.
    """
    if not 1 <= len(tickets) <= TICKETS_PER_DOCUMENT:
        raise ValueError(f"one document holds 1 to {TICKETS_PER_DOCUMENT} tickets")
    from app.tickets.pdf_sheet import draw_document

    return draw_document(tickets, sheet, language, labels)
