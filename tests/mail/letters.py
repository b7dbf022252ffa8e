"""Letters as they would leave: written by the real duties, read back as messages."""

from __future__ import annotations

from email import message_from_string, policy
from email.message import EmailMessage
from typing import Any

from app.clock import utc_now
from app.effects import Effect, Kept
from app.mail.post import Post
from app.outbox import add_effect
from jobs.duties import duties_of
from tests.jobs.house import House


def letter_of(house: House, kind: str, **payload: Any) -> EmailMessage:
    """The letter that an effect of this kind writes now."""
    outcome = outcome_of(house, kind, **payload)
    assert isinstance(outcome, Kept), outcome
    return message_from_string(outcome.message, policy=policy.default)


def outcome_of(house: House, kind: str, **payload: Any) -> Any:
    """How an effect of this kind ends now."""
    duties = duties_of(house.office, Post(house.office.settings))
    return duties[kind].carry_out(Effect(77, kind, payload, 1, 1, utc_now()))


def due_letter(house: House, kind: str) -> EmailMessage:
    """The letter of the outbox's newest row of this kind."""
    row = [row for row in house.rows() if row.kind == kind][-1]
    return letter_of(house, kind, **row.payload)


def text_of(message: EmailMessage) -> str:
    """The plain text."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def html_of(message: EmailMessage) -> str:
    """The HTML."""
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def write_effect(house: House, kind: str, **payload: Any) -> None:
    """Put an effect into the outbox."""
    with house.office.db.write() as connection:
        assert add_effect(connection, kind, f"{kind}:{len(house.rows())}", payload)
