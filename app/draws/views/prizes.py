"""What can be won, as every page of a draw shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PrizeLine:
    """One kind of prize: its picture on its paper, its name, and its chance in whole numbers.

    `left` says how many are still to be won, as "31 of 37"; empty while nobody may know.
    """

    key: str
    name: str
    note: str
    stock: str
    picture: str
    odds: str
    left: str = ""


@dataclass(frozen=True, slots=True)
class Prizes:
    """The table of prizes of one batch; `any_prize` is the chance of winning anything at all."""

    lines: tuple[PrizeLine, ...]
    any_prize: str
