"""A ballot over a real event: written down, opened, entered and drawn by plain functions."""

from __future__ import annotations

from datetime import timedelta
from itertools import count as count_from
from typing import Any

import pytest
from sqlalchemy import select

from app.ballot_draws import drawing
from app.ballot_draws.entering import Wanted, ask_to_enter, asked_request, confirm_entry
from app.ballot_draws.opening import open_ballot
from app.ballot_draws.seats import seats_kept
from app.ballot_files.reading import read_ballot_file
from app.box_office import BoxOffice
from app.clock import utc_now, wall_ms
from app.invariants import check
from app.inventory.commands import BuyNow, NewOrder, NewTicket
from app.lottery.ballot.terms import Wish
from app.models import BallotRequest, BallotRight, RightState
from app.tokens import new_id
from tests.carrying import carry_out_due
from tests.opened import Show

HOUR_MS = 3_600_000
VALUE = "3 8 19 27 33 41"
SERIALS = count_from(1)


def ballot_file(show: Show, seats: int = 4, **changes: str) -> str:
    """The text of a ballot file for the front of an event; `changes` are lines by their key."""
    closes = (utc_now() + timedelta(hours=1)).replace(microsecond=0, tzinfo=None)
    lines = {
        "title": '"Gala night"',
        "slug": '"gala-night"',
        "time_zone": '"UTC"',
        "closes_at": closes.isoformat(),
        "group_limit": "4",
        "hours_to_buy": "72",
        "hours_for_offers": "3",
    } | changes
    top = "\n".join(f"{key} = {line}" for key, line in lines.items() if line)
    return f"""[ballot]
{top}

[[seats]]
event = "{show.slug}"
category = "{front_of(show)}"
count = {seats}

[public_value]
how = "numbers"

[[public_value.sources]]
name = "Lotto of the day"
count = 6
low = 1
high = 49
"""


def front_of(show: Show) -> str:
    """The price category with the best seats."""
    return show.inventory.offer.seats[0].category


def opened_ballot(office: BoxOffice, show: Show, seats: int = 4, **changes: str) -> Any:
    """The row of a ballot that takes entries."""
    file = read_ballot_file(ballot_file(show, seats, **changes).encode())
    open_ballot(office, file, "ada")
    return drawing.by_slug(office, file.slug)


def wanted(show: Show, name: str, count: int = 1, *, waits: bool = True) -> Wanted:
    """Somebody's wish for the front."""
    wishes = (Wish(show.id, front_of(show)),)
    return Wanted(name.title(), f"{name}@example.org", count, wishes, waits)


def enter(office: BoxOffice, ballot: Any, show: Show, name: str, count: int = 1) -> Any:
    """Somebody enters and presses the letter's link; their request."""
    request = asked_request(office, ask_to_enter(office, ballot, wanted(show, name, count)))
    confirm_entry(office, request)
    return request


def closed_and_drawn(office: BoxOffice, ballot: Any, patch: pytest.MonkeyPatch) -> Any:
    """Time passes, the list is frozen, two people type the value, the draw is made and told."""
    pass_closing(patch)
    drawing.close_ballot(office, ballot, "ada")
    for by in ("ada", "dee"):
        drawing.type_value(office, ballot, VALUE, by)
    drawing.draw_ballot(office, ballot, "ada")
    follow(office)
    return drawing.by_slug(office, ballot.slug)


def pass_closing(patch: pytest.MonkeyPatch) -> None:
    """The wall shows a time after entries have closed."""
    now_ms = wall_ms  # what is patched must not call itself
    for clock in ("app.inventory_actor.wall_ms", "app.ballot_draws.drawing.wall_ms"):
        patch.setattr(clock, lambda: now_ms() + 2 * HOUR_MS)


def follow(office: BoxOffice) -> None:
    """Everything that follows from what was done, and what follows from that."""
    for _round in range(4):
        done = carry_out_due(office, "%ballot%")
        assert all(is_done for _kind, is_done in done), done
        if not done:
            return


def emails_of(office: BoxOffice) -> dict[str, str]:
    """Address by entry."""
    with office.db.read() as connection:
        rows = connection.execute(BallotRequest.__table__.select()).all()
    return {row.id: row.email for row in rows}


def rights(office: BoxOffice, state: RightState = RightState.LIVE) -> dict[str, Any]:
    """Rights of this state by entry."""
    with office.db.read() as connection:
        rows = connection.execute(
            select(BallotRight.__table__).where(BallotRight.state == state)
        ).all()
    return {row.entry_id: row for row in rows}


def own_seats(show: Show, ballot: Any, entry_id: str) -> list[str]:
    """Seats that are an entry's."""
    return seats_kept(show.office, ballot.id, entry_id, show.id)


def assert_sound(office: BoxOffice) -> None:
    """Every rule between all rows holds."""
    with office.db.read() as connection:
        assert check(connection) == []


def pay(show: Show, basket: str, cents: int, count: int) -> str:
    """Pay for what a basket holds; the order."""
    order_id = f"O{new_id()[-7:]}".upper()
    order = NewOrder(order_id, "demo", "Bo", "bo@example.org", "bo", "en", True, wall_ms())
    tickets = tuple(_ticket() for _ in range(count))
    key = show.office.keys.current_id(show.id)
    show.inventory.ask(BuyNow(order, basket, cents, new_id(), tickets, key))
    return order_id


def _ticket() -> NewTicket:
    serial = next(SERIALS)
    return NewTicket(new_id(), serial, f"CODE{serial:06}")
