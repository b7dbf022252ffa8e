"""What a booking and its tickets say."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from app.pages import Action, Fact, Label
from app.shop.views.basket import PriceLine

LONG_PLACE_LETTERS = 9


@dataclass(frozen=True, slots=True)
class TicketLine:
    """One ticket in a list."""

    words: str
    place: tuple[Fact, ...]
    note: str
    url: str = ""
    is_off: bool = False
    off_words: str = ""


@dataclass(frozen=True, slots=True)
class OrderPart:
    """The tickets of an order for one event."""

    title: str
    when: str
    stock: str
    tickets: tuple[TicketLine, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens at a time."""

    when: str
    what: str
    words: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Places kept instead of those that were gone."""

    title: str
    until_words: str
    words: str
    take_words: str


@dataclass(frozen=True, slots=True)
class OrderState:
    """What an order without usable tickets has to say."""

    icon: str
    kind: str
    title: str
    paragraphs: tuple[str, ...]
    facts: tuple[Fact, ...] = ()
    code: Markup | None = None
    code_words: str = ""
    tickets: tuple[TicketLine, ...] = ()
    offer: Offer | None = None
    actions: tuple[Action, ...] = ()
    afterwards: str = ""


@dataclass(frozen=True, slots=True)
class MailLine:
    """Where the letter is."""

    happened: str
    words: str
    kind: str
    icon: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One booking in whatever state it is."""

    title: str
    url: str
    stock: str
    order_words: str
    state: OrderState | None = None
    waits: bool = False
    again_seconds: int = 0
    facts: tuple[str, ...] = ()
    open_url: str = ""
    open_words: str = ""
    mail: MailLine | None = None
    parts: tuple[OrderPart, ...] = ()
    steps: tuple[Step, ...] = ()
    ways: tuple[Action, ...] = ()
    lines: tuple[PriceLine, ...] = ()
    total: str = ""
    paid_title: str = ""
    paid_words: str = ""
    backs: tuple[PriceLine, ...] = ()
    receipt_url: str = ""


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another ticket of the same order."""

    words: str
    url: str
    is_this: bool = False


@dataclass(frozen=True, slots=True)
class TicketPage:
    """One ticket."""

    title: str
    stock: str
    day: str
    times: str
    place: tuple[Fact, ...]
    ticket_type: str
    venue: str
    address: str
    qr: Markup | None = None
    staff_code: str = ""
    state: Label | None = None
    is_demo: bool = False
    is_void: bool = False
    void_title: str = ""
    void_words: str = ""
    siblings: tuple[Sibling, ...] = ()
    actions: tuple[Action, ...] = ()
    access_words: str = ""

    @property
    def is_long(self) -> bool:
        """Whether the words of the place need a smaller letter."""
        return any(len(fact.words) > LONG_PLACE_LETTERS for fact in self.place)


@dataclass(frozen=True, slots=True)
class ReturnChoice:
    """One ticket that can go back."""

    id: str
    place: str
    note: str


@dataclass(frozen=True, slots=True)
class ReturnPart:
    """The tickets of one event that can go back, and until when."""

    title: str
    when: str
    until_words: str
    choices: tuple[ReturnChoice, ...]


@dataclass(frozen=True, slots=True)
class ReturnPage:
    """The form that gives tickets back."""

    title: str
    url: str
    order_words: str
    parts: tuple[ReturnPart, ...]
    money_words: str
    kept_words: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class FindPage:
    """Find my booking, before and after the address is sent."""

    email: str = ""
    error: str = ""
    sent_to: str = ""
