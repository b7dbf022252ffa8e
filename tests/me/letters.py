"""What a visitor finds in the mailbox: the letter as the real duty writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_string, policy

from sqlalchemy import select

from app.box_office import BoxOffice
from app.clock import utc_now
from app.effects import Effect, Kept, Outcome
from app.mail.post import Post
from app.models import OutboxRow
from jobs.duties import duties_of


@dataclass(frozen=True, slots=True)
class SignInLetter:
    """A letter that signs somebody in."""

    to: str
    subject: str
    text: str

    @property
    def path(self) -> str:
        """Where its link leads."""
        return found(r"(/me/sign-in/\S+)", self.text)

    @property
    def token(self) -> str:
        """The secret part of its link."""
        return self.path.rpartition("/")[2]

    @property
    def code(self) -> str:
        """Its code, as it is written."""
        return found(r"(?<!\S)([0-9A-Z]{3}-[0-9A-Z]{3})(?=[\s.,]|$)", self.text)


def last_letter(office: BoxOffice) -> SignInLetter:
    """The newest one, written now."""
    outcome = outcome_of_last(office)
    assert isinstance(outcome, Kept), outcome
    message = message_from_string(outcome.message, policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return SignInLetter(outcome.recipient, outcome.subject, str(body.get_content()))


def outcome_of_last(office: BoxOffice) -> Outcome:
    """How carrying out the newest one ends now."""
    query = select(OutboxRow.__table__).where(OutboxRow.kind == "mail.sign_in")
    with office.db.read() as connection:
        row = connection.execute(query.order_by(OutboxRow.id.desc()).limit(1)).one()
    duty = duties_of(office, Post(office.settings))["mail.sign_in"]
    return duty.carry_out(Effect(row.id, row.kind, row.payload, 1, 1, utc_now()))


def found(pattern: str, text: str) -> str:
    """The first group of the first match."""
    match = re.search(pattern, text)
    assert match is not None, text
    return match[1]
