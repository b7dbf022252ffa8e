"""What a letter says, in words that are ready to be laid out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app.tickets.calendar import CalendarEntry
from app.tickets.pdf import PrintedTicket


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterHouse:
    """Who writes: the house, where it stands and how it is asked. Answers go to `email`."""

    name: str
    address: str = ""
    phone: str = ""
    email: str = ""
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterShow:
    """One event of an order: `when` without the year is for the subject, `day` is in full."""

    title: str
    when: str
    day: str
    times: str
    where: str
    stock: str = ""
    places: tuple[str, ...] = ()
    getting_in: str = ""
    refund_words: str = ""


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One place of the bill."""

    place: str
    ticket_type: str
    price: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterOrder:
    """An order as its letters show it; `paid_words` says how and when, `tax_words` what is in it.

    `printed` and `entries` become the attachments; without them there are none.
    """

    code: str
    url: str
    name: str
    email: str
    house: LetterHouse
    shows: tuple[LetterShow, ...]
    about: str = ""  # what was ordered where there is no show: draw tickets
    lines: tuple[LetterLine, ...] = ()
    total: str = ""
    is_free: bool = False
    is_demo: bool = False
    paid_words: str = ""
    tax_words: str = ""
    made_at: datetime
    printed: tuple[PrintedTicket, ...] = ()
    entries: tuple[CalendarEntry, ...] = ()

    @property
    def ticket_count(self) -> int:
        """How many people it is for."""
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class LetterLink:
    """A way on: the one button of a letter, or one order in a list."""

    words: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPage:
    """One letter in words, from top to bottom; text and HTML are both drawn from it.

    `has_key` when whoever has its link can use the tickets.
    """

    subject: str
    heading: str
    paragraphs: tuple[str, ...]
    button: LetterLink | None = None
    afterwards: str = ""
    shows: tuple[LetterShow, ...] = ()
    code: str = ""
    lines: tuple[LetterLine, ...] = ()
    total: str = ""
    bill_title: str = ""
    bill_notes: tuple[str, ...] = ()
    links: tuple[LetterLink, ...] = ()
    sections: tuple[tuple[str, str], ...] = ()
    has_key: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    kind: str  # "application/pdf"
    content: bytes
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A finished letter; `key` is the left half of its Message-ID, the same at every try."""

    key: str
    name: str
    email: str
    subject: str
    text: str
    html: str
    house: LetterHouse
    attachments: tuple[Attachment, ...] = ()
