"""A letter as an e-mail message (RFC 5322): text and HTML side by side, files attached."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from app.mail.letters import Attachment, Letter

LANGUAGE: Final = "en-GB"
SUBJECT_LIMIT: Final = 150
ATTACHED_BYTES_LIMIT: Final = 8 * 1024 * 1024
_BLANKS: Final = re.compile(r"[\s\x00-\x1f\x7f\u0085\u2028\u2029]+")
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Sender:
    """Where letters come from: an address that the mail server accepts, and our own host."""

    email: str
    host: str


def email_message(letter: Letter, sender: Sender, written_at: datetime) -> EmailMessage:
    """The message; ValueError when the buyer's address cannot be one.

    Message-ID depends on the letter alone, so that a mail that was sent twice can be known by it.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(letter.house.name, sender.email)
    message["To"] = _address(letter.name, letter.email)
    if letter.house.email:
        message["Reply-To"] = _address(letter.house.name, letter.house.email)
    message["Subject"] = _line(letter.subject)[:SUBJECT_LIMIT]
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = f"<{letter.key}@{sender.host}>"
    message["Content-Language"] = LANGUAGE
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday note answers it
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for attachment in _that_fit(letter.attachments):
        _attach(message, attachment)
    return message


def message_host(host: str) -> str:
    """A host that may stand in a Message-ID; an IPv6 address may not."""
    return host if _HOST.fullmatch(host) else "fullhouse.invalid"


def _address(name: str, email: str) -> Address:
    try:
        return Address(display_name=_line(name), addr_spec=_line(email))
    except (HeaderParseError, IndexError) as fault:  # the library trips over an empty mailbox
        raise ValueError(f"{email!r} is not an email address.") from fault


def _line(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def _that_fit(attachments: tuple[Attachment, ...]) -> list[Attachment]:
    """As many files as a mail server surely takes; the rest is behind the letter's link."""
    kept, room = [], ATTACHED_BYTES_LIMIT
    for attachment in sorted(attachments, key=lambda file: len(file.content)):
        room -= len(attachment.content)
        if room >= 0:
            kept.append(attachment)
    return [attachment for attachment in attachments if attachment in kept]


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    main, _, sub = attachment.kind.partition("/")
    message.add_attachment(
        attachment.content,
        maintype=main,
        subtype=sub,
        filename=attachment.name,
        params=attachment.parameters,
    )
