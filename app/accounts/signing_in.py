"""Checking who somebody is: same words and same time for addresses that nobody has."""

from __future__ import annotations

from sqlalchemy import select, update

from app.accounts.admins import note
from app.accounts.passwords import hash_password, is_password, needs_new_hash
from app.accounts.setup_links import linked_account, spend_link
from app.box_office import BoxOffice
from app.clock import utc_now
from app.identity import SignedIn, account_by_id
from app.models import Account
from app.refusals import Refusal


class WrongPassword(Refusal):
    """No account with this address and password."""

    code, status = "wrong_password", 422
    happened = "That address and password do not belong together."
    safe = "Nothing was changed."
    next_step = "Look at both once more."


def check_password(office: BoxOffice, email: str, password: str) -> SignedIn:
    """The account; raises `WrongPassword`, `Busy`."""
    with office.db.read() as connection:
        row = connection.execute(
            select(Account.id, Account.password_hash).where(
                Account.email == email.strip().casefold(), Account.disabled_at.is_(None)
            )
        ).one_or_none()
    known = row.password_hash if row is not None else None
    if not is_password(known, password) or row is None or known is None:
        raise WrongPassword
    account = account_by_id(row.id)
    if account is None:
        raise WrongPassword
    _write_down(office, account.id, hash_password(password) if needs_new_hash(known) else None)
    return account


def set_password(office: BoxOffice, token: str, password: str) -> SignedIn:
    """Spend a set-up link; raises `LinkUsed`, `Busy`."""
    with office.db.read() as connection:
        linked_account(connection, token, utc_now())
    password_hash = hash_password(password)
    with office.db.write() as connection:
        linked = spend_link(connection, token, password_hash, utc_now())
        note(connection, "password.set", linked.id, utc_now())
    account = account_by_id(linked.id)
    if account is None:
        raise WrongPassword
    return account


def end_all_sessions(office: BoxOffice, account: SignedIn) -> None:
    """Sign the account out wherever it is signed in."""
    with office.db.write() as connection:
        connection.execute(
            update(Account)
            .where(Account.id == account.id)
            .values(session_epoch=Account.session_epoch + 1)
        )
        note(connection, "sessions.ended", account.id, utc_now())


def _write_down(office: BoxOffice, account_id: int, new_hash: str | None) -> None:
    with office.db.write() as connection:
        note(connection, "account.signed_in", account_id, utc_now())
        if new_hash is not None:
            connection.execute(
                update(Account).where(Account.id == account_id).values(password_hash=new_hash)
            )
