"""From a basket to tickets: paid, refused, late, and over several events."""

from __future__ import annotations

from typing import Any

import pytest

from app.box_office import BoxOffice
from tests.api.client import Answer, Program
from tests.api.conftest import Gala, open_event

MANUAL = "payments = { manual = { quota = 5, closes_hours = 24 } }"


def test_a_played_payment_gives_tickets_at_once(bo: Program, gala: Gala) -> None:
    basket = bo.hold(gala.slug, *gala.seats[:2]).content["basket"]
    order = bo.order(basket)

    assert order.status == 201
    content = order.content
    assert (content["status"], content["total_cents"]) == ("paid", 4800)
    assert [ticket["seat"] for ticket in content["tickets"]] == list(gala.seats[:2])
    assert {ticket["event"] for ticket in content["tickets"]} == {gala.slug}
    assert all(len(ticket["code"]) == 199 for ticket in content["tickets"])
    assert "pay_url" not in content
    assert bo.letters(gala.slug).startswith("ssf")


def test_an_area_s_tickets_name_the_area(bo: Program, gala: Gala) -> None:
    hold = bo.post(gala.path("holds"), {"areas": [{"id": "standing", "count": 2}]}).content

    tickets = bo.order(hold["basket"]).content["tickets"]
    assert [(t["seat"], t["area"]) for t in tickets] == [(None, "standing")] * 2


def test_the_owner_finds_the_order_again_with_the_same_codes(bo: Program, gala: Gala) -> None:
    order = placed(bo, gala).content

    assert bo.get(f"/orders/{order['code']}", Order_Secret=order["secret"]).content == order


def test_a_refused_card_keeps_the_seats(bo: Program, gala: Gala) -> None:
    hold = bo.hold(gala.slug, gala.seats[0]).content

    assert bo.order(hold["basket"], "refused").no == (402, "card_refused")
    assert bo.get(f"/holds/{hold['id']}", Basket=hold["basket"]).status == 200
    assert bo.order(hold["basket"]).content["status"] == "paid"


def test_without_an_outcome_there_is_a_page_to_pay_on_and_no_ticket(
    bo: Program, gala: Gala
) -> None:
    hold = bo.hold(gala.slug, gala.seats[0]).content
    order = bo.order(hold["basket"], None).content

    assert (order["status"], order["tickets"]) == ("paying", [])
    assert order["pay_url"].startswith("http://127.0.0.1:8000/pay/")
    own = {"Basket": hold["basket"]}
    assert bo.hold(gala.slug, gala.seats[1], basket=hold["basket"]).no == (409, "payment_running")
    assert bo.delete(f"/holds/{hold['id']}", **own).no == (409, "payment_running")
    assert bo.order(hold["basket"]).no == (409, "payment_running")


def test_a_notice_of_payment_brings_the_tickets_however_often_it_comes(
    bo: Program, gala: Gala
) -> None:
    order = bo.order(bo.hold(gala.slug, gala.seats[0]).content["basket"], None).content

    first = notice(bo, order, "paid")
    assert (first.status, first.content["status"]) == (200, "paid")
    assert len(first.content["tickets"]) == 1
    assert notice(bo, order, "paid").content == first.content
    assert notice(bo, order, "refused").content == first.content


def test_a_notice_of_refusal_gives_the_choice_back(bo: Program, gala: Gala) -> None:
    hold = bo.hold(gala.slug, gala.seats[0]).content
    order = bo.order(hold["basket"], None).content

    assert notice(bo, order, "refused").content["tickets"] == []
    look = bo.get(f"/holds/{hold['id']}", Basket=hold["basket"])
    assert look.content["seconds_left"] >= 300
    assert bo.order(hold["basket"]).content["status"] == "paid"


def test_money_that_comes_too_late_buys_what_is_still_free(bo: Program, gala: Gala) -> None:
    hold = bo.hold(gala.slug, gala.seats[0]).content
    order = bo.order(hold["basket"], None).content
    notice(bo, order, "refused")
    assert bo.delete(f"/holds/{hold['id']}", Basket=hold["basket"]).status == 204

    assert notice(bo, order, "paid").content["status"] == "paid"
    assert bo.letters(gala.slug)[0] == "s"


def test_money_that_comes_too_late_goes_back_when_a_place_is_gone(
    bo: Program, cy: Program, gala: Gala
) -> None:
    hold = bo.hold(gala.slug, *gala.seats[:2]).content
    order = bo.order(hold["basket"], None).content
    notice(bo, order, "refused")
    bo.delete(f"/holds/{hold['id']}", Basket=hold["basket"])
    assert cy.order(cy.hold(gala.slug, gala.seats[0]).content["basket"]).status == 201

    late = notice(bo, order, "paid").content
    assert (late["status"], late["tickets"]) == ("refunded", [])
    offered = bo.order(late["offer_basket"])
    assert offered.status == 201
    assert len(offered.content["tickets"]) == 2
    assert bo.letters(gala.slug).count("s") == 3


def test_one_order_pays_for_several_events(bo: Program, gala: Gala, office: BoxOffice) -> None:
    other = open_event(office)
    basket = bo.hold(gala.slug, gala.seats[0]).content["basket"]
    bo.hold(other.slug, *other.seats[:2], basket=basket)

    order = bo.order(basket).content
    assert order["total_cents"] == 2400 + 2 * 2400
    assert sorted(ticket["event"] for ticket in order["tickets"]) == sorted(
        [gala.slug, other.slug, other.slug]
    )


def test_free_places_need_no_payment(bo: Program, office: BoxOffice) -> None:
    event = open_event(office)
    ask = {"seats": [{"id": event.seats[0], "ticket_type": "child"}]}
    basket = bo.post(event.path("holds"), ask).content["basket"]

    order = bo.order(basket, None, payment="free").content
    assert (order["status"], order["total_cents"], len(order["tickets"])) == ("paid", 0, 1)


def test_paying_at_the_counter_waits_for_a_person(bo: Program, office: BoxOffice) -> None:
    event = open_event(office, MANUAL)
    basket = bo.hold(event.slug, event.seats[0]).content["basket"]

    order = bo.order(basket, None, payment="manual").content
    assert (order["status"], order["tickets"]) == ("pending", [])
    assert "pay_url" not in order


@pytest.mark.parametrize("payment", ["manual", "free", "stripe", "barter", "x" * 64])
def test_a_way_of_paying_that_is_not_offered_is_refused(
    bo: Program, gala: Gala, payment: str
) -> None:
    hold = bo.hold(gala.slug, gala.seats[0]).content

    assert bo.order(hold["basket"], None, payment).no == (422, "payment_not_possible")
    assert bo.get(f"/holds/{hold['id']}", Basket=hold["basket"]).status == 200


def test_an_empty_basket_cannot_be_paid_for(bo: Program, office: BoxOffice) -> None:
    assert bo.order(office.tokens.basket("0" * 20)).no == (409, "basket_empty")


def test_a_basket_is_paid_for_once(bo: Program, gala: Gala) -> None:
    basket = bo.hold(gala.slug, gala.seats[0]).content["basket"]
    bo.order(basket)

    assert bo.order(basket).no == (409, "hold_ended")


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"name": " "}, {"name"}),
        ({"name": "x" * 121}, {"name"}),
        ({"name": "Bo\u0007"}, {"name"}),
        ({"email": "bo@example"}, {"email"}),
        ({"email": "bo@example.org\r\nBcc: cy@example.org"}, {"email"}),
        ({"name": 7, "email": None}, {"name", "email"}),
        ({"payment": ["demo"]}, {"payment"}),
        ({"demo_outcome": "late"}, {"demo_outcome"}),
    ],
)
def test_an_order_with_odd_fields_is_refused_and_charges_nothing(
    bo: Program, gala: Gala, change: dict[str, Any], fields: set[str]
) -> None:
    basket = bo.hold(gala.slug, gala.seats[0]).content["basket"]
    ask = {"basket": basket, "name": "Bo", "email": "bo@example.org", "payment": "demo",
           "demo_outcome": "paid"}  # fmt: skip

    no = bo.post("/orders", {**ask, **change})
    assert no.no == (422, "invalid")
    assert set(no.content["fields"]) == fields
    assert bo.letters(gala.slug)[0] == "h"


def test_only_demo_orders_can_be_played(bo: Program, office: BoxOffice) -> None:
    event = open_event(office, MANUAL)
    basket = bo.hold(event.slug, event.seats[0]).content["basket"]
    order = bo.order(basket, None, payment="manual").content

    assert notice(bo, order, "paid").no == (422, "invalid")


def placed(bo: Program, gala: Gala) -> Answer:
    """A paid order of one seat."""
    return bo.order(bo.hold(gala.slug, gala.seats[0]).content["basket"])


def notice(bo: Program, order: dict[str, Any], outcome: str, **headers: str) -> Answer:
    """What the demo gateway says about an order."""
    ask = {"order": order["code"], "outcome": outcome}
    return bo.post("/demo/payments", ask, Order_Secret=order["secret"], **headers)
