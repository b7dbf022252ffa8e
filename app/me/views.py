"""What the pages of a buyer say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.pages import FormState, Label, Notice


@dataclass(frozen=True, slots=True)
class SignInPage:
    """Asking for a link; `back` is where to go on afterwards."""

    email: str = ""
    error: str = ""
    back: str = ""


@dataclass(frozen=True, slots=True)
class AskedPage:
    """A letter is on its way; its code can be typed here. `kept_words` where none can leave.

    `words` stand around the address.
    """

    url: str
    email: str
    words: tuple[str, str]
    kept_words: str = ""
    error: str = ""
    back: str = ""
    other_url: str = "/me"  # where another address is typed


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """Behind the link: one press signs in. `words` stand around the address."""

    url: str
    email: str
    words: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Stub:
    """An order's tickets for one event to come."""

    title: str
    stock: str
    when: str
    places: str
    url: str
    state: Label | None = None


@dataclass(frozen=True, slots=True)
class PastOrder:
    """One order in the history."""

    title: str
    note: str
    url: str
    state: Label | None = None


@dataclass(frozen=True, slots=True)
class ComingView:
    """What is to come, one page of it, and how much is behind."""

    stubs: tuple[Stub, ...]
    past_count: int
    older_url: str = ""
    newer_url: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all with this address."""
        return not self.stubs and not self.past_count and not self.newer_url


@dataclass(frozen=True, slots=True)
class PastPage:
    """The history, one page of it."""

    email: str
    orders: tuple[PastOrder, ...]
    older_url: str = ""
    newer_url: str = ""


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One browser that is signed in."""

    id: str
    device: str
    words: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A section that has something to say."""

    key: str
    label: str
    template: str
    view: Any
    is_aside: bool


@dataclass(frozen=True, slots=True)
class MyPage:
    """The page of whoever is signed in.

    `back` is where they were before; `form` what was typed into the form that is wrong.
    """

    email: str
    parts: tuple[Part, ...]
    sessions: tuple[SessionLine, ...]
    data_words: str
    back: str = ""
    form: FormState = field(default_factory=FormState)

    @property
    def has_more(self) -> bool:
        """Whether more than bookings of shows stands in the wide column."""
        return sum(not part.is_aside for part in self.parts) > 1

    def is_at_top(self, notice: Notice) -> bool:
        """Whether none of the sections here is the one that a notice belongs to."""
        section, _dash, _place = notice.part.partition("-")
        return section not in [part.key for part in self.parts]


@dataclass(frozen=True, slots=True)
class Consequence:
    """What becomes of one kind of thing when the account is deleted."""

    icon: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class DeletionPage:
    """What goes and what stays."""

    email: str
    consequences: tuple[Consequence, ...]
