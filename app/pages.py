"""Pieces that every page is made of: labels, ways on, notices, whole-page plates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Label:
    """A state in words, with the icon and colour that say the same."""

    words: str
    kind: str = ""  # ok, warn, bad, info or plain
    icon: str = "check"


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what stands beside it."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Action:
    """A way on: a link, or a form when it has fields (an empty tuple is a form too)."""

    label: str
    url: str
    fields: tuple[tuple[str, str], ...] | None = None
    is_quiet: bool = False
    icon: str = ""
    note: str = ""
    is_file: bool = False
    target: str = ""  # the element that the answer replaces, where there is script


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: what happened, what is safe, what to do next.

    `part` is the id of where on the page it belongs: a section's key, alone or before a dash; the
    top of the page where empty.
    """

    happened: str
    safe: str = ""
    next_step: str = ""
    kind: str = ""  # news where empty, else warn, bad or ok
    icon: str = "news"
    actions: tuple[Action, ...] = ()
    retry_seconds: int | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Plate:
    """A whole page that has one thing to say."""

    title: str
    paragraphs: tuple[str, ...]
    actions: tuple[Action, ...] = ()
    incident: str = ""
    retry_seconds: int | None = None
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class House:
    """Whose box office this is, as header, footer and tickets name it."""

    name: str
    foot_words: str = ""
    phone: str = ""
    email: str = ""
    is_demo: bool = False
    help_note: str = ""

    @property
    def phone_link(self) -> str:
        """The telephone number without anything that a dialler does not know."""
        return "".join(sign for sign in self.phone if sign.isdigit() or sign == "+")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter or a part of the house, as a link."""

    label: str
    url: str
    is_on: bool = False
    icon: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Empty:
    """A place where nothing is yet, and the way out."""

    title: str
    words: str
    guess: str = ""
    guess_url: str = ""


@dataclass(frozen=True, slots=True)
class FormState:
    """What was typed, and the sentence under each field that needs another look."""

    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def first_error(self) -> str:
        """The first field with an error, where the cursor goes."""
        return next(iter(self.errors), "")

    def __getattr__(self, name: str) -> str:
        return self.typed.get(name, "")


def inside(name: str) -> str:
    """A name inside a sentence: full price, but U26."""
    return name if name[1:2].isupper() or name[1:2].isdigit() else name[:1].lower() + name[1:]
