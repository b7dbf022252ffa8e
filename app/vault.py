"""Secrets at rest: sealed with a key made from the installation's own (AES-256-GCM)."""

from __future__ import annotations

import hashlib
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES: Final = 12
VERSION: Final = b"\x01"


class SealBroken(Exception):  # noqa: N818
    """The secret that sealed this is not the one we have."""


class Vault:
    """Seals and opens small secrets for named purposes."""

    def __init__(self, secret_key: bytes) -> None:
        self._key = hashlib.sha256(b"fullhouse vault\0" + secret_key).digest()

    def seal(self, content: bytes, purpose: str) -> bytes:
        """The content, readable only with this installation's secret and for this purpose."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + AESGCM(self._key).encrypt(nonce, content, purpose.encode())

    def unseal(self, sealed: bytes, purpose: str) -> bytes:
        """The content again; raises `SealBroken` with another secret or purpose."""
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if sealed[:1] != VERSION:
            raise SealBroken(purpose)
        try:
            return AESGCM(self._key).decrypt(nonce, body, purpose.encode())
        except (InvalidTag, ValueError):
            raise SealBroken(purpose) from None
