"""What the pages for admins say."""

from __future__ import annotations

from dataclasses import dataclass

from app.pages import Action, Chip, Empty, Fact, Label


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the installation: what it is, a figure, how it is."""

    name: str
    words: str
    figure: str
    state: Label


@dataclass(frozen=True, slots=True)
class SystemPage:
    """How everything is."""

    parts: tuple[Part, ...]
    state: Label
    journal: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class EffectLine:
    """One row of the outbox in a list."""

    url: str
    what: str
    about: str
    state: Label
    when: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class OutboxPage:
    """What is to be done and was done, newest first."""

    words: str
    filters: tuple[Chip, ...]
    lines: tuple[EffectLine, ...]
    dead_count: int = 0
    older_url: str = ""
    empty: Empty | None = None


@dataclass(frozen=True, slots=True)
class EffectPage:
    """Everything about one row of the outbox."""

    id: int
    what: str
    about: str
    state: Label
    facts: tuple[Fact, ...]
    error: str = ""
    is_dead: bool = False
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class MailLine:
    """One kept letter in a list."""

    url: str
    recipient: str
    subject: str
    when: str


@dataclass(frozen=True, slots=True)
class MailsPage:
    """Letters that have not left."""

    lines: tuple[MailLine, ...]
    count: int
    can_send: bool
    older_url: str = ""
    empty: Empty | None = None


@dataclass(frozen=True, slots=True)
class MailPage:
    """One kept letter."""

    id: int
    subject: str
    facts: tuple[Fact, ...]
    text: str
    file_url: str
    can_send: bool


@dataclass(frozen=True, slots=True)
class CleaningLine:
    """One kind of old rows: what goes, how often, how many would go now."""

    what: str
    rule: str
    count: str
    when: str


@dataclass(frozen=True, slots=True)
class Keeper:
    """An organizer and how long the personal data of its buyers is kept."""

    id: int
    name: str
    days: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class CleaningPage:
    """What is deleted by itself."""

    lines: tuple[CleaningLine, ...]
    keepers: tuple[Keeper, ...]
