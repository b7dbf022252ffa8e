"""What was published at the time: without comparing, a file only agrees with itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.lottery.draw.shape import refuse

WORDS: Final = {
    "version": "version",
    "commitment": "commitment",
    "list_hash": "hash of the list",
    "seed": "seed of the shuffle",
    "merkle_root": "Merkle root",
    "result": "result",
}


@dataclass(frozen=True, slots=True)
class Published:
    """Hashes of 64 hexadecimal digits, from a receipt or a page; None where there is none."""

    commitment: str | None = None
    list_hash: str | None = None
    merkle_root: str | None = None

    def check(self, document: Mapping[str, Any]) -> None:
        """Refuse a file that has another hash, or none, where one was published."""
        for name in ("commitment", "list_hash", "merkle_root"):
            wanted = getattr(self, name)
            if wanted is not None and copied_hash(wanted) != document.get(name):
                refuse(f"The {WORDS[name]} is not the one that was published.")


def copied_hash(text: str) -> str:
    """A hash as it was copied from a page or a letter: in groups, with the full stop behind it."""
    return "".join(text.split()).lower().removesuffix(".")
