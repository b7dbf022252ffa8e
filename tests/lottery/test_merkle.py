"""The tree is RFC 6962's, and a path proves one ticket and nothing else."""

from __future__ import annotations

import pytest

from app.lottery.draw.merkle import CHUNK_COUNT, Leaf, Tree, leaf_hash, node_hash, root_by_path
from app.lottery.draw.steps import finished
from tests.lottery.samples import seed_of

SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 32, 33, 100)
LARGE = (CHUNK_COUNT - 1, CHUNK_COUNT, CHUNK_COUNT + 1, 3 * CHUNK_COUNT + 7)


def grown(size: int, chunks: bytes = b"") -> Tree:
    """A tree over prizes that differ."""
    prizes = bytes(position * position % 7 for position in range(size))
    tree = Tree(seed_of("commitment"), seed_of("merkle"), prizes, chunks)
    finished(tree.growing())
    return tree


def rfc_6962(leaves: list[bytes]) -> bytes:
    """The root as section 2.1 defines it: split at the largest power of two below the count."""
    if len(leaves) == 1:
        return leaves[0]
    at = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(rfc_6962(leaves[:at]), rfc_6962(leaves[at:]))


@pytest.mark.parametrize("size", [*SIZES, *LARGE])
def test_the_root_is_the_one_that_the_rfc_defines(size: int) -> None:
    tree = grown(size)

    assert tree.root == rfc_6962([leaf_hash(tree.leaf(at)) for at in range(1, size + 1)])


@pytest.mark.parametrize("size", SIZES)
def test_every_path_leads_to_the_root(size: int) -> None:
    tree = grown(size)

    for position in range(1, size + 1):
        assert root_by_path(tree.leaf(position), tree.path(position)) == tree.root


@pytest.mark.parametrize("size", LARGE)
def test_paths_cross_the_border_of_what_is_kept(size: int) -> None:
    tree = grown(size)

    for position in {1, CHUNK_COUNT - 1, min(size, CHUNK_COUNT + 1), size - 1, size}:
        assert root_by_path(tree.leaf(position), tree.path(position)) == tree.root


@pytest.mark.parametrize("size", [7, 8, 33])
def test_no_other_leaf_takes_the_path(size: int) -> None:
    tree = grown(size)
    for position in range(1, size + 1):
        leaf, path = tree.leaf(position), tree.path(position)
        others = [
            *(leaf._replace(position=at) for at in range(size + 2) if at != position),
            leaf._replace(prize=leaf.prize + 1),
            leaf._replace(size=size + 1),
            leaf._replace(size=max(1, size - 1)),
            leaf._replace(salt=bytes(32)),
            leaf._replace(commitment=bytes(32)),
        ]
        assert all(root_by_path(other, path) != tree.root for other in others)
        assert root_by_path(leaf, path[:-1]) != tree.root
        assert root_by_path(leaf, [*path, bytes(32)]) is None


def test_a_node_cannot_pass_for_a_leaf() -> None:
    tree = grown(2)
    left, right = (leaf_hash(tree.leaf(position)) for position in (1, 2))

    assert node_hash(left, right) == tree.root
    assert root_by_path(Leaf(left, 1, 1, 0, right), []) != tree.root


def test_a_tree_that_was_kept_answers_without_growing() -> None:
    tree = grown(3 * CHUNK_COUNT + 7)
    kept = Tree(tree.commitment, seed_of("merkle"), bytes(tree.prizes), bytes(tree.chunks))

    assert kept.root == tree.root
    assert kept.path(2500) == tree.path(2500)
    assert list(kept.growing()) == []


def test_a_tree_goes_on_growing_where_it_was_interrupted() -> None:
    tree = grown(3 * CHUNK_COUNT + 7)

    assert grown(3 * CHUNK_COUNT + 7, bytes(tree.chunks[:64])).root == tree.root


def test_salts_differ_and_need_the_server_seed() -> None:
    tree = grown(100)
    salts = {tree.leaf(position).salt for position in range(1, 101)}
    other = Tree(tree.commitment, seed_of("another"), tree.prizes)

    assert len(salts) == 100
    assert other.leaf(1).salt not in salts
