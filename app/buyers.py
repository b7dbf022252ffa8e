"""What a buyer types about themselves: a name and an e-mail address, cleaned or refused."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from app.refusals import Invalid

NAME_LIMIT: Final = 120
EMAIL_LIMIT: Final = 254
MAILBOX_LIMIT: Final = 64

NAME_WANTED: Final = "Type the name for the tickets."
NAME_TOO_LONG: Final = f"A name can have at most {NAME_LIMIT} characters."
NAME_ODD: Final = (
    "The name contains signs that cannot be printed, or that nobody sees."
    " Type it by hand instead of pasting it."
)
EMAIL_WANTED: Final = "Type an email address such as name@example.org."

_UNPRINTED: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_BLANKS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Names in Persian or Sinhala need these two between letters, where they change how those look.
_JOINERS: Final = frozenset("\u200c\u200d")
_JOINED: Final = ("Lo", "Mn", "Mc")

# RFC 5321 dot-atom without quoted mailboxes, which no mail provider gives out.
_MAILBOX: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
)
_HOST_PART: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def read_buyer(name: str, email: str) -> tuple[str, str]:
    """Name and address, cleaned; raises `Invalid` that names every field at fault."""
    faults: dict[str, str] = {}
    found: list[str] = []
    for read, text in ((read_name, name), (read_email, email)):
        try:
            found.append(read(text))
        except Invalid as refusal:
            faults |= refusal.fields
    if faults:
        raise Invalid(faults)
    return found[0], found[1]


def read_name(text: str, field: str = "name") -> str:
    """The name in one line with single spaces; raises `Invalid`."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise Invalid({field: NAME_WANTED})
    if len(name) > NAME_LIMIT:
        raise Invalid({field: NAME_TOO_LONG})
    if any(_is_odd(name, at) for at in range(len(name))):
        raise Invalid({field: NAME_ODD})
    return name


def _is_odd(name: str, at: int) -> bool:
    """Whether nobody sees the sign at this place, or it turns round what stands after it."""
    sign = name[at]
    if sign in _JOINERS:
        beside = name[max(0, at - 1) : at] + name[at + 1 : at + 2]
        kinds = [unicodedata.category(one) for one in beside]
        return len(kinds) < 2 or any(kind not in _JOINED for kind in kinds)
    return sign in _BLANKS or unicodedata.category(sign) in _UNPRINTED


def read_email(text: str, field: str = "email") -> str:
    """The address with its host in lower case and in ASCII; raises `Invalid`."""
    mailbox, _, host = text.strip().rpartition("@")
    host = _ascii_host(host)
    labels = host.split(".")
    fits = (
        len(mailbox) <= MAILBOX_LIMIT
        and len(mailbox) + len(host) < EMAIL_LIMIT
        and _MAILBOX.fullmatch(mailbox) is not None
        and len(labels) > 1
        and all(_HOST_PART.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )
    if not fits:
        raise Invalid({field: EMAIL_WANTED})
    return f"{mailbox}@{host}"


def _ascii_host(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return host.encode("idna").decode().lower()
    except UnicodeError:
        return ""
