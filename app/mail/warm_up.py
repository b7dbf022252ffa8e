"""Doing everything that a letter needs once, before a worker forks for each of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.mail.kinds import tickets_page
from app.mail.letters import LetterHouse, LetterLine, LetterOrder, LetterShow
from app.mail.writing import lay_out, papers
from app.money import sum_words
from app.orders.papers import full_day_words
from app.tickets.calendar import CalendarEntry
from app.tickets.codes import TicketFacts, new_key_pair, sign
from app.tickets.pdf import PrintedTicket
from app.words import short_moment_words

AT = datetime(2026, 11, 21, 19, 30, tzinfo=UTC)


def warm_up() -> None:
    """Load fonts, templates, words and time zones by writing a letter to nobody."""
    order = _order_of_nobody()
    lay_out(
        tickets_page(order),
        order.house,
        key="order.nobody",
        name=order.name,
        email=order.email,
        attachments=papers(order, "localhost"),
    )


def _order_of_nobody() -> LetterOrder:
    day, price = full_day_words(AT), sum_words(100, "GBP")
    show = LetterShow(title="Show", when=short_moment_words(AT), day=day, times="", where="")
    code = sign(new_key_pair().private, TicketFacts(key_id=1, event=1, serial=1))
    ticket = PrintedTicket(
        event_title="Show",
        date_line=day,
        doors_line="",
        venue="House",
        place="A 1",
        ticket_type="Full",
        price=price,
        order_code="0000 0000",
        code=code,
        staff_code="0000000000",
    )
    entry = CalendarEntry(1, "Show", AT, AT + timedelta(hours=1), "Europe/London", "House")
    return LetterOrder(
        code="00000000",
        url="http://localhost/",
        name="Nobody",
        email="nobody@localhost",
        house=LetterHouse(name="House"),
        shows=(show,),
        lines=(LetterLine("A 1", "Full", price),),
        total=price,
        made_at=AT,
        printed=(ticket,),
        entries=(entry,),
    )
