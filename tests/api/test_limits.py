"""Programs that ask too much are slowed down; what they hold stays theirs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import build_app, rate_limits
from app.box_office import open_box_office
from app.config import read_settings
from app.demo.sized import open_sized_event
from app.rate_limits import KINDS
from tests.api.client import Program

TOO_MANY = (429, "too_many")


@pytest.fixture
def bo(tmp_path: Path) -> Iterator[Program]:
    """Bo's program in a house with limits."""
    office = open_box_office(read_settings({"FULLHOUSE_DATA_DIR": str(tmp_path)}))
    app = build_app(office)
    open_sized_event(office, "gala", 60)
    yield Program(app)
    rate_limits.init_limits(read_settings({"FULLHOUSE_DATA_DIR": str(tmp_path), **OFF}))
    office.close()


OFF = {"FULLHOUSE_RATE_LIMITS": "off"}


def count_of(kind: str, per: str) -> int:
    """How many are allowed."""
    return int(getattr(KINDS[kind], per).amount)


def test_a_basket_that_asks_too_often_waits_and_keeps_its_seats(bo: Program) -> None:
    hold = bo.hold("gala", "B1-A-1").content
    own = {"Basket": hold["basket"]}
    for _ in range(count_of("hold", "basket")):
        assert bo.hold("gala", "B1-A-1", basket=hold["basket"]).status == 201

    no = bo.hold("gala", "B1-A-1", basket=hold["basket"])
    assert no.no == TOO_MANY
    assert 0 < int(no.headers["Retry-After"]) <= 60
    assert bo.post(f"/holds/{hold['id']}/extensions", **own).no == TOO_MANY
    assert bo.get(f"/holds/{hold['id']}", **own).status == 200
    assert bo.letters("gala")[0] == "h"


def test_new_baskets_count_for_their_address(bo: Program) -> None:
    bo.hold("gala", "B1-A-1")
    for _ in range(count_of("hold", "address") - 1):
        assert bo.hold("gala", "B1-A-1").no == (409, "places_taken")

    assert bo.hold("gala", "B1-A-2").no == TOO_MANY


def test_orders_are_limited_per_basket(bo: Program) -> None:
    basket = bo.hold("gala", "B1-A-1").content["basket"]
    for _ in range(count_of("order", "basket")):
        assert bo.order(basket, payment="stripe").no == (422, "payment_not_possible")

    assert bo.order(basket).no == TOO_MANY
