"""A purchase of draw tickets as its buyer sees it."""

from __future__ import annotations

from dataclasses import dataclass

from app.draws.views.prizes import Prizes
from app.pages import Action, Fact


@dataclass(frozen=True, slots=True)
class Cells:
    """The grid: one letter of `kinds` a square, `scale` tickets each, `columns` in a row.

    A square is `done`, `now` or `wait`, or the stock of the prize that its ticket won.
    """

    kinds: tuple[str, ...]
    scale: int
    columns: int
    words: str


@dataclass(frozen=True, slots=True)
class WinCard:
    """A kind of prize that was won, with the tickets that won it."""

    name: str
    note: str
    stock: str
    picture: str
    tickets: str
    state: str = ""  # claimed, given out
    notes: tuple[str, ...] = ()  # what it brought, or why it brought nothing yet
    links: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One ticket in the list of all."""

    number: str
    prize: str
    is_win: bool
    proof_url: str = ""


@dataclass(frozen=True, slots=True)
class TicketList:
    """Fifty tickets of a purchase."""

    rows: tuple[TicketRow, ...]
    words: str
    older_url: str
    newer_url: str


@dataclass(frozen=True, slots=True)
class PurchasePage:
    """How far a purchase is and what it won. Polls while `waits`.

    `title` and `words` say where it is; `done` of `total` tickets are drawn.
    """

    title: str
    url: str
    draw_title: str
    draw_url: str
    stock: str
    kicker: str
    facts: tuple[str, ...]
    kind: str
    icon: str
    heading: str
    words: tuple[str, ...]
    waits: bool = False
    is_drawing: bool = False
    done: int = 0
    total: int = 0
    progress_words: str = ""
    cells: Cells | None = None
    spans: tuple[Fact, ...] = ()
    wins: tuple[WinCard, ...] = ()
    wins_title: str = ""
    claim_words: str = ""
    asks_first: bool = False  # claiming leads to a form
    actions: tuple[Action, ...] = ()
    numbers: tuple[Fact, ...] = ()  # what to keep for the proof
    prizes: Prizes | None = None
    proof_url: str = ""
    close_words: str = ""
    legal: str = ""
    receipt_url: str = ""
