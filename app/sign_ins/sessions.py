"""Sessions of buyers: a random token that only its browser has, and a row with its keyed hash."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from app.models import BuyerSession, Device
from app.sign_ins.asking import Asked
from app.sign_ins.browsers import Browser
from app.tokens import Tokens

SESSION_DAYS: Final = 30  # from signing in, whatever happens
IDLE_DAYS: Final = 7  # without a page that asks who it is
TOKEN_BYTES: Final = 32
SESSIONS_LIMIT: Final = 20  # of one address; the oldest end


@dataclass(frozen=True, slots=True)
class SignedInBuyer:
    """A buyer whose address is proven, and the session that proves it."""

    session_id: str
    address_key: str
    email: str
    device: Device
    browser: str
    signed_in_at: datetime
    ends_at: datetime


COLUMNS: Final = (
    *(BuyerSession.id, BuyerSession.address_key, BuyerSession.email, BuyerSession.device),
    *(BuyerSession.browser, BuyerSession.signed_in_at, BuyerSession.ends_at),
)


def begin_session(
    connection: Connection, tokens: Tokens, asked: Asked, browser: Browser, now: datetime
) -> str:
    """Sign a browser in; the token for its cookie. The same request has one session at most."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    connection.execute(delete(BuyerSession).where(BuyerSession.id == asked.id))
    _end_oldest(connection, asked.address_key)
    connection.execute(
        insert(BuyerSession).values(
            id=asked.id,
            token_hash=token_hash(tokens, token),
            address_key=asked.address_key,
            email=asked.email,
            device=browser.device,
            browser=browser.kept,
            signed_in_at=now,
            ends_at=now + timedelta(days=SESSION_DAYS),
        )
    )
    return token


def session_of(
    connection: Connection, tokens: Tokens, token: str, now: datetime
) -> SignedInBuyer | None:
    """Whose session this is, while it lasts."""
    row = connection.execute(
        select(*COLUMNS).where(
            BuyerSession.token_hash == token_hash(tokens, token), BuyerSession.ends_at > now
        )
    ).one_or_none()
    return None if row is None else SignedInBuyer(*row)


def sessions_of(connection: Connection, address_key: str, now: datetime) -> list[SignedInBuyer]:
    """Every session of an address, the newest first."""
    query = (
        select(*COLUMNS)
        .where(BuyerSession.address_key == address_key, BuyerSession.ends_at > now)
        .order_by(BuyerSession.signed_in_at.desc(), BuyerSession.id)
        .limit(SESSIONS_LIMIT)
    )
    return [SignedInBuyer(*row) for row in connection.execute(query)]


def end_session(connection: Connection, address_key: str, session_id: str) -> bool:
    """End one session of an address; whether there was one."""
    ended = connection.execute(
        delete(BuyerSession).where(
            BuyerSession.id == session_id, BuyerSession.address_key == address_key
        )
    )
    return ended.rowcount == 1


def end_session_of(connection: Connection, tokens: Tokens, token: str) -> None:
    """End the session of a browser, if there is one."""
    connection.execute(
        delete(BuyerSession).where(BuyerSession.token_hash == token_hash(tokens, token))
    )


def end_all_sessions(connection: Connection, address_key: str) -> None:
    """Sign an address out wherever it is signed in."""
    connection.execute(delete(BuyerSession).where(BuyerSession.address_key == address_key))


def token_hash(tokens: Tokens, token: str) -> str:
    """What is kept of a session's token."""
    return tokens.of("buyer-session", token)


def _end_oldest(connection: Connection, address_key: str) -> None:
    """Leave room for one more session of an address."""
    newest_first = (
        select(BuyerSession.id)
        .where(BuyerSession.address_key == address_key)
        .order_by(BuyerSession.signed_in_at.desc(), BuyerSession.id)
    )
    spare = list(connection.execute(newest_first).scalars())[SESSIONS_LIMIT - 1 :]
    connection.execute(delete(BuyerSession).where(BuyerSession.id.in_(spare)))
