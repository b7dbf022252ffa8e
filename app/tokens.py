"""Tokens of baskets and secrets of orders: HMACs of ids, so that none has to be kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import random
import secrets
import time
from functools import lru_cache
from typing import Final

from app.refusals import NotFound

MAC_BYTES: Final = 16
PROOFS_KEPT: Final = 8192  # in memory: who was shown a form soon sends it back
KEPT_SUBJECT_LIMIT: Final = 64  # characters; nobody fills memory with longer ones
ID_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: nothing to mistake
ORDER_ID_LENGTH: Final = 8
_chance: Final = random.Random(secrets.token_bytes(32))
os.register_at_fork(after_in_child=lambda: _chance.seed(secrets.token_bytes(32)))


class Tokens:
    """Makes and checks the tokens of one installation."""

    def __init__(self, secret_key: bytes) -> None:
        # begun once and copied: quicker than afresh, and it keeps the GIL, which `digest` lets go
        self._mac = _begun(b"fullhouse tokens\0" + secret_key)
        self._address_mac = _begun(b"fullhouse addresses\0" + secret_key)
        self._kept_proof = lru_cache(PROOFS_KEPT)(self._proof)

    def of(self, purpose: str, subject: str) -> str:
        """The proof that `subject` may be used for `purpose`: 22 characters."""
        if len(subject) > KEPT_SUBJECT_LIMIT:
            return self._proof(purpose, subject)
        return self._kept_proof(purpose, subject)

    def _proof(self, purpose: str, subject: str) -> str:
        words = f"{purpose}\0{subject}".encode("utf-8", "surrogatepass")  # whatever was sent
        mac = _ended(self._mac, words)[:MAC_BYTES]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

    def is_of(self, purpose: str, subject: str, proof: str) -> bool:
        """Whether the proof is right; takes the same time either way."""
        right = self.of(purpose, subject).encode()
        return hmac.compare_digest(right, proof.encode("utf-8", "surrogatepass"))

    def signed(self, purpose: str, subject: str) -> str:
        """`subject.proof` in one text."""
        return f"{subject}.{self.of(purpose, subject)}"

    def subject_of(self, purpose: str, token: str) -> str:
        """The subject of a token made by `signed`; `NotFound` when it is not ours."""
        subject, _, proof = token.rpartition(".")
        if not subject or not self.is_of(purpose, subject, proof):
            raise NotFound
        return subject

    def basket(self, basket_id: str) -> str:
        """The token that lets its bearer change and pay a basket."""
        return self.signed("basket", basket_id)

    def basket_id(self, token: str) -> str:
        """The basket of a token, or `NotFound`."""
        return self.subject_of("basket", token)

    def order_secret(self, order_id: str) -> str:
        """The secret half of an order's link."""
        return self.of("order", order_id)

    def ticket(self, ticket_id: str) -> str:
        """The token in a ticket page's link; never the ticket code."""
        return self.signed("ticket", ticket_id)

    def confirmation(self, order_id: str) -> str:
        """The token of an e-mailed link: whoever has it can read the order's mailbox."""
        return self.signed("confirm", order_id)

    def confirmed_order(self, token: str) -> str:
        """The order of an e-mailed token, or `NotFound`."""
        return self.subject_of("confirm", token)

    def address_key(self, email: str) -> str:
        """A keyed hash of a folded e-mail address: finds orders without a readable index."""
        folded = email.strip().casefold().encode()
        return _ended(self._address_mac, folded)[:MAC_BYTES].hex()


def _begun(key: bytes) -> hmac.HMAC:
    return hmac.new(hashlib.sha256(key).digest(), digestmod="sha256")


def _ended(begun: hmac.HMAC, message: bytes) -> bytes:
    mac = begun.copy()
    mac.update(message)
    return mac.digest()


def new_id() -> str:
    """A new opaque id of 20 hexadecimal digits: the millisecond, then 36 random bits.

    In order of time, so that rows written together lie together: a commit then syncs a few
    pages instead of one per row. Ids prove nothing (the tokens made of them do), so they need
    no entropy from the system, whose call would let go of the GIL.
    """
    return f"{time.time_ns() // 1_000_000:011x}{_chance.getrandbits(36):09x}"


def new_order_id() -> str:
    """A new order code that people can read out: eight characters."""
    return "".join(secrets.choice(ID_ALPHABET) for _ in range(ORDER_ID_LENGTH))
