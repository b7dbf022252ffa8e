"""What pages say of keys to their holder: each thing once, and nothing that is done already."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from app.box_office import BoxOffice
from app.clock import to_ms, utc_now
from app.draw_words import EARLY_ACCESS, MEMBERS_PAGE, TierWords
from app.lottery.pool.terms import ENTITLEMENT
from tests.draws.winning import BO, CY, early_show, page_of, signs_in, wins
from tests.shop.visitor import Visitor

DAY = timedelta(days=1)


@pytest.fixture
def bo(app: Flask) -> Visitor:
    """Bo buys."""
    return Visitor(app)


def test_the_page_of_members_is_named_once_however_often_it_was_won(
    office: BoxOffice, bo: Visitor
) -> None:
    address, soon = "ed@example.org", to_ms(utc_now() + DAY)
    page = TierWords(opens=MEMBERS_PAGE, page="Hello, Ed.")
    ends = TierWords(opens=MEMBERS_PAGE, page="Hello, Ed.", until_ms=soon)
    other = TierWords(opens=MEMBERS_PAGE, page="Hello from the other draw.", until_ms=soon)
    for slug, shown in (("ed-1", ends), ("ed-2", page), ("ed-3", page), ("ed-4", other)):
        wins(office, slug, ENTITLEMENT, shown, address)

    signs_in(office, bo, address)

    lines = re.findall(r'href="/members/([^"]+)"><b>[^<]+</b></a><small>([^<]+)</small>', bo.page)
    assert sorted(words.partition(" ")[0] for _slug, words in lines) == ["for", "until"]
    assert [words[:5] for slug, words in lines if slug == "ed-4"] == ["until"]


def test_a_winner_who_is_signed_in_is_not_told_to_sign_in(
    office: BoxOffice, bo: Visitor, cy: Visitor
) -> None:
    early_show(office, "first")
    pages = [
        page_of(office, wins(office, slug, ENTITLEMENT, shown))
        for slug, shown in (
            ("read", TierWords(opens=MEMBERS_PAGE, page="Hello.")),
            ("book", TierWords(event="first", opens=EARLY_ACCESS)),
        )
    ]
    signs_in(office, cy, CY)
    signs_in(office, bo, BO)

    for path, way_on in zip(pages, ("/members/read", "/e/first"), strict=True):
        cy.open(path)
        assert "Sign in under My tickets with this purchase" in cy.page
        bo.open(path)
        assert "Sign in" not in bo.page
        assert f'href="{way_on}"' in bo.page
