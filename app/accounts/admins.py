"""Making admins, and whether there is one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from app.accounts.setup_links import make_link
from app.box_office import BoxOffice
from app.buyers import read_email, read_name
from app.clock import utc_now
from app.models import Account, JournalEntry

SETUP_PATH = "/setup/"


def make_admin(office: BoxOffice, email: str, name: str) -> str:
    """The address of a one-time link that makes this person an admin. Raises `Invalid`."""
    address = read_email(email).casefold()
    shown = read_name(name) if name.strip() else address.partition("@")[0]
    now = utc_now()
    with office.db.write() as connection:
        account_id = admin_account(connection, address, shown, now)
        token = make_link(connection, account_id, now)
        note(connection, "admin.invited", account_id, now)
    return f"{office.settings.base_url}{SETUP_PATH}{token}"


def has_admin(connection: Connection) -> bool:
    """Whether somebody runs this installation and has a password."""
    query = select(Account.id).where(
        Account.is_admin == 1, Account.password_hash.is_not(None), Account.disabled_at.is_(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def admin_account(connection: Connection, email: str, name: str, at: datetime) -> int:
    """The id of the account with this address, an admin from now on."""
    known = connection.scalar(select(Account.id).where(Account.email == email))
    if known is not None:
        connection.execute(
            update(Account).where(Account.id == known).values(is_admin=True, disabled_at=None)
        )
        return int(known)
    row = {"email": email, "name": name, "is_admin": True, "session_epoch": 1, "created_at": at}
    return connection.execute(insert(Account).values(row).returning(Account.id)).scalar_one()


def note(connection: Connection, kind: str, account_id: int, at: datetime) -> None:
    """Write into the journal what happened to an account."""
    connection.execute(
        insert(JournalEntry).values(
            at=at, kind=kind, by=f"account {account_id}", facts={"account": account_id}
        )
    )
