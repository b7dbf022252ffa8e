"""A small house with one show, its pages, and people who sign in by its letters."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import build_app
from app.box_office import BoxOffice, open_box_office
from app.config import read_settings
from app.inventory.commands import HoldBest
from app.orders.placed import Buyer
from app.orders.placing import place_order
from app.tokens import new_id
from tests.jobs.shows import add_show
from tests.me.letters import SignInLetter, last_letter
from tests.services.copies import DATABASE, copy_migrated
from tests.shop.visitor import Visitor

_numbers = itertools.count(1)

Buy = Callable[..., str]
SignIn = Callable[[Visitor, str], SignInLetter]


def opened(folder: Path, **settings: str) -> BoxOffice:
    """A box office with one show and no mail server."""
    copy_migrated(folder / DATABASE)
    named = {"FULLHOUSE_DATA_DIR": str(folder), "FULLHOUSE_RATE_LIMITS": "off", **settings}
    office = open_box_office(read_settings(named))
    add_show(office)
    return office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxOffice]:
    """The tests of one file share it, each with addresses of its own."""
    made = opened(tmp_path_factory.mktemp("data"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def app(office: BoxOffice) -> Flask:
    """All its pages."""
    return build_app(office)


@pytest.fixture
def email() -> str:
    """An address that nobody had before."""
    return f"bo{next(_numbers)}@example.org"


@pytest.fixture
def bo(app: Flask) -> Visitor:
    """Bo buys."""
    return Visitor(app)


@pytest.fixture
def cy(app: Flask) -> Visitor:
    """Cy is a stranger."""
    return Visitor(app)


@pytest.fixture
def buy(office: BoxOffice) -> Buy:
    """Buys the best seats of a show for an address; the order's code."""

    def bought(email: str, count: int = 2, slug: str = "gala", name: str = "Bo Buyer") -> str:
        event_id, basket = office.catalogue.any_by_slug(slug).id, new_id()
        office.inventory_of(event_id).ask(HoldBest(basket, new_id(), count))
        return place_order(office, basket, Buyer(name, email), "demo", "paid").order_id

    return bought


@pytest.fixture
def ask(office: BoxOffice) -> SignIn:
    """Asks for a letter with the real form; the letter."""

    def asked(visitor: Visitor, email: str) -> SignInLetter:
        visitor.open("/me")
        answer = visitor.send("/me/links", {"email": email, "key": visitor.hidden("key")})
        visitor.follow(answer)
        return last_letter(office)

    return asked


@pytest.fixture
def sign_in(ask: SignIn) -> SignIn:
    """Asks, opens the link and presses; the letter that it took."""

    def signed_in(visitor: Visitor, email: str) -> SignInLetter:
        letter = ask(visitor, email)
        assert visitor.open(letter.path).status_code == 200
        visitor.follow(visitor.send(letter.path))
        assert f"Signed in as {email}" in visitor.page
        return letter

    return signed_in
