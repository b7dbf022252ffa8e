"""What the pages of one event say: map, areas, list."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from app.pages import Action, Chip, Label
from app.plans.seat_map import SeatMap


@dataclass(frozen=True, slots=True)
class OtherDate:
    """Another performance of the same run."""

    slug: str
    words: str
    is_this: bool = False


@dataclass(frozen=True, slots=True)
class EventView:
    """The strip at the top of an event's pages."""

    slug: str
    title: str
    stock: str
    facts: tuple[str, ...]
    order_limit: int
    other_dates: tuple[OtherDate, ...] = ()


@dataclass(frozen=True, slots=True)
class Instead:
    """What stands in place of the places when none can be chosen."""

    icon: str
    kind: str
    title: str
    paragraphs: tuple[str, ...]
    actions: tuple[Action, ...] = ()
    afterwards: str = ""


@dataclass(frozen=True, slots=True)
class AreaType:
    """One ticket type of a standing area with its stepper."""

    key: str
    name: str
    note: str
    price: str
    count: int


@dataclass(frozen=True, slots=True)
class AreaView:
    """A standing area with its ticket types."""

    key: str
    name: str
    note: str
    state: Label
    types: tuple[AreaType, ...]
    can_more: bool


@dataclass(frozen=True, slots=True)
class EventPage:
    """One event: a map, areas, both, or a sentence in their place."""

    title: str
    event: EventView
    seat_map: SeatMap | None = None
    areas: tuple[AreaView, ...] = ()
    instead: Instead | None = None
    choose_words: str = ""
    limit_words: str = ""
    best_count: int = 2
    key_words: str = ""  # why it sells to this visitor although the sale is not open


@dataclass(frozen=True, slots=True)
class PriceMark:
    """A price with the shape and colour that stand for it."""

    shape: str
    colour: str
    words: str


@dataclass(frozen=True, slots=True)
class RowView:
    """One row: its free seats as joined tiles, or words that there are none."""

    name: str
    words: str
    runs: Markup
    full_words: str = ""


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section of the list."""

    anchor: str
    name: str
    note: str
    prices: tuple[PriceMark, ...]
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section in the overview of a large house."""

    name: str
    url: str
    free: int
    free_words: str
    price: str
    shape: str
    colour: str


@dataclass(frozen=True, slots=True)
class CategoryChoice:
    """A price category that best seats can be asked for."""

    key: str
    name: str
    price: str


@dataclass(frozen=True, slots=True)
class SeatsPage:
    """The list of free seats, an equal way to choose."""

    title: str
    event: EventView
    free_words: str
    chips: tuple[Chip, ...]
    categories: tuple[CategoryChoice, ...]
    sections: tuple[SectionView, ...]
    overview: tuple[SectionLine, ...]
    yours: tuple[str, ...]
    hold_minutes: int
    has_step_free: bool = False
    has_wheelchair: bool = False
    best_count: int = 2
    empty_words: str = ""
