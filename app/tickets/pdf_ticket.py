"""One printed ticket: paper in the event's colour, a perforation, the QR on its own white ground.

Lengths are in millimetres from the ticket's top left corner, y downwards, until they are drawn.
"""

from __future__ import annotations

from reportlab.lib.colors import HexColor, white  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from app.tickets.pdf_text import ASCENT, BOLD, DISPLAY, LEADING, PLAIN, fitted
from app.tickets.qr import QUIET_ZONE_MODULES, SIDE_MODULES, module_runs
from app.tickets.staff_codes import format_staff_code
from app.tickets.words import PrintedTicket, TicketLabels

WIDTH_MM, HEIGHT_MM = 105.0, 148.0
TICKET_WIDTH, TICKET_HEIGHT = WIDTH_MM * mm, HEIGHT_MM * mm
QR_SIDE_MM = 46.0
STOCKS = {
    "straw": "#f2e0a6",
    "rose": "#f3ccc6",
    "sage": "#cbdfc8",
    "sky": "#c6dcec",
    "lilac": "#dacfe9",
    "buff": "#e8d6bf",
}

_INK, _SOFT_INK = HexColor("#16181d"), HexColor("#3d414b")
_CARD_LEFT, _CARD_RIGHT = 6.0, 99.0
_CARD_TOP, _PERFORATION, _CARD_BOTTOM = 13.0, 69.0, 128.0
_CORNER, _NOTCH = 3.0, 2.2
_LEFT, _RIGHT = 12.0, 93.0
_QR_TOP = 73.0
_FACT_GAP = 2.6
_FACTS_LEFT = _LEFT + QR_SIDE_MM + 4.0


def draw_ticket(canvas: Canvas, ticket: PrintedTicket, labels: TicketLabels) -> None:
    """Draw one ticket below and to the right of the canvas's origin."""
    canvas.setFillColor(_INK)
    _text(canvas, ticket.organizer or ticket.venue, _CARD_LEFT, 6, 93, 5.5, DISPLAY, 10, 6)
    _draw_card(canvas, ticket.stock)
    _draw_event(canvas, ticket)
    _draw_place(canvas, ticket, labels)
    _draw_code(canvas, ticket)
    _draw_facts(canvas, ticket, labels)
    canvas.setFillColor(_SOFT_INK)
    _text(canvas, ticket.notes, _CARD_LEFT, 130, 93, 8, PLAIN, 7.5, 5)
    _text(canvas, ticket.legal_line, _CARD_LEFT, 138.5, 93, 5, PLAIN, 6, 4.5)


def _draw_card(canvas: Canvas, stock: str) -> None:
    canvas.setFillColor(HexColor(STOCKS[stock]) if stock in STOCKS else white)
    canvas.setStrokeColor(_SOFT_INK)
    canvas.setLineWidth(0.4)
    canvas.drawPath(_card_outline(canvas), fill=1, stroke=1)
    canvas.saveState()
    canvas.setDash(1.2 * mm, 1 * mm)
    canvas.setLineWidth(0.7)
    inset = _NOTCH + 1.5
    _line(canvas, _CARD_LEFT + inset, _CARD_RIGHT - inset, _PERFORATION)
    canvas.restoreState()


def _card_outline(canvas: Canvas) -> object:
    """A rounded card with half a hole on both sides of the perforation, clockwise."""
    path = canvas.beginPath()
    left, right, top, bottom = _CARD_LEFT, _CARD_RIGHT, _CARD_TOP, _CARD_BOTTOM
    path.moveTo((left + _CORNER) * mm, -top * mm)
    _arc(path, right - _CORNER, top + _CORNER, _CORNER, 90, -90)
    _arc(path, right, _PERFORATION, _NOTCH, 90, 180)
    _arc(path, right - _CORNER, bottom - _CORNER, _CORNER, 0, -90)
    _arc(path, left + _CORNER, bottom - _CORNER, _CORNER, 270, -90)
    _arc(path, left, _PERFORATION, _NOTCH, 270, 180)
    _arc(path, left + _CORNER, top + _CORNER, _CORNER, 180, -90)
    path.close()
    return path


def _draw_event(canvas: Canvas, ticket: PrintedTicket) -> None:
    canvas.setFillColor(_INK)
    y = 16 + _text(canvas, ticket.event_title, _LEFT, 16, 81, 20, DISPLAY, 30, 9) + 0.8
    y += _text(canvas, ticket.date_line, _LEFT, y, 81, 4.6, PLAIN, 10.5, 6)
    y += _text(canvas, ticket.doors_line, _LEFT, y, 81, 4.6, BOLD, 10.5, 6) + 0.4
    where = ", ".join(filter(None, (ticket.venue, ticket.address)))
    _text(canvas, where, _LEFT, y, 81, 6.4, PLAIN, 8, 5)


def _draw_place(canvas: Canvas, ticket: PrintedTicket, labels: TicketLabels) -> None:
    """Section, row and seat side by side; else the place in one line."""
    canvas.setStrokeColor(_INK)
    canvas.setLineWidth(1.1)
    _line(canvas, _LEFT, _RIGHT, 54)
    named = [
        (labels.where, ticket.section, 1.5),
        (labels.row, ticket.row, 1.0),
        (labels.seat, ticket.seat, 1.0),
    ]
    columns = [column for column in named if column[1]] or [(labels.where, ticket.place, 1.0)]
    unit = (_RIGHT - _LEFT) / sum(share for _, _, share in columns)
    x = _LEFT
    for label, words, share in columns:
        _labelled(canvas, label, words, x, 54.8, unit * share - 2, 12.8, DISPLAY, 24)
        x += unit * share


def _draw_code(canvas: Canvas, ticket: PrintedTicket) -> None:
    canvas.setFillColor(white)
    canvas.roundRect(
        _LEFT * mm, -(_QR_TOP + QR_SIDE_MM) * mm, QR_SIDE_MM * mm, QR_SIDE_MM * mm, 1 * mm, 0, 1
    )
    canvas.setFillGray(0)
    module = QR_SIDE_MM * mm / SIDE_MODULES
    path = canvas.beginPath()
    for column, row, length in module_runs(ticket.code):
        x = _LEFT * mm + (column + QUIET_ZONE_MODULES) * module
        y = -_QR_TOP * mm - (row + QUIET_ZONE_MODULES + 1) * module
        path.rect(x, y, length * module, module)
    canvas.drawPath(path, fill=1, stroke=0)
    canvas.setFillColor(_INK)
    spoken = format_staff_code(ticket.staff_code)
    canvas.setFont(BOLD, 12)
    middle = (_LEFT + QR_SIDE_MM / 2) * mm
    canvas.drawCentredString(middle, -124.5 * mm, spoken, charSpace=1)


def _draw_facts(canvas: Canvas, ticket: PrintedTicket, labels: TicketLabels) -> None:
    facts = [
        (labels.ticket_type, ticket.ticket_type, 1.3),
        (labels.price, ticket.price, 0.9),
        (labels.name, ticket.name, 1.6),
        (labels.order_code, ticket.order_code, 0.9),
        (labels.validity, ticket.validity, 1.2),
    ]
    shown = [fact for fact in facts if fact[1]]
    y, box_end, width = _QR_TOP, _QR_TOP, _RIGHT - _FACTS_LEFT
    for label, words, share in shown:
        height = 52.0 * share / sum(fact[2] for fact in shown)
        used = _labelled(canvas, label, words, _FACTS_LEFT, y, width, height, BOLD, 10)
        box_end += height
        y = min(box_end, y + used + _FACT_GAP)


def _labelled(
    canvas: Canvas,
    label: str,
    words: str,
    x: float,
    y: float,
    width: float,
    height: float,
    font: str,
    largest: float,
) -> float:
    """A small label above its words, both inside the box; gives the height used."""
    canvas.setFillColor(_SOFT_INK)
    _text(canvas, label, x, y, width, 3.2, PLAIN, 7, 4)
    canvas.setFillColor(_INK)
    return 3.1 + _text(canvas, words, x, y + 3.1, width, height - 3.6, font, largest, 4.5)


def _text(
    canvas: Canvas,
    text: str,
    x: float,
    y: float,
    width: float,
    height: float,
    font: str,
    largest: float,
    smallest: float,
) -> float:
    """The text from the top of its box, as large as fits; gives the height used.

    The box is in mm, sizes are in points.
    """
    if not text:
        return 0.0
    shown = fitted(text, font, width * mm, height * mm, largest, smallest)
    canvas.setFont(shown.font, shown.size)
    baseline = -y * mm - ASCENT * shown.size
    for line in shown.lines:
        canvas.drawString(x * mm, baseline, line)
        baseline -= LEADING * shown.size
    return float(len(shown.lines) * LEADING * shown.size / mm)


def _arc(path: object, x: float, y: float, radius: float, start: int, extent: int) -> None:
    path.arcTo(  # type: ignore[attr-defined]
        (x - radius) * mm,
        -(y + radius) * mm,
        (x + radius) * mm,
        -(y - radius) * mm,
        startAng=start,
        extent=extent,
    )


def _line(canvas: Canvas, x: float, to_x: float, y: float) -> None:
    canvas.line(x * mm, -y * mm, to_x * mm, -y * mm)
