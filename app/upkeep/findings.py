"""One thing that the doctor has looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GOOD: Final = "good"
LOOK: Final = "look"
BAD: Final = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """Good, look or bad, in a sentence that says what to do."""

    state: str
    words: str
