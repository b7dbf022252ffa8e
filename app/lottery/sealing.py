"""What makes a draw checkable: commitment, public value typed by two people, secret."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from app.lottery.refusals import SecondPersonNeeded, ValueDiffers
from app.refusals import Invalid

BY_STAFF: Final = "staff"  # two people type a value from a public source
BY_BUYERS: Final = "buyers"  # taken from what the buyers or entrants contributed
SOURCES: Final = (BY_STAFF, BY_BUYERS)
VALUE_LIMIT: Final = 1000  # characters of a public value that people type
GATHERED_LIMIT: Final = 16_000_000  # of one gathered from 200,000 buyers


@dataclass(slots=True)
class Seal:
    """The published and the secret values of one draw, in the order in which they come."""

    commitment: str
    source: str = BY_STAFF
    typed_value: str = ""
    typed_by: str = ""
    public_value: str = ""
    secret: str = ""


def is_fixed_by(seal: Seal, source: str, value: str, by: str) -> bool:
    """Whether this makes the public value final; False when a second person has to type it.

    Raises a refusal when it cannot be taken.
    """
    if source != seal.source:
        raise Invalid({"source": "The source of the public value was announced beforehand."})
    most = GATHERED_LIMIT if source == BY_BUYERS else VALUE_LIMIT
    if not value or len(value) > most or not folded_name(by):
        raise Invalid({"value": "Type the public value as its source gives it."})
    if source == BY_BUYERS:
        return True
    if not seal.typed_by or folded_name(seal.typed_by) == folded_name(by):
        if seal.typed_value == value:
            raise SecondPersonNeeded
        return False
    if seal.typed_value != value:
        raise ValueDiffers
    return True


def folded_name(name: str) -> str:
    """A name as it is compared: Ann, ANN and " ann " are one person."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    seen = "".join(sign for sign in folded if unicodedata.category(sign) != "Cf")  # has no shape
    return " ".join(seen.split())
