"""What the page says on which a draw is checked."""

from __future__ import annotations

from dataclasses import dataclass

from app.pages import Chip, Fact, Label


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One check of the whole draw: a sentence, then the bytes that a script fills in.

    `code` names the field of the record whose bytes stand under it.
    """

    key: str
    title: str
    words: str
    code_label: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class TicketAnswer:
    """What is known of one ticket. `prize` counts the tiers from 1, 0 is none, None is secret.

    `path_url` is where the reader's browser gets the ticket's own proof.
    """

    title: str
    paragraphs: tuple[str, ...]
    kind: str
    icon: str
    position: int
    prize: int | None = None
    path_url: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """A file to take home."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class ProofPage:
    """The whole page, about one batch."""

    slug: str
    title: str
    stock: str
    facts: tuple[str, ...]
    number: int
    size: int
    batches: tuple[Chip, ...]
    state: Label
    state_title: str
    state_words: tuple[str, ...]
    sealed: tuple[Fact, ...]
    typed: str
    error: str
    answer: TicketAnswer | None
    is_revealed: bool
    takes_proofs: bool
    starts_itself: bool
    steps: tuple[CheckStep, ...]
    tiers: str
    commitment: str
    list_hash: str
    merkle_root: str
    bundle_url: str
    downloads: tuple[Download, ...]
    home_words: str
    command: str
    tell_words: str
    timeline: tuple[Fact, ...]
