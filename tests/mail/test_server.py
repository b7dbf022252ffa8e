"""SMTP_URL: what it can say, and a sentence for what it cannot."""

import pytest

from app.config import BadSetting
from app.mail.server import MailServer, read_mail_server


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", MailServer("mail.example.org", 25, False)),
        (
            "smtp://bo:pa%3Ass@mail.example.org",
            MailServer("mail.example.org", 587, False, "bo", "pa:ss"),
        ),
        (
            "smtps://bo%40example.org:pass@mail.example.org/",
            MailServer("mail.example.org", 465, True, "bo@example.org", "pass", "bo@example.org"),
        ),
        (
            "smtp://[::1]:2525?from=tickets@example.org&timeout=5",
            MailServer("::1", 2525, False, sender="tickets@example.org", timeout_seconds=5),
        ),
    ],
)
def test_a_mail_server_is_read(url: str, expected: MailServer) -> None:
    assert read_mail_server(url) == expected


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://mail.example.org", "must look like"),
        ("smtp://", "must look like"),
        ("smtp://mail.example.org:99999", "port"),
        ("smtp://mail.example.org/inbox", "path"),
        ("smtp://bo@mail.example.org", "a name and a password"),
        ("smtp://mail.example.org?form=bo@example.org", "not form="),
        ("smtp://mail.example.org?from=tickets", "from= must be an email address"),
        ("smtp://mail.example.org?timeout=soon", "number of seconds"),
        ("smtp://mail.example.org?timeout=3600", "from 1 to 60"),
    ],
)
def test_what_cannot_be_a_mail_server_gets_a_sentence(url: str, words: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read_mail_server(url)

    assert words in str(refused.value)


def test_a_password_is_never_shown() -> None:
    assert "secret" not in repr(read_mail_server("smtp://bo:secret@mail.example.org"))


@pytest.mark.parametrize(
    ("url", "is_wanted"),
    [
        ("smtp://bo:pass@mail.example.org", True),
        ("smtp://bo:pass@127.0.0.1", False),
        ("smtp://bo:pass@localhost", False),
        ("smtp://mail.example.org", False),
        ("smtps://bo:pass@mail.example.org", False),
    ],
)
def test_a_password_leaves_this_machine_only_encrypted(url: str, is_wanted: bool) -> None:
    assert read_mail_server(url).wants_starttls is is_wanted
