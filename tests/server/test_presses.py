"""Presses on seats, as the server answers them: in its loop, or in a thread where one must wait."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from app.answers import read_key
from app.box_office import BoxOffice
from app.inventory_actor import Actor
from app.refusals import Busy
from app.shop.queries import basket as basket_queries
from app.tokens import new_id
from tests.opened import Show, opened, show_of
from tests.server.asking import Asked, Browser

FORM = {
    "content-type": "application/x-www-form-urlencoded",
    "sec-fetch-site": "same-origin",
    "referer": "http://127.0.0.1/e/gala",
}
HTMX = {"hx-request": "true"}


class Buyer:
    """One visitor with a basket's cookie and the proof that its forms carry."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        page = browser.ask("GET", "/orders/find")
        found = re.search(rb'name="csrf" value="([^"]+)"', page.body)
        assert found is not None
        self.csrf = found[1].decode()
        self.cookie = page.headers["set-cookie"].split(";")[0]

    def press(self, slug: str = "gala", htmx: bool = True, key: str = "", **fields: Any) -> Asked:
        """Send a form to an event's holds."""
        body = urlencode({"csrf": self.csrf, "key": key or new_id(), **fields}, doseq=True)
        headers = FORM | {"cookie": self.cookie} | (HTMX if htmx else {})
        return self.browser.ask("POST", f"/e/{slug}/holds", body=body.encode(), headers=headers)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[BoxOffice]:
    with opened(tmp_path) as office:
        yield office


@pytest.fixture
def gala(office: BoxOffice) -> Show:
    show = show_of(office)
    office.catalogue.on_show()
    assert show.inventory.published
    return show


@pytest.fixture
def buyer(office: BoxOffice, gala: Show, tmp_path: Path) -> Iterator[Buyer]:
    browser = Browser(office, tmp_path)
    yield Buyer(browser)
    browser.pool.stop()


@pytest.fixture
def drawn_by(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the threads that draw baskets."""
    names: list[str] = []
    draw = basket_queries.said_words

    def noted(*given: Any) -> str:
        names.append(threading.current_thread().name)
        return draw(*given)

    monkeypatch.setattr("app.shop.routes.events.said_words", noted)
    return names


def seats_of(answer: Asked) -> str:
    """What the basket in an answer holds."""
    found = re.search(rb'data-seats="([^"]*)"', answer.body)
    assert found is not None, answer.body
    return found[1].decode()


def test_a_press_takes_no_thread(buyer: Buyer, gala: Show, drawn_by: list[str]) -> None:
    answer = buyer.press(seat=gala.seats[0])

    assert answer.status == 200
    assert seats_of(answer) == gala.seats[0]
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"]
    assert drawn_by == [threading.main_thread().name]
    assert gala.letters(0) == "h"


def test_a_press_without_script_goes_back_to_the_page(buyer: Buyer, gala: Show) -> None:
    answer = buyer.press(seat=gala.seats[0], htmx=False)

    assert answer.status == 303
    assert answer.headers["location"] == "/e/gala#basket"
    assert gala.letters(0) == "h"


def test_a_seat_that_went_is_named_and_the_next_one_offered(buyer: Buyer, gala: Show) -> None:
    gala.hold("somebody else", 0)

    answer = buyer.press(seat=gala.seats[0])

    assert answer.status == 409
    assert b"was just taken" in answer.body
    assert b"is free" in answer.body
    assert answer.headers["hx-retarget"] == "#notice"


def test_without_script_the_notice_about_it_comes_with_the_next_page(
    buyer: Buyer, gala: Show
) -> None:
    gala.hold("somebody else", 0)

    answer = buyer.press(seat=gala.seats[0], htmx=False)

    assert answer.status == 303
    assert answer.headers["location"] == "/e/gala#notice"
    assert answer.headers["set-cookie"].startswith("notice=")


def test_a_repeat_of_a_press_gets_the_same_basket(buyer: Buyer, gala: Show) -> None:
    key = new_id()

    first, second = (buyer.press(seat=gala.seats[0], key=key) for _ in range(2))

    assert read_key(key) == key
    assert (first.status, second.status) == (200, 200)
    assert seats_of(first) == seats_of(second) == gala.seats[0]


def test_what_breaks_while_it_is_drawn_is_a_fault_with_a_number_and_the_seat_is_kept(
    buyer: Buyer, gala: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: Any, **more: Any) -> str:
        raise RuntimeError("secret details")

    monkeypatch.setattr("app.shop.routes.events.said_words", broken)

    answer = buyer.press(seat=gala.seats[0])

    assert answer.status == 500
    assert b"secret details" not in answer.body
    assert gala.letters(0) == "h"


def test_a_full_mailbox_is_said_as_a_notice(
    buyer: Buyer, gala: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: Any, **more: Any) -> None:
        raise Busy(retry_after=7)

    monkeypatch.setattr(Actor, "send", full)

    answer = buyer.press(seat=gala.seats[0])

    assert (answer.status, answer.headers["retry-after"]) == (503, "7")
    assert b"note" in answer.body
    assert gala.letters(0) == "f"


def test_a_basket_over_two_events_is_drawn_by_a_thread(
    buyer: Buyer, gala: Show, office: BoxOffice, drawn_by: list[str]
) -> None:
    other = show_of(office, "matinee")
    office.catalogue.on_show()
    assert other.inventory.published
    assert buyer.press(seat=gala.seats[0]).status == 200

    answer = buyer.press("matinee", seat=other.seats[1])

    assert answer.status == 200
    assert answer.body.count(b"basket-part") == 2
    assert drawn_by[0] == threading.main_thread().name
    assert drawn_by[1].startswith("page-")


def test_several_things_at_once_are_done_by_a_thread_and_counted_once(
    buyer: Buyer, gala: Show, drawn_by: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    monkeypatch.setattr("app.shop.routes.events.limit", lambda kind, **_: counted.append(kind))
    buyer.press(seat=gala.seats[0])

    answer = buyer.press(seat=gala.seats[1], release=gala.seats[0])

    assert answer.status == 200
    assert seats_of(answer) == gala.seats[1]
    assert gala.letters(0, 1) == "fh"
    assert drawn_by[1].startswith("page-")
    assert counted == ["hold", "hold"]


def test_a_page_that_was_open_too_long_changes_nothing(buyer: Buyer, gala: Show) -> None:
    buyer.csrf = "x" * 22

    answer = buyer.press(seat=gala.seats[0])

    assert answer.status == 403
    assert gala.letters(0) == "f"
