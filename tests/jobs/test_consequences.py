"""What follows from a change: refunds and letters to everybody, on every transport and database."""

from collections import Counter

import pytest
from sqlalchemy import select

from app.inventory.commands import ChangeStatus
from app.models import Refund
from jobs import cancelled
from tests.giving_back import give_back_sold
from tests.jobs.house import House
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
