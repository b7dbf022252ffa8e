"""Passwords: which are refused, how many are hashed at once, and how long a no takes."""

from __future__ import annotations

import statistics
import threading
import time

import pytest

from app.accounts import passwords
from app.accounts.passwords import (
    HASHES_AT_ONCE,
    hash_password,
    is_password,
    needs_new_hash,
    password_fault,
)
from app.refusals import Busy
from tests.accounts.conftest import PASSWORD


def test_the_hash_is_argon2id_with_the_parameters_of_the_standard() -> None:
    kept = hash_password(PASSWORD)

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not needs_new_hash(kept)
    assert needs_new_hash(kept.replace("t=2", "t=1"))


def test_only_the_password_itself_fits() -> None:
    kept = hash_password(PASSWORD)

    assert is_password(kept, PASSWORD)
    for other in ("", PASSWORD + " ", PASSWORD.upper(), "x" * 100_000):
        assert not is_password(kept, other)
    assert not is_password(None, PASSWORD)
    assert not is_password("not a hash", PASSWORD)


def test_an_address_that_nobody_has_takes_as_long() -> None:
    kept = hash_password(PASSWORD)
    is_password(None, "warm up")
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(24):
        known = turn % 2 == 0
        began = time.perf_counter()
        is_password(kept if known else None, "wrong password")
        seconds[known].append(time.perf_counter() - began)

    known_median, unknown_median = (statistics.median(seconds[known]) for known in (True, False))
    assert unknown_median > known_median / 3


@pytest.mark.parametrize(
    ("password", "is_good"),
    [
        (PASSWORD, True),
        ("Ünüberwindlich 7", True),
        ("x9!kqW2#mZ", True),
        ("short one", False),
        ("aaaaaaaaaaaa", False),
        ("abababababab", False),
        ("1234567890", False),
        ("password1234", False),
        ("qwertyuiop123", False),
        ("fullhouse2026", False),
        ("ada.example.org", False),
        ("Marsh Hall 99", False),
        ("x" * 201, False),
    ],
)
def test_passwords_that_are_guessed_first_are_refused(password: str, is_good: bool) -> None:
    assert (password_fault(password, "ada@example.org", "Marsh Hall") == "") is is_good


def test_no_more_than_four_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASH_WAIT_SECONDS", 0.05)
    inside, most, guard = 0, 0, threading.Lock()
    full, leave = threading.Barrier(HASHES_AT_ONCE + 1), threading.Event()

    class Slow:
        def hash(self, password: str) -> str:
            nonlocal inside, most
            with guard:
                inside += 1
                most = max(most, inside)
            full.wait(10)
            leave.wait(10)
            return ""

    monkeypatch.setattr(passwords, "_hasher", Slow())
    threads = [threading.Thread(target=hash_password, args=("x",)) for _ in range(HASHES_AT_ONCE)]
    for thread in threads:
        thread.start()
    full.wait(10)

    with pytest.raises(Busy):
        hash_password("one too many")

    leave.set()
    for thread in threads:
        thread.join(10)
    assert most == HASHES_AT_ONCE
