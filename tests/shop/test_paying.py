"""From the basket to tickets, by the demo's gateway: yes, no, late, silent, and given up."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from app.box_office import BoxOffice
from app.inventory.commands import EndPayment
from tests.shop.visitor import ORIGIN, Visitor

Make = Callable[[], str]
BO = {"email": "bo@example.org", "name": "Bo Fenwick", "payment": "demo"}


def order(visitor: Visitor, slug: str, count: int = 2) -> TestResponse:
    """Hold the first free seats and send the checkout form."""
    visitor.open(f"/e/{slug}/seats")
    visitor.hold(slug, *visitor.seats()[:count])
    visitor.open("/checkout")
    return visitor.send("/checkout", {**BO, "key": visitor.hidden("key")})


def play(visitor: Visitor, answer: TestResponse, outcome: str) -> TestResponse:
    """On the demo's payment page, press a button."""
    page = answer.headers["Location"].removeprefix(ORIGIN)
    visitor.open(page)
    fields = {"secret": visitor.hidden("secret"), "demo_outcome": outcome}
    return visitor.send(page.partition("?")[0], fields)


def test_paid_seats_become_tickets(bo: Visitor, make_event: Make) -> None:
    bo.follow(play(bo, order(bo, make_event()), "paid"))

    assert "is booked" in bo.page
    assert len(set(re.findall(r'href="(/t/[^"]+)"', bo.page))) == 2


def test_a_refused_card_keeps_seats_and_words(bo: Visitor, make_event: Make) -> None:
    bo.follow(play(bo, order(bo, make_event()), "refused"))

    assert "The card was refused by the bank." in bo.page
    assert 'value="bo@example.org"' in bo.page
    assert 'value="Bo Fenwick"' in bo.page
    assert len(bo.basket()) == 2


def test_a_refused_card_can_be_tried_again(bo: Visitor, make_event: Make) -> None:
    bo.follow(play(bo, order(bo, make_event()), "refused"))

    again = bo.send("/checkout", {**BO, "key": bo.hidden("key")})
    bo.follow(play(bo, again, "paid"))

    assert "is booked" in bo.page


def test_late_money_buys_the_same_seats_while_they_are_free(bo: Visitor, make_event: Make) -> None:
    bo.follow(play(bo, order(bo, make_event()), "late"))

    assert "is booked" in bo.page
    assert "Booked, after all." in bo.page


def test_late_money_for_gone_seats_goes_back_with_an_offer(
    bo: Visitor, cy: Visitor, make_event: Make, office: BoxOffice
) -> None:
    slug = make_event()
    answer = order(bo, slug)
    seats = bo.basket()
    order_id = answer.headers["Location"].split("/")[-1].partition("?")[0]
    event_id = office.catalogue.by_slug(slug).id
    office.inventory_of(event_id).ask(EndPayment(order_id, release=True))
    cy.open(f"/e/{slug}/seats")
    assert cy.hold(slug, *seats).status_code == 200

    bo.follow(play(bo, answer, "paid"))

    assert re.search("Your £[0-9.]+ (went back|is on its way back)", bo.page)
    assert "are kept for you" in bo.page
    taken = bo.send(f"{bo.path}/offer", {"answer": "take"})
    bo.follow(taken)
    assert len(bo.basket()) == 2
    assert not set(bo.basket()) & set(seats)


def test_silence_leaves_a_page_that_looks_again(bo: Visitor, make_event: Make) -> None:
    bo.follow(play(bo, order(bo, make_event()), "silent"))

    assert "Waiting for your payment" in bo.page
    assert 'every 2s"' in bo.page
    fragment = bo.open(bo.path, htmx=True).text
    assert fragment.lstrip().startswith('<div id="order"')


def test_a_payment_can_be_given_up_and_keeps_the_seats(bo: Visitor, make_event: Make) -> None:
    bo.follow(play(bo, order(bo, make_event()), "silent"))

    bo.follow(bo.send(f"{bo.path}/cancellation"))

    assert bo.path == "/checkout"
    assert len(bo.basket()) == 2


def test_the_back_link_of_the_gateway_keeps_the_seats(bo: Visitor, make_event: Make) -> None:
    bo.follow(play(bo, order(bo, make_event()), "back"))

    assert bo.path == "/checkout"
    assert len(bo.basket()) == 2


def test_checkout_while_paying_leads_to_the_order(bo: Visitor, make_event: Make) -> None:
    order(bo, make_event())

    assert bo.open("/checkout").headers["Location"].startswith("/o/")


def test_pressing_pay_twice_is_one_order(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    bo.open(f"/e/{slug}/seats")
    bo.hold(slug, bo.seats()[0])
    bo.open("/checkout")
    form = {**BO, "key": bo.hidden("key")}

    first, second = bo.send("/checkout", form), bo.send("/checkout", form)

    assert first.headers["Location"] == second.headers["Location"]


@pytest.mark.parametrize(
    ("email", "name", "faults"),
    [
        ("", "", ["email", "name"]),
        ("bo@", "Bo", ["email"]),
        ("bo@example.org\r\nBcc: cy@example.org", "Bo", ["email"]),
        ("bo@example.org", " ", ["name"]),
        ("bo@example.org", "B" * 200, ["name"]),
        ("b" * 300 + "@example.org", "Bo", ["email"]),
    ],
)
def test_bad_fields_are_told_where_they_stand(
    bo: Visitor, make_event: Make, email: str, name: str, faults: list[str]
) -> None:
    slug = make_event()
    bo.open(f"/e/{slug}/seats")
    bo.hold(slug, bo.seats()[0])
    bo.open("/checkout")

    answer = bo.send("/checkout", {"email": email, "name": name, "payment": "demo"})

    assert answer.status_code == 422
    assert re.findall(r'id="(\w+)-error"', answer.text) == faults
    assert re.findall(r'id="(\w+)"[^>]* autofocus', answer.text) == faults[:1]


def test_a_way_of_paying_that_is_not_offered_is_refused(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    bo.open(f"/e/{slug}/seats")
    bo.hold(slug, bo.seats()[0])
    bo.open("/checkout")

    for payment in ("stripe", "free", "", "cash"):
        bo.follow(bo.send("/checkout", {**BO, "payment": payment}))
        assert "This way of paying is not possible here." in bo.page


def test_an_empty_basket_cannot_be_paid(bo: Visitor, make_event: Make) -> None:
    bo.open("/checkout")
    assert "Nothing is in your basket yet" in bo.page

    bo.open(f"/e/{make_event()}")
    bo.follow(bo.send("/checkout", BO))

    assert "Your basket is empty." in bo.page


def test_nobody_pays_without_the_secret(bo: Visitor, cy: Visitor, make_event: Make) -> None:
    page = order(bo, make_event()).headers["Location"].removeprefix(ORIGIN).partition("?")[0]
    assert cy.open(page).status_code == 404

    cy.open("/orders/find")
    assert cy.send(page, {"demo_outcome": "paid"}).status_code == 404
    assert cy.send(page, {"demo_outcome": "paid", "secret": "x" * 22}).status_code == 404


def test_an_order_opens_by_its_link_only(bo: Visitor, cy: Visitor, make_event: Make) -> None:
    bo.follow(play(bo, order(bo, make_event()), "paid"))
    code = bo.path.split("/")[2]

    assert cy.open(bo.path).status_code == 200
    assert cy.open(f"/o/{code}/{'x' * 22}").status_code == 404
    assert cy.open(f"/o/{code}/{'x' * 22}/tickets.pdf").status_code == 404
    assert cy.open("/t/x.y").status_code == 404


def test_the_papers_of_an_order(bo: Visitor, make_event: Make) -> None:
    bo.follow(play(bo, order(bo, make_event()), "paid"))
    path, ticket = bo.path, re.findall(r'href="(/t/[^"]+)"', bo.page)[0]

    for address in (f"{path}/tickets.pdf", f"{path}/tickets.pdf?sheet=a4", f"{ticket}/ticket.pdf"):
        answer = bo.open(address)
        assert answer.content_type == "application/pdf"
        assert answer.data.startswith(b"%PDF")
    for address in (f"{path}/calendar.ics", f"{ticket}/calendar.ics"):
        assert bo.open(address).text.startswith("BEGIN:VCALENDAR")


def test_personal_pages_are_not_kept_by_browsers(bo: Visitor, make_event: Make) -> None:
    answer = bo.follow(play(bo, order(bo, make_event()), "paid"))

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_a_letter_is_sent_again_once_in_five_minutes(bo: Visitor, make_event: Make) -> None:
    bo.follow(play(bo, order(bo, make_event()), "paid"))
    path = bo.path

    bo.follow(bo.send(f"{path}/letters"))
    assert "The email goes out again." in bo.page
    bo.follow(bo.send(f"{path}/letters"))
    assert "The letter was sent a moment ago." in bo.page


def test_finding_says_the_same_for_every_address(bo: Visitor, make_event: Make) -> None:
    bo.follow(play(bo, order(bo, make_event()), "paid"))
    bo.open("/orders/find")

    known = bo.send("/orders/find", {"email": "bo@example.org"})
    unknown = bo.send("/orders/find", {"email": "cy@example.org"})

    assert known.status_code == unknown.status_code == 200
    assert known.text.replace("bo@", "cy@") == unknown.text


def test_an_address_that_is_none_is_refused(bo: Visitor) -> None:
    bo.open("/orders/find")

    assert bo.send("/orders/find", {"email": "bo"}).status_code == 422
