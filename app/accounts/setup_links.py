"""One-time links to choose a password: 256 random bits, only their hash is kept, an hour's life."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from app.models import Account, SetupLink
from app.refusals import Refusal

LINK_BYTES: Final = 32
LINK_MINUTES: Final = 60


class LinkUsed(Refusal):
    """The set-up link was used, has ended, or never was."""

    code, status = "link_used", 410
    happened = "This link does not work any more."
    safe = "A set-up link works once, for an hour. Your password is as it was."
    next_step = "Whoever started the server can make a new one: ./run create-admin."


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """Whose link it is."""

    id: int
    email: str
    name: str


def make_link(connection: Connection, account_id: int, at: datetime) -> str:
    """The token of a new link; older links of the account end with it."""
    token = secrets.token_urlsafe(LINK_BYTES)
    connection.execute(delete(SetupLink).where(SetupLink.account_id == account_id))
    connection.execute(
        insert(SetupLink).values(
            token_hash=_hash(token),
            account_id=account_id,
            expires_at=at + timedelta(minutes=LINK_MINUTES),
        )
    )
    return token


def linked_account(connection: Connection, token: str, at: datetime) -> LinkedAccount:
    """Whose link this is, while it works. Raises `LinkUsed`."""
    row = connection.execute(
        select(Account.id, Account.email, Account.name)
        .join(SetupLink, SetupLink.account_id == Account.id)
        .where(
            SetupLink.token_hash == _hash(token),
            SetupLink.spent_at.is_(None),
            SetupLink.expires_at > at,
            Account.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise LinkUsed
    return LinkedAccount(*row)


def spend_link(
    connection: Connection, token: str, password_hash: str, at: datetime
) -> LinkedAccount:
    """Set the password, once: all sessions of the account end. Raises `LinkUsed`."""
    account = linked_account(connection, token, at)
    spent = connection.execute(
        update(SetupLink)
        .where(SetupLink.token_hash == _hash(token), SetupLink.spent_at.is_(None))
        .values(spent_at=at)
    )
    if spent.rowcount != 1:
        raise LinkUsed
    connection.execute(
        update(Account)
        .where(Account.id == account.id)
        .values(password_hash=password_hash, session_epoch=Account.session_epoch + 1)
    )
    return account


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
