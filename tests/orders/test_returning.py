"""Tickets that their buyer gives back: only where and while the event's rules allow it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.models import Event, JournalEntry, Refund, Ticket, TicketState
from app.orders.returning import ReturnsClosed, return_tickets, returnable_tickets
from app.orders.views import order_view
from app.refusals import Invalid, NotFound
from tests.orders.buying import Tour, broken, effects, money_of


@pytest.fixture
def paid(tour: Tour) -> str:
    """Bo's order for two seats at each of three shows, paid."""
    return tour.order("paid").order_id


def allow_returns(
    office: BoxOffice, event_id: int, hours: int | None = 24, **columns: object
) -> None:
    with office.db.write() as connection:
        connection.execute(
            update(Event).where(Event.id == event_id).values(returns_close_hours=hours, **columns)
        )
    office.catalogue.refresh()


def tickets_at(office: BoxOffice, order_id: str, event_id: int) -> list[str]:
    query = (
        select(Ticket.id)
        .where(Ticket.order_id == order_id, Ticket.event_id == event_id)
        .order_by(Ticket.id)
    )
    with office.db.read() as connection:
        return list(connection.execute(query).scalars())


def live_count(office: BoxOffice, order_id: str) -> int:
    return money_of(office, order_id).tickets


def test_one_ticket_of_several_comes_back_with_its_money(
    office: BoxOffice, tour: Tour, paid: str
) -> None:
    allow_returns(office, tour.shows[0].id)
    one, _other = tickets_at(office, paid, tour.shows[0].id)

    count = return_tickets(office, paid, [one])

    money = money_of(office, paid)
    assert (count, money.tickets, money.refunds) == (1, 5, 1)
    assert money.back_cents == tour.total_cents // 6
    assert sorted(tour.letters()) == sorted("fs ss ss"), "the place is on sale again"
    assert (effects(office, "refund.submit"), effects(office, "mail.money_back")) == (1, 1)
    assert broken(office) == []


def test_returning_twice_returns_once(office: BoxOffice, tour: Tour, paid: str) -> None:
    allow_returns(office, tour.shows[0].id)
    ids = tickets_at(office, paid, tour.shows[0].id)

    assert [return_tickets(office, paid, ids) for _ in range(3)] == [2, 0, 0]
    assert money_of(office, paid).refunds == 1


def test_a_repeat_with_one_more_takes_only_that_one(
    office: BoxOffice, tour: Tour, paid: str
) -> None:
    allow_returns(office, tour.shows[0].id)
    one, other = tickets_at(office, paid, tour.shows[0].id)
    return_tickets(office, paid, [one])

    assert return_tickets(office, paid, [one, other]) == 1
    assert money_of(office, paid).back_cents == tour.total_cents // 3
    assert broken(office) == []


def test_the_journal_says_that_it_was_the_buyer(office: BoxOffice, tour: Tour, paid: str) -> None:
    allow_returns(office, tour.shows[0].id)
    return_tickets(office, paid, tickets_at(office, paid, tour.shows[0].id))

    query = select(JournalEntry.by).where(JournalEntry.kind == "tickets.cancelled")
    with office.db.read() as connection:
        assert list(connection.execute(query).scalars()) == ["buyer"]


def test_an_event_without_the_rule_takes_nothing_back(
    office: BoxOffice, tour: Tour, paid: str
) -> None:
    ids = tickets_at(office, paid, tour.shows[0].id)

    assert returnable_tickets(order_view(office, paid)) == ()
    with pytest.raises(ReturnsClosed):
        return_tickets(office, paid, ids)
    assert (live_count(office, paid), money_of(office, paid).refunds) == (6, 0)


def test_it_ends_at_the_hour_that_the_rule_says(office: BoxOffice, tour: Tour, paid: str) -> None:
    show = tour.shows[0].id
    soon = utc_now() + timedelta(hours=24)
    ids = tickets_at(office, paid, show)

    allow_returns(office, show, 24, starts_at=soon - timedelta(seconds=1))
    with pytest.raises(ReturnsClosed):
        return_tickets(office, paid, ids)
    allow_returns(office, show, 24, starts_at=soon + timedelta(seconds=60))

    assert return_tickets(office, paid, ids) == 2


def test_one_ticket_that_may_not_go_back_keeps_all(
    office: BoxOffice, tour: Tour, paid: str
) -> None:
    allow_returns(office, tour.shows[0].id)
    ids = [*tickets_at(office, paid, tour.shows[0].id), *tickets_at(office, paid, tour.shows[1].id)]

    with pytest.raises(ReturnsClosed):
        return_tickets(office, paid, ids)

    assert (live_count(office, paid), money_of(office, paid).refunds) == (6, 0)


def test_somebody_elses_ticket_is_not_found(office: BoxOffice, tour: Tour, paid: str) -> None:
    allow_returns(office, tour.shows[0].id)
    own = tickets_at(office, paid, tour.shows[0].id)

    for foreign in ("", "no-such-ticket", own[0][:-1]):
        with pytest.raises(NotFound):
            return_tickets(office, paid, [*own, foreign])
    assert live_count(office, paid) == 6


def test_no_ticket_at_all_is_a_slip(office: BoxOffice, paid: str) -> None:
    with pytest.raises(Invalid):
        return_tickets(office, paid, [])


def test_a_cancelled_event_gives_money_back_by_itself(
    office: BoxOffice, tour: Tour, paid: str
) -> None:
    allow_returns(office, tour.shows[0].id, status="cancelled")

    assert returnable_tickets(order_view(office, paid)) == ()


def test_a_returned_ticket_is_void_and_says_whose_will_it_was(
    office: BoxOffice, tour: Tour, paid: str
) -> None:
    allow_returns(office, tour.shows[0].id)
    one, _other = tickets_at(office, paid, tour.shows[0].id)
    return_tickets(office, paid, [one])

    view = order_view(office, paid)
    [void] = [ticket for ticket in view.tickets if ticket.state == TicketState.VOID]
    [refund] = view.refunds
    assert (void.id, refund.ticket_ids) == (one, (one,))
    assert void.voided_at is not None
    with office.db.read() as connection:
        assert connection.execute(select(Refund.reason)).scalar_one() == "returned by the buyer"
