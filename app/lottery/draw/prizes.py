"""The prize draw: which position of a batch has which prize."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.lottery.draw.digests import draw_seed, list_digest
from app.lottery.draw.merkle import Tree
from app.lottery.draw.params import INSTANT, PrizeParams, commit
from app.lottery.draw.shuffle import shuffling, words
from app.lottery.draw.steps import SLICE_COUNT, Steps


@dataclass(frozen=True, slots=True)
class Opened:
    """An instant batch before its first sale: `prizes[position - 1]` is 0 or counts the tiers.

    Publish `commitment` and `tree.root`; keep the rest secret. `bytes(prizes)` and
    `bytes(tree.chunks)` can be stored and given to Tree again.
    """

    commitment: bytes
    seed: bytes = field(repr=False)
    prizes: bytearray = field(repr=False)
    tree: Tree = field(repr=False)


def opening(params: PrizeParams, batch: str, server_seed: bytes) -> Steps[Opened]:
    """Shuffle an instant batch and grow its tree, in steps of a few milliseconds.

    It does `2 * params.size - 1` units. Raises BundleRefused for params that cannot be drawn.
    """
    committed = commit(params, batch, server_seed)
    if params.kind != INSTANT:
        raise ValueError("only an instant batch is shuffled before its sale")
    seed = draw_seed(server_seed, committed, [], list_digest([]))
    prizes = yield from assigning(params, seed)
    tree = Tree(committed, server_seed, prizes)
    yield from tree.growing()
    return Opened(committed, seed, prizes, tree)


def assigning(params: PrizeParams, seed: bytes) -> Steps[bytearray]:
    """The prize of every position: the table's prizes, then blanks, shuffled."""
    prizes = bytearray()
    for number, tier in enumerate(params.tiers, 1):
        prizes += bytes([number]) * tier.count
    prizes += bytes(params.size - len(prizes))
    yield from shuffling(prizes, words(seed))
    return prizes


def finding_winners(params: PrizeParams, prizes: Sequence[int]) -> Steps[list[list[int]]]:
    """For each tier its winning positions, ascending."""
    found: list[list[int]] = [[] for _ in params.tiers]
    for start in range(0, params.size, SLICE_COUNT):
        part = prizes[start : start + SLICE_COUNT]
        for position, prize in enumerate(part, start + 1):
            if prize:
                found[prize - 1].append(position)
        yield len(part)
    return found
