"""What a buyer's own page says of draws, play credits and limits."""

from __future__ import annotations

from dataclasses import dataclass

from app.pages import Label


@dataclass(frozen=True, slots=True)
class MyDraw:
    """One purchase of draw tickets."""

    title: str
    note: str
    url: str
    stock: str
    state: Label


@dataclass(frozen=True, slots=True)
class MyDraws:
    """Purchases, the newest first; `more_words` where there are older ones."""

    draws: tuple[MyDraw, ...]
    more_words: str = ""


@dataclass(frozen=True, slots=True)
class CreditLine:
    """Credits that came or went."""

    words: str
    amount: str


@dataclass(frozen=True, slots=True)
class MyCredits:
    """A buyer's play credits."""

    balance: str
    lines: tuple[CreditLine, ...]
    has_sample: bool  # a demo house gives some to try its draws with


@dataclass(frozen=True, slots=True)
class MyBudget:
    """A month's budget in one currency; shares of 1,000 for the bar."""

    currency: str
    spent: int
    spent_words: str
    budget: str  # as it is typed; empty for none
    later_words: str
    label: str
    has_bar: bool


@dataclass(frozen=True, slots=True)
class MyLimits:
    """Budgets, how they change, a break, and how long one can be."""

    budgets: tuple[MyBudget, ...]
    rule_words: str
    break_words: str
    breaks: tuple[tuple[str, str], ...]  # days, words
    help_words: str


@dataclass(frozen=True, slots=True)
class BreakPage:
    """Whether a break is to begin, and until when it would be."""

    title: str
    words: tuple[str, ...]
    button: str
    until: str  # as 2026-11-05
