"""The life of a batch by itself: it closes, settles and is archived, and its proof outlives it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update

import app.inventory_actor
from app.box_office import BoxOffice
from app.clock import from_ms, utc_now, wall_ms
from app.deletions import _is_forgettable
from app.forgetting import forget_buyer, may_be_forgotten
from app.invariants import check
from app.lottery.pool import commands as c
from app.models import (
    Device,
    LotteryBatch,
    LotteryBundle,
    LotteryPart,
    LotteryPurchase,
    LotteryWin,
    Order,
    OrderStatus,
)
from app.prize_draws import by_itself, drawing
from app.prize_draws.bundles import stored_bundle
from app.prize_draws.drawing import bundle_of, list_hash, sold_list
from app.prize_draws.forgetting import forget_erased
from app.sign_ins.sessions import SignedInBuyer
from jobs.deletes import TICKETS, dry_run
from tests.carrying import carry_out_due
from tests.draw_files.written import WHOLE
from tests.lottery.test_requests import CONTRIBUTED, INSTANT, buys, do, opens
from tests.opened import opened
from tests.source import ROOT
from tests.trouble import faults

Later = Callable[[float], None]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[BoxOffice]:
    """A box office with nothing in it."""
    with opened(tmp_path) as office:
        yield office


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Iterator[BoxOffice]:
    """The same on SQLite, and on PostgreSQL."""
    with opened(tmp_path, database_url) as office:
        yield office


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Moves the clock of draws forward by so many days, and further each time."""
    moved_ms = 0

    def moved_wall_ms() -> int:
        return wall_ms() + moved_ms

    def move(days: float) -> None:
        nonlocal moved_ms
        moved_ms += round(days * 86_400_000)

    for module in (app.inventory_actor, by_itself, drawing):
        monkeypatch.setattr(module, "wall_ms", moved_wall_ms)
    return move


def status_of(office: BoxOffice, batch_id: str) -> str:
    with office.db.read() as connection:
        query = select(LotteryBatch.status).where(LotteryBatch.id == batch_id)
        return str(connection.scalar(query))


def count(office: BoxOffice, *tables: type) -> list[int]:
    with office.db.read() as connection:
        return [connection.scalar(select(func.count()).select_from(t)) or 0 for t in tables]


def broken(office: BoxOffice) -> list[str]:
    with office.db.read() as connection:
        return check(connection)


def archive(office: BoxOffice) -> list[tuple[str, bool]]:
    """The nightly deletion of draw tickets, as its job does it."""
    from app.outbox import add_effect

    with office.db.write() as connection:
        add_effect(connection, TICKETS, f"{TICKETS}:{wall_ms()}", {})
    return carry_out_due(office, TICKETS)


def drawn(office: BoxOffice) -> None:
    """A batch of the evening with three buyers is closed, drawn, announced and revealed."""
    opens(office, CONTRIBUTED)
    for number in (1, 2, 3):
        given = f"{number:064x}"
        buys(office, "gift", f"p{number}", 20, contribution=given, public_name=f"Bo {number}")
    for step in ("close", "value", "draw"):
        do(office, step, draw="gift", by="Ada")
    carry_out_due(office, "lottery.%")


def test_a_batch_lives_and_its_proof_outlives_it(
    either: BoxOffice, later: Later, tmp_path: Path
) -> None:
    office = either
    closes_at = from_ms(wall_ms() + 3_600_000).strftime("%Y-%m-%d %H:%M")
    opens(office, CONTRIBUTED.replace("2098-12-12 20:00", closes_at))
    for number in (1, 2, 3):
        buys(office, "gift", f"p{number}", 20, contribution=f"{number:064x}")
    assert by_itself.close_due(office) == 0
    later(1 / 12)
    assert (by_itself.close_due(office), by_itself.close_due(office)) == (1, 0)
    for step in ("value", "draw"):
        do(office, step, draw="gift", by="Ada")
    carry_out_due(office, "lottery.%")
    later(59)
    assert by_itself.settle_due(office) == 0, "its secret is not published"
    reveal = drawing.reveal_batch(office, "gift-1", "Ada")
    fresh = bundle_of(office, "gift-1")
    promised, lines = list_hash(office, "gift-1"), sold_list(office, "gift-1")
    assert by_itself.settle_due(office) == 0, "prizes can still be claimed"
    later(2)
    assert (by_itself.settle_due(office), by_itself.settle_due(office)) == (1, 0)
    assert (stored_bundle(office, "gift-1"), dry_run(office)[TICKETS]) == (None, 0)
    later(364)
    assert do(office, "archive", dry_run=True)["batches"] == []
    later(2)
    assert dry_run(office)[TICKETS] == 60

    assert archive(office) == [(TICKETS, True)]

    assert status_of(office, "gift-1") == "archived"
    assert count(office, LotteryPart, LotteryPurchase, LotteryWin, LotteryBundle) == [0, 0, 0, 1]
    assert bundle_of(office, "gift-1") == fresh
    assert (list_hash(office, "gift-1"), sold_list(office, "gift-1")) == (promised, lines)
    assert do(office, "show", draw="gift")["batches"][0]["list_hash"] == promised
    assert broken(office) == []
    assert do(office, "end", draw="gift") == {"draw": "gift"}
    path = tmp_path / "bundle.json"
    path.write_bytes(bundle_of(office, "gift-1"))
    script = [sys.executable, str(ROOT / "static/verify_draw.py"), str(path), reveal.commitment]
    assert subprocess.run(script, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("fault", ["store.commit=fail@1", "store.commit=fail@2"])
def test_an_archive_killed_in_the_middle_goes_on(
    office: BoxOffice, later: Later, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    drawn(office)
    do(office, "reveal", draw="gift")
    whole = bundle_of(office, "gift-1")
    later(61)
    by_itself.settle_due(office)
    later(366)
    monkeypatch.setattr(by_itself, "PARTS_AT_ONCE", 1)
    with faults(fault):
        assert archive(office) == [(TICKETS, False)]
    assert status_of(office, "gift-1") == "settled"

    tries = (archive(office) for _try in range(5))  # a machine that is busy takes more than one
    assert any((TICKETS, True) in outcome for outcome in tries)
    assert status_of(office, "gift-1") == "archived"
    assert count(office, LotteryPart, LotteryPurchase) == [0, 0]
    assert bundle_of(office, "gift-1") == whole
    with office.db.write() as connection:
        connection.execute(update(LotteryBundle).values(parts=2))
    assert broken(office) == ["Batch gift-1 has lost tickets, but its proof is not whole."]


def test_a_large_proof_is_kept_in_parts_and_is_none_until_all_are_there(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.prize_draws import bundles

    drawn(office)
    drawing.reveal_batch(office, "gift-1", "Ada")
    whole = bundle_of(office, "gift-1")
    monkeypatch.setattr(bundles, "PART_BYTES", len(whole) // 3)

    with monkeypatch.context() as patch:
        patch.setattr(bundles, "zlib", KilledAfter(2))
        with pytest.raises(OSError, match="killed"):
            drawing.keep_bundle(office, "gift-1")
    assert count(office, LotteryBundle) == [2]
    assert stored_bundle(office, "gift-1") is None
    drawing.keep_bundle(office, "gift-1")

    assert stored_bundle(office, "gift-1") == whole


class KilledAfter:
    """Packs so many times, then never again."""

    def __init__(self, left: int) -> None:
        self.left = left

    def compress(self, raw: bytes) -> bytes:
        """Packed, or killed."""
        import zlib

        if not self.left:
            raise OSError("killed")
        self.left -= 1
        return zlib.compress(raw)


def test_a_claim_that_waits_for_staff_keeps_a_batch_from_settling(
    office: BoxOffice, later: Later
) -> None:
    opens(office, INSTANT)
    buys(office, "quick", "p1", 100)
    ticket = do(office, "claims", draw="quick", unclaimed=True)["claims"][0]["ticket"]
    pool = office.pool_of(office.draws.by_slug("quick").id)
    pool.ask(c.ClaimPrize("quick-1", int(ticket[2:]), "buyer-p1"))
    do(office, "close", draw="quick")
    do(office, "reveal", draw="quick")
    later(61)
    assert by_itself.settle_due(office) == 0

    do(office, "confirm", draw="quick", ticket=ticket, by="Dee")

    assert by_itself.settle_due(office) == 1


def test_who_is_forgotten_is_named_beside_no_prize_and_the_order_waits_for_its_draw(
    either: BoxOffice, later: Later
) -> None:
    office = either
    drawn(office)
    card = office.draws.by_slug("gift")
    assert {one.name for one in office.pool_of(card.id).totals.winners} == {"Bo 1", "Bo 2", "Bo 3"}
    order = {
        "id": "p1", "status": OrderStatus.PAID, "name": "Bo", "email": "bo@example.org",
        "email_key": "buyer-p1", "currency": "GBP", "total_cents": 0, "gateway": "free",
        "created_at": utc_now() - timedelta(days=90), "locale": "en", "is_demo": False,
        "open_events": 0, "basket_id": "b",
    }  # fmt: skip
    with office.db.write() as connection:
        connection.execute(insert(Order), order)

    me = SignedInBuyer("s", "buyer-p1", "bo@example.org", Device.PHONE, "", utc_now(), utc_now())
    forget_buyer(office, me)

    assert {one.name for one in office.pool_of(card.id).totals.winners} == {"Bo 2", "Bo 3"}
    assert names(office) == {"p1": "", "p2": "Bo 2", "p3": "Bo 3"}
    assert forgettable(office) == (False, False), "it may still win, or be claimed"
    do(office, "reveal", draw="gift")
    later(61)
    by_itself.settle_due(office)
    assert forgettable(office) == (True, False), "the organizer keeps it for two years"
    with office.db.write() as connection:
        connection.execute(update(Order).values(email="", id="p2"))
    forget_erased(office)
    assert names(office) == {"p1": "", "p2": "", "p3": "Bo 3"}


def names(office: BoxOffice) -> dict[str, str]:
    with office.db.read() as connection:
        query = select(LotteryPurchase.id, LotteryPurchase.public_name)
        return {row.id: row.public_name for row in connection.execute(query)}


def forgettable(office: BoxOffice) -> tuple[bool, bool]:
    """Whether an order may go at its buyer's wish, and by itself."""
    now = utc_now()
    with office.db.read() as connection:
        wished, by_itself = (
            connection.scalar(select(func.count()).where(Order.id == "p1", which(now)))
            for which in (may_be_forgotten, _is_forgettable)
        )
    return bool(wished), bool(by_itself)


def test_a_batch_without_a_closing_time_closes_when_it_is_sold_out_and_followed(
    office: BoxOffice, later: Later
) -> None:
    timeless = WHOLE.replace('closes_at = "2098-12-12 20:00"', "")
    opens(office, timeless + "[successor]\nthreshold = 50\nsize = 100\n")
    later(5000)
    buys(office, "roof", "p1", 99)
    assert by_itself.close_due(office) == 0, "one ticket is left"
    buys(office, "roof", "p2", 1)
    assert by_itself.close_due(office) == 0, "its successor is not open"
    do(office, "reseed", lottery=1, batch="roof-1")

    assert by_itself.close_due(office) == 1
    assert (status_of(office, "roof-1"), status_of(office, "roof-2")) == ("closed", "open")
