"""A prize draw from its first batch to the proof that anybody can repeat, on both databases."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text

from app.box_office import BoxOffice
from app.clock import utc_now, wall_ms
from app.lottery.draw.bundle import verify
from app.lottery.draw.published import Published
from app.lottery.pool import commands as c
from app.lottery.pool.terms import EVENING, INSTANT, Terms, Tier
from app.lottery.refusals import NotThatFar, SecondPersonNeeded
from app.models import (
    Lottery,
    LotteryBatch,
    LotteryPart,
    LotteryPurchase,
    LotterySecret,
    LotteryStatus,
    LotteryWin,
    Organizer,
    Venue,
)
from app.prize_draws.drawing import (
    bundle_of,
    close_batch,
    draw_batch,
    list_hash,
    reveal_batch,
    sold_list,
    type_value,
)
from app.prize_draws.opening import open_batch, open_successor
from tests.carrying import carry_out_due
from tests.opened import opened
from tests.source import ROOT
from tests.trouble import faults

NUMBERS = {"how": "numbers", "sources": [{"name": "Lotto", "count": 6, "low": 1, "high": 49}]}
DAY = "2026-11-05"
LOTTERY = 1


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[BoxOffice]:
    """A box office with one draw that has no batch yet."""
    with opened(tmp_path, database_url) as office:
        now = utc_now()
        house = {"id": 1, "slug": "h", "name": "H", "contact_email": "a@example.org"}
        venue = {"id": 1, "organizer_id": 1, "slug": "v", "name": "V", "time_zone": "UTC"}
        draw = {
            "id": LOTTERY, "organizer_id": 1, "venue_id": 1, "slug": "roof", "title": "Roof Draw",
            "currency": "GBP", "time_zone": "UTC", "status": LotteryStatus.OPEN, "rules": {},
            "public": NUMBERS, "created_at": now,
        }  # fmt: skip
        with office.db.write() as connection:
            connection.execute(insert(Organizer), house | {"created_at": now})
            connection.execute(insert(Venue), venue)
            connection.execute(insert(Lottery), draw)
        yield office


def terms(size: int = 1000, mode: str = INSTANT, **changes: Any) -> Terms:
    """A free batch with a prize for each tenth ticket and each hundredth."""
    tiers = (Tier("lamp", "Lamp", size // 100), Tier("tea", "Tea", size // 10))
    facts = {"threshold": 0, "successor_size": 0, "price_cents": 0} | changes
    return Terms(size, tiers, mode, **facts)


def buy(office: BoxOffice, purchase_id: str, count: int, **wish: Any) -> Any:
    """A free purchase, placed and paid; nothing of it is handed out yet."""
    pool = office.pool_of(LOTTERY)
    facts: dict[str, Any] = {"buyer": f"buyer-{purchase_id}", "wants_fewer": False} | wish
    pool.ask(c.PlacePurchase(purchase_id, count=count, expected_cents=0, day=DAY, **facts))
    return pool.ask(c.PayPurchase(purchase_id, f"free-{purchase_id}", 0, wall_ms()))


def carry_out_all(office: BoxOffice) -> list[str]:
    """Carry out what is due of draws; the kinds that were carried out."""
    return [kind for kind, is_done in carry_out_due(office, "lottery.%") if is_done]


def count(office: BoxOffice, query: Any) -> int:
    with office.db.read() as connection:
        return int(connection.scalar(query) or 0)


def test_an_instant_purchase_is_handed_out_by_its_job_to_the_last_ticket(
    office: BoxOffice,
) -> None:
    open_batch(office, LOTTERY, 1, terms(), "ada")
    view = buy(office, "p1", 1000)
    assert (view.status, view.taken, view.drawn) == ("paid", 1000, 0)

    assert carry_out_all(office) == ["lottery.allocate"]

    with office.db.read() as connection:
        won = Counter(connection.execute(select(LotteryWin.tier)).scalars())
        row = connection.execute(select(LotteryPurchase.status, LotteryPurchase.drawn)).one()
    assert (dict(won), tuple(row)) == ({0: 10, 1: 100}, ("filled", 1000))


def test_a_purchase_whose_job_dies_goes_on_where_it_was(office: BoxOffice) -> None:
    open_batch(office, LOTTERY, 1, terms(20_000), "ada")
    buy(office, "p1", 10_000)
    with faults("store.commit=fail@3"):
        assert carry_out_all(office) == []
    done = count(office, select(LotteryPurchase.drawn))
    assert 0 < done < 10_000

    with office.db.write() as connection:
        connection.execute(text("UPDATE outbox SET due_at = created_at"))
    assert "lottery.allocate" in carry_out_all(office)

    assert count(office, select(LotteryPurchase.drawn)) == 10_000
    state = office.pool_of(LOTTERY).actor.state
    assert state is not None
    expected = sum(1 for _win in state.batches["roof-1"].wins(1, 10_000))
    assert count(office, select(func.count()).select_from(LotteryWin)) == expected > 0


def test_opening_again_opens_nothing_else(office: BoxOffice) -> None:
    first = open_batch(office, LOTTERY, 1, terms(), "ada")

    again = open_batch(office, LOTTERY, 1, terms(), "ada")

    assert again == first
    assert count(office, select(func.count()).select_from(LotterySecret)) == 1


def test_the_secret_lies_sealed(office: BoxOffice) -> None:
    open_batch(office, LOTTERY, 1, terms(), "ada")

    with office.db.read() as connection:
        row = connection.execute(select(LotterySecret.__table__)).one()
    close_batch(office, "roof-1", "ada")
    secret = reveal_batch(office, "roof-1", "ada").secret
    assert bytes.fromhex(secret) not in row.sealed
    assert secret not in row.params


def test_buyers_at_once_over_the_end_of_a_batch_get_every_ticket_once(office: BoxOffice) -> None:
    open_batch(office, LOTTERY, 1, terms(200, threshold=50, successor_size=400), "ada")

    def buying(number: int) -> None:
        buy(office, f"p{number}", 9, wants_fewer=True)

    def reseeding(_number: int) -> None:
        with contextlib.suppress(NotThatFar):  # nothing is due yet
            open_successor(office, LOTTERY, "roof-1")

    # the last two tickets of the first batch are left for the crowd that finds the second one open
    for some in (range(18), range(18, 22), range(22, 50)):
        with ThreadPoolExecutor(max_workers=40) as crowd:
            work = [crowd.submit(buying, number) for number in some]
            work += [crowd.submit(reseeding, number) for number in range(5)]
        for one in work:
            one.result()
    while carry_out_all(office):
        pass

    with office.db.read() as connection:
        batches = connection.execute(
            select(LotteryBatch.id, LotteryBatch.cursor).order_by(LotteryBatch.number)
        ).all()
        parts = connection.execute(
            select(LotteryPart.batch_id, LotteryPart.first, LotteryPart.count)
        )
        tickets = Counter(
            (batch_id, at) for batch_id, first, many in parts for at in range(first, first + many)
        )
        drawn = connection.execute(select(LotteryPurchase.drawn)).scalars().all()
    assert [row.id for row in batches] == ["roof-1", "roof-2"], "one successor"
    assert sum(row.cursor for row in batches) == len(tickets) == 450
    assert set(tickets.values()) == {1}
    assert list(drawn) == [9] * 50
    assert batches[0].cursor == 200


def evening(office: BoxOffice) -> list[str]:
    """Forty purchases of an evening's batch, which then closes."""
    open_batch(office, LOTTERY, 1, terms(600, EVENING), "ada")
    names = [f"p{number}" for number in range(40)]
    for name in names:
        buy(office, name, 10, contribution="")
    carry_out_all(office)
    close_batch(office, "roof-1", "ada")
    return names


def test_an_evening_is_drawn_announced_and_can_be_repeated_by_anybody(
    office: BoxOffice, tmp_path: Path
) -> None:
    evening(office)
    promised = list_hash(office, "roof-1")
    type_value(office, "roof-1", "3 7 49 12 25 31", "ada")
    fixed = type_value(office, "roof-1", "49, 31, 25, 12, 7, 3", "dee")
    assert fixed.is_fixed

    for _ in range(2):
        draw_batch(office, "roof-1", "ada")
    assert "lottery.results" in carry_out_all(office)
    reveal_batch(office, "roof-1", "ada")

    raw = bundle_of(office, "roof-1")
    commitment = office.pool_of(LOTTERY).ask(c.CloseBatch("roof-1", "ada", 0)).commitment
    proved = verify(raw, Published(commitment=commitment, list_hash=promised))
    with office.db.read() as connection:
        rows = connection.execute(select(LotteryWin.position, LotteryWin.tier)).all()
    told = {(row.position, row.tier) for row in rows}
    sold = {
        (at, tier)
        for tier, positions in enumerate(proved.drawn.result)
        if isinstance(positions, list)
        for at in positions
        if at <= 400
    }
    assert told == sold, "whoever bought a winning ticket was told, and nobody else"
    path = tmp_path / "bundle.json"
    path.write_bytes(raw)
    script = [sys.executable, str(ROOT / "static/verify_draw.py"), str(path)]
    assert subprocess.run(script, capture_output=True, check=False).returncode == 0


def test_nothing_of_an_evening_is_known_before_its_time(office: BoxOffice) -> None:
    open_batch(office, LOTTERY, 1, terms(600, EVENING), "ada")
    with pytest.raises(NotThatFar):
        list_hash(office, "roof-1")
    buy(office, "p1", 10)
    carry_out_all(office)
    assert count(office, select(func.count()).select_from(LotteryWin)) == 0
    for step in (draw_batch, reveal_batch):
        with pytest.raises(NotThatFar):
            step(office, "roof-1", "ada")
    with pytest.raises(NotThatFar):
        bundle_of(office, "roof-1")
    close_batch(office, "roof-1", "ada")
    type_value(office, "roof-1", "1 2 3 4 5 6", "ada")
    with pytest.raises(SecondPersonNeeded):
        type_value(office, "roof-1", "6 5 4 3 2 1", "ada")
    with pytest.raises(NotThatFar):
        draw_batch(office, "roof-1", "ada")


def test_a_holder_finds_the_own_line_and_nobody_elses(office: BoxOffice) -> None:
    from app.lottery.draw.digests import entry_hash
    from app.prize_draws.drawing import holder_salt

    names = evening(office)

    lines = sold_list(office, "roof-1")

    assert len(lines) == 40
    for at, name in enumerate(names):
        line = f"{at * 10 + 1} 10 {entry_hash(holder_salt(office, name), name)}"
        assert lines[at] == line
