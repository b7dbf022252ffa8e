"""Letters about draw tickets, as people get them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from app.lottery.draw.digests import entry_hash
from app.lottery.pool.terms import EVENING
from app.orders.draw_placing import DrawWish, place_draw_order
from app.orders.finding import find_orders, resend
from app.orders.placed import Buyer
from app.prize_draws.drawing import (
    close_batch,
    draw_batch,
    holder_salt,
    sold_list,
    type_value,
)
from tests.carrying import carry_out_due
from tests.jobs.house import House
from tests.lottery.house_draws import add_draw, terms_for
from tests.mail.letters import due_letter, html_of, text_of

BO = Buyer("Bo", "bo@example.org")


def buy(house: House, lottery: int, count: int, **wish: Any) -> str:
    """Bo's draw tickets, handed out; the order's id."""
    facts = {"wants_fewer": True, "is_of_age": True} | wish
    wanted = DrawWish(lottery, count, **facts)
    placed = place_draw_order(house.office, wanted, BO, "demo", "paid", is_proved=True)
    carry_out_due(house.office, "lottery.%")
    return placed.order_id


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_results_come_with_the_numbers_and_what_was_won(house: House) -> None:
    lottery = add_draw(house.office, terms_for(1000))
    order = buy(house, lottery, 1000)

    message = due_letter(house, "mail.lottery")

    assert message["Subject"] == "110 of your 1,000 tickets won: The Roof Draw"
    text = flat(text_of(message))
    assert "Your numbers in batch 1: 1 to 1,000." in text
    assert "Brass lamp, 10 of these; Tea at the interval, 100 of these." in text
    assert "Open your page and press Claim by" in text
    assert "Small society lottery, Fenmark, no. SL 0417." in text
    secret = house.office.tokens.order_secret(order)
    assert f"/d/{order}/{secret}" in text
    assert "£1,000.00" in text
    assert f"/d/{order}/{secret}" in html_of(message)


def test_a_loss_says_so_plainly_and_where_the_money_goes(house: House) -> None:
    lottery = add_draw(house.office, terms_for(100))
    state = house.office.pool_of(lottery).actor.state
    assert state is not None
    ends = [0, *(at for at, _tier in state.batches["roof-1"].wins(1, 100)), 101]
    gap, before = max((end - start - 1, start) for start, end in pairwise(ends))
    if before:
        buy(house, lottery, before)
        carry_out_due(house.office, "mail.%")

    buy(house, lottery, gap)

    message = due_letter(house, "mail.lottery")
    assert str(message["Subject"]) == f"None of your {gap} tickets won: The Roof Draw"
    text = flat(text_of(message))
    assert "the money goes to the roof" in text
    assert "WHAT YOU WON" not in text


def test_an_evening_says_first_that_they_are_in_and_then_what_they_won(house: House) -> None:
    lottery = add_draw(house.office, terms_for(1000, EVENING))
    order = buy(house, lottery, 500)
    message = due_letter(house, "mail.lottery")
    assert message["Subject"] == "Your 500 tickets: The Roof Draw"
    text = flat(text_of(message))
    salt = holder_salt(house.office, order)
    line = f"1 500 {entry_hash(salt, order)}"
    assert line in text
    assert " won" not in text.replace("whether you won or not", "")

    close_batch(house.office, "roof-1", "ada")
    for by in ("ada", "dee"):
        type_value(house.office, "roof-1", "3 7 49 12 25 31", by)
    draw_batch(house.office, "roof-1", "ada")
    carry_out_due(house.office, "mail.%")
    carry_out_due(house.office, "lottery.%")

    told = due_letter(house, "mail.lottery")
    assert "of your 500 tickets won: The Roof Draw" in str(told["Subject"])
    assert line in sold_list(house.office, "roof-1")


def test_they_are_found_and_sent_again_like_any_order(house: House) -> None:
    lottery = add_draw(house.office, terms_for(1000))
    order = buy(house, lottery, 7)
    carry_out_due(house.office, "mail.lottery")

    resend(house.office, order)
    assert "The Roof Draw" in str(due_letter(house, "mail.resend")["Subject"])
    find_orders(house.office, BO.email)
    assert "The Roof Draw: 7 draw tickets" in flat(text_of(due_letter(house, "mail.find_orders")))
