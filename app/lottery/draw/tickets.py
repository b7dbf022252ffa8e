"""The proof of one instant ticket, for its buyer, long before the reveal."""

from __future__ import annotations

from typing import Any, Final

from app.lottery.draw.canonical import decode, encode
from app.lottery.draw.digests import VERSION
from app.lottery.draw.merkle import Leaf, Tree, root_by_path
from app.lottery.draw.params import TIER_COUNT_LIMIT
from app.lottery.draw.published import Published
from app.lottery.draw.shape import fields, hash_bytes, number, refuse, rows
from app.lottery.draw.shuffle import POSITION_COUNT_LIMIT

FIELDS: Final = (
    *("commitment", "merkle_root", "path", "position", "prize", "salt", "size", "version"),
)


def ticket_proof(tree: Tree, position: int) -> bytes:
    """The file that proves what one ticket is; it says nothing about any other."""
    leaf = tree.leaf(position)
    document = {
        "commitment": leaf.commitment.hex(),
        "merkle_root": tree.root.hex(),
        "path": [sibling.hex() for sibling in tree.path(position)],
        "position": leaf.position,
        "prize": leaf.prize,
        "salt": leaf.salt.hex(),
        "size": leaf.size,
        "version": VERSION,
    }
    return encode(document)


def verify_ticket(raw: bytes, published: Published | None = None) -> Leaf:
    """What the ticket is; raises BundleRefused unless its path leads to the root in the file.

    That the root is the published one says only comparing: give it here, or look.
    """
    return read_ticket(decode(raw), published or Published())


def read_ticket(value: Any, published: Published) -> Leaf:
    """The same for a file that has been decoded."""
    document = fields(value, FIELDS, "The ticket")
    if document["version"] != VERSION:
        refuse("The version of the ticket is not draw/v1.")
    path = [hash_bytes(one, "A step of the path") for one in rows(document["path"], "The path")]
    root = hash_bytes(document["merkle_root"], "The Merkle root")
    leaf = _leaf(document)
    if root_by_path(leaf, path) != root:
        refuse("The path of the ticket does not lead to its Merkle root.")
    published.check(document)
    return leaf


def _leaf(document: dict[str, Any]) -> Leaf:
    return Leaf(
        hash_bytes(document["commitment"], "The commitment"),
        number(document["size"], 1, POSITION_COUNT_LIMIT, "The size of the batch"),
        number(document["position"], 1, POSITION_COUNT_LIMIT, "The position"),
        number(document["prize"], 0, TIER_COUNT_LIMIT, "The prize"),
        hash_bytes(document["salt"], "The salt"),
    )
