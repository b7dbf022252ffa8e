"""Pages of tickets: A6 one by one, or four on an A4 page with lines to cut along."""

from __future__ import annotations

import io
from collections.abc import Sequence
from threading import Lock

from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from app.tickets.pdf_text import PLAIN, clean, load
from app.tickets.pdf_ticket import TICKET_HEIGHT, TICKET_WIDTH, draw_ticket
from app.tickets.words import PrintedTicket, Sheet, TicketLabels

CUT_GREY = 0.6
TITLE_LENGTH_MAX = 200

_A4_WIDTH, _A4_HEIGHT = A4
_A6 = (TICKET_WIDTH, TICKET_HEIGHT)
_TOP_LEFT_CORNERS = {
    Sheet.ONE_PER_PAGE: ((0, TICKET_HEIGHT),),
    Sheet.A4_SEVERAL: (
        (0, _A4_HEIGHT),
        (_A4_WIDTH / 2, _A4_HEIGHT),
        (0, _A4_HEIGHT / 2),
        (_A4_WIDTH / 2, _A4_HEIGHT / 2),
    ),
}
# reportlab's loaded fonts are shared by all documents and keep the state of one.
ONE_AT_A_TIME = Lock()


def draw_document(
    tickets: Sequence[PrintedTicket], sheet: Sheet, language: str, labels: TicketLabels
) -> bytes:
    """The whole PDF: embedded fonts only, no date, no name in its metadata."""
    corners = _TOP_LEFT_CORNERS[sheet]
    with ONE_AT_A_TIME:
        load(PLAIN)
        out = io.BytesIO()
        canvas = Canvas(out, invariant=1, lang=language, initialFontName=PLAIN)
        _describe(canvas, tickets)
        for first in range(0, len(tickets), len(corners)):
            _draw_page(canvas, tickets[first : first + len(corners)], sheet, labels, first)
        canvas.save()
    return out.getvalue()


def _describe(canvas: Canvas, tickets: Sequence[PrintedTicket]) -> None:
    titles = dict.fromkeys(ticket.event_title for ticket in tickets)
    orders = dict.fromkeys(ticket.order_code for ticket in tickets)
    canvas.setTitle(clean(f"{', '.join(titles)} ({', '.join(orders)})")[:TITLE_LENGTH_MAX])
    canvas.setSubject("")
    canvas.setAuthor(clean(tickets[0].organizer or tickets[0].venue))
    canvas.setCreator("Full House")
    canvas.setProducer("Full House")
    canvas.setViewerPreference("DisplayDocTitle", "true")


def _draw_page(
    canvas: Canvas,
    tickets: Sequence[PrintedTicket],
    sheet: Sheet,
    labels: TicketLabels,
    first: int,
) -> None:
    canvas.setPageSize(A4 if sheet is Sheet.A4_SEVERAL else _A6)
    if sheet is Sheet.A4_SEVERAL:
        _draw_cut_lines(canvas)
    corners = _TOP_LEFT_CORNERS[sheet]
    for number, (ticket, corner) in enumerate(zip(tickets, corners, strict=False), first):
        canvas.bookmarkPage(str(number))
        canvas.addOutlineEntry(clean(f"{ticket.event_title}: {ticket.place}"), str(number))
        canvas.saveState()
        canvas.translate(*corner)
        draw_ticket(canvas, ticket, labels)
        canvas.restoreState()
    canvas.showPage()


def _draw_cut_lines(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.setStrokeGray(CUT_GREY)
    canvas.setLineWidth(0.4)
    canvas.setDash(1 * mm, 2 * mm)
    canvas.line(_A4_WIDTH / 2, 0, _A4_WIDTH / 2, _A4_HEIGHT)
    canvas.line(0, _A4_HEIGHT / 2, _A4_WIDTH, _A4_HEIGHT / 2)
    canvas.restoreState()
