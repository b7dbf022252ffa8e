"""A drawn ballot and its event under random hands and killed steps: each seat is one person's."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count as count_from
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.ballot_draws import drawing
from app.ballot_draws.seats import (
    arrange_guarded,
    arrange_seats,
    decline_right,
    join_list,
    move_to_basket,
)
from app.box_office import BoxOffice
from app.clock import house, wall_ms
from app.invariants import check
from app.inventory.commands import (
    BuyNow,
    HoldBest,
    NewOrder,
    NewTicket,
    ReleaseHold,
    ReleasePlaces,
    ShowBasket,
)
from app.lottery.ballot.commands import KeepRight, ShowBallot, WithdrawEntry
from app.models import Allocation, BallotRight, RightState
from app.refusals import Refusal
from app.tokens import new_id
from tests.budget import TimeBudget, is_long
from tests.lottery.opened_ballots import (
    HOUR_MS,
    closed_and_drawn,
    enter,
    follow,
    front_of,
    opened_ballot,
)
from tests.opened import Show, opened, show_of

STEPS = 60
BASKETS = ("b1", "b2", "b3", "b4")
JUMPS_MS = (1000, 5 * 60_000, 20 * 60_000, 2 * HOUR_MS, 30 * HOUR_MS)
SERIALS = count_from(1)


@dataclass(slots=True)
class Walk:
    """One ballot after its draw, one seed."""

    show: Show
    ballot: Any
    requests: list[Any]
    chance: random.Random
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def office(self) -> BoxOffice:
        """Where it all happens."""
        return self.show.office

    def step(self) -> None:
        """Somebody does something; whatever comes of it, every rule holds."""
        act = self.chance.choice(_ACTS)
        name = act.__name__
        try:
            act(self)
        except Refusal as refusal:
            name = f"{name}: {refusal.code}"
        self.counts[name] += 1
        with self.office.db.read() as connection:
            assert check(connection) == [], (self.counts, name)

    def owner(self) -> tuple[int, str, str]:
        """Ballot, entry and address of somebody, mostly of one who has seats."""
        with self.office.db.read() as connection:
            query = select(BallotRight.entry_id).where(BallotRight.state == RightState.LIVE)
            live = set(connection.execute(query).scalars())
        having = [request for request in self.requests if request.id in live]
        chosen = having if having and self.chance.random() < 0.8 else self.requests
        request = self.chance.choice(chosen)
        return self.ballot.id, request.id, request.email_key

    def basket(self) -> str:
        """One of few baskets, so that they meet."""
        return self.chance.choice(BASKETS)


def _move(walk: Walk) -> None:
    move_to_basket(walk.office, *walk.owner(), walk.basket(), walk.chance.randint(1, 3))


def _half_a_move(walk: Walk) -> None:
    """Whoever moved the seats dies after the first of two steps."""
    ballot_id, entry_id, email_key = walk.owner()
    walk.office.ballot_of(ballot_id).ask(KeepRight(entry_id, email_key))


def _release(walk: Walk) -> None:
    held = walk.show.inventory.ask(ShowBasket(walk.basket()))
    if held is None:
        return
    if walk.chance.random() < 0.5:
        walk.show.inventory.ask(ReleaseHold(held.id, held.basket))
    elif held.seats:
        walk.show.inventory.ask(ReleasePlaces(held.id, held.basket, (held.seats[0].seat,)))


def _pay(walk: Walk) -> None:
    held = walk.show.inventory.ask(ShowBasket(walk.basket()))
    if held is None:
        return
    order_id = f"W{next(SERIALS):07}"
    order = NewOrder(order_id, "demo", "Bo", "bo@example.org", "bo", "en", True, wall_ms())
    tickets = tuple(_ticket() for _ in range(held.place_count))
    key = walk.office.keys.current_id(walk.show.id)
    command = BuyNow(order, held.basket, held.total_cents, new_id(), tickets, key)
    walk.show.inventory.ask(command)


def _ticket() -> NewTicket:
    serial = next(SERIALS)
    return NewTicket(new_id(), serial, f"WALK{serial:06}")


def _stranger(walk: Walk) -> None:
    hold_id = f"{walk.show.id}-{new_id()}"
    walk.show.inventory.ask(HoldBest(walk.basket(), hold_id, 1, front_of(walk.show)))


def _wait(walk: Walk) -> None:
    house._offset_ms += walk.chance.choice(JUMPS_MS)
    for ask in (walk.show.inventory.ask, walk.office.ballot_of(walk.ballot.id).ask):
        with contextlib.suppress(Refusal):
            ask(ShowBasket("none") if ask == walk.show.inventory.ask else ShowBallot())


def _decline(walk: Walk) -> None:
    decline_right(walk.office, *walk.owner(), keeps_place=walk.chance.random() < 0.3)


def _join(walk: Walk) -> None:
    join_list(walk.office, *walk.owner())


def _leave(walk: Walk) -> None:
    ballot_id, entry_id, email_key = walk.owner()
    walk.office.ballot_of(ballot_id).ask(WithdrawEntry(entry_id, email_key))


def _follow(walk: Walk) -> None:
    follow(walk.office)


def _tidy(walk: Walk) -> None:
    arrange_guarded(walk.office)


_ACTS: tuple[Callable[[Walk], None], ...] = (
    *(_move,) * 6, *(_pay,) * 2, *(_release,) * 3, *(_follow,) * 4, *(_wait,) * 3, *(_join,) * 3,
    _half_a_move, _stranger, _decline, _leave, _tidy,
)  # fmt: skip


@pytest.mark.weight(0.3)
def test_no_seat_is_two_peoples_whatever_they_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, time_budget: TimeBudget
) -> None:
    counts: Counter[str] = Counter()
    for seed in time_budget.rounds(at_least=time_budget.size(quick=1, long=5), at_most=50):
        chance = random.Random(seed)
        with opened(tmp_path / str(seed)) as office, monkeypatch.context() as patch:
            show = show_of(office, "gala", 40)
            ballot = opened_ballot(office, show, seats=8, group_limit="3")
            requests = [
                enter(office, ballot, show, f"p{n}", chance.randint(1, 3)) for n in range(9)
            ]
            closed_and_drawn(office, ballot, patch)
            walk = Walk(show, ballot, requests, chance, counts)
            for _step in range(time_budget.size(quick=STEPS, long=4 * STEPS)):
                walk.step()
            _ends_well(walk)
    assert sum(count for name, count in counts.items() if name.startswith("_move")) > 3
    if is_long():  # who is drawn is chance, so a short walk may be dull
        assert min(counts["_move"], counts["_pay"], counts["_join"]) > 0


def _ends_well(walk: Walk) -> None:
    """When all time is over and the ballot has ended, no seat is left behind."""
    for _round in range(3):
        house._offset_ms += 100 * HOUR_MS
        walk.show.inventory.ask(ShowBasket("none"))
        follow(walk.office)
        walk.office.ballot_of(walk.ballot.id).ask(ShowBallot())
        follow(walk.office)
    drawing.end_ballot(walk.office, walk.ballot, "ada")
    for _round in range(6):
        house._offset_ms += 100 * HOUR_MS
        walk.show.inventory.ask(ShowBasket("none"))
        follow(walk.office)
        walk.office.ballot_of(walk.ballot.id).ask(ShowBallot())
        arrange_seats(walk.office, walk.ballot.id)
    with walk.office.db.read() as connection:
        blocked = select(func.count()).where(Allocation.state == "blocked")
        live = select(func.count()).where(BallotRight.state == RightState.LIVE)
        assert (connection.scalar(blocked), connection.scalar(live)) == (0, 0), walk.counts
        assert check(connection) == []
