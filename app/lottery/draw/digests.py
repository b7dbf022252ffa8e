"""Every hash of draw/v1 but the tree's: labelled, each field with its length before it.

Without the lengths two different draws could have the same bytes (`ab` and `c`, `a` and `bc`). The
first byte 0x02 keeps them apart from the tree's leaves and nodes (0x00 and 0x01, RFC 6962).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, Final

from app.lottery.draw.canonical import encode
from app.lottery.draw.steps import SLICE_COUNT, Steps, finished

VERSION: Final = "draw/v1"
SEED_BYTES: Final = 32
SALT_BYTES_MIN: Final = 16
BLOCK_BYTES: Final = 64

_LABELLED = b"\x02"
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


def digest(label: str, *fields: bytes) -> bytes:
    """SHA-256 of 0x02, then the label and each field with its length as eight bytes before it."""
    return sha256(_LABELLED + b"".join(map(_delimited, (_label(label), *fields)))).digest()


def commitment(server_seed: bytes, batch: str, params: dict[str, Any]) -> bytes:
    """What is published before the first sale: it fixes the seed, the batch and its rules."""
    if len(server_seed) != SEED_BYTES:
        raise ValueError(f"a server seed has {SEED_BYTES} bytes")
    return digest("commitment", server_seed, batch.encode(), encode(params))


def draw_seed(server_seed: bytes, committed: bytes, public: Any, list_hash: bytes) -> bytes:
    """The seed of the shuffle; whoever lacks one of the four cannot say anything about it."""
    return digest("seed", server_seed, committed, encode(public), list_hash)


def list_digest(lines: Sequence[str]) -> bytes:
    """The hash of the frozen list: its lines, each with a line feed behind it."""
    return finished(hashing_list(lines))


def hashing_list(lines: Sequence[str]) -> Steps[bytes]:
    """The same in steps of at most 2,048 lines."""
    count = len(lines)
    length = 0
    for start in range(0, count, SLICE_COUNT):
        part = lines[start : start + SLICE_COUNT]
        length += sum(map(len, part)) + len(part)
        yield len(part)
    hashed = sha256(_LABELLED + _delimited(_label("list")) + length.to_bytes(8, "big"))
    for start in range(0, count, SLICE_COUNT):
        part = lines[start : start + SLICE_COUNT]
        hashed.update("".join(f"{line}\n" for line in part).encode("ascii"))
        yield len(part)
    return hashed.digest()


def entry_hash(salt: bytes, entry_id: str) -> str:
    """How an entry or a purchase stands in the list: 64 hexadecimal digits.

    Its owner gets the id and the salt and so finds it. The salt must not come from the server
    seed, which is published later.
    """
    if len(salt) < SALT_BYTES_MIN:
        raise ValueError(f"a salt has at least {SALT_BYTES_MIN} bytes")
    return digest("entry", salt, entry_id.encode()).hex()


def keyed(key: bytes) -> Callable[[bytes], bytes]:
    """HMAC-SHA256 (RFC 2104) under one key of at most 64 bytes, at a third of the usual cost."""
    if len(key) > BLOCK_BYTES:
        raise ValueError(f"a key has at most {BLOCK_BYTES} bytes")
    padded = key.ljust(BLOCK_BYTES, b"\0")
    inner = sha256(padded.translate(_INNER)).copy
    outer = sha256(padded.translate(_OUTER)).copy

    def code_of(message: bytes) -> bytes:
        first = inner()
        first.update(message)
        second = outer()
        second.update(first.digest())
        return second.digest()

    return code_of


def _label(label: str) -> bytes:
    return f"{VERSION}/{label}".encode()


def _delimited(field: bytes) -> bytes:
    return len(field).to_bytes(8, "big") + field
