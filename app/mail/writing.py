"""Laying letters out: plain text of 60 characters a line, and HTML that says the same."""

from __future__ import annotations

import textwrap
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.mail.letters import (
    Attachment,
    Letter,
    LetterHouse,
    LetterLine,
    LetterOrder,
    LetterPage,
)
from app.orders.papers import spoken_code
from app.tickets.calendar import ENTRIES_PER_FILE, calendar_file
from app.tickets.pdf import TICKETS_PER_DOCUMENT, tickets_pdf
from app.words import PAGE_LANGUAGE, gettext

TEXT_WIDTH: Final = 60
TYPE_WIDTH: Final = 14  # columns of the bill in plain text, in characters
PRICE_WIDTH: Final = 10
# Mail programs know no tokens: these are the values of static/css/tokens.css.
STOCKS: Final = {
    "straw": "#f2e0a6",
    "rose": "#f3ccc6",
    "sage": "#cbdfc8",
    "sky": "#c6dcec",
    "lilac": "#dacfe9",
    "buff": "#e8d6bf",
}
DARK_STOCKS: Final = {
    "straw": "#dcc67f",
    "rose": "#dcaaa2",
    "sage": "#a8c5a4",
    "sky": "#a3c1d6",
    "lilac": "#bfb0d4",
    "buff": "#cdb698",
}
_INSTALLED: Final = Path(__file__).parents[1] / "_templates"
_TEMPLATES: Final = _INSTALLED if _INSTALLED.exists() else Path(__file__).parents[2] / "templates"


def lay_out(
    page: LetterPage,
    house: LetterHouse,
    *,
    key: str,
    name: str,
    email: str,
    attachments: tuple[Attachment, ...] = (),
) -> Letter:
    """The letter in both shapes; `key` is the left half of its Message-ID."""
    words = {
        "page": page,
        "house": house,
        "code": spoken_code(page.code),
        "total": LetterLine(gettext("Total"), "", page.total),
        "foot": _foot(page, house),
        "stocks": STOCKS,
        "dark_stocks": DARK_STOCKS,
        "language": PAGE_LANGUAGE,
    }
    text = _environment().get_template("emails/letter.txt").render(words)
    return Letter(
        key=key,
        name=name,
        email=email,
        subject=page.subject,
        text=_without_blank_runs(text),
        html=_environment().get_template("emails/letter.html").render(words),
        house=house,
        attachments=attachments,
    )


def papers(order: LetterOrder, host: str) -> tuple[Attachment, ...]:
    """The tickets as a PDF and the calendar file, as far as the order has them."""
    files: list[Attachment] = []
    if order.printed:
        content = tickets_pdf(order.printed[:TICKETS_PER_DOCUMENT])
        files.append(Attachment(f"tickets-{order.code}.pdf", "application/pdf", content))
    if order.entries:
        entries = order.entries[:ENTRIES_PER_FILE]
        calendar = calendar_file(order.code, order.url, host, entries, made_at=order.made_at)
        parameters = {"method": "PUBLISH", "charset": "utf-8"}
        name = f"calendar-{order.code}.ics"
        files.append(Attachment(name, "text/calendar", calendar, parameters))
    return tuple(files)


def _foot(page: LetterPage, house: LetterHouse) -> list[str]:
    """What stands at the end of every letter."""
    foot = []
    if page.has_key:
        foot.append(
            gettext(
                "Keep this letter to yourself: whoever has the link can use the tickets."
                " %(house)s never asks for your card by email.",
                house=house.name,
            )
        )
    ask = gettext("Questions: reply to this letter.") if house.email else ""
    if house.email and house.phone:
        ask = gettext("Questions: reply to this letter, or call %(phone)s.", phone=house.phone)
    elif house.phone:
        ask = gettext("Questions: call %(phone)s.", phone=house.phone)
    where = ", ".join(part for part in (house.name, house.address) if part)
    foot += [f"{ask} {where}.".strip(), page.why]
    return [words for words in foot if words]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(_=gettext)
    environment.filters.update(wrapped=wrapped, bill_line=bill_line)
    return environment


def wrapped(words: str, width: int = TEXT_WIDTH) -> str:
    """Words in lines; a word that is longer stands on a line of its own."""
    return textwrap.fill(words, width, break_long_words=False, break_on_hyphens=False)


def bill_line(line: LetterLine) -> str:
    """One line of the bill in columns; a long place takes lines of its own above them."""
    room = TEXT_WIDTH - 2 - TYPE_WIDTH - PRICE_WIDTH - 2
    *above, place = textwrap.wrap(line.place, room) or [""]
    kind = line.ticket_type[:TYPE_WIDTH]
    columns = f"  {place:<{room}} {kind:<{TYPE_WIDTH}} {line.price:>{PRICE_WIDTH}}"
    return "\n".join([*(f"  {part}" for part in above), columns])


def _without_blank_runs(text: str) -> str:
    """At most one empty line at a time."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"
