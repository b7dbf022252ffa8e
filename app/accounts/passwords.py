"""Passwords: argon2id, four at a time, and the same time for addresses that nobody has."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from app.refusals import Busy

PASSWORD_LEAST: Final = 10  # characters
PASSWORD_MOST: Final = 200
HASHES_AT_ONCE: Final = 4  # each needs 19 MiB
HASH_WAIT_SECONDS: Final = 5.0
DISTINCT_LEAST: Final = 5
CONTEXT_WORD_LEAST: Final = 3
RUN_LEAST: Final = 4
RUNS: Final = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
COMMON_WORDS: Final = (
    "password", "passwort", "letmein", "welcome", "admin", "fullhouse", "full house", "boxoffice",
    "box office", "tickets", "ticket", "theatre", "theater", "iloveyou", "football", "monkey",
    "dragon", "sunshine", "princess", "superman", "batman", "master", "secret", "changeme",
    "qwerty", "trustno1", "starwars", "whatever", "computer", "baseball", "abc123",
)  # fmt: skip

# Parameters of OWASP's ASVS 5.0, appendix C: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=Type.ID)
_turns = threading.BoundedSemaphore(HASHES_AT_ONCE)


def hash_password(password: str) -> str:
    """The hash to keep. Raises `Busy` when too many are being made."""
    with _Turn():
        return _hasher.hash(password)


def is_password(kept_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long where there is no hash at all."""
    if len(password) > PASSWORD_MOST:
        password = ""
    with _Turn():
        try:
            return _hasher.verify(kept_hash or _nobody(), password) and kept_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def needs_new_hash(kept_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept_hash)


def password_fault(password: str, *context: str) -> str:
    """Why a new password cannot be accepted, or an empty text. `context` are words too near."""
    if len(password) < PASSWORD_LEAST:
        return f"Take at least {PASSWORD_LEAST} characters. Three or four words are easy to keep."
    if len(password) > PASSWORD_MOST:
        return f"Take at most {PASSWORD_MOST} characters."
    folded = password.casefold()
    if len(set(folded)) < DISTINCT_LEAST:
        return "This password is too easy to guess: it repeats itself."
    words = {part for text in context for part in _parts(text)} | set(COMMON_WORDS)
    rest = folded
    for word in sorted((*words, *_runs()), key=len, reverse=True):
        rest = rest.replace(word, "")
    if sum(sign.isalnum() for sign in rest) < PASSWORD_LEAST // 2:
        return "This password is too easy to guess. Three or four words of your own are better."
    return ""


class _Turn:
    """One of a few places at the hash, which costs 19 MiB and 20 ms."""

    def __enter__(self) -> None:
        if not _turns.acquire(timeout=HASH_WAIT_SECONDS):
            raise Busy

    def __exit__(self, *_: object) -> None:
        _turns.release()


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher.hash("nobody has this address")


@lru_cache(maxsize=1)
def _runs() -> tuple[str, ...]:
    both = [run for row in RUNS for run in (row, row[::-1])]
    pieces = {run[i : i + n] for run in both for n in (4, 5, 6, 8, 10) for i in range(len(run))}
    return tuple(piece for piece in pieces if len(piece) >= RUN_LEAST)


def _parts(text: str) -> list[str]:
    folded = text.casefold()
    for sign in "@.-_":
        folded = folded.replace(sign, " ")
    return [part for part in folded.split() if len(part) >= CONTEXT_WORD_LEAST]
