"""The page on which draw tickets are bought."""

from __future__ import annotations

from dataclasses import dataclass

from app.draws.views.prizes import Prizes
from app.pages import Action, Fact, FormState


@dataclass(frozen=True, slots=True)
class CountChoice:
    """A common number of tickets, and what they cost."""

    count: int
    count_words: str
    price: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class CountPart:
    """How many, what that costs, and what may come of it: chances in whole numbers."""

    url: str
    count: int
    most: int
    typed: str
    intro: str
    choices: tuple[CountChoice, ...]
    chance_words: str
    worth_words: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class BudgetPart:
    """The buyer's own budget: shares of 1,000 for the bar, and the same in words."""

    spent: int
    this: int
    label: str
    spent_words: str
    this_words: str
    left_words: str
    is_over: bool
    rule_words: str = ""


@dataclass(frozen=True, slots=True)
class DrawWay:
    """A way to pay; one that cannot be chosen says why."""

    key: str
    name: str
    note: str
    icon: str
    is_chosen: bool
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class BuyPage:
    """Everything of the page; `count_part` and what hangs on it change with the number."""

    title: str
    slug: str
    stock: str
    facts: tuple[str, ...]
    form: FormState
    key: str
    contribution: str
    price_cents: int
    count_part: CountPart
    budget: BudgetPart | None
    sign_in_words: str
    sign_in_url: str
    signs_in_first: bool  # nothing else is asked for before
    instead: Action | None  # of the button, where nothing can be bought yet
    ways: tuple[DrawWay, ...]
    short_note: str
    age_words: str
    buy_words: str
    prizes: Prizes
    still: tuple[Fact, ...]
    legal_kind: str
    legal_words: str


@dataclass(frozen=True, slots=True)
class ClosedPage:
    """In place of the form: why nothing can be bought, and what to do."""

    title: str
    slug: str
    stock: str
    heading: str
    words: tuple[str, ...]
