"""Files that nobody may accept: forged as a dishonest house would, with every hash made anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from app.lottery.draw.digests import digest
from app.lottery.draw.shuffle import words
from tests.lottery.samples import bundle_of, proofs

Change = Callable[[dict[str, Any]], None]


def canonical(value: Any) -> bytes:
    """As the format writes it, but of anything; half a letter as JavaScript would."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def resealed(file: dict[str, Any]) -> bytes:
    """The file with the digest that belongs to it."""
    unsealed = {name: value for name, value in file.items() if name != "digest"}
    return canonical({**unsealed, "digest": digest("bundle", canonical(unsealed)).hex()})


def forged(name: str, change: Change) -> bytes:
    """A sample with a change, and with every hash and the result to go with it."""
    file = json.loads(bundle_of(name))
    change(file)
    server_seed = bytes.fromhex(file["server_seed"])
    committed = digest("commitment", server_seed, file["batch"].encode(), canonical(file["params"]))
    lines = "".join(f"{line}\n" for line in file["list"]).encode()
    listed = digest("list", lines)
    seed = digest("seed", server_seed, committed, canonical(file["public"]), listed)
    file |= {"commitment": committed.hex(), "list_hash": listed.hex(), "seed": seed.hex()}
    if file["params"]["kind"] != "instant":
        file["result"] = _result(file["params"], file["list"], seed)
    return resealed(file)


def _result(params: dict[str, Any], lines: list[str], seed: bytes) -> list[Any]:
    """What a careless verifier would compute."""
    if params["kind"] == "ballot":
        chances = [at for at, line in enumerate(lines, 1) for _ in range(int(line.split()[2]))]
        return list(dict.fromkeys(_shuffled(chances, seed)))
    prizes = [
        number for number, tier in enumerate(params["tiers"], 1) for _ in range(tier["count"])
    ]
    prizes = _shuffled(prizes + [0] * (params["size"] - len(prizes)), seed)
    numbers = range(1, len(params["tiers"]) + 1)
    return [[at for at, prize in enumerate(prizes, 1) if prize == one] for one in numbers]


def _shuffled(cells: list[int], seed: bytes) -> list[int]:
    source = words(seed)
    for last in range(len(cells) - 1, 0, -1):
        other = next(source) % (last + 1)
        cells[last], cells[other] = cells[other], cells[last]
    return cells


def must_fail() -> Iterator[tuple[str, bytes]]:
    """A name and a file."""
    yield from _other_writings()
    yield from _other_values()
    yield from _bad_lists()
    yield from _bad_public_values()
    yield from _bad_tickets()


def bad_rules() -> Iterator[tuple[str, bytes]]:
    """Files whose every hash agrees but whose rules are not ones that draw/v1 knows."""
    yield "a key that is unknown in the rules", forged("evening", _rule(extra=1))
    yield "no title", forged("evening", _rule(title=""))
    yield "a tier of no prizes", forged("evening", _tier(1, count=0, key="x"))
    yield "a tier given twice", forged("evening", _tier(1, count=1, key="bottle"))
    yield "a tier's key with a space", forged("evening", _tier(1, count=1, key="a b"))
    yield "no tiers", forged("evening", _rule(tiers=[]))
    yield "a term that is a list", forged("evening", _rule(terms={"a": []}))
    yield "a term with a capital letter", forged("evening", _rule(terms={"A": 1}))
    yield "a beacon of few digits", forged("ballot", _way(digits=8))
    yield "a group limit of nobody", forged("ballot", _rule(group_limit=0))
    yield "more weight than is allowed at all", forged("weighted", _rule(weight_limit=1001))
    yield "a batch with a space", forged("evening", lambda file: file.update(batch="a b"))
    yield "a control character", forged("evening", _rule(title="a\nb"))
    yield "half a letter", forged("evening", _rule(title="\ud800"))


def _other_writings() -> Iterator[tuple[str, bytes]]:
    raw = bundle_of("instant")
    yield "nothing", b""
    yield "an empty object", b"{}"
    yield "a list", b"[" + raw + b"]"
    yield "a number", b"7"
    yield "a line end behind", raw + b"\n"
    yield "a space in front", b" " + raw
    yield "a byte order mark", b"\xef\xbb\xbf" + raw
    yield "a space behind a colon", raw.replace(b'":', b'": ', 1)
    yield "a key given twice", raw.replace(b'{"batch":', b'{"batch":"dip-2","batch":', 1)
    yield (
        "keys in another order",
        json.dumps(dict(reversed(json.loads(raw).items())), separators=(",", ":")).encode(),
    )
    yield "a letter as an escape", raw.replace(b"dip-1", b"\\u0064ip-1")
    yield "a slash as an escape", raw.replace(b"draw/v1", b"draw\\/v1")
    yield "a number with a point", raw.replace(b'"size":11', b'"size":11.0')
    yield "a number with an exponent", raw.replace(b'"size":11', b'"size":11e0')
    yield "the bundle twice", raw + raw


OTHER_VALUES: dict[str, dict[str, Any]] = {
    "another version": {"version": "draw/v2"},
    "another batch": {"batch": "dip-2"},
    "another root": {"merkle_root": "00" * 32},
    "another winner": {"result": [[1], [2, 4, 11]]},
    "a winner less": {"result": [[2], [1, 4]]},
    "another seed": {"seed": "00" * 32},
    "another commitment": {"commitment": "00" * 32},
    "another hash of the list": {"list_hash": "00" * 32},
    "another server seed": {"server_seed": "00" * 32},
    "a short server seed": {"server_seed": "00" * 31},
    "a public value": {"public": [1]},
    "a list": {"list": [f"1 1 {'0' * 64}"]},
}


def _other_values() -> Iterator[tuple[str, bytes]]:
    for what, change in OTHER_VALUES.items():
        yield f"{what}, sealed anew", resealed(json.loads(bundle_of("instant")) | change)
    file = json.loads(bundle_of("instant"))
    yield "a field more, sealed anew", resealed(file | {"note": ""})
    yield "a field less, sealed anew", resealed({k: v for k, v in file.items() if k != "seed"})
    seed = file["server_seed"]
    yield "a seed in capital letters", resealed(file | {"server_seed": seed.upper()})
    yield "a truth for a number", resealed(file | {"result": [[2], [True, 4, 11]]})
    yield "results out of order", resealed(file | {"result": [[2], [4, 1, 11]]})
    yield "a digest in capital letters", _capital_digest(bundle_of("instant"))


def _capital_digest(raw: bytes) -> bytes:
    file = json.loads(raw)
    return canonical(file | {"digest": file["digest"].upper()})


def _bad_lists() -> Iterator[tuple[str, bytes]]:
    sold = json.loads(bundle_of("evening"))["list"]
    named = json.loads(bundle_of("ballot"))["list"]
    hashed = sold[0].split()[2]
    yield "tickets sold twice", forged("evening", _list([sold[0], f"3 1 {hashed}"]))
    yield "sales out of order", forged("evening", _list([sold[1], sold[0]]))
    yield "a sale beyond the batch", forged("evening", _list([f"12 2 {hashed}"]))
    yield "a sale of no tickets", forged("evening", _list([f"1 0 {hashed}"]))
    yield "a leading zero", forged("evening", _list([f"1 01 {hashed}"]))
    yield "a space more", forged("evening", _list([f"1  1 {hashed}"]))
    yield "an empty line", forged("evening", _list([""]))
    yield "digits of another script", forged("evening", _list([f"١ 1 {hashed}"]))
    yield "an instant draw with a list", forged("instant", _list([f"1 1 {hashed}"]))
    yield "entries out of order", forged("ballot", _list(named[::-1]))
    yield "an entry given twice", forged("ballot", _list([named[0], named[0]]))
    yield "an entry of two weights", forged("ballot", _list([named[0], f"{named[0][:64]} 1 1"]))
    yield "a group that is too large", forged("ballot", _list([f"{hashed} 5 1"]))
    yield "a weight where none is allowed", forged("ballot", _list([f"{hashed} 1 2"]))
    yield "a weight of nothing", forged("weighted", _list([f"{hashed} 1 0"]))
    yield "a hash in capital letters", forged("ballot", _list([f"{hashed.upper()} 1 1"]))


NUMBERS: tuple[tuple[str, list[Any]], ...] = (
    ("no numbers", [[]]),
    ("no list", []),
    ("two lists", [[3, 8, 21, 40, 41, 49]] * 2),
    ("five of six", [[3, 8, 21, 40, 41]]),
    ("one too high", [[3, 8, 21, 40, 41, 50]]),
    ("one too low", [[0, 8, 21, 40, 41, 49]]),
    ("a text", ["3 8 21 40 41 49"]),
    ("as they were drawn", [[8, 3, 21, 40, 41, 49]]),
    ("a fraction", [[3.0, 8, 21, 40, 41, 49]]),
    ("one as text", [["3", 8, 21, 40, 41, 49]]),
)


def _bad_public_values() -> Iterator[tuple[str, bytes]]:
    for name, value in NUMBERS:
        yield f"numbers: {name}", forged("evening", _public(value))
    beacon = json.loads(bundle_of("ballot"))["public"][0]
    beacons: dict[str, list[Any]] = {"short": [beacon[1:]], "capital letters": [beacon.upper()],
                                     "none": [], "two": [beacon] * 2, "a line end": [beacon + "\n"],
                                     "a number": [4711]}  # fmt: skip
    for name, value in beacons.items():
        yield f"beacon: {name}", forged("ballot", _public(value))
    given = json.loads(bundle_of("contributed"))["public"]
    for name, value in (("none", []), ("out of order", given[::-1]), ("twice", [given[0]] * 2),
                        ("short", [given[0][1:]])):  # fmt: skip
        yield f"contributions: {name}", forged("contributed", _public(value))
    yield "none: a value", forged("weighted", _public([0]))
    yield "an evening without a public value", forged("evening", _no_public)
    yield "an instant draw with one", forged("instant", _contributed)
    yield "more prizes than tickets", forged("evening", _tier(0, count=10, key="bottle"))
    yield "a kind that is unknown", forged("evening", _rule(kind="morning"))


OTHER_TICKETS: dict[str, dict[str, Any]] = {
    "the next position": {"position": 4},
    "position 0": {"position": 0},
    "a position beyond the batch": {"position": 12},
    "another prize": {"prize": 1},
    "a larger batch": {"size": 12},
    "a smaller batch": {"size": 10},
    "a truth for a number": {"position": True},
    "another salt": {"salt": "00" * 32},
    "another commitment": {"commitment": "00" * 32},
    "another root": {"merkle_root": "00" * 32},
    "another version": {"version": "draw/v2"},
}


def _bad_tickets() -> Iterator[tuple[str, bytes]]:
    ticket = json.loads(proofs([3])[0])
    path = ticket["path"]
    paths = {"a short path": path[:-1], "a long path": [*path, "00" * 32],
             "a path from above": path[::-1], "no path": ""}  # fmt: skip
    changes = {name: {"path": other} for name, other in paths.items()}
    for what, change in {**OTHER_TICKETS, **changes}.items():
        yield f"ticket: {what}", canonical(ticket | change)
    yield "ticket: a field more", canonical(ticket | {"note": ""})
    yield "ticket: a space", canonical(ticket).replace(b",", b", ", 1)


def _rule(**changed: Any) -> Change:
    return lambda file: file["params"].update(changed)


def _way(**changed: Any) -> Change:
    return lambda file: file["params"]["public"].update(changed)


def _tier(at: int, **tier: Any) -> Change:
    return lambda file: file["params"]["tiers"].__setitem__(at, tier)


def _list(lines: list[str]) -> Change:
    return lambda file: file.update(list=lines)


def _public(value: list[Any]) -> Change:
    return lambda file: file.update(public=value)


def _no_public(file: dict[str, Any]) -> None:
    file["params"]["public"] = {"how": "none"}
    file["public"] = []


def _contributed(file: dict[str, Any]) -> None:
    file["params"]["public"] = {"how": "contributions"}
    file["public"] = ["00" * 32]
