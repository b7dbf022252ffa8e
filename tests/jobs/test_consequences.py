"""What follows from a change: refunds and letters to everybody, on every transport and database."""

from collections import Counter

import pytest
from sqlalchemy import select

from app.inventory.commands import ChangeStatus
from app.models import LotteryPurchase, Refund
from app.orders.draw_placing import DrawWish, place_draw_order
from app.orders.placed import Buyer
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
    lottery = add_draw(house.office, terms_for(20_000))
    house.buy()
    house.start_runner()
    house.wait_until(lambda: mail.tries == 1, "the mail server hangs")
    wish = DrawWish(lottery, 6000, wants_fewer=False)
    order = place_draw_order(house.office, wish, Buyer("Cy", "cy@example.org"), "demo", "paid")

    def is_filled() -> bool:
        with house.office.db.read() as connection:
            purchase = LotteryPurchase.id == order.order_id
            status = connection.scalar(select(LotteryPurchase.status).where(purchase))
        return status == "filled"

    house.wait_until(is_filled, "6,000 tickets are handed out")
    assert (mail.tries, mail.messages, house.states()[0]) == (1, [], "claimed")
    mail.stop()  # or the letter would be waited for


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
