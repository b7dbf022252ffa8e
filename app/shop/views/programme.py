"""What the home page says."""

from __future__ import annotations

from dataclasses import dataclass

from app.pages import Chip, Empty, Label


@dataclass(frozen=True, slots=True)
class EventCard:
    """One line of the bill."""

    slug: str
    title: str
    summary: str
    stock: str
    art: str
    weekday: str
    day: str
    month: str
    facts: tuple[str, ...]
    tags: tuple[str, ...]
    price: str
    state: Label
    action: str
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class HomePage:
    """What is on."""

    cards: tuple[EventCard, ...]
    filters: tuple[Chip, ...] = ()
    asked: str = ""
    hero: EventCard | None = None
    hero_when: str = ""
    empty: Empty | None = None


@dataclass(frozen=True, slots=True)
class VisitPage:
    """What the house says about a visit, by subject."""

    visit: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    refunds: tuple[str, ...] = ()
    privacy: tuple[str, ...] = ()
    legal: tuple[str, ...] = ()
