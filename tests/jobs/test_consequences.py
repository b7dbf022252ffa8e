"""What follows from a change: refunds and letters to everybody, on every transport and database."""

import threading
from collections import Counter
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from app.inventory.commands import ChangeStatus
from app.models import LotteryPurchase, Refund
from app.orders.draw_placing import DrawWish, place_draw_order
from app.orders.placed import Buyer
from app.payments.gateway import Returned
from jobs import cancelled
from tests.giving_back import give_back_sold
from tests.jobs.house import House
from tests.lottery.house_draws import add_draw, terms_for
from tests.services.smtp import Behaviour, MailServer


def refund_states(house: House) -> list[str]:
    """How the refunds stand."""
    with house.office.db.read() as connection:
        return [str(state) for state in connection.execute(select(Refund.state)).scalars()]


def test_money_goes_back_and_a_letter_says_so(house: House, mail: MailServer) -> None:
    order = house.buy()
    give_back_sold(house.office, order, "The house was flooded.", "ada")
    house.work()

    house.wait_until_done()
    assert refund_states(house) == ["succeeded"]
    [message] = mail.messages
    assert str(message["Subject"]).startswith("£44.00 go back to you")


@pytest.mark.parametrize("transport", ["inside"])
def test_a_mail_server_that_hangs_does_not_hold_up_money(house: House, mail: MailServer) -> None:
    mail.behaviour = Behaviour.HANG
    for number in range(5):
        house.buy(f"cy{number}@example.org", count=1)
    order = house.buy()
    give_back_sold(house.office, order, "", "ada")
    house.start_runner()

    house.wait_until(lambda: refund_states(house) == ["succeeded"], "the money is back", 8)
    assert mail.messages == []


@pytest.mark.parametrize("transport", ["inside"])
def test_a_mail_server_that_hangs_does_not_hold_up_draw_tickets(
    house: House, mail: MailServer
) -> None:
    house.env["SMTP_URL"] = f"{mail.url}?timeout=60"
    mail.behaviour = Behaviour.HANG
    house.buy()
    house.start_runner()
    house.wait_until(lambda: mail.tries == 1, "the mail server hangs")

    house.wait_until(partial(is_filled, house, buys_draw_tickets(house)), "tickets are handed out")

    assert (mail.tries, mail.messages, house.states()[0]) == (1, [], "claimed")
    mail.stop()  # or the letter would be waited for


@pytest.mark.parametrize("transport", ["inside"])
def test_refunds_that_take_long_do_not_hold_up_draw_tickets(
    house: House, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def give_back(*_facts: Any) -> Returned:
        begun.set()
        may_end.wait(60)
        return Returned("succeeded")

    monkeypatch.setattr(house.office.gateways["demo"], "give_back", give_back)
    for number in range(3):
        order = house.buy(f"cy{number}@example.org", count=1)
        give_back_sold(house.office, order, "", "ada")
    house.start_runner()
    assert begun.wait(20)

    house.wait_until(partial(is_filled, house, buys_draw_tickets(house)), "tickets are handed out")

    assert refund_states(house) == ["requested"] * 3
    may_end.set()
    house.wait_until_done()
    assert refund_states(house) == ["succeeded"] * 3


def buys_draw_tickets(house: House) -> str:
    """Cy buys 6,000 tickets of a draw; the purchase."""
    lottery = add_draw(house.office, terms_for(20_000))
    wish = DrawWish(lottery, 6000, wants_fewer=False)
    buyer = Buyer("Cy", "cy@example.org")
    return place_draw_order(house.office, wish, buyer, "demo", "paid").order_id


def is_filled(house: House, purchase_id: str) -> bool:
    """Whether all of its tickets are there."""
    with house.office.db.read() as connection:
        purchase = LotteryPurchase.id == purchase_id
        status = connection.scalar(select(LotteryPurchase.status).where(purchase))
    return status == "filled"


def test_everybody_at_a_cancelled_event_gets_one_letter(
    house: House, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cancelled, "SLICE_LIMIT", 2)
    house.work()
    emails = [f"bo{number}@example.org" for number in range(5)]
    for email in emails:
        house.buy(email, count=2)
    gone = house.buy("cy@example.org")
    house.wait_until_done()
    give_back_sold(house.office, gone, "", "ada")
    house.wait_until_done()
    mail.clear()
    status = ChangeStatus("cancelled", "The singer is ill.", "ada", 1)
    house.office.inventory_of(house.gala).ask(status)

    house.wait_until_done(within_seconds=40)
    letters = [message for message in mail.messages if "Cancelled" in str(message["Subject"])]
    assert Counter(str(letter["To"].addresses[0].addr_spec) for letter in letters) == Counter(
        emails
    )
