"""The tree over a batch's tickets: RFC 6962's, with the position, prize and salt in each leaf.

Only every node above 1,024 leaves is kept (32 kB for a million), so a path costs 1,024 leaves anew,
some 3 ms, and nothing large is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from struct import Struct
from typing import Final, NamedTuple

from app.lottery.draw.digests import VERSION, keyed
from app.lottery.draw.steps import Steps

HASH_BYTES: Final = 32
CHUNK_COUNT: Final = 1024  # a power of two, so that chunks are whole subtrees

_LEAF, _NODE = b"\x00", b"\x01"
_FACTS = Struct(">QQI")  # size of the batch, position, prize
_SALT_LABEL = f"{VERSION}/salt".encode()


class Leaf(NamedTuple):
    """What one ticket is: `prize` is 0 for none, else counts the tiers from 1 as published."""

    commitment: bytes
    size: int
    position: int
    prize: int
    salt: bytes


def leaf_hash(leaf: Leaf) -> bytes:
    """SHA-256 of 0x00, the commitment, three numbers of fixed width and the salt."""
    facts = _FACTS.pack(leaf.size, leaf.position, leaf.prize)
    return sha256(_LEAF + leaf.commitment + facts + leaf.salt).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 and the two below."""
    return sha256(_NODE + left + right).digest()


def root_by_path(leaf: Leaf, path: Sequence[bytes]) -> bytes | None:
    """The root that this leaf and its siblings, lowest first, lead to; None if the path misfits.

    A node without a sibling moves up as it is, which gives exactly RFC 6962's tree.
    """
    if not 1 <= leaf.position <= leaf.size:
        return None
    siblings, found = list(reversed(path)), leaf_hash(leaf)
    index, width = leaf.position - 1, leaf.size
    while width > 1:
        if index ^ 1 < width:
            if not siblings:
                return None
            other = siblings.pop()
            found = node_hash(other, found) if index & 1 else node_hash(found, other)
        index, width = index >> 1, width + 1 >> 1
    return None if siblings else found


class Tree:
    """The tree of a whole batch; `chunks` may be stored and given back."""

    def __init__(
        self, commitment: bytes, server_seed: bytes, prizes: Sequence[int], chunks: bytes = b""
    ) -> None:
        self.commitment = commitment
        self.prizes = prizes
        self.chunks = bytearray(chunks)
        self._salt = keyed(server_seed)

    @property
    def root(self) -> bytes:
        """The root, once the tree has grown."""
        return _levels(_cut(self.chunks))[-1][0]

    def growing(self) -> Steps[None]:
        """Compute all leaves that are missing, 1,024 in a step."""
        size = len(self.prizes)
        for start in range(len(self.chunks) // HASH_BYTES * CHUNK_COUNT, size, CHUNK_COUNT):
            leaves = self._leaf_hashes(start)
            self.chunks += _levels(leaves)[-1][0]
            yield len(leaves)

    def leaf(self, position: int) -> Leaf:
        """The ticket at a position, with its salt."""
        salt = self._salt(_SALT_LABEL + position.to_bytes(8, "big"))
        return Leaf(self.commitment, len(self.prizes), position, self.prizes[position - 1], salt)

    def path(self, position: int) -> list[bytes]:
        """The siblings from the leaf at a position to the root, lowest first."""
        index = position - 1
        start = index - index % CHUNK_COUNT
        within = _siblings(_levels(self._leaf_hashes(start)), index - start)
        return within + _siblings(_levels(_cut(self.chunks)), index // CHUNK_COUNT)

    def _leaf_hashes(self, start: int) -> list[bytes]:
        stop = min(start + CHUNK_COUNT, len(self.prizes))
        salt, size, prizes = self._salt, len(self.prizes), self.prizes
        prefix, pack = _LEAF + self.commitment, _FACTS.pack
        return [
            sha256(
                prefix
                + pack(size, index + 1, prizes[index])
                + salt(_SALT_LABEL + (index + 1).to_bytes(8, "big"))
            ).digest()
            for index in range(start, stop)
        ]


def _levels(lowest: list[bytes]) -> list[list[bytes]]:
    levels = [lowest]
    while len(level := levels[-1]) > 1:
        above = [node_hash(level[i - 1], level[i]) for i in range(1, len(level), 2)]
        levels.append(above + level[-1:] if len(level) % 2 else above)
    return levels


def _siblings(levels: list[list[bytes]], index: int) -> list[bytes]:
    found = []
    for level in levels[:-1]:
        if index ^ 1 < len(level):
            found.append(level[index ^ 1])
        index >>= 1
    return found


def _cut(chunks: bytes | bytearray) -> list[bytes]:
    return [bytes(chunks[at : at + HASH_BYTES]) for at in range(0, len(chunks), HASH_BYTES)]
