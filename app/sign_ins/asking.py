"""Asking for a letter that signs in: the same for every address, known or not."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.models import SignInRequest
from app.models.buyers import WRONG_CODES_LIMIT
from app.outbox import add_effect
from app.refusals import NotFound, Refusal
from app.tokens import ID_ALPHABET, Tokens

LINK_MINUTES: Final = 15
OPEN_LIMIT: Final = 5  # requests of one address at a time; the oldest end
CODE_LENGTH: Final = 6  # 30 bits; after five wrong ones the request ends
ID_BYTES: Final = 16
PAGE_PURPOSE: Final = "sign-in-page"


class LinkOver(Refusal):
    """The link was used, has ended, or never was; which of them is not told."""

    code, status = "link_over", 410
    happened = "This link does not work any more."
    safe = "A link works once, for 15 minutes. Nobody was signed in by it now."
    next_step = "Ask for a new one."


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it is kept."""

    id: str
    address_key: str
    email: str
    browser: str
    wrong_codes: int
    asked_at: datetime
    expires_at: datetime


COLUMNS: Final = tuple(getattr(SignInRequest, name) for name in Asked.__slots__)


def ask_for_link(office: BoxOffice, email: str, browser: str, press: str = "") -> str:
    """Have a letter written; the token of the page on which its code can be typed.

    The same `press` for the same address writes one letter, however often it arrives.
    """
    key, now = office.tokens.address_key(email), utc_now()
    request_id = office.tokens.of("sign-in-press", f"{press}.{key}") if press else _new_id()
    with office.db.write() as connection:
        known = connection.execute(_columns_of(request_id, is_open(now))).one_or_none()
        if known is None:
            request_id = _write(connection, request_id, key, email, browser, now)
    return office.tokens.signed(PAGE_PURPOSE, request_id)


def page_request(office: BoxOffice, token: str, *which: ColumnElement[bool]) -> Asked:
    """The request of the page that whoever asked was sent to. Raises `LinkOver`."""
    try:
        request_id = office.tokens.subject_of(PAGE_PURPOSE, token)
    except NotFound:
        raise LinkOver from None
    return known_request(office, request_id, *which)


def link_request(office: BoxOffice, token: str, *which: ColumnElement[bool]) -> Asked:
    """The request of a letter's link; looking does not use it up. Raises `LinkOver`."""
    request_id, _dot, proof = token.rpartition(".")
    asked = known_request(office, request_id, *which)
    if not office.tokens.is_of("sign-in", _bound(asked), proof):
        raise LinkOver
    return asked


def known_request(office: BoxOffice, request_id: str, *which: ColumnElement[bool]) -> Asked:
    """The request with this id, in whatever state unless `which` says more. Raises `LinkOver`."""
    with office.db.read() as connection:
        row = connection.execute(_columns_of(request_id, *which)).one_or_none()
    if row is None:
        raise LinkOver
    return Asked(*row)


def link_token(tokens: Tokens, asked: Asked) -> str:
    """What the letter's link ends with: bound to the request and its address, kept nowhere."""
    return f"{asked.id}.{tokens.of('sign-in', _bound(asked))}"


def code_of(tokens: Tokens, asked: Asked) -> str:
    """The letter's code, for whoever reads it on another device."""
    proof = tokens.of("sign-in-code", _bound(asked)).encode()
    digest = hashlib.sha256(proof).digest()
    return "".join(ID_ALPHABET[byte % len(ID_ALPHABET)] for byte in digest[:CODE_LENGTH])


def is_open(now: datetime) -> ColumnElement[bool]:
    """Whether a request's link and code still work."""
    return and_(
        SignInRequest.expires_at > now,
        SignInRequest.spent_at.is_(None),
        SignInRequest.wrong_codes < WRONG_CODES_LIMIT,
    )


def _columns_of(request_id: str, *which: ColumnElement[bool]) -> Any:
    return select(*COLUMNS).where(SignInRequest.id == request_id, *which)


def _write(
    connection: Connection, request_id: str, key: str, email: str, browser: str, now: datetime
) -> str:
    """The rows of a request and its letter; a press whose request has ended gets a new one."""
    if connection.execute(select(SignInRequest.id).where(SignInRequest.id == request_id)).first():
        request_id = _new_id()
    _end_oldest(connection, key, now)
    row = {"id": request_id, "address_key": key, "email": email, "browser": browser}
    times = {"asked_at": now, "expires_at": now + timedelta(minutes=LINK_MINUTES)}
    connection.execute(insert(SignInRequest).values(**row, **times, wrong_codes=0))
    add_effect(connection, "mail.sign_in", f"mail.sign_in:{request_id}", {"request": request_id})
    return request_id


def _end_oldest(connection: Connection, key: str, now: datetime) -> None:
    """Leave room for one more open request of an address."""
    newest_first = (
        select(SignInRequest.id)
        .where(SignInRequest.address_key == key, is_open(now))
        .order_by(SignInRequest.asked_at.desc(), SignInRequest.id)
    )
    spare = list(connection.execute(newest_first).scalars())[OPEN_LIMIT - 1 :]
    connection.execute(
        update(SignInRequest).where(SignInRequest.id.in_(spare)).values(spent_at=now)
    )


def _bound(asked: Asked) -> str:
    return f"{asked.id}.{asked.address_key}"


def _new_id() -> str:
    return secrets.token_urlsafe(ID_BYTES)
