"""Reading a document whose shape is not to be trusted: exactly these fields, exactly this kind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NoReturn

from app.lottery.draw.refused import BundleRefused

HASH = re.compile(r"[0-9a-f]{64}")
BATCH = re.compile(r"[A-Za-z0-9._:-]{1,100}")


def refuse(sentence: str) -> NoReturn:
    """Say no with one sentence."""
    raise BundleRefused(sentence)


def fields(value: Any, names: Iterable[str], where: str) -> dict[str, Any]:
    """An object with exactly these fields."""
    if type(value) is not dict or sorted(value) != sorted(names):
        refuse(f"{where} does not have exactly the fields that draw/v1 knows.")
    found: dict[str, Any] = value
    return found


def number(value: Any, low: int, high: int, where: str) -> int:
    """A whole number from `low` to `high`."""
    if type(value) is not int or not low <= value <= high:
        refuse(f"{where} is not a number from {low} to {high}.")
    return int(value)


def text(value: Any, where: str, form: re.Pattern[str] | None = None) -> str:
    """A text that is not empty and has this form."""
    if type(value) is not str or not value or (form and not form.fullmatch(value)):
        refuse(f"{where} is not written as draw/v1 asks.")
    return str(value)


def rows(value: Any, where: str) -> list[Any]:
    """A list."""
    if type(value) is not list:
        refuse(f"{where} is not a list.")
    found: list[Any] = value
    return found


def hash_bytes(value: Any, where: str) -> bytes:
    """The 32 bytes of 64 hexadecimal digits."""
    return bytes.fromhex(text(value, where, HASH))
