"""Buying draw tickets on pages, and what became of them, with htmx or without."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.box_office import BoxOffice
from app.lottery.pool.commands import CloseBatch
from app.lottery.pool.terms import EVENING, INSTANT
from app.models import LotteryPurchase, Order
from app.orders.paying import demo_notice
from app.prize_draws.opening import open_batch
from tests.carrying import carry_out_due
from tests.draws.made import add_draw, licence, terms
from tests.shop.visitor import Visitor

FIELDS = {"count": "10", "email": "bo@example.org", "name": "Bo Field", "short": "fewer"}


@pytest.fixture
def bo(app: Flask) -> Visitor:
    """Bo buys."""
    return Visitor(app)


def made(office: BoxOffice, slug: str, mode: str = INSTANT, price: int = 0, **rules: Any) -> int:
    """A draw whose first batch sells."""
    lottery_id = add_draw(
        office, slug, rules=rules, **({"public": {"how": "none"}} if mode == INSTANT else {})
    )
    if price:
        licence(office, lottery_id)
    open_batch(office, lottery_id, 1, terms(mode, price_cents=price), "ada")
    return lottery_id


def buy(bo: Visitor, slug: str, **fields: str) -> Any:
    """Open the form, fill it in, press."""
    bo.open(f"/draw/{slug}/tickets")
    hidden = {name: bo.hidden(name) for name in ("key", "price", "contribution", "payment")}
    return bo.send(f"/draw/{slug}/tickets", {**hidden, **FIELDS, **fields})


def orders(office: BoxOffice) -> int:
    with office.db.read() as connection:
        return connection.scalar(select(func.count()).select_from(Order)) or 0


def test_the_form_offers_what_can_be_had_and_says_every_limit(
    office: BoxOffice, bo: Visitor
) -> None:
    made(office, "few", purchase_limit=100, day_limit=110, person_limit=150)
    bo.open("/draw/few/tickets")
    assert "1 to 100 in one go. At most 110 on one day. At most 150 for one person." in bo.page
    assert "At most 110 on one day. At most 150 for one person.</p>" in bo.open("/draw/few").text
    assert "At most 100 in one go" in bo.open("/draw/few/tickets?count=101").text
    assert 'value="101"' in bo.page, "nothing is typed twice"
    assert bo.page.count(" autofocus") == 1
    buy(bo, "few", count="95")

    bo.open("/draw/few/tickets?count=50")
    assert "Only 25 tickets are left." in bo.page
    assert "1 to 25 in one go." in bo.page
    assert 'href="/draw/few/tickets?count=50"' not in bo.page
    assert "chance of" not in bo.page


def test_free_tickets_from_the_form_to_the_results(office: BoxOffice, bo: Visitor) -> None:
    made(office, "free")

    answer = buy(bo, "free", count="100")
    assert bo.follow(answer).status_code == 200
    assert "0 of 100 drawn" in bo.page
    assert 'hx-trigger="load delay:300ms, every 1s"' in bo.page
    url = bo.path
    carry_out_due(office, "lottery.allocate")

    polled = bo.open(url, htmx=True)
    assert polled.status_code == 200
    assert "hx-trigger" not in bo.page, "nothing to wait for any more"
    assert re.search(r"\d+ of your 100 tickets won", bo.page)
    assert bo.page.count('class="win-card') >= 1
    bo.open(f"{url}/tickets?page=2")
    assert bo.page.count("<tr>") == 51
    proof = re.search(r'href="([^"]+/proofs/[^"]+)"', bo.page)
    assert proof is not None
    assert bo.open(proof.group(1)).get_json()["version"] == "draw/v1"
    files = bo.open(f"{url}/tickets.csv")
    assert files.get_data(as_text=True).count("\r\n") == 101


def test_all_tickets_are_listed_with_the_winners_first(office: BoxOffice, bo: Visitor) -> None:
    made(office, "listed")
    bo.follow(buy(bo, "listed", count="120"))
    carry_out_due(office, "lottery.allocate")
    url = bo.path
    bo.open(url)
    cards = re.findall(r'<li class="win-card[^>]*>.*?<b>([^<]+)</b>', bo.page)

    rows: list[tuple[str, str]] = []
    for number in (1, 2, 3):
        bo.open(f"{url}/tickets?page={number}")
        rows += re.findall(
            r'<th scope="row" class="num">([^<]+)</th><td><(?:b|span class="soft")>([^<]+)<',
            bo.page,
        )
        proofs = re.findall(r'<a [^>]*download>(Proof<span class="sr">[^<]+)</span>', bo.page)
        assert len(proofs) == len(set(proofs)) == (50, 50, 20)[number - 1]

    prizes = [prize for _number, prize in rows]
    count = len(prizes) - prizes.count("no prize")
    assert list(dict.fromkeys(prizes)) == [*cards, "no prize"], "rarest first"
    assert "no prize" not in prizes[:count]
    assert len({number for number, _prize in rows}) == 120
    others = [int(number.split()[-1]) for number, _prize in rows[count:]]
    assert others == sorted(others)


def test_a_single_ticket_is_spoken_of_as_one(office: BoxOffice, bo: Visitor) -> None:
    made(office, "single")
    url = buy(bo, "single", count="1").headers["Location"]
    carry_out_due(office, "lottery.allocate")

    assert "All 1 tickets" not in bo.open(url).text
    bo.open(f"{url}/tickets")
    assert ("of 1 tickets" in bo.page, "1 ticket" in bo.page) == (False, True)


def test_pressing_twice_buys_once(office: BoxOffice, bo: Visitor) -> None:
    made(office, "twice")
    bo.open("/draw/twice/tickets")
    fields = FIELDS | {name: bo.hidden(name) for name in ("key", "price", "contribution")}
    before = orders(office)

    first, second = (bo.send("/draw/twice/tickets", fields) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert orders(office) == before + 1


def test_money_goes_through_the_same_pay_page_as_seats(office: BoxOffice, bo: Visitor) -> None:
    made(office, "paid", EVENING, price=200)

    answer = buy(bo, "paid")
    assert "/pay/demo/" in answer.headers["Location"]
    bo.follow(answer)
    assert "£20.00" in bo.page
    order_id, secret = bo.hidden("order"), bo.hidden("secret")
    code = re.search(r"/pay/demo/(\w+)", bo.path)
    assert code is not None
    assert (order_id or code.group(1), secret) != ("", "")
    url = f"/d/{code.group(1)}/{office.tokens.order_secret(code.group(1))}"
    bo.open(url)
    assert "Not paid yet" in bo.page
    demo_notice(office, code.group(1), "paid")
    carry_out_due(office, "lottery.allocate")

    assert bo.open(f"/o/{code.group(1)}/{url.rpartition('/')[2]}").status_code == 303
    bo.open(url)
    assert "Your 10 tickets are in the draw" in bo.page
    assert "your line in the public list" in bo.page
    assert "no. SL 0417" in bo.page, "the law wants it on each ticket"
    assert "won" not in re.sub(r"<[^>]+>", "", bo.page).lower().replace("own", "")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("refused", "The card was refused by the bank."),
        ("back", "You went back without paying."),
    ],
)
def test_tickets_that_were_not_paid_lead_back_to_the_draw(
    office: BoxOffice, bo: Visitor, outcome: str, words: str
) -> None:
    slug = f"not-paid-{outcome}"
    made(office, slug, EVENING, price=200)
    bo.follow(buy(bo, slug, count="8"))
    said = re.sub(r"<[^>]+>", " ", bo.page.partition("<main")[2].partition("</main>")[0])
    assert ("Time to pay" in said, "Seats" in said, "hold" in said) == (True, False, False)
    where = bo.path.partition("?")[0]
    fields = {"secret": bo.hidden("secret"), "demo_outcome": outcome}

    first, second = (bo.send(where, fields) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    bo.follow(first)
    assert bo.path.startswith("/d/")
    assert words in bo.page
    assert "Nothing was charged, and no ticket was bought." in bo.page
    assert f'href="/draw/{slug}/tickets?count=8">Choose 8 tickets again' in bo.page
    assert 'value="8"' in bo.open(f"/draw/{slug}/tickets?count=8").text


def test_a_card_refused_after_it_has_paid_says_nothing(office: BoxOffice, bo: Visitor) -> None:
    made(office, "paid-first", EVENING, price=200)
    bo.follow(buy(bo, "paid-first"))
    where, secret = bo.path.partition("?")[0], bo.hidden("secret")
    bo.send(where, {"secret": secret, "demo_outcome": "paid"})

    bo.follow(bo.send(where, {"secret": secret, "demo_outcome": "refused"}))

    assert "Nothing was charged" not in bo.page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"count": "0"}, "Choose a number between 1 and 10,000."),
        ({"count": "-1"}, "Choose a number between 1 and 10,000."),
        ({"count": "many"}, "Choose a number between 1 and 10,000."),
        ({"count": ""}, "Choose a number between 1 and 10,000."),
        ({"count": "10001"}, "At most 10,000 in one go. You can buy again afterwards."),
        ({"email": "nobody"}, "Type an email address"),
        ({"name": ""}, "Type the name"),
        ({"name": "Bo\u202eDlef", "show_name": "1"}, "or that nobody sees. Type it by hand"),
        ({"of_age": ""}, "Confirm this if it is so."),
        ({"price": "7"}, "The price is another one by now."),
        ({"count": "121"}, "Only 120 tickets are left."),
    ],
)
def test_bad_input_gets_words_and_changes_nothing(
    office: BoxOffice, bo: Visitor, fields: dict[str, str], words: str
) -> None:
    slug = "bad"
    if not any(card.slug == slug for card in office.draws.on_show()):
        made(office, slug, age_limit=18)
    before = orders(office)

    answer = buy(bo, slug, **{"of_age": "1", "short": "nothing", **fields})

    said = answer.get_data(as_text=True)
    if answer.status_code == 303:  # back to the form, which says it
        bo.follow(answer)
        said = bo.page
    assert words in said
    assert orders(office) == before
    with office.db.read() as connection:
        lottery_id = office.draws.by_slug(slug).id
        query = select(func.count()).where(LotteryPurchase.lottery_id == lottery_id)
        assert connection.scalar(query) == 0


def test_a_form_sent_again_with_other_answers_is_told_without_keys(
    office: BoxOffice, bo: Visitor
) -> None:
    made(office, "again")
    bo.open("/draw/again/tickets")
    fields = FIELDS | {name: bo.hidden(name) for name in ("key", "price", "contribution")}
    bo.send("/draw/again/tickets", fields)

    bo.follow(bo.send("/draw/again/tickets", fields | {"count": "20"}))

    assert "This form was sent before with other answers." in bo.page
    assert "Look at your tickets, or open the form anew." in bo.page
    assert "dempotency" not in bo.page


def test_a_draw_keeps_no_places_while_another_way_to_pay_is_chosen(
    office: BoxOffice, bo: Visitor
) -> None:
    lottery_id = add_draw(office, "credits-only", credits=5)
    open_batch(office, lottery_id, 1, terms(), "ada")

    bo.follow(buy(bo, "credits-only", payment="demo"))

    assert "This draw takes play credits only." in bo.page
    assert ("Nothing was charged" in bo.page, "Your places" in bo.page) == (True, False)


def test_somebody_elses_purchase_is_not_found(office: BoxOffice, bo: Visitor, cy: Visitor) -> None:
    made(office, "theirs")
    url = buy(bo, "theirs").headers["Location"]
    code, _slash, secret = url.rpartition("/")
    wrong = f"{code}/{'A' if secret[0] != 'A' else 'B'}{secret[1:]}"

    for path in (wrong, f"{wrong}/tickets", f"{wrong}/tickets.csv"):
        assert cy.open(path).status_code == 404
    cy.open("/draw/theirs/tickets")
    assert cy.send(f"{wrong}/claims").status_code == 404


def test_a_closed_draw_and_one_without_a_licence_sell_nothing(
    office: BoxOffice, bo: Visitor
) -> None:
    lottery_id = made(office, "closing")
    bo.open("/draw/closing/tickets")
    fields = FIELDS | {name: bo.hidden(name) for name in ("key", "price", "contribution")}
    office.pool_of(lottery_id).ask(CloseBatch("closing-1", "ada", 0))

    bo.follow(bo.send("/draw/closing/tickets", fields))
    assert "No tickets to buy" in bo.page
    unlicensed = add_draw(office, "unlicensed")
    open_batch(office, unlicensed, 1, terms(price_cents=100), "ada")
    assert bo.open("/draw/unlicensed/tickets").status_code == 404


def test_another_number_changes_what_hangs_on_it(office: BoxOffice, bo: Visitor) -> None:
    made(office, "numbers", EVENING, price=200)

    bo.open("/draw/numbers/tickets?count=60&payment=demo", htmx=True)

    assert "60 in 120, or 1 in 2" in bo.page
    assert 'id="buy-count" value="60"' in bo.page
    assert "Buy 60 tickets, £120.00" in bo.page
    assert "bo@example.org" not in bo.page


def test_prizes_are_claimed_once(office: BoxOffice, bo: Visitor) -> None:
    made(office, "claims")
    url = buy(bo, "claims", count="120").headers["Location"]
    carry_out_due(office, "lottery.allocate")
    bo.open(url)
    assert "Claim 26 prizes" in bo.page

    bo.open(f"{url}/claims")
    proof = bo.hidden("csrf")
    bo.follow(bo.send(f"{url}/claims", {"thing_way": "counter"}))
    assert "Your 26 prizes are claimed." in bo.page
    assert "Claimed by you" in bo.page
    bo.follow(bo.send(f"{url}/claims", {"thing_way": "counter"}, csrf=proof))
    assert "The house has it." in bo.page
