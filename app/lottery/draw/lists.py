"""The frozen list: who holds which positions, or who has entered; published as hashes."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from typing import NamedTuple

from app.lottery.draw.params import BallotParams, PrizeParams
from app.lottery.draw.shape import refuse
from app.lottery.draw.shuffle import POSITION_COUNT_LIMIT
from app.lottery.draw.steps import SLICE_COUNT, Steps

_SOLD = re.compile(r"([1-9][0-9]{0,7}) ([1-9][0-9]{0,7}) [0-9a-f]{64}")
_ENTRY = re.compile(r"([0-9a-f]{64}) ([1-9][0-9]{0,3}) ([1-9][0-9]{0,3})")


class Entries(NamedTuple):
    """The group size and the weight of each entry, in the order of the list."""

    sizes: Sequence[int]
    weights: Sequence[int]


def sold_line(first: int, count: int, holder: str) -> str:
    """A line of an evening's list: positions `first` and following, and whose (`entry_hash`)."""
    return f"{first} {count} {holder}"


def entry_line(entry: str, group_size: int = 1, weight: int = 1) -> str:
    """A line of a ballot's list: an `entry_hash`, how many people, how many chances."""
    return f"{entry} {group_size} {weight}"


def checking_sold(params: PrizeParams, lines: Sequence[str]) -> Steps[None]:
    """Refuse lines that are out of order, overlap or lie outside the batch."""
    end = 0
    for start in range(0, len(lines), SLICE_COUNT):
        part = lines[start : start + SLICE_COUNT]
        for line in part:
            found = _SOLD.fullmatch(line)
            if not found or int(found[1]) <= end:
                refuse("The list of sold tickets has a line that is out of place.")
            end = int(found[1]) + int(found[2]) - 1
        yield len(part)
    if end > params.size:
        refuse("The list of sold tickets goes beyond the batch.")


def reading_entries(params: BallotParams, lines: Sequence[str]) -> Steps[Entries]:
    """The entries of a ballot; refuses wrong order, an entry given twice and broken limits."""
    before, total = "", 0
    sizes, weights = array("H"), array("H")
    for start in range(0, len(lines), SLICE_COUNT):
        part = lines[start : start + SLICE_COUNT]
        for line in part:
            found = _ENTRY.fullmatch(line)
            if not found or found[1] <= before:
                refuse("The list of entries has a line that is out of place.")
            before = found[1]
            sizes.append(int(found[2]))
            weights.append(int(found[3]))
            total += weights[-1]
        yield len(part)
    if max(sizes, default=1) > params.group_limit or max(weights, default=1) > params.weight_limit:
        refuse("An entry has more people or chances than the rules allow.")
    if total > POSITION_COUNT_LIMIT:
        refuse("The entries have more chances together than draw/v1 can draw.")
    return Entries(sizes, weights)
