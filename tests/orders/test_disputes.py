"""Disputes: money and tickets follow the bank, in any order, and the organizer is told."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.invariants.money import money_of as sums_of
from app.models import DeliveryRow, Dispute, Event, LedgerEntry, Organizer, TicketState
from app.orders.deliveries import act_on_deliveries
from app.orders.disputes import NoDispute, lift_dispute, list_disputes
from app.orders.owed import give_back_owed, owed_orders
from app.orders.papers import valid_tickets
from app.orders.refunding import refund_order, refund_tickets
from app.orders.returning import returnable_tickets
from app.orders.settling import capture
from app.orders.views import order_view
from tests.orders.buying import Tour, broken, effects, money_of
from tests.orders.cards import deliver, look, office, ordered, session_of, shared, stripe
from tests.orders.test_refunding import refunds_of, tickets_of
from tests.services.stand_in import Stripe

__all__ = ["office", "shared", "stripe"]  # fixtures


@pytest.fixture
def paid(office: BoxOffice, tour: Tour, stripe: Stripe) -> str:
    """Bo's order for two seats at each of three shows, paid by card."""
    order_id = ordered(tour)
    stripe.pay(session_of(office, order_id).reference)
    look(office, order_id)
    return order_id


class Bank:
    """Whoever paid has asked their bank for the money back."""

    def __init__(self, office: BoxOffice, stripe: Stripe, order_id: str, cents: int) -> None:
        self.office, self.stripe, self.cents = office, stripe, cents
        session = session_of(office, order_id).reference
        [there] = [one for one in stripe.state()["sessions"] if one["id"] == session]
        self.intent = there["payment_intent"]
        self._count = 0

    def says(self, kind: str, status: str, cents: int | None = None) -> None:
        """One call about the dispute."""
        self._count += 1
        thing = {
            "id": "du_1", "payment_intent": self.intent, "status": status, "currency": "gbp",
            "amount": self.cents if cents is None else cents, "reason": "product_not_received",
            "evidence_details": {"due_by": 1_900_000_000},
        }  # fmt: skip
        event = f"evt_{self._count}"
        deliver(self.office, self.stripe, f"charge.dispute.{kind}", thing, event)


@pytest.fixture
def bank(office: BoxOffice, tour: Tour, stripe: Stripe, paid: str) -> Bank:
    return Bank(office, stripe, paid, tour.total_cents)


def disputed(office: BoxOffice) -> list[tuple[str, int]]:
    """State and taken money of every dispute."""
    with office.db.read() as connection:
        return [(str(s), c) for s, c in connection.execute(select(Dispute.state, Dispute.cents))]


def entered(office: BoxOffice) -> list[tuple[str, int]]:
    """What the ledger says beyond the payment."""
    query = select(LedgerEntry.kind, LedgerEntry.cents).order_by(LedgerEntry.id)
    with office.db.read() as connection:
        return [(str(kind), cents) for kind, cents in connection.execute(query)][1:]


def states(office: BoxOffice, order_id: str) -> set[str]:
    return {ticket.state for ticket in order_view(office, order_id).tickets}


def test_an_open_dispute_keeps_the_tickets_out_and_their_places_sold(
    office: BoxOffice, tour: Tour, paid: str, bank: Bank
) -> None:
    bank.says("created", "needs_response")

    view = order_view(office, paid)
    assert states(office, paid) == {"barred"}
    assert valid_tickets(view) == ()
    assert (tour.letters(), money_of(office, paid).status) == ("ss ss ss", "paid")
    assert entered(office) == [("dispute", -tour.total_cents)]
    assert (effects(office, "mail.dispute_opened"), broken(office)) == (1, [])


def test_a_won_dispute_gives_money_and_tickets_back(
    office: BoxOffice, tour: Tour, paid: str, bank: Bank
) -> None:
    bank.says("created", "needs_response")
    bank.says("funds_withdrawn", "needs_response")
    bank.says("funds_reinstated", "won")
    bank.says("closed", "won")

    assert states(office, paid) == {"issued"}
    assert entered(office) == [("dispute", -tour.total_cents), ("dispute_won", tour.total_cents)]
    assert (effects(office, "mail.dispute_ended"), broken(office)) == (1, [])


def test_a_lost_one_voids_the_tickets_and_frees_their_places(
    office: BoxOffice, tour: Tour, paid: str, bank: Bank
) -> None:
    bank.says("created", "needs_response")
    bank.says("closed", "lost")

    money = money_of(office, paid)
    assert (states(office, paid), money.refunds, money.tickets) == ({"void"}, 0, 0)
    assert tour.letters() == "ff ff ff"
    assert entered(office) == [("dispute", -tour.total_cents)]
    with office.db.read() as connection:
        [sums] = sums_of(connection)
    assert (sums.taken, sums.due) == (tour.total_cents, 0)
    assert broken(office) == []


def test_calls_may_come_in_any_order_and_often(
    office: BoxOffice, tour: Tour, paid: str, bank: Bank
) -> None:
    for _ in range(2):
        bank.says("closed", "lost")
        bank.says("funds_withdrawn", "needs_response")
        bank.says("created", "needs_response")

    assert disputed(office) == [("lost", tour.total_cents)]
    assert entered(office) == [("dispute", -tour.total_cents)]
    assert (states(office, paid), broken(office)) == ({"void"}, [])
    kinds = ("mail.dispute_opened", "mail.dispute_ended")
    assert [effects(office, kind) for kind in kinds] == [0, 1]


def test_a_bank_that_only_asks_takes_nothing(
    office: BoxOffice, tour: Tour, paid: str, bank: Bank
) -> None:
    bank.says("created", "warning_needs_response")
    assert (disputed(office), entered(office)) == ([("open", 0)], [])
    assert states(office, paid) == {"barred"}

    bank.says("funds_withdrawn", "warning_under_review")
    assert (disputed(office), entered(office)) == (
        [("open", tour.total_cents)], [("dispute", -tour.total_cents)],
    )  # fmt: skip
    assert broken(office) == []


def test_a_question_that_ends_leaves_all_as_it_was(
    office: BoxOffice, paid: str, bank: Bank
) -> None:
    bank.says("created", "warning_needs_response")
    bank.says("closed", "warning_closed")

    assert (disputed(office), entered(office)) == ([("won", 0)], [])
    assert states(office, paid) == {"issued"}


def test_of_a_part_that_is_lost_nobody_knows_the_ticket(
    office: BoxOffice, tour: Tour, paid: str, bank: Bank
) -> None:
    bank.says("closed", "lost", tour.total_cents // 6)

    assert states(office, paid) == {"barred"}
    assert tour.letters() == "ss ss ss"
    assert [lift_dispute(office, paid, "ada") for _ in range(2)] == [6, 6]
    assert states(office, paid) == {"issued"}
    assert [line.lifted_by for line in list_disputes(office)] == ["ada"]
    assert broken(office) == []


def test_an_event_may_let_disputed_tickets_in(
    office: BoxOffice, tour: Tour, paid: str, bank: Bank
) -> None:
    with office.db.write() as connection:
        connection.execute(
            update(Event)
            .where(Event.id == tour.shows[0].id)
            .values(payments={"card": {"disputes": "keep"}})
        )
    office.catalogue.refresh()

    bank.says("created", "needs_response")
    valid = valid_tickets(order_view(office, paid))
    assert {ticket.event.id for ticket in valid} == {tour.shows[0].id}
    bank.says("closed", "lost")

    assert tour.letters() == "ss ff ff"
    assert broken(office) == []


def test_disputed_money_does_not_go_back_a_second_time(
    office: BoxOffice, paid: str, bank: Bank
) -> None:
    bank.says("created", "needs_response")

    assert refund_order(office, paid, "cancelled", "ada") == 6

    assert refunds_of(office, paid) == []
    assert (money_of(office, paid).tickets, broken(office)) == (0, [])


def test_what_is_left_beside_a_disputed_part_goes_back(
    office: BoxOffice, tour: Tour, paid: str, bank: Bank
) -> None:
    each = tour.total_cents // 6
    bank.says("created", "needs_response", 5 * each + 1)

    refund_tickets(office, paid, [tickets_of(office, paid)[0].id], "ill", "ada")

    assert [one.amount_cents for one in refunds_of(office, paid)] == [each - 1]
    assert broken(office) == []


def test_a_refund_before_the_dispute_counts_for_a_loss(
    office: BoxOffice, tour: Tour, paid: str, bank: Bank
) -> None:
    each = tour.total_cents // 6
    refund_tickets(office, paid, [tickets_of(office, paid)[0].id], "ill", "ada")

    bank.says("closed", "lost", 5 * each)

    assert money_of(office, paid).tickets == 0
    assert broken(office) == []


@pytest.mark.parametrize("second", ["a_second", "z_second"])
def test_a_dispute_about_a_second_payment_bars_nobody(
    office: BoxOffice, tour: Tour, stripe: Stripe, paid: str, second: str
) -> None:
    assert not capture(office, paid, "stripe", second, tour.total_cents, "GBP")
    for number, (kind, status) in enumerate((("created", "needs_response"), ("closed", "lost"))):
        thing: dict[str, Any] = {
            "id": "du_2", "payment_intent": second, "status": status, "currency": "gbp",
            "amount": tour.total_cents, "reason": "duplicate",
        }  # fmt: skip
        deliver(office, stripe, f"charge.dispute.{kind}", thing, f"evt_s{number}")

    assert states(office, paid) == {"issued"}
    assert tour.letters() == "ss ss ss"


def test_a_part_that_is_lost_voids_nothing_although_a_second_payment_went_back(
    office: BoxOffice, tour: Tour, paid: str, bank: Bank
) -> None:
    assert not capture(office, paid, "stripe", "a_second", tour.total_cents, "GBP")

    bank.says("closed", "lost", tour.total_cents // 6)

    assert (states(office, paid), tour.letters()) == ({"barred"}, "ss ss ss")


def test_tickets_taken_back_meanwhile_are_paid_back_once_the_house_has_won(
    office: BoxOffice, tour: Tour, paid: str, bank: Bank
) -> None:
    bank.says("created", "needs_response")
    refund_order(office, paid, "cancelled", "ada")
    assert refunds_of(office, paid) == []
    with office.db.read() as connection:
        assert owed_orders(connection) == []

    for _ in range(2):
        bank.says("closed", "won")

    [refund] = refunds_of(office, paid)
    assert (refund.amount_cents, len(refund.ticket_ids)) == (tour.total_cents, 6)
    assert (effects(office, "refund.submit"), broken(office)) == (1, [])


def test_money_that_nobody_has_asked_back_is_found(
    office: BoxOffice, tour: Tour, paid: str, bank: Bank
) -> None:
    bank.says("created", "needs_response")
    refund_tickets(office, paid, [tickets_of(office, paid)[0].id], "ill", "ada")
    with office.db.write() as connection:
        connection.exec_driver_sql("UPDATE disputes SET state = 'won'")
    with office.db.read() as connection:
        assert owed_orders(connection) == [paid]

    assert give_back_owed(office, paid, "ada") == tour.total_cents // 6
    assert give_back_owed(office, paid, "ada") == 0


def test_a_buyer_returns_nothing_while_the_bank_has_the_money(
    office: BoxOffice, tour: Tour, paid: str, bank: Bank
) -> None:
    with office.db.write() as connection:
        terms = {"card": {"disputes": "keep"}}
        connection.execute(update(Event).values(payments=terms, returns_close_hours=0))
    office.catalogue.refresh()
    bank.says("created", "needs_response")

    assert returnable_tickets(order_view(office, paid)) == ()


def test_a_sum_that_changes_leaves_the_ledger_as_it_was(
    office: BoxOffice, tour: Tour, paid: str, bank: Bank
) -> None:
    bank.says("created", "needs_response", 1000)
    bank.says("updated", "needs_response", 1500)

    assert (disputed(office), entered(office)) == ([("open", 1000)], [("dispute", -1000)])
    assert broken(office) == []


def test_a_question_that_becomes_a_dispute_is_told_anew(
    office: BoxOffice, paid: str, bank: Bank
) -> None:
    bank.says("created", "warning_needs_response")
    lift_dispute(office, paid, "ada")
    bank.says("updated", "needs_response")

    assert states(office, paid) == {"barred"}
    assert effects(office, "mail.dispute_opened") == 2


def test_one_told_before_its_payment_waits_for_it(
    office: BoxOffice, tour: Tour, stripe: Stripe
) -> None:
    order_id = ordered(tour)
    stripe.pay(session_of(office, order_id).reference)
    early = Bank(office, stripe, order_id, tour.total_cents)
    early.says("created", "needs_response")
    look(office, order_id)
    assert states(office, order_id) == {"issued"}

    with office.db.write() as connection:
        connection.execute(update(DeliveryRow).values(received_at=utc_now()))
    act_on_deliveries(office)

    assert states(office, order_id) == {"barred"}


def test_every_house_of_an_order_is_written_to(
    office: BoxOffice, tour: Tour, paid: str, bank: Bank
) -> None:
    with office.db.write() as connection:
        house = connection.execute(
            insert(Organizer)
            .values(slug="other", name="Other", contact_email="o@example.org", created_at=utc_now())
            .returning(Organizer.id)
        ).scalar_one()
        of_last = Event.id == tour.shows[2].id
        connection.execute(update(Event).where(of_last).values(organizer_id=house))
    office.catalogue.refresh()

    bank.says("created", "needs_response")

    assert effects(office, "mail.dispute_opened") == 2


def test_a_dispute_about_money_of_somebody_else_is_left_alone(
    office: BoxOffice, stripe: Stripe, paid: str
) -> None:
    thing: dict[str, Any] = {
        "id": "du_x", "payment_intent": "pi_of_another_shop", "status": "needs_response",
        "amount": 100, "currency": "gbp", "reason": "general",
    }  # fmt: skip

    deliver(office, stripe, "charge.dispute.created", thing, "evt_x")

    assert disputed(office) == []
    assert states(office, paid) == {str(TicketState.ISSUED)}


def test_lifting_a_lost_one_tells_that_no_ticket_is_left(
    office: BoxOffice, paid: str, bank: Bank
) -> None:
    bank.says("closed", "lost")

    assert lift_dispute(office, paid, "ada") == 0


def test_lifting_what_is_not_there_is_refused(office: BoxOffice, paid: str) -> None:
    with pytest.raises(NoDispute):
        lift_dispute(office, paid, "ada")
