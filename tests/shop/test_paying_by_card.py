"""The pages around a card payment, while Stripe answers and while it does not."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

import pytest
from werkzeug.test import TestResponse

from app.box_office import BoxOffice, open_box_office
from app.config import read_settings
from app.payments.calls import Calls
from app.payments.stripe_gateway import StripeGateway
from tests.services.copies import DATABASE, copy_migrated
from tests.services.stand_in import Stripe, stand_in
from tests.shop.visitor import HTMX, Visitor

Make = Callable[[], str]
NOT_YET = "The payment service does not answer yet"
REFRESH = re.compile(r'http-equiv="refresh" content="(\d+)"')
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def shared() -> Iterator[Stripe]:
    with stand_in() as running:
        yield running


@pytest.fixture(autouse=True)
def stripe(shared: Stripe, office: BoxOffice) -> Iterator[Stripe]:
    shared.faults(reset=True)
    gateway = office.gateways["stripe"]
    assert isinstance(gateway, StripeGateway)
    gateway._calls = Calls()  # nobody rests
    yield shared
    shared.faults(reset=True)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, shared: Stripe) -> Iterator[BoxOffice]:
    """A house that takes cards."""
    folder = tmp_path_factory.mktemp("data")
    copy_migrated(folder / DATABASE)
    settings = {"FULLHOUSE_DATA_DIR": str(folder), "FULLHOUSE_RATE_LIMITS": "off"}
    opened = open_box_office(read_settings(settings | shared.settings()))
    yield opened
    opened.close()


def order(visitor: Visitor, slug: str, **headers: str) -> TestResponse:
    """Hold two seats and send the checkout form."""
    visitor.open(f"/e/{slug}/seats")
    visitor.hold(slug, *visitor.seats()[:2])
    visitor.open("/checkout")
    bo = {"email": f"bo{next(numbers)}@example.org", "name": "Bo Fenwick", "payment": "stripe"}
    return visitor.send("/checkout", {**bo, "key": visitor.hidden("key")}, headers=headers)


def order_page(visitor: Visitor) -> str:
    """The address of the booking that the visitor's basket is paid with."""
    where = visitor.open("/checkout").headers["Location"]
    assert where.startswith("/o/")
    visitor.open(where)
    return where


def press(visitor: Visitor, where: str) -> TestResponse:
    """Send a form of the booking at hand."""
    return visitor.send(where, {"key": visitor.hidden("key")})


def test_a_plain_form_is_led_to_the_pay_page(bo: Visitor, make_event: Make, stripe: Stripe) -> None:
    answer = order(bo, make_event())

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{stripe.url}/pay/cs_test_")
    assert f"form-action 'self' {stripe.url};" in answer.headers["Content-Security-Policy"]


def test_a_form_sent_by_script_is_led_there_as_well(
    bo: Visitor, make_event: Make, stripe: Stripe
) -> None:
    answer = order(bo, make_event(), **HTMX)

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith(f"{stripe.url}/pay/cs_test_")


def test_going_on_leads_to_the_page_that_was_opened_first(bo: Visitor, make_event: Make) -> None:
    first = order(bo, make_event()).headers["Location"]

    again = press(bo, f"{order_page(bo)}/payment")

    assert again.headers["Location"] == first


def test_without_script_a_page_looks_again_sooner_for_who_has_just_paid(
    bo: Visitor, make_event: Make
) -> None:
    order(bo, make_event())
    where = order_page(bo)
    waiting = REFRESH.search(bo.page)
    bo.open(f"{where}?paid=1")
    back = REFRESH.search(bo.page)

    assert waiting is not None
    assert back is not None
    assert int(back[1]) < int(waiting[1])


def test_a_buyer_who_says_to_have_paid_is_not_believed(bo: Visitor, make_event: Make) -> None:
    order(bo, make_event())

    bo.open(f"{order_page(bo)}?paid=1")

    assert "Waiting for your payment" in bo.page
    assert "/t/" not in bo.page


def test_while_stripe_is_away_the_page_says_what_is_safe(
    bo: Visitor, make_event: Make, stripe: Stripe
) -> None:
    stripe.faults(down_seconds=60)
    bo.follow(order(bo, make_event()))

    assert NOT_YET in bo.page
    assert "Your places are yours until" in bo.page
    assert "nothing is charged twice" in bo.page
    assert "Go on paying" in bo.page


def test_going_on_while_stripe_is_away_comes_back_to_its_page(
    bo: Visitor, make_event: Make, stripe: Stripe
) -> None:
    stripe.faults(down_seconds=60)
    bo.follow(order(bo, make_event()))
    where = bo.path

    bo.follow(press(bo, f"{where}/payment"))

    assert bo.path == where
    assert "The payment service does not answer just now." in bo.page


def test_stripe_away_is_never_called_a_crowd(bo: Visitor, make_event: Make, stripe: Stripe) -> None:
    stripe.faults(down_seconds=60)
    bo.follow(order(bo, make_event()))

    answer = bo.send(f"{bo.path}/payment", headers={"Referer": ""})

    assert answer.status_code == 503
    assert "does not answer just now" in answer.text
    assert "More people" not in answer.text
    assert 'http-equiv="refresh"' not in answer.text


def test_another_way_can_be_chosen_while_stripe_is_away(
    bo: Visitor, make_event: Make, stripe: Stripe
) -> None:
    stripe.faults(down_seconds=60)
    bo.follow(order(bo, make_event()))

    bo.follow(press(bo, f"{bo.path}/cancellation"))

    assert bo.path == "/checkout"
    assert len(bo.basket()) == 2
    bo.send("/checkout", {"email": "bo@example.org", "name": "Bo", "payment": "demo",
                          "key": bo.hidden("key")})  # fmt: skip
    assert order_page(bo)


def test_stopping_while_stripe_is_away_is_refused_in_words_that_stay(
    bo: Visitor, make_event: Make, stripe: Stripe
) -> None:
    order(bo, make_event())
    where = order_page(bo)
    stripe.faults(down_seconds=60)

    bo.follow(press(bo, f"{where}/cancellation"))

    before_fragment, _, fragment = bo.page.partition('id="order"')
    assert "The payment service does not answer just now." in before_fragment
    assert "Waiting for your payment" in fragment
    bo.open(where, htmx=True)
    assert bo.page.count('id="order"') == 1
