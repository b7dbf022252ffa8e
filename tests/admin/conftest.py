"""The pages of a house, asked as whoever is signed in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from app import build_app
from app.clock import utc_now
from app.identity import SignedIn
from app.models import Account
from tests.jobs.house import House
from tests.services.copies import DATABASE, copy_migrated

As = Callable[[str], FlaskClient]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house on SQLite without a mail server."""
    copy_migrated(tmp_path / DATABASE)
    made = House(tmp_path, f"sqlite:///{tmp_path / 'fullhouse.db'}", smtp_url="")
    try:
        yield made
    finally:
        made.end()


@pytest.fixture
def site(house: House) -> Flask:
    """The application of the house."""
    return build_app(house.office)


@pytest.fixture
def signed_in(house: House, site: Flask) -> As:
    """A browser of Ada, who runs the house, of Dee, who sells at its counter, or of nobody."""

    def sign_in(name: str) -> FlaskClient:
        client = site.test_client()
        if name == "nobody":
            return client
        email, is_admin = f"{name}@example.org", name == "ada"
        row = {"email": email, "name": name, "is_admin": is_admin, "created_at": utc_now()}
        with house.office.db.write() as connection:
            made = insert(Account).values(row).returning(Account.id)
            account_id = connection.execute(made).scalar_one()
        account = SignedIn(account_id, email, name, is_admin, 1)
        with client.session_transaction() as session:
            now = int(utc_now().timestamp())
            session.update(_user_id=account.get_id(), _fresh=True, signed_in_at=now, seen_at=now)
        return client

    return sign_in
