"""Tickets of a ballot that are returned: they go down the list, and on sale when it has ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from app.ballot_draws import drawing
from app.ballot_draws.by_itself import look_at_ballots
from app.ballot_draws.seats import arrange_seats, join_list, move_to_basket
from app.ballot_draws.stories import story_of
from app.box_office import BoxOffice, open_box_office
from app.clock import utc_now, wall_ms
from app.inventory.commands import CancelTickets, ChangeStatus, MoveTicket
from app.models import Allocation, BallotEntry, Event, OutboxRow, Ticket
from tests.lottery.opened_ballots import (
    assert_sound,
    closed_and_drawn,
    enter,
    follow,
    opened_ballot,
    own_seats,
    pay,
    rights,
)
from tests.opened import Show, opened, settings_of, show_of


class Bought:
    """A pair of seats that an entry won and bought, and the pair that waits for them."""

    def __init__(self, show: Show, patch: pytest.MonkeyPatch) -> None:
        self.show, self.office = show, show.office
        self.ballot = opened_ballot(self.office, show, seats=2)
        bo = enter(self.office, self.ballot, show, "bo", 2)
        cy = enter(self.office, self.ballot, show, "cy", 2)
        self.ballot = closed_and_drawn(self.office, self.ballot, patch)
        if bo.id not in rights(self.office):
            bo, cy = cy, bo
        self.winner, self.waiting = bo, cy
        self.seats = own_seats(show, self.ballot, bo.id)
        count = len(self.seats)
        hold = move_to_basket(self.office, self.ballot.id, bo.id, bo.email_key, "bo", count)
        self.order = pay(show, "bo", hold.total_cents, count)
        follow(self.office)
        assert self.status(bo) == "bought"

    def status(self, request: Any) -> str:
        """How an entry stands."""
        return story_of(self.office, request).status

    def tickets(self) -> list[str]:
        """Live tickets of the order."""
        query = select(Ticket.id).where(Ticket.order_id == self.order, Ticket.state == "issued")
        with self.office.db.read() as connection:
            return sorted(connection.execute(query).scalars())

    def returns(self, *tickets: str) -> None:
        """Tickets of the order are voided."""
        given = tickets or tuple(self.tickets())
        self.show.inventory.ask(CancelTickets(self.order, given, "ill", "ada", wall_ms()))

    def letters(self) -> list[str]:
        """How the plan shows the seats of the pair."""
        index = self.show.inventory.offer.seat_index
        return list(self.show.letters(*(index[seat] for seat in self.seats)))


def test_returned_seats_are_offered_to_the_next_on_the_list(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought = Bought(show, monkeypatch)

    bought.returns()

    assert bought.letters() == ["b", "b"], "never on sale in between"
    assert_sound(show.office)
    follow(show.office)
    assert list(rights(show.office)) == [bought.waiting.id]
    assert own_seats(show, bought.ballot, bought.waiting.id) == bought.seats
    assert (bought.status(bought.winner), bought.status(bought.waiting)) == ("declined", "won")
    with show.office.db.read() as connection:
        key = f"mail.ballot:{bought.waiting.id}:offer:1"
        assert connection.scalar(select(OutboxRow.id).where(OutboxRow.dedupe_key == key))
    assert_sound(show.office)
    arrange_seats(show.office, bought.ballot.id)
    assert list(rights(show.office)) == [bought.waiting.id], "looking again changes nothing"
    joined = join_list(show.office, bought.ballot.id, bought.winner.id, bought.winner.email_key)
    assert (joined.status, joined.place_now) == ("waiting", 1)


def test_a_return_that_nobody_was_told_of_is_found_by_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as office:
        bought = Bought(show_of(office, "gala", 75), monkeypatch)
        bought.returns()
        with office.db.write() as connection:  # it stops before anything follows
            connection.execute(delete(OutboxRow).where(OutboxRow.kind == "ballot.seats"))

    office = open_box_office(settings_of(tmp_path))
    try:
        arrange_seats(office, bought.ballot.id)
        follow(office)
        assert list(rights(office)) == [bought.waiting.id]
        assert_sound(office)
    finally:
        office.close()


def test_one_of_two_seats_comes_back_alone(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    bought = Bought(show, monkeypatch)
    first, second = bought.tickets()

    bought.returns(first)
    follow(show.office)

    assert bought.status(bought.winner) == "bought"
    assert _bought_count(show.office, bought.winner.id) == 1
    assert rights(show.office) == {}, "one seat is not enough for two"
    assert_sound(show.office)
    bought.returns(second)
    follow(show.office)
    assert bought.status(bought.winner) == "declined"
    assert list(rights(show.office)) == [bought.waiting.id]
    assert_sound(show.office)


def test_a_ticket_that_moved_is_no_return_and_can_be_returned_later(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought = Bought(show, monkeypatch)
    first, second = bought.tickets()
    _move(bought, first)
    follow(show.office)
    assert bought.status(bought.winner) == "bought"
    assert rights(show.office) == {}
    assert_sound(show.office)

    bought.returns(first, second)
    follow(show.office)

    assert list(rights(show.office)) == [bought.waiting.id]
    assert_sound(show.office)


def test_after_the_end_of_the_ballot_returned_seats_are_on_sale(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought = Bought(show, monkeypatch)
    drawing.end_ballot(show.office, bought.ballot, "ada")
    follow(show.office)

    bought.returns()
    follow(show.office)

    assert bought.letters() == ["f", "f"]
    assert bought.status(bought.winner) == "bought"
    assert_sound(show.office)


def test_seats_of_a_cancelled_show_are_kept_for_nobody(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought = Bought(show, monkeypatch)
    show.inventory.ask(ChangeStatus("cancelled", "The singer is ill.", "ada", wall_ms()))
    follow(show.office)

    bought.returns()
    follow(show.office)

    assert (bought.letters(), rights(show.office)) == (["f", "f"], {})
    assert_sound(show.office)


def test_once_its_sale_is_over_a_shows_seats_are_the_doors_to_sell(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = show.office
    ballot = opened_ballot(office, show, seats=3)
    enter(office, ballot, show, "bo", 2)
    closed_and_drawn(office, ballot, monkeypatch)
    with office.db.read() as connection:
        kept = select(Allocation.seat_id).where(Allocation.reason == f"ballot:{ballot.id}")
        assert len(connection.execute(kept).all()) == 1
    with office.db.write() as connection:
        connection.execute(update(Event).values(sales_close_at=utc_now()))
    office.catalogue.refresh()

    look_at_ballots(office)
    follow(office)

    with office.db.read() as connection:
        assert connection.execute(kept).all() == []
    assert_sound(office)


def _move(bought: Bought, ticket: str) -> None:
    """The ticket moves to another free seat."""
    show = bought.show
    seats = show.inventory.offer.seats
    free = zip(seats, show.letters(*range(len(seats))), strict=True)
    to = next(seat.id for seat, letter in free if letter == "f")
    show.inventory.ask(MoveTicket(ticket, to, "ada", wall_ms()))


def _bought_count(office: BoxOffice, entry_id: str) -> int:
    with office.db.read() as connection:
        query = select(BallotEntry.bought_count).where(BallotEntry.id == entry_id)
        return int(connection.scalar(query) or 0)
