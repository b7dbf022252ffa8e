"""What people type about a ticket: a number, a whole line from their letter, a fingerprint."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

TYPED_LIMIT: Final = 300

_LINE: Final = re.compile(r"([1-9]\d{0,7}) ([1-9]\d{0,7}) ([0-9a-f]{64})")
_FINGERPRINT: Final = re.compile(r"\b(?:[0-9a-f]{4} ?){15}[0-9a-f]{4}\b")
# A whole number: neither below nought, nor with a fraction, nor a part of another one.
_WHOLE: Final = r"(\d{1,3}(?:,\d{3})+|\d{1,12})(?![.,\-–−]*\w)"
_APART: Final = r"[^\d\-–−]{0,3}"
_BATCH: Final = re.compile(rf"\bbatch{_APART}(\d{{1,9}})", re.IGNORECASE)
_PAIR: Final = re.compile(rf"(?:batch )?(\d{{1,9}}) ?[-–] ?{_WHOLE}", re.IGNORECASE)
_NAMED: Final = re.compile(rf"\b(?:tickets?|places?|number|no\.?){_APART}{_WHOLE}", re.IGNORECASE)
_NUMBER: Final = re.compile(rf"(?<![\w.,\-–−]){_WHOLE}")


@dataclass(frozen=True, slots=True)
class TypedTicket:
    """What was meant: a position, perhaps in a named batch; a line of the list; a fingerprint."""

    position: int | None = None
    batch: int | None = None
    line: str = ""
    fingerprint: str = ""


def read_typed(text: str) -> TypedTicket:
    """The ticket in "0413", "1,413", "Batch 3, ticket 0413", "3-413" or "401 100 9f2c…"."""
    text = " ".join(text[:TYPED_LIMIT].split())
    line = _LINE.search(text.lower())
    if line is not None:
        return TypedTicket(int(line[1]), None, line[0])
    batch = _BATCH.search(text)
    digits = _FINGERPRINT.search(text.lower())
    if digits is not None:
        fingerprint = digits[0].replace(" ", "")
        return TypedTicket(None, int(batch[1]) if batch else None, "", fingerprint)
    pair = _PAIR.fullmatch(text)
    if pair is not None:
        return TypedTicket(int(pair[2].replace(",", "")), int(pair[1]))
    number = _BATCH.sub(" ", text)
    found = _NAMED.search(number) or _NUMBER.search(number)
    if found is None:
        return TypedTicket(batch=int(batch[1]) if batch else None)
    position = int(found[1].replace(",", ""))
    return TypedTicket(position, int(batch[1]) if batch else None)
