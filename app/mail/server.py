"""The mail server that SMTP_URL names."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from app.config import BadSetting

SMTP_PORT: Final = 25
SUBMISSION_PORT: Final = 587  # with a name and a password
SMTPS_PORT: Final = 465
TIMEOUT_SECONDS: Final = 20
TIMEOUT_LEAST_SECONDS: Final = 1
TIMEOUT_MOST_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class MailServer:
    """How to reach it, and who we are there. `sender` is empty when SMTP_URL names nobody."""

    host: str
    port: int
    is_tls: bool  # from the first byte (smtps); else STARTTLS
    account: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    timeout_seconds: int = TIMEOUT_SECONDS

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine, where nobody can listen in."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def wants_starttls(self) -> bool:
        """Whether the connection must not stay readable: a password goes over it."""
        return not self.is_tls and bool(self.account) and not self.is_local


def read_mail_server(url: str) -> MailServer:
    """The mail server of an SMTP_URL; `BadSetting` with a sentence when it names none.

    `smtp://name:password@mail.example.org:587?from=tickets@example.org&timeout=30`
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise BadSetting("SMTP_URL has a port that is no number from 1 to 65535.") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadSetting("SMTP_URL must look like smtp://name:password@mail.example.org:587.")
    if parts.path not in ("", "/"):
        raise BadSetting("SMTP_URL must not have a path after the mail server's name.")
    wishes = _wishes(parts)
    account, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(account) != bool(password):
        raise BadSetting("SMTP_URL must have a name and a password, or neither.")
    is_tls = parts.scheme == "smtps"
    default_port = SMTPS_PORT if is_tls else SUBMISSION_PORT if account else SMTP_PORT
    return MailServer(
        host=parts.hostname,
        port=port or default_port,
        is_tls=is_tls,
        account=account,
        password=password,
        sender=_sender(wishes.get("from", ""), account),
        timeout_seconds=_timeout(wishes.get("timeout", "")),
    )


def _wishes(parts: SplitResult) -> dict[str, str]:
    wishes = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    unknown = sorted(wishes.keys() - {"from", "timeout"})
    if unknown:
        raise BadSetting(f"SMTP_URL knows from= and timeout=, not {unknown[0]}=.")
    return wishes


def _sender(wish: str, account: str) -> str:
    if wish and ("@" not in wish.strip("@") or any(sign.isspace() for sign in wish)):
        raise BadSetting("SMTP_URL: from= must be an email address.")
    return wish or (account if "@" in account.strip("@") else "")


def _timeout(wish: str) -> int:
    if not wish:
        return TIMEOUT_SECONDS
    if not wish.isascii() or not wish.isdigit():
        raise BadSetting("SMTP_URL: timeout= must be a number of seconds.")
    if not TIMEOUT_LEAST_SECONDS <= int(wish[:5]) <= TIMEOUT_MOST_SECONDS:
        raise BadSetting(
            f"SMTP_URL: timeout= must be from {TIMEOUT_LEAST_SECONDS} to {TIMEOUT_MOST_SECONDS}."
        )
    return int(wish)
