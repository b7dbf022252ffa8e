"""What the pages of ballots say."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.pages import Action, Fact, FormState


@dataclass(frozen=True, slots=True)
class WishField:
    """One wish of a form: its label, and which choice is on."""

    name: str
    label: str
    chosen: str
    is_needed: bool


@dataclass(frozen=True, slots=True)
class EntryForm:
    """Who, how many, and what they would like; `choices` are values with words."""

    url: str
    counts: tuple[int, ...]
    count: int
    wishes: tuple[WishField, ...]
    choices: tuple[tuple[str, str], ...]
    waits: bool
    state: FormState
    has_person: bool = True
    has_code: bool = False
    contribution: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of how it goes; `when` is empty where it has no time."""

    when: str
    words: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What can be checked so far, and the files to check it with."""

    facts: tuple[Fact, ...]
    files: tuple[Action, ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class BallotPage:
    """The ballot as everybody sees it; without a form, `closed_words` say why."""

    title: str
    stock: str
    facts: tuple[str, ...]
    summary: str
    lede: str
    form: EntryForm | None
    closed_words: str
    so_far: tuple[Fact, ...]
    steps: tuple[Step, ...]
    proof: Proof
    chance_words: str = ""
    weights: tuple[Fact, ...] = ()
    is_called_off: bool = False


@dataclass(frozen=True, slots=True)
class SeatStub:
    """Seats that are kept, as a ticket shows them."""

    kicker: str
    title: str
    words: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One entry in whatever state; `stub` where seats are kept."""

    ballot: str
    ballot_url: str
    title: str
    words: str
    icon: str
    kind: str
    stub: SeatStub | None = None
    facts: tuple[Fact, ...] = ()
    actions: tuple[Action, ...] = ()
    asides: tuple[Action, ...] = ()
    form: EntryForm | None = None
    stock: str = "rose"


@dataclass(frozen=True, slots=True)
class AskedPage:
    """A letter is on its way; `kept_words` where none can leave."""

    url: str
    email: str
    before: str
    after: str
    ballot_url: str
    kept_words: str = ""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry in the list of whoever is signed in."""

    title: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class MineView:
    """All ballots of whoever is signed in."""

    entries: tuple[EntryLine, ...] = field(default=())
