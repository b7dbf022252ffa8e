"""Writes docs/draw-v1-vectors.json: `python -m tests.lottery.make_vectors`."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

from app.lottery.draw.bundle import verify
from app.lottery.draw.canonical import encode
from app.lottery.draw.digests import commitment, draw_seed, entry_hash, list_digest
from app.lottery.draw.merkle import Tree
from app.lottery.draw.order import first_winners
from app.lottery.draw.shuffle import below, shuffling, words
from app.lottery.draw.steps import finished
from tests.lottery.refusals import bad_rules, must_fail
from tests.lottery.samples import FACTS, bundle_of, holder, instant_tree, proofs, seed_of
from tests.source import ROOT

VECTORS_PATH = ROOT / "docs" / "draw-v1-vectors.json"

ABOUT = (
    "Test vectors for draw/v1; the format is in draw-v1.md. Bytes and words are in hexadecimal. "
    "The seeds are public, made for these vectors, and must never decide a real draw. Bundles and "
    "tickets stand here as text: their UTF-8 bytes, without a line end, are the file. No verifier "
    "may accept a file of `must_fail`; one that judges the rules too refuses `bad_rules`."
)
LARGEST = 2**64 - 1


def vectors() -> dict[str, Any]:
    """Everything in the file, the same at every call."""
    return {
        "format": "draw/v1",
        "about": ABOUT,
        "canonical": [{"value": value, "text": encode(value).decode()} for value in _values()],
        "commitment": [_commitment(name) for name in FACTS],
        "list": [_list(name) for name in FACTS],
        "entry": [_entry(number) for number in range(3)],
        "seed": [_seed(name) for name in FACTS],
        "stream": [_stream(name, count) for name, count in (("a", 4), ("b", 13), ("c", 1025))],
        "below": [_below(*case) for case in _words_and_ends()],
        "shuffle": [_shuffle(size) for size in (1, 2, 3, 5, 52, 300, 5000)],
        "merkle": [_merkle(size) for size in (1, 2, 3, 4, 5, 7, 8, 9, 33, 1024, 1025, 2500)],
        **{name: _bundle(name) for name in FACTS},
        "tickets": [proof.decode() for proof in proofs()],
        "first_winners": [
            _served(*case) for case in (([2, 0, 1, 3], [1, 2, 3, 1], 4), ([], [], 1))
        ],
        "must_fail": [{"name": name, "file": raw.decode()} for name, raw in must_fail()],
        "bad_rules": [{"name": name, "file": raw.decode()} for name, raw in bad_rules()],
    }


def _values() -> list[Any]:
    return [
        {},
        [],
        "",
        [0, 1, 2**53 - 1],
        {"b": 1, "a": [], "a_b": {"z": "", "y": "x"}, "aa": 2},
        'quotes " and \\ and / stay, as does \x7f',
        "é is one letter, é two, and neither is changed: Ω ﬁ \u2028 🎟",
    ]


def _commitment(name: str) -> dict[str, Any]:
    facts = FACTS[name]()
    params = facts.params.plain()
    return {
        "server_seed": facts.server_seed.hex(),
        "batch": facts.batch,
        "params": params,
        "commitment": commitment(facts.server_seed, facts.batch, params).hex(),
    }


def _list(name: str) -> dict[str, Any]:
    lines = list(FACTS[name]().lines)
    return {"lines": lines, "list_hash": list_digest(lines).hex()}


def _entry(number: int) -> dict[str, Any]:
    salt, entry_id = seed_of(f"salt {number}")[:16], f"entry-{number}"
    assert entry_hash(salt, entry_id) == holder(number)
    return {"salt": salt.hex(), "id": entry_id, "hash": holder(number)}


def _seed(name: str) -> dict[str, Any]:
    facts = FACTS[name]()
    committed = commitment(facts.server_seed, facts.batch, facts.params.plain())
    listed = list_digest(facts.lines)
    return {
        "server_seed": facts.server_seed.hex(),
        "commitment": committed.hex(),
        "public": list(facts.public),
        "list_hash": listed.hex(),
        "seed": draw_seed(facts.server_seed, committed, list(facts.public), listed).hex(),
    }


def _stream(name: str, count: int) -> dict[str, Any]:
    found = [f"{word:016x}" for word in islice(words(seed_of(name)), count)]
    return {"seed": seed_of(name).hex(), "count": count, "last_words": found[-13:]}


def _words_and_ends() -> list[tuple[list[int], int]]:
    return [
        ([0], 1),
        ([LARGEST], 1),
        ([LARGEST], 2),
        ([LARGEST, 5], 3),
        ([2**64 - 2, 5], 3),
        ([2**64 - 6, 13], 10),
        ([2**64 - 7, 13], 10),
        ([LARGEST, 2**64 - 6, 2**64 - 1, 12345678901234567890], 10),
        ([2**64 - 65536, 7], 65537),
        ([0x0123456789ABCDEF], 9_999_991),
        ([LARGEST - 551616, 1], 10_000_000),
        ([LARGEST - 551615, 123], 10_000_000),
        ([2**63 + 1], 10_000_000),
    ]


def _below(taken: list[int], end: int) -> dict[str, Any]:
    source = iter(taken)
    value = below(source, end)
    used = len(taken) - len(list(source))
    return {"words": [f"{word:016x}" for word in taken], "end": end, "value": value, "used": used}


def _shuffle(size: int) -> dict[str, Any]:
    cells, seed = list(range(size)), seed_of(f"shuffle {size}")
    finished(shuffling(cells, words(seed)))
    return {"seed": seed.hex(), "size": size, "begins": cells[:52]}


def _merkle(size: int) -> dict[str, Any]:
    committed, seed = seed_of("commitment"), seed_of("merkle")
    prizes = [position * position % 7 % 3 for position in range(size)]
    tree = Tree(committed, seed, prizes)
    finished(tree.growing())
    return {
        "commitment": committed.hex(),
        "server_seed": seed.hex(),
        "size": size,
        "rule": "the prize of position p is ((p - 1) * (p - 1) mod 7) mod 3",
        "root": tree.root.hex(),
        "last_path": [sibling.hex() for sibling in tree.path(size)],
    }


def _bundle(name: str) -> dict[str, Any]:
    drawn = verify(bundle_of(name)).drawn
    found: dict[str, Any] = {"result": drawn.result, "bundle": bundle_of(name).decode()}
    if name == "instant":
        found["prizes"] = list(instant_tree().prizes)
    return found


def _served(order: list[int], sizes: list[int], place_count: int) -> dict[str, Any]:
    served = first_winners(order, sizes, place_count)
    return {
        "order": order,
        "group_sizes": sizes,
        "places": place_count,
        "winners": served.winners,
        "waiting": served.waiting,
    }


if __name__ == "__main__":
    text = json.dumps(vectors(), indent=1, ensure_ascii=False)
    VECTORS_PATH.write_text(text + "\n", encoding="utf-8")
    print(f"wrote {VECTORS_PATH}")
