"""The form that asks a winner where prizes go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ClaimForm:
    """What was won and what has to be known for it; `typed` and `errors` by field.

    `is_told` when something was told before: it is not shown again, and typing replaces it.
    """

    title: str
    button: str
    url: str
    back_url: str
    stock: str
    draw_title: str
    money: tuple[str, ...]
    things: tuple[str, ...]
    others: tuple[str, ...]
    is_told: bool
    counter_words: str
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def first_error(self) -> str:
        """The field that the cursor goes to."""
        return next(iter(self.errors), "")
