"""Using a letter: its link or its code, once; or saying that somebody else asked for it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, or_, update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.models import SignInRequest
from app.models.buyers import WRONG_CODES_LIMIT
from app.refusals import Refusal
from app.sign_ins.asking import (
    COLUMNS,
    Asked,
    LinkOver,
    code_of,
    is_open,
    link_request,
    page_request,
)
from app.sign_ins.browsers import Browser
from app.sign_ins.sessions import begin_session, end_session_of

AGAIN_SECONDS: Final = 30  # a second press of the same browser, whose first answer was lost
LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


class WrongCode(Refusal):
    """The code is not that of the letter; `left` says how often it may still be tried."""

    code, status = "wrong_code", 422
    happened = "That is not the code of the letter."
    safe = "Nobody was signed in."

    def __init__(self, left: int) -> None:
        super().__init__(left=left)
        self.left = left


@dataclass(frozen=True, slots=True)
class Visit:
    """Who presses: their browser, their basket, and the token of the session it had before."""

    browser: Browser
    basket: str
    token: str | None = None


def sign_in_by_link(office: BoxOffice, token: str, visit: Visit) -> str:
    """Use a link; the token of the new session. Raises `LinkOver`."""
    asked = link_request(office, token)
    with office.db.write() as connection:
        session = _sign_in(connection, office, asked.id, visit, utc_now())
    if session is None:
        raise LinkOver
    return session


def sign_in_by_code(office: BoxOffice, page_token: str, typed: str, visit: Visit) -> str:
    """Use a code where it was asked for; the token of the new session.

    Raises `WrongCode`, and `LinkOver` from the fifth wrong one on: the link has ended too.
    """
    asked = page_request(office, page_token)
    is_right = hmac.compare_digest(_cleaned(typed).encode(), code_of(office.tokens, asked).encode())
    session: str | None = None
    left: int | None = None
    with office.db.write() as connection:  # committed before anybody is told
        if is_right:
            session = _sign_in(connection, office, asked.id, visit, utc_now())
        else:
            left = _count_wrong(connection, asked.id, utc_now())
    if session is not None:
        return session
    if left is None:
        raise LinkOver
    if not left:
        raise LinkOver("The code was wrong five times, so the link has ended too.")
    raise WrongCode(left)


def refuse_link(office: BoxOffice, token: str) -> None:
    """It was somebody else: all open links and codes of the address end. Raises `LinkOver`."""
    asked = link_request(office, token, is_open(utc_now()))
    with office.db.write() as connection:
        end_requests(connection, asked.address_key, utc_now())


def end_requests(connection: Connection, address_key: str, now: datetime) -> None:
    """No open link or code of an address works any more."""
    connection.execute(
        update(SignInRequest)
        .where(SignInRequest.address_key == address_key, is_open(now))
        .values(spent_at=now)
    )


def _sign_in(
    connection: Connection, office: BoxOffice, request_id: str, visit: Visit, now: datetime
) -> str | None:
    """Spend the request and begin a session; None when it is not open any more."""
    asked = _spend(connection, request_id, visit.basket, now)
    if asked is None:
        return None
    end_requests(connection, asked.address_key, now)
    if visit.token is not None:
        end_session_of(connection, office.tokens, visit.token)
    return begin_session(connection, office.tokens, asked, visit.browser, now)


def _spend(connection: Connection, request_id: str, basket: str, now: datetime) -> Asked | None:
    """Use the request up: once, or once more by the same browser within moments."""
    just_now = now - timedelta(seconds=AGAIN_SECONDS)
    again = and_(
        SignInRequest.spent_by == basket,
        SignInRequest.spent_at > just_now,
        SignInRequest.expires_at > now,
    )
    row = connection.execute(
        update(SignInRequest)
        .where(SignInRequest.id == request_id, or_(is_open(now), again))
        .values(spent_at=now, spent_by=basket)
        .returning(*COLUMNS)
    ).one_or_none()
    return None if row is None else Asked(*row)


def _count_wrong(connection: Connection, request_id: str, now: datetime) -> int | None:
    """Count a wrong code; how many may still be tried, None where nothing is open any more."""
    count = connection.execute(
        update(SignInRequest)
        .where(SignInRequest.id == request_id, is_open(now))
        .values(wrong_codes=SignInRequest.wrong_codes + 1)
        .returning(SignInRequest.wrong_codes)
    ).scalar()
    return None if count is None else WRONG_CODES_LIMIT - int(count)


def _cleaned(typed: str) -> str:
    """What was typed as the letter writes it, whatever its case, gaps and lookalikes."""
    return "".join(sign for sign in typed.upper() if sign.isalnum()).translate(LOOKALIKES)
