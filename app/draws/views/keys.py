"""What pages say of things that are open to a buyer."""

from __future__ import annotations

from dataclasses import dataclass

from app.pages import Action


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One thing that is open, until when, and where."""

    title: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class MembersPage:
    """The words of the house for its members, or how somebody becomes one."""

    title: str
    stock: str
    words: tuple[str, ...]
    is_member: bool
    until_words: str = ""
    actions: tuple[Action, ...] = ()
