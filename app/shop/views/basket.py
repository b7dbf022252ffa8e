"""What basket, checkout and the demo's payment page say.

The basket is drawn at every press on a seat, and frozen dataclasses cost three times as much to
make: its parts are plain.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.pages import Fact, FormState, Label, inside


@dataclass(slots=True)
class TypeChoice:
    """A ticket type that a held seat can have."""

    key: str
    name: str
    is_chosen: bool


@dataclass(slots=True)
class BasketLine:
    """One held seat, or a count of places in an area."""

    id: str
    place: str
    note: str
    price: str
    types: tuple[TypeChoice, ...] = ()

    @property
    def note_inside(self) -> str:
        """The ticket type inside a sentence: full price, but U26."""
        return inside(self.note)


@dataclass(slots=True)
class BasketPart:
    """What is held at one event."""

    slug: str
    title: str
    when: str
    where: str
    stock: str
    lines: tuple[BasketLine, ...]
    key: str = ""
    has_types: bool = False


@dataclass(frozen=True, slots=True)
class EndedBasket:
    """What was held until the time ran out."""

    at_words: str
    lines: tuple[BasketLine, ...]
    key: str = ""


@dataclass(slots=True)
class BasketView:
    """Everything that one buyer holds, with one clock: the hold that ends first."""

    stock: str
    event_slug: str
    csrf: str = ""
    parts: tuple[BasketPart, ...] = ()
    seats: str = ""  # percent-encoded ids at the event of the page, with blanks between
    expires_at: str = ""
    until: str = ""
    until_words: str = ""
    seconds_left: int = 0
    full_seconds: int = 0
    total: str = ""
    count_words: str = ""
    go_on_words: str = ""
    names_events: bool = False
    is_paying: bool = False
    extensions_left: int = 0
    add_time: str = ""
    extension_key: str = ""
    offers_extension: bool = False
    is_ending: bool = False
    ended: EndedBasket | None = None
    empty_words: str = ""

    @property
    def clock(self) -> str:
        """Minutes and seconds left, as the clock shows them."""
        return f"{self.seconds_left // 60}:{self.seconds_left % 60:02d}"


@dataclass(frozen=True, slots=True)
class PaymentWay:
    """One way to pay."""

    key: str
    name: str
    note: str
    icon: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class CheckoutPage:
    """One form beside the held places."""

    form: FormState
    key: str
    ways: tuple[PaymentWay, ...]
    pay_words: str
    total_cents: int
    small_print: tuple[str, ...]
    basket: BasketView
    parts: tuple[BasketPart, ...]


@dataclass(frozen=True, slots=True)
class EndedLine:
    """One place of a hold that ended, and whether it is still free."""

    place: str
    note: str
    state: Label
    css_class: str = ""


@dataclass(frozen=True, slots=True)
class AgainChoice:
    """Places that one press takes again."""

    label: str
    slug: str
    places: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class EndedPage:
    """Checkout after the time ran out, or with nothing chosen."""

    kind: str
    title: str
    words: str
    lines: tuple[EndedLine, ...]
    choices: tuple[AgainChoice, ...]
    others_url: str
    afterwards: str


@dataclass(frozen=True, slots=True)
class PriceLine:
    """Words and a price."""

    words: str
    price: str


@dataclass(frozen=True, slots=True)
class PayDemoPage:
    """The demo's payment page."""

    order_id: str
    secret: str
    code: str
    total: str
    kept: Fact  # until when seats are kept, or tickets can be paid
    lines: tuple[PriceLine, ...]
    key: str
    back_key: str
    refused_note: str
    late_note: str
    back_label: str
