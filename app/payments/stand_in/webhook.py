"""One endpoint on this computer, and how a signed event gets there."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import ipaddress
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

ANSWER_SECONDS: Final = 20
ANSWER_BYTES_LIMIT: Final = 64 * 1024
TYPES: Final = ("checkout.session.*", "refund.*", "charge.refunded", "charge.dispute.*")


class BadWebhookError(ValueError):
    """An address that events cannot go to; its text is one sentence."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where events go, the secret they are signed with, and which of them."""

    url: str
    secret: str
    types: tuple[str, ...] = TYPES
    retry_seconds: float = 0.5

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            is_ours = parts.scheme == "http" and is_loopback(parts.hostname or "")
            is_ours = is_ours and parts.port != 0 and "@" not in parts.netloc
        except ValueError:
            is_ours = False
        if not is_ours or not self.url.isascii() or any(char.isspace() for char in self.url):
            words = "The webhook must be a page of this computer, like"
            raise BadWebhookError(f"{words} http://127.0.0.1:8000/webhooks/stripe.")
        if not self.secret.isascii() or not self.secret:
            raise BadWebhookError("The webhook's secret must be plain letters and digits.")


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def signature(body: bytes, secret: str, at_seconds: int) -> str:
    """The header `Stripe-Signature`. Source: https://docs.stripe.com/webhooks/signature"""
    signed = hmac.new(secret.encode(), f"{at_seconds}.".encode() + body, hashlib.sha256)
    return f"t={at_seconds},v1={signed.hexdigest()}"


class Sender:
    """One kept connection to the endpoint."""

    def __init__(self) -> None:
        self._connection: http.client.HTTPConnection | None = None
        self._place = ""

    def send(self, webhook: Webhook, body: bytes) -> int:
        """The status that the endpoint answers; 0 when nobody does."""
        if webhook.url != self._place:
            self.close()
        kept = self._connection is not None
        try:
            return self._sent(webhook, body)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            # The other side may end a kept connection just as we use it again.
            if not kept or isinstance(error, TimeoutError):
                return 0
        try:
            return self._sent(webhook, body)
        except (OSError, http.client.HTTPException):
            self.close()
            return 0

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.close()
            self._connection = None

    def _sent(self, webhook: Webhook, body: bytes) -> int:
        parts = urlsplit(webhook.url)
        if self._connection is None:
            self._place = webhook.url
            host, port = parts.hostname or "", parts.port or 80
            self._connection = http.client.HTTPConnection(host, port, timeout=ANSWER_SECONDS)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(body, webhook.secret, int(time.time())),
            "User-Agent": "Stripe/1.0 (stand-in; no money moves)",
        }
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        answer.read(ANSWER_BYTES_LIMIT)
        if answer.will_close or not answer.isclosed():
            self.close()
        return answer.status
