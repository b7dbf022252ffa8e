"""The whole draw from its facts, the same for whoever makes it and whoever checks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.lottery.draw.digests import draw_seed, hashing_list
from app.lottery.draw.lists import checking_sold, reading_entries
from app.lottery.draw.merkle import Tree
from app.lottery.draw.order import ordering
from app.lottery.draw.params import INSTANT, BallotParams, Params, PrizeParams, commit
from app.lottery.draw.prizes import assigning, finding_winners
from app.lottery.draw.shape import refuse
from app.lottery.draw.steps import Steps

Result = list[list[int]] | list[int]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a draw follows from: `public` as `params.public` asks, `lines` the frozen list."""

    params: Params
    batch: str
    server_seed: bytes = field(repr=False)
    public: Sequence[Any] = ()
    lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """All that follows. `result` has, for a prize draw, the winning positions of each tier; for a
    ballot the numbers of the list's lines (from 1) in the order of the draw."""

    commitment: bytes
    list_hash: bytes
    seed: bytes = field(repr=False)
    root: bytes
    result: Result = field(repr=False)


def drawing(facts: Facts) -> Steps[Drawn]:
    """Draw, in steps of a few milliseconds; refuses facts that contradict the rules.

    Only contributions are read in one go: a tenth of a second for 100,000.
    """
    params, public = facts.params, list(facts.public)
    committed = commit(params, facts.batch, facts.server_seed)
    params.public.check(public)
    list_hash = yield from hashing_list(facts.lines)
    seed = draw_seed(facts.server_seed, committed, public, list_hash)
    if isinstance(params, BallotParams):
        entries = yield from reading_entries(params, facts.lines)
        order = yield from ordering(entries.weights, seed)
        return Drawn(committed, list_hash, seed, b"", [index + 1 for index in order])
    yield from _checking_sales(params, facts.lines)
    prizes = yield from assigning(params, seed)
    winners = yield from finding_winners(params, prizes)
    if params.kind != INSTANT:
        return Drawn(committed, list_hash, seed, b"", winners)
    tree = Tree(committed, facts.server_seed, prizes)
    yield from tree.growing()
    return Drawn(committed, list_hash, seed, tree.root, winners)


def units(facts: Facts) -> int:
    """How many units the steps of `drawing` will do; in a weighted ballot there are more."""
    params, line_count = facts.params, len(facts.lines)
    if isinstance(params, BallotParams):
        return 6 * line_count - 1
    per_position = 3 if params.kind == INSTANT else 2
    return 3 * line_count + per_position * params.size - 1


def _checking_sales(params: PrizeParams, lines: Sequence[str]) -> Steps[None]:
    if params.kind == INSTANT and lines:
        refuse("An instant draw has a list, but its seed was fixed before any sale.")
    yield from checking_sold(params, lines)
