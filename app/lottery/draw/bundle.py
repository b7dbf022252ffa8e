"""The bundle: one file from which anybody can repeat a draw after the reveal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from app.lottery.draw.canonical import decode, encode
from app.lottery.draw.digests import VERSION, digest
from app.lottery.draw.drawing import Drawn, Facts, drawing
from app.lottery.draw.merkle import Leaf
from app.lottery.draw.params import read_params
from app.lottery.draw.published import WORDS, Published
from app.lottery.draw.shape import fields, hash_bytes, refuse, rows
from app.lottery.draw.steps import Steps, finished
from app.lottery.draw.tickets import read_ticket

FIELDS: Final = (
    *("batch", "commitment", "digest", "list", "list_hash", "merkle_root", "params", "public"),
    *("result", "seed", "server_seed", "version"),
)


@dataclass(frozen=True, slots=True)
class Verified:
    """A bundle in which everything holds."""

    facts: Facts
    drawn: Drawn


def seal(facts: Facts, drawn: Drawn) -> bytes:
    """The file of a draw that `drawing(facts)` has made; it contains the server seed."""
    document = {
        "batch": facts.batch,
        "list": list(facts.lines),
        "params": facts.params.plain(),
        "public": list(facts.public),
        "server_seed": facts.server_seed.hex(),
        **_claims(drawn),
    }
    return encode({**document, "digest": _digest_of(document)})


def verify(raw: bytes, published: Published | None = None) -> Verified:
    """The draw in a file, repeated and found the same; raises BundleRefused with one sentence.

    Without `published` it says that the file is one whole: that it is the draw which was promised
    follows from comparing its commitment with the one published before the first sale.
    """
    return finished(verifying(raw, published))


def verify_file(raw: bytes, published: Published | None = None) -> Verified | Leaf:
    """What is in a file, a bundle or the proof of a ticket; raises BundleRefused."""
    document = decode(raw)
    if type(document) is dict and "path" in document:
        return read_ticket(document, published or Published())
    return finished(_verifying(document, published or Published()))


def verifying(raw: bytes, published: Published | None = None) -> Steps[Verified]:
    """The same in steps of a few milliseconds, but for reading a large file at the start."""
    return (yield from _verifying(decode(raw), published or Published()))


def _verifying(value: Any, published: Published) -> Steps[Verified]:
    document = fields(value, FIELDS, "The file")
    facts = _facts(document)
    drawn = yield from drawing(facts)
    _compare(document, _claims(drawn))
    unsealed = {name: document[name] for name in FIELDS if name != "digest"}
    if document["digest"] != _digest_of(unsealed):
        refuse("The digest of the file is another one.")
    published.check(document)
    return Verified(facts, drawn)


def _facts(document: dict[str, Any]) -> Facts:
    lines = rows(document["list"], "The list")
    if not all(type(line) is str and line.isascii() for line in lines):
        refuse("The list has a line that is out of place.")
    seed = hash_bytes(document["server_seed"], "The server seed")
    public = rows(document["public"], "The public value")
    return Facts(read_params(document["params"]), document["batch"], seed, public, lines)


def _claims(drawn: Drawn) -> dict[str, Any]:
    return {
        "version": VERSION,
        "commitment": drawn.commitment.hex(),
        "list_hash": drawn.list_hash.hex(),
        "seed": drawn.seed.hex(),
        "merkle_root": drawn.root.hex(),
        "result": drawn.result,
    }


def _compare(document: dict[str, Any], found: dict[str, Any]) -> None:
    for name, value in found.items():
        if document[name] != value:
            refuse(f"The {WORDS[name]} in the file does not follow from the rest of it.")


def _digest_of(document: dict[str, Any]) -> str:
    return digest("bundle", encode(document)).hex()
