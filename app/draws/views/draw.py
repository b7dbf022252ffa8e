"""What the page of a draw says, and the part of it that is live."""

from __future__ import annotations

from dataclasses import dataclass

from app.draws.views.prizes import PrizeLine, Prizes
from app.pages import Label


@dataclass(frozen=True, slots=True)
class WinnerLine:
    """A prize whose winner agreed to be named."""

    name: str
    prize: str
    where: str
    stock: str
    picture: str


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One batch of several."""

    title: str
    sold: str
    state: Label
    note: str
    proof_url: str


@dataclass(frozen=True, slots=True)
class LiveView:
    """Committed facts for everybody; drawn without its trigger once nothing changes any more.

    `left` is empty while nobody may know what was won, and `left_words` says why.
    """

    url: str
    is_live: bool
    state: Label
    title: str
    paragraphs: tuple[str, ...]
    batch: str = ""
    sold: int = 0
    size: int = 0
    sold_words: str = ""
    rest_words: str = ""
    left_title: str = ""
    left: tuple[PrizeLine, ...] = ()
    left_words: str = ""
    winners: tuple[WinnerLine, ...] = ()
    batches: tuple[BatchLine, ...] = ()


@dataclass(frozen=True, slots=True)
class FairStep:
    """One step on the way of a fair draw; `code` is the beginning of a hash."""

    title: str
    words: str
    is_done: bool
    code: str = ""


@dataclass(frozen=True, slots=True)
class FairView:
    """How the draw can be checked."""

    words: str
    steps: tuple[FairStep, ...]
    proof_url: str
    record_url: str
    trust_words: str = ""


@dataclass(frozen=True, slots=True)
class LegalView:
    """Why paid tickets may be sold, as the law wants it shown."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class DrawPage:
    """The whole page."""

    slug: str
    title: str
    summary: str
    stock: str
    facts: tuple[str, ...]
    buy_url: str
    buy_label: str
    prizes: Prizes | None
    prizes_note: str
    live: LiveView
    tag: str
    fair: FairView | None
    legal: LegalView | None
    rules: tuple[str, ...]
    is_paid: bool


@dataclass(frozen=True, slots=True)
class DrawLine:
    """A draw in a list of draws."""

    title: str
    summary: str
    url: str
    stock: str
    facts: tuple[str, ...]
    state: Label
    action: str
    pictures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DrawList:
    """Draws on show: those that are on, and those that are over."""

    current: tuple[DrawLine, ...]
    ended: tuple[DrawLine, ...] = ()
