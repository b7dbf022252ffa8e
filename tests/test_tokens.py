"""Tokens and secrets: proofs of ids, for one purpose and one house; sealed things stay sealed."""

from __future__ import annotations

import re

import pytest

from app.refusals import NotFound
from app.tokens import KEPT_SUBJECT_LIMIT, Tokens, new_id, new_order_id
from app.vault import SealBroken, Vault

TOKENS = Tokens(b"one secret of thirty-two letters")
OTHERS = Tokens(b"another secret of as many letter")


def test_a_basket_opens_with_its_token() -> None:
    assert TOKENS.basket_id(TOKENS.basket("b1")) == "b1"


RIGHT = TOKENS.basket("b1")
PROOF = RIGHT.partition(".")[2]
SPOILT = {
    "nothing": "",
    "no proof": "b1",
    "an empty proof": "b1.",
    "no subject": f".{PROOF}",
    "too short": RIGHT[:-1],
    "too long": f"{RIGHT}A",
    "another subject": f"b2.{PROOF}",
    "other letters": f"b1.{PROOF.swapcase()}",
    "half a letter": f"{RIGHT}\udc80",
    "half a letter before": f"\udc80.{PROOF}",
    "not ASCII": f"ü.{PROOF}",
}


@pytest.mark.parametrize("token", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_token_opens_nothing(token: str) -> None:
    with pytest.raises(NotFound):
        TOKENS.basket_id(token)


def test_another_house_makes_other_tokens() -> None:
    with pytest.raises(NotFound):
        TOKENS.basket_id(OTHERS.basket("b1"))


def test_a_token_is_for_one_purpose() -> None:
    with pytest.raises(NotFound):
        TOKENS.basket_id(TOKENS.ticket("b1"))
    assert not TOKENS.is_of("ticket", "o1", TOKENS.order_secret("o1"))
    assert TOKENS.is_of("order", "o1", TOKENS.order_secret("o1"))


def test_purpose_and_subject_cannot_be_shifted() -> None:
    assert TOKENS.of("order", "1") != TOKENS.of("orde", "r1")


def test_an_ids_own_dots_are_part_of_it() -> None:
    assert TOKENS.basket_id(TOKENS.basket("offer-1.2")) == "offer-1.2"


def test_a_confirmation_names_its_order() -> None:
    assert TOKENS.confirmed_order(TOKENS.confirmation("o1")) == "o1"


def test_an_address_has_one_key_however_it_is_typed() -> None:
    assert TOKENS.address_key(" Bo@Example.ORG ") == TOKENS.address_key("bo@example.org")
    assert TOKENS.address_key("bo@example.org") != OTHERS.address_key("bo@example.org")


def test_ids_are_new_each_time() -> None:
    ids = {new_id() for _ in range(2000)}

    assert len(ids) == 2000
    assert all(re.fullmatch(r"[0-9a-f]{20}", found) for found in ids)


def test_order_codes_can_be_read_out() -> None:
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{8}", new_order_id()) for _ in range(200))


def test_what_is_sealed_opens_for_its_purpose_only() -> None:
    vault = Vault(b"one secret of thirty-two letters")
    sealed = vault.seal(b"words", "a key")

    assert vault.unseal(sealed, "a key") == b"words"
    assert b"words" not in sealed
    with pytest.raises(SealBroken):
        vault.unseal(sealed, "another key")


@pytest.mark.parametrize("at", [0, 1, 12, 13, -1])
def test_what_was_changed_does_not_open(at: int) -> None:
    vault = Vault(b"one secret of thirty-two letters")
    sealed = bytearray(vault.seal(b"words", "a key"))
    sealed[at] ^= 1

    with pytest.raises(SealBroken):
        vault.unseal(bytes(sealed), "a key")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" * 13])
def test_what_is_too_short_does_not_open(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        Vault(b"one secret of thirty-two letters").unseal(sealed, "a key")


def test_the_same_is_never_sealed_twice_alike() -> None:
    vault = Vault(b"one secret of thirty-two letters")

    assert vault.seal(b"words", "a key") != vault.seal(b"words", "a key")


def test_long_subjects_are_proven_but_not_remembered() -> None:
    tokens = Tokens(b"one secret of thirty-two letters")
    long = "x" * (KEPT_SUBJECT_LIMIT + 1)

    assert tokens.is_of("order", long, tokens.of("order", long))
    assert tokens._kept_proof.cache_info().currsize == 0

    assert tokens.is_of("order", "o1", tokens.of("order", "o1"))
    assert tokens._kept_proof.cache_info().currsize == 1
    assert not tokens.is_of("order", "o1", tokens.of("order", "o2"))
