"""Handing letters over: encryption, signing in, what is kept, what is refused for good."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.config import Settings, read_settings
from app.effects import Done, Failed, Kept
from app.mail.letters import Attachment, Letter, LetterHouse
from app.mail.message import ATTACHED_BYTES_LIMIT, Sender, email_message
from app.mail.post import LETTERS_PER_CONNECTION, Post
from tests.services.ports import free_port
from tests.services.smtp import Behaviour, MailServer

NAME, PASSWORD = "tickets", "open sesame"
WRITTEN_AT = datetime(2026, 11, 21, 18, 41, tzinfo=UTC)


def a_letter(email: str = "bo@example.org", *attachments: Attachment) -> Letter:
    """A short letter."""
    return Letter(
        key="order.8WD3RX2K.order_paid",
        name="Bo Büyer",
        email=email,
        subject="Your ticket: Åse's évening",
        text="Grüße, 100 %\n",
        html="<p>Grüße</p>",
        house=LetterHouse(name="Lantern House", email="help@lantern-house.example"),
        attachments=attachments,
    )


def settings_with(folder: Path, smtp_url: str) -> Settings:
    """Settings that name a mail server."""
    return read_settings(
        {
            "FULLHOUSE_DATA_DIR": str(folder / "data"),
            "SMTP_URL": smtp_url,
            "FULLHOUSE_BASE_URL": "https://tickets.example.org",
        }
    )


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, key_file = tmp_path / "mail.pem", tmp_path / "mail.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, key_file


class Inbox:
    """Keeps the messages of a mail server that wants a name and a password."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take it, if it came encrypted and signed in."""
        is_encrypted = server.transport.get_extra_info("sslcontext") is not None
        if not is_encrypted or not session.authenticated:
            return "554 not like this"
        self.envelopes.append(envelope)
        return "250 OK"


def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    """Whether name and password are right."""
    right = isinstance(given, LoginPassword) and given == LoginPassword(
        NAME.encode(), PASSWORD.encode()
    )
    return AuthResult(success=right, handled=False)


@contextmanager
def strict_server(certificate: tuple[Path, Path], *, is_tls: bool) -> Iterator[tuple[int, Inbox]]:
    """A mail server that takes nothing without encryption and a password."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    inbox, port = Inbox(), free_port()
    wishes: dict[str, Any] = {"authenticator": check}
    if is_tls:  # the library counts only STARTTLS as encryption: the handler asks for the name
        wishes |= {"ssl_context": context, "auth_require_tls": False}
    else:
        wishes |= {"tls_context": context, "require_starttls": True, "auth_required": True}
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **wishes)
    controller.start()
    try:
        yield port, inbox
    finally:
        controller.stop()


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_letter_goes_encrypted_and_signed_in(
    scheme: str,
    certificate: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with strict_server(certificate, is_tls=scheme == "smtps") as (port, inbox):
        url = f"{scheme}://{NAME}:open%20sesame@127.0.0.1:{port}?from=tickets@example.org"
        post = Post(settings_with(tmp_path, url))
        outcome = post.deliver(a_letter)
        post.hang_up()

    assert isinstance(outcome, Done), outcome
    [envelope] = inbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("tickets@example.org", ["bo@example.org"])


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    with strict_server(certificate, is_tls=True) as (port, inbox):
        url = f"smtps://{NAME}:open%20sesame@127.0.0.1:{port}"
        outcome = Post(settings_with(tmp_path, url)).deliver(a_letter)

    assert isinstance(outcome, Failed)
    assert "cannot be trusted" in outcome.words
    assert not outcome.is_final
    assert inbox.envelopes == []


def test_a_wrong_password_is_told_and_tried_again(
    certificate: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with strict_server(certificate, is_tls=True) as (port, _inbox):
        url = f"smtps://{NAME}:wrong@127.0.0.1:{port}"
        outcome = Post(settings_with(tmp_path, url)).deliver(a_letter)

    assert isinstance(outcome, Failed)
    assert "does not accept our name and password" in outcome.words
    assert outcome.is_mail_server
    assert not outcome.is_final


def test_a_password_is_not_sent_to_a_server_without_encryption(
    mail: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.mail.server.MailServer.is_local", False)
    url = f"smtp://{NAME}:secret@127.0.0.1:{mail.port}"
    outcome = Post(settings_with(tmp_path, url)).deliver(a_letter)

    assert isinstance(outcome, Failed)
    assert "no encryption" in outcome.words
    assert mail.messages == []


def test_without_a_mail_server_a_letter_is_kept_whole(tmp_path: Path) -> None:
    outcome = Post(settings_with(tmp_path, "")).deliver(a_letter)

    assert isinstance(outcome, Kept)
    assert outcome.recipient == "bo@example.org"
    assert outcome.subject == "Your ticket: Åse's évening"
    assert outcome.message.isascii()
    assert "Message-ID: <order.8WD3RX2K.order_paid@tickets.example.org>" in outcome.message


def test_an_address_that_cannot_be_written_is_final(mail: MailServer, tmp_path: Path) -> None:
    post = Post(settings_with(tmp_path, mail.url))
    wrong = ("", "bo", "bo@a b", "bö@x.org")
    outcomes = [post.deliver(partial(a_letter, email)) for email in wrong]
    post.hang_up()

    assert all(isinstance(outcome, Failed) and outcome.is_final for outcome in outcomes), outcomes
    assert mail.messages == []


def test_one_connection_carries_many_letters_but_not_for_ever(
    mail: MailServer, tmp_path: Path
) -> None:
    post = Post(settings_with(tmp_path, mail.url))
    for _ in range(LETTERS_PER_CONNECTION + 2):
        assert isinstance(post.deliver(a_letter), Done)
    post.hang_up()

    assert len(mail.messages) == LETTERS_PER_CONNECTION + 2


def test_a_connection_that_broke_is_opened_again(mail: MailServer, tmp_path: Path) -> None:
    post = Post(settings_with(tmp_path, mail.url))
    assert isinstance(post.deliver(a_letter), Done)
    mail.stop()
    mail.start()
    outcome = post.deliver(a_letter)
    post.hang_up()

    assert isinstance(outcome, Done)


def test_no_letter_is_written_while_the_mail_server_is_away(
    mail: MailServer, tmp_path: Path
) -> None:
    mail.stop()
    written: list[Letter] = []

    def write() -> Letter:
        written.append(a_letter())
        return written[-1]

    outcome = Post(settings_with(tmp_path, mail.url)).deliver(write)

    assert isinstance(outcome, Failed)
    assert outcome.is_mail_server
    assert written == []


@pytest.mark.parametrize(
    ("behaviour", "is_final"), [(Behaviour.REJECT, True), (Behaviour.DEFER, False)]
)
def test_only_a_last_word_is_final(
    mail: MailServer, tmp_path: Path, behaviour: Behaviour, is_final: bool
) -> None:
    mail.behaviour = behaviour
    outcome = Post(settings_with(tmp_path, mail.url)).deliver(a_letter)

    assert isinstance(outcome, Failed)
    assert outcome.is_final is is_final


def test_a_mail_server_that_hangs_is_given_up(mail: MailServer, tmp_path: Path) -> None:
    mail.behaviour = Behaviour.HANG
    outcome = Post(settings_with(tmp_path, f"{mail.url}?timeout=1")).deliver(a_letter)

    assert isinstance(outcome, Failed)
    assert outcome.is_mail_server


def test_a_letter_that_would_be_too_large_leaves_its_files_behind() -> None:
    small = Attachment("a.ics", "text/calendar", b"x")
    large = Attachment("a.pdf", "application/pdf", b"x" * ATTACHED_BYTES_LIMIT)
    message = email_message(
        a_letter("bo@example.org", large, small), Sender("t@example.org", "h"), WRITTEN_AT
    )

    assert [part.get_filename() for part in message.iter_attachments()] == ["a.ics"]


def test_the_same_letter_is_the_same_message_at_every_try() -> None:
    sender = Sender("tickets@example.org", "example.org")
    first, second = (email_message(a_letter(), sender, WRITTEN_AT) for _ in range(2))

    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == "Sat, 21 Nov 2026 18:41:00 +0000"
