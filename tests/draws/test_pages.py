"""What everybody sees of a draw, stage by stage."""

from __future__ import annotations

import re

from flask import Flask

from app.box_office import BoxOffice
from app.lottery.pool.terms import INSTANT
from app.models import LotteryStatus
from app.prize_draws.opening import open_batch, open_successor
from tests.draws.made import add_draw, buy, draws, licence, reveals, sells, terms
from tests.shop.visitor import HTMX, Visitor


def test_a_draw_shows_whole_odds_and_what_is_left(office: BoxOffice, cy: Visitor) -> None:
    sells(office, "instant", INSTANT)

    assert cy.open("/draw/instant").status_code == 200

    for words in ("20 in 120", "26 in 120, about 1 in 5", "100 of 120 sold", "20 left"):
        assert words in cy.page
    assert "Still in this batch" in cy.page
    assert 'href="/draw/instant/tickets"' in cy.page
    assert "One ticket, one place in the draw." in cy.page


def test_the_live_part_is_drawn_only_for_whoever_has_not_seen_it(
    office: BoxOffice, app: Flask, cy: Visitor
) -> None:
    lottery_id = sells(office, "live")
    cy.open("/draw/live")
    found = re.search(r'hx-get="(/draw/live/live\?seen=\w+)"', cy.page)
    assert found is not None

    assert cy.open(found[1], htmx=True).status_code == 204
    buy(office, lottery_id, "live-p2", 5)
    answer = cy.open(found[1], htmx=True)

    assert answer.status_code == 200
    assert "105 of 120 sold" in cy.page
    again = {**HTMX, "If-None-Match": answer.headers["ETag"]}
    assert app.test_client().get("/draw/live/live", headers=again).status_code == 304
    assert cy.open("/draw/live/live").status_code == 303


def test_a_draw_stops_looking_when_nothing_changes_any_more(office: BoxOffice, cy: Visitor) -> None:
    sells(office, "over")
    reveals(office, "over")

    cy.open("/draw/over")

    assert "hx-get" not in cy.page
    assert "Joss F." in cy.page
    assert "/draw/over/batches/1/bundle.json" in cy.page


def test_nobody_is_named_before_the_draw(office: BoxOffice, cy: Visitor) -> None:
    sells(office, "blind")
    cy.open("/draw/blind")
    assert "Joss F." not in cy.page
    assert "All 26 prizes are still to be drawn." in cy.page
    draws(office, "blind")
    cy.open("/draw/blind")
    assert "Joss F." in cy.page


def test_a_successor_says_why_it_opened(office: BoxOffice, cy: Visitor) -> None:
    lottery_id = add_draw(office, "two")
    open_batch(office, lottery_id, 1, terms(threshold=100, successor_size=240), "ada")
    buy(office, lottery_id, "two-p1", 30)
    open_successor(office, lottery_id, "two-1")

    cy.open("/draw/two")

    assert "Batch 2, 240 tickets" in cy.page
    assert "Opened because batch 1 was nearly sold out." in cy.page


def test_paid_tickets_without_a_legal_basis_are_shown_to_nobody(
    office: BoxOffice, cy: Visitor
) -> None:
    lottery_id = add_draw(office, "paid", title="The Paid Draw")
    open_batch(office, lottery_id, 1, terms(price_cents=200), "ada")
    for path in ("", "/live", "/proof", "/batches/1/facts.json", "/batches/1/list.txt"):
        assert cy.open(f"/draw/paid{path}").status_code == 404, path
    for path in ("/", "/draws"):
        cy.open(path)
        assert "The Paid Draw" not in cy.page

    licence(office, lottery_id)

    cy.open("/draw/paid")
    for words in ("£2 a ticket", "Small society lottery", "SL 0417", "Fenmark", "postcard"):
        assert words in cy.page
    assert 'href="/me#limits"' in cy.page


def test_play_credits_need_no_basis(office: BoxOffice, cy: Visitor) -> None:
    lottery_id = add_draw(office, "play", credits=5)
    open_batch(office, lottery_id, 1, terms(price_cents=200), "ada")

    cy.open("/draw/play")

    assert "5 credits a ticket" in cy.page
    assert "£2" not in cy.page


def test_a_draft_is_no_page_and_a_draw_without_a_batch_sells_nothing(
    office: BoxOffice, cy: Visitor
) -> None:
    add_draw(office, "draft", status=LotteryStatus.DRAFT)
    add_draw(office, "early")
    assert cy.open("/draw/draft").status_code == 404
    assert cy.open("/draw/early").status_code == 200
    assert "This draw has not opened yet" in cy.page
    assert "/tickets" not in cy.page
    assert cy.open("/draw/early/proof").status_code == 404


def test_draws_are_on_the_home_page_and_those_that_are_over_below(
    office: BoxOffice, cy: Visitor
) -> None:
    sells(office, "shown")
    add_draw(office, "past", title="The Old Draw", status=LotteryStatus.ENDED)
    cy.open("/")
    assert 'href="/draw/shown"' in cy.page
    assert "The Old Draw" not in cy.page
    cy.open("/draws")
    assert cy.page.index("/draw/shown") < cy.page.index("The Old Draw")
    cy.open("/visit")
    assert 'href="/draws"' in cy.page
