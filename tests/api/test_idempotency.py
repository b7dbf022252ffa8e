"""One key, one effect, one answer: whatever happens between the asking."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from app.box_office import BoxOffice
from app.clock import house, wall_ms
from app.inventory.commands import CancelTickets, MoveTicket
from app.tokens import new_id
from tests.api.client import Answer, Program
from tests.api.conftest import Gala

MISMATCH = (422, "idempotency_mismatch")


def fresh_key() -> str:
    return f"key-{new_id()}"


def without_clock(answer: Answer) -> dict[str, Any]:
    return {name: told for name, told in answer.content.items() if name != "seconds_left"}


def test_a_repeated_hold_is_answered_as_the_first_time(bo: Program, gala: Gala) -> None:
    key = fresh_key()
    first = bo.hold(gala.slug, gala.seats[0], Idempotency_Key=key)
    own = {"Basket": first.content["basket"]}
    bo.hold(gala.slug, gala.seats[1], basket=first.content["basket"])
    bo.post(f"/holds/{first.content['id']}/extensions", **own)

    again = bo.hold(gala.slug, gala.seats[0], Idempotency_Key=key)
    assert again.status == 201
    assert without_clock(again) == without_clock(first)
    bo.delete(f"/holds/{first.content['id']}", **own)
    last = bo.hold(gala.slug, gala.seats[0], Idempotency_Key=key)
    assert without_clock(last) == without_clock(first)
    assert bo.letters(gala.slug)[0] == "f"


def test_a_repeated_answer_stays_when_the_wall_clock_is_set(
    bo: Program, gala: Gala, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = fresh_key()
    first = bo.hold(gala.slug, gala.seats[0], Idempotency_Key=key)
    monkeypatch.setattr(house, "drift_ms", lambda: 3_600_000)

    again = bo.hold(gala.slug, gala.seats[0], Idempotency_Key=key)
    assert without_clock(again) == without_clock(first)


def test_the_best_seats_are_chosen_once(bo: Program, gala: Gala) -> None:
    key = fresh_key()
    first = bo.post(gala.path("best"), {"count": 2}, Idempotency_Key=key)

    again = bo.post(gala.path("best"), {"count": 2}, Idempotency_Key=key)
    assert without_clock(again) == without_clock(first)
    assert bo.letters(gala.slug).count("h") == 2


def test_a_hold_is_made_longer_once(bo: Program, gala: Gala) -> None:
    hold, key = bo.hold(gala.slug, gala.seats[0]).content, fresh_key()
    own = {"Basket": hold["basket"], "Idempotency-Key": key}
    first = bo.post(f"/holds/{hold['id']}/extensions", **own)

    again = bo.post(f"/holds/{hold['id']}/extensions", **own)
    assert without_clock(again) == without_clock(first)
    look = bo.get(f"/holds/{hold['id']}", Basket=hold["basket"])
    assert look.content["extensions_left"] == 3


@pytest.mark.parametrize("outcome", ["paid", None])
def test_an_order_is_placed_once(bo: Program, gala: Gala, outcome: str | None) -> None:
    key, basket = fresh_key(), bo.hold(gala.slug, gala.seats[0]).content["basket"]
    first = bo.order(basket, outcome, Idempotency_Key=key)

    again = bo.order(basket, outcome, Idempotency_Key=key)
    assert (again.status, again.content) == (201, first.content)


def test_the_first_answer_stays_when_the_order_has_moved_on(bo: Program, gala: Gala) -> None:
    key, basket = fresh_key(), bo.hold(gala.slug, gala.seats[0]).content["basket"]
    first = bo.order(basket, None, Idempotency_Key=key)
    ask = {"order": first.content["code"], "outcome": "paid"}
    bo.post("/demo/payments", ask, Order_Secret=first.content["secret"])

    assert bo.order(basket, None, Idempotency_Key=key).content == first.content


def test_a_payment_notice_with_a_key_is_answered_as_the_first_time(bo: Program, gala: Gala) -> None:
    order = bo.order(bo.hold(gala.slug, gala.seats[0]).content["basket"], None).content
    refused = {"order": order["code"], "outcome": "refused"}
    own = {"Order-Secret": order["secret"]}
    key = fresh_key()
    first = bo.post("/demo/payments", refused, **own, Idempotency_Key=key)
    bo.post("/demo/payments", {**refused, "outcome": "paid"}, **own)

    again = bo.post("/demo/payments", refused, **own, Idempotency_Key=key)
    assert again.content == first.content
    other = bo.post("/demo/payments", {**refused, "outcome": "paid"}, **own, Idempotency_Key=key)
    assert other.no == MISMATCH


def upset(office: BoxOffice, gala: Gala, order: dict[str, Any], to: str) -> None:
    """Move the order's first ticket to another seat, and give back its last."""
    first, *_rest, last = (ticket["id"] for ticket in order["tickets"])
    inventory = office.inventory_of(office.catalogue.by_slug(gala.slug).id)
    inventory.ask(MoveTicket(first, to, "ada", wall_ms()))
    inventory.ask(CancelTickets(order["code"], (last,), "ill", "ada", wall_ms()))


def test_the_first_answer_stays_when_tickets_move_and_go_back(
    bo: Program, gala: Gala, office: BoxOffice
) -> None:
    key, basket = fresh_key(), bo.hold(gala.slug, *gala.seats[:2]).content["basket"]
    first = bo.order(basket, Idempotency_Key=key)
    upset(office, gala, first.content, gala.seats[5])
    upset(office, gala, first.content, gala.seats[6])

    assert bo.order(basket, Idempotency_Key=key).content == first.content
    now = bo.get(f"/orders/{first.content['code']}", Order_Secret=first.content["secret"]).content
    assert [ticket["seat"] for ticket in now["tickets"]] == [gala.seats[6]]


def test_a_notice_s_first_answer_stays_when_tickets_move_again(
    bo: Program, gala: Gala, office: BoxOffice
) -> None:
    key, basket = fresh_key(), bo.hold(gala.slug, *gala.seats[:3]).content["basket"]
    order = bo.order(basket).content
    ask, own = {"order": order["code"], "outcome": "paid"}, {"Order-Secret": order["secret"]}
    upset(office, gala, order, gala.seats[5])
    first = bo.post("/demo/payments", ask, **own, Idempotency_Key=key)
    upset(office, gala, first.content, gala.seats[6])

    assert [t["seat"] for t in first.content["tickets"]] == [gala.seats[5], gala.seats[1]]
    assert bo.post("/demo/payments", ask, **own, Idempotency_Key=key).content == first.content


def test_a_refusal_is_judged_anew(bo: Program, cy: Program, gala: Gala) -> None:
    hold, key = cy.hold(gala.slug, gala.seats[0]).content, fresh_key()
    assert bo.hold(gala.slug, gala.seats[0], Idempotency_Key=key).no == (409, "places_taken")
    cy.delete(f"/holds/{hold['id']}", Basket=hold["basket"])

    assert bo.hold(gala.slug, gala.seats[0], Idempotency_Key=key).status == 201


def test_another_request_with_the_same_key_is_refused(
    bo: Program, gala: Gala, office: BoxOffice
) -> None:
    key = fresh_key()
    basket = bo.hold(gala.slug, gala.seats[0], Idempotency_Key=key).content["basket"]

    assert bo.hold(gala.slug, gala.seats[1], Idempotency_Key=key).no == MISMATCH
    assert bo.hold(gala.slug, gala.seats[0], basket=basket, Idempotency_Key=key).no == MISMATCH
    assert bo.post(gala.path("best"), {"count": 1}, Idempotency_Key=key).no == MISMATCH
    assert bo.order(basket, Idempotency_Key=key).no == MISMATCH
    assert bo.letters(gala.slug).count("h") == 1


def test_a_key_opens_nobody_else_s_hold(bo: Program, cy: Program, gala: Gala) -> None:
    key = fresh_key()
    hold = bo.hold(gala.slug, gala.seats[0]).content
    bo.post(f"/holds/{hold['id']}/extensions", Basket=hold["basket"], Idempotency_Key=key)
    other = cy.hold(gala.slug, gala.seats[1]).content["basket"]

    stolen = cy.post(f"/holds/{hold['id']}/extensions", Basket=other, Idempotency_Key=key)
    assert stolen.no == MISMATCH


@pytest.mark.parametrize(
    "key",
    ["short", "x" * 15, "x" * 256, "with a space in it", "ümläut-ümläut-ümläut", "x" * 16 + "\t"],
)
def test_a_malformed_key_is_refused(bo: Program, gala: Gala, key: str) -> None:
    no = bo.hold(gala.slug, gala.seats[0], Idempotency_Key=key.encode().decode("latin-1"))

    assert no.no == (422, "bad_idempotency_key")
    assert bo.letters(gala.slug)[0] == "f"


def test_the_same_request_sent_by_many_at_once_has_one_effect(bo: Program, gala: Gala) -> None:
    key, answers = fresh_key(), list[Answer]()

    def ask() -> None:
        answers.append(bo.post(gala.path("best"), {"count": 2}, Idempotency_Key=key))

    crowd = [threading.Thread(target=ask) for _ in range(16)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()

    yes = {json.dumps(without_clock(a)) for a in answers if a.status == 201}
    no = [a for a in answers if a.status != 201]
    assert len(yes) == 1
    assert all(a.no == (409, "idempotency_in_flight") for a in no)
    assert all(a.headers["Retry-After"] == "1" for a in no)
    assert bo.letters(gala.slug).count("h") == 2
