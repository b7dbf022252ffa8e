"""A private mail server that keeps what it gets, or misbehaves on request."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.services.ports import free_port

HANG_SECONDS = 120
MESSAGE_BYTES_LIMIT = 20 * 1024 * 1024


class Behaviour(Enum):
    """What the mail server does with the next messages."""

    OK = "takes them"
    REJECT = "refuses every recipient for good (550)"
    DEFER = "asks to try again later (451)"
    HANG = "never answers after the message"
    DROP = "takes the message, keeps it, and hangs up before saying yes"


class MailServer:
    """A mail server on loopback; `messages` holds all that it took, in order."""

    def __init__(self) -> None:
        self.port = free_port()
        self.behaviour = Behaviour.OK
        self.tries = 0
        self._messages: list[EmailMessage] = []
        self._changed = threading.Condition()
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """What goes into SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[EmailMessage]:
        """A copy of what has come in so far."""
        with self._changed:
            return list(self._messages)

    def messages_to(self, address: str) -> list[EmailMessage]:
        """What has come in so far for one address."""
        return [message for message in self.messages if address in str(message["To"])]

    def wait_for(self, count: int, *, within_seconds: float = 20) -> list[EmailMessage]:
        """All messages, once there are at least `count`; fails when they do not come."""
        with self._changed:
            enough = self._changed.wait_for(
                lambda: len(self._messages) >= count, timeout=within_seconds
            )
            assert enough, f"{len(self._messages)} of {count} messages within {within_seconds} s"
            return list(self._messages)

    def clear(self) -> None:
        """Forget what came in and behave well again."""
        with self._changed:
            self._messages.clear()
            self.tries = 0
            self.behaviour = Behaviour.OK

    def start(self) -> None:
        """Listen (again) on the same port."""
        assert self._controller is None, "the mail server is listening already"
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            data_size_limit=MESSAGE_BYTES_LIMIT,
            enable_SMTPUTF8=True,
        )
        self._controller.start()

    def stop(self) -> None:
        """Stop listening: connections are refused."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(  # noqa: N802 - the library's name and arguments
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer for one recipient."""
        if self.behaviour is Behaviour.REJECT:
            self.tries += 1
            return "550 5.1.1 there is nobody of that name here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Answer for one message."""
        self.tries += 1
        if self.behaviour is Behaviour.DEFER:
            return "451 4.3.0 try again later"
        if self.behaviour is Behaviour.HANG:
            await asyncio.sleep(HANG_SECONDS)
            return "451 4.3.0 that took too long"
        self._keep(cast(bytes, envelope.original_content))
        if self.behaviour is Behaviour.DROP:
            cast(asyncio.Transport, server.transport).abort()
        return "250 OK"

    def _keep(self, content: bytes) -> None:
        message = message_from_bytes(content, policy=policy.default)
        with self._changed:
            self._messages.append(message)
            self._changed.notify_all()


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Start a private mail server; it is gone afterwards."""
    running = MailServer()
    running.start()
    try:
        yield running
    finally:
        running.stop()
