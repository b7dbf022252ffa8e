"""What is on: filters, search, one line for a run; and what stands in place of the places."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from app.box_office import BoxOffice
from app.clock import wall_ms
from app.inventory.commands import ChangeStatus
from tests.shop.visitor import Visitor

Make = Callable[[], str]


def titles(visitor: Visitor) -> list[str]:
    """The titles of the bill at hand."""
    return re.findall(r'class="display"><a href="/e/[^"]+">([^<]+)</a>', visitor.page)


def change(office: BoxOffice, slug: str, status: str, words: str = "") -> None:
    """Pause, cancel or publish an event."""
    event = office.catalogue.by_slug(slug)
    office.inventory_of(event.id).ask(ChangeStatus(status, words, "ada", wall_ms()))
    office.catalogue.refresh()


def test_a_run_is_one_line_of_the_bill(bo: Visitor) -> None:
    bo.open("/")

    assert titles(bo).count("The Salt Road") == 1
    assert "Also " in bo.page


def test_a_demo_alone_says_so_and_marks_no_single_show(bo: Visitor) -> None:
    bo.open("/")

    assert "Demo house." in bo.page
    assert "Demo, not for sale" not in bo.page


def test_a_search_finds_words_of_title_and_summary(bo: Visitor) -> None:
    bo.open("/?q=moon")
    assert titles(bo) == ["Tiny Planets"]

    bo.open("/?q=SALT")
    assert titles(bo) == ["The Salt Road"]


def test_a_search_that_finds_nothing_guesses(bo: Visitor) -> None:
    bo.open("/?q=quartt")
    assert titles(bo) == []

    bo.open("/?q=planits")
    assert 'href="/?q=planets"' in bo.page


@pytest.mark.parametrize("query", ["when=week", "for=children", "for=access", "when=2031-01"])
def test_filters_show_some_of_what_is_on(bo: Visitor, query: str) -> None:
    bo.open("/")
    everything = set(titles(bo))

    bo.open(f"/?{query}")

    assert set(titles(bo)) < everything


@pytest.mark.parametrize("query", ["when=%00", "when=9999999", "for=' or 1=1", f"q={'x' * 500}"])
def test_strange_filters_find_nothing(bo: Visitor, query: str) -> None:
    assert bo.open(f"/?{query}").status_code == 200
    assert titles(bo) == []


def test_an_event_before_its_sale_says_when(bo: Visitor) -> None:
    bo.open("/e/midwinter-tale")

    assert "On sale on " in bo.page
    assert 'id="seat-map"' not in bo.page


def test_a_sold_out_event_says_so(bo: Visitor) -> None:
    bo.open("/e/the-lamplighters-ball")

    assert "Sold out, but tickets do come back" in bo.page


@pytest.mark.parametrize(
    ("status", "words"),
    [("paused", "We have paused the sale"), ("cancelled", "This show is cancelled")],
)
def test_a_stopped_event_says_why(
    bo: Visitor, make_event: Make, office: BoxOffice, status: str, words: str
) -> None:
    slug = make_event()
    bo.open(f"/e/{slug}/seats")
    seat = bo.seats()[0]

    change(office, slug, status, "The boiler broke.")
    refused = bo.hold(slug, seat)
    bo.open(f"/e/{slug}")

    assert refused.status_code == 409
    assert words in bo.page
    assert "The boiler broke." in bo.page


def test_a_draft_is_nowhere(bo: Visitor, make_event: Make, office: BoxOffice) -> None:
    slug = make_event()
    change(office, slug, "draft")

    assert bo.open(f"/e/{slug}").status_code == 404
    assert slug not in bo.open("/").text


def test_a_page_that_is_not_there_says_so(bo: Visitor) -> None:
    answer = bo.open("/e/no-such-show")

    assert answer.status_code == 404
    assert "There is no page here" in answer.text


def test_the_list_filters_by_steps_and_price(bo: Visitor) -> None:
    bo.open("/e/the-salt-road/seats")
    everything = len(bo.seats())
    bo.open("/e/the-salt-road/seats?step_free=1")
    without_steps = len(bo.seats())
    bo.open("/e/the-salt-road/seats?at_most=1600")

    assert 0 < without_steps < everything
    assert 0 < len(bo.seats()) < everything


def test_a_large_house_lists_its_sections_first(bo: Visitor) -> None:
    bo.open("/e/brass-at-the-arena/seats")
    assert bo.seats() == []
    section = re.findall(r'href="([^"]+section=[^"]+)"', bo.page)[0]

    bo.open(section)

    assert bo.seats()
