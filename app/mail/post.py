"""Handing letters to the mail server, or keeping them where there is none."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from typing import Final
from urllib.parse import urlsplit

from app.clock import utc_now
from app.config import Settings
from app.effects import Done, Failed, Kept, Outcome
from app.faults import fault_point
from app.mail.letters import Letter
from app.mail.message import Sender, email_message, message_host
from app.mail.server import MailServer, read_mail_server

LETTERS_PER_CONNECTION: Final = 50
SMTP_OK: Final = 250
REPLY_LIMIT: Final = 300  # characters of the mail server's own words that are kept


class Post:
    """One process's way to its mail server; not to be shared between threads."""

    def __init__(self, settings: Settings) -> None:
        self._server = read_mail_server(settings.smtp_url) if settings.smtp_url else None
        host = message_host(urlsplit(settings.base_url).hostname or "")
        email = self._server.sender if self._server is not None else ""
        self._sender = Sender(email or f"tickets@{host}", host)
        self._line: smtplib.SMTP | None = None
        self._sent_count = 0

    def deliver(self, write: Callable[[], Letter]) -> Outcome:
        """Send the letter that `write` gives, or keep it when there is no mail server.

        The mail server is asked first: while it is away no letter is written in vain.
        """
        if self._server is None:
            return self._keep(write())
        try:
            line = self._open(self._server)
        except (OSError, smtplib.SMTPException) as fault:
            self.hang_up()
            return _not_reached(self._server, fault)
        letter = write()
        try:
            message = self._message(letter)
        except ValueError as fault:
            return Failed(f"The address cannot be written to. {fault}", is_final=True)
        return self._send(self._server, line, message, letter.email)

    def hang_up(self) -> None:
        """End the connection, if there is one."""
        line, self._line = self._line, None
        if line is None:
            return
        try:
            line.quit()
        except (OSError, smtplib.SMTPException):
            line.close()

    def _keep(self, letter: Letter) -> Outcome:
        try:
            message = self._message(letter)
        except ValueError as fault:
            return Failed(f"The address cannot be written to. {fault}", is_final=True)
        return Kept(letter.email, str(message["Subject"]), message.as_bytes().decode("ascii"))

    def _message(self, letter: Letter) -> EmailMessage:
        return email_message(letter, self._sender, utc_now())

    def _open(self, server: MailServer) -> smtplib.SMTP:
        """The open connection if it still answers, else a new one."""
        if self._line is not None and self._sent_count < LETTERS_PER_CONNECTION:
            try:
                if self._line.noop()[0] == SMTP_OK:
                    return self._line
            except (OSError, smtplib.SMTPException):
                self._line.close()
                self._line = None
        self.hang_up()
        self._line, self._sent_count = connect(server, self._sender.host), 0
        return self._line

    def _send(
        self, server: MailServer, line: smtplib.SMTP, message: EmailMessage, recipient: str
    ) -> Outcome:
        try:
            line.send_message(message, self._sender.email, [recipient])
        except (OSError, smtplib.SMTPException, UnicodeError) as fault:
            self.hang_up()
            return _refused(server, fault)
        self._sent_count += 1
        fault_point("mail.sent")
        return Done({"message_id": str(message["Message-ID"])})


def connect(server: MailServer, own_host: str) -> smtplib.SMTP:
    """A connection that is encrypted and signed in as SMTP_URL asks for."""
    timeout = server.timeout_seconds
    if server.is_tls:
        context = ssl.create_default_context()
        line: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, own_host, timeout=timeout, context=context
        )
    else:
        line = smtplib.SMTP(server.host, server.port, own_host, timeout=timeout)
    try:
        _prepare(line, server)
    except BaseException:
        line.close()
        raise
    return line


def _prepare(line: smtplib.SMTP, server: MailServer) -> None:
    line.ehlo_or_helo_if_needed()
    offers_starttls = line.has_extn("starttls") and not server.is_tls
    if server.wants_starttls and not offers_starttls:
        raise smtplib.SMTPNotSupportedError(
            "it offers no encryption (STARTTLS), and the password is not sent in the open"
        )
    if offers_starttls and (server.account or not server.is_local):
        line.starttls(context=ssl.create_default_context())
        line.ehlo()
    if server.account:
        line.login(server.account, server.password)


def _not_reached(server: MailServer, fault: Exception) -> Failed:
    where = f"{server.host}:{server.port}"
    if isinstance(fault, smtplib.SMTPAuthenticationError):
        words = f"The mail server {where} does not accept our name and password"
    elif isinstance(fault, ssl.SSLCertVerificationError):
        words = f"The certificate of the mail server {where} cannot be trusted"
    else:
        words = f"The mail server {where} cannot be reached"
    return Failed(f"{words}: {_own_words(fault)}", is_mail_server=True)


def _refused(server: MailServer, fault: Exception) -> Failed:
    """Whether trying again can help: 5xx about the address or the letter is a last word."""
    reason = _own_words(fault)
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        code, reply = next(iter(fault.recipients.values()))
        words = f"The mail server refused the address: {_reply(code, reply)}"
        return Failed(words, is_final=500 <= code < 600)
    if isinstance(fault, smtplib.SMTPDataError):
        is_final = 500 <= fault.smtp_code < 600
        return Failed(f"The mail server refused the letter: {reason}", is_final=is_final)
    if isinstance(fault, smtplib.SMTPSenderRefused):
        is_final = fault.smtp_code == 552  # too large: this letter's fault, not our address's
        return Failed(f"The mail server refused our own address: {reason}", is_final=is_final)
    if isinstance(fault, smtplib.SMTPNotSupportedError | UnicodeError):
        return Failed(f"The mail server cannot send to this address: {reason}", is_final=True)
    where = f"{server.host}:{server.port}"
    return Failed(f"The mail server {where} broke off: {reason}", is_mail_server=True)


def _own_words(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        return _reply(fault.smtp_code, fault.smtp_error)
    return str(fault)[:REPLY_LIMIT] or type(fault).__name__


def _reply(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {' '.join(text.split())}"[:REPLY_LIMIT]
