"""What the doctor says about draws: what waits for whom, and nothing while all is well."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import update

from app.box_office import BoxOffice
from app.clock import wall_ms
from app.lottery.pool import commands as c
from app.models import LotteryBatch
from app.upkeep.doctor_draws import look_at_draws
from tests.draw_files.written import with_line
from tests.lottery.test_requests import BASIS, INSTANT, buys, do, opens
from tests.opened import opened


def said(office: BoxOffice) -> str:
    with office.db.read() as connection:
        return " ".join(finding.words for finding in look_at_draws(connection))


def test_the_doctor_names_what_waits_and_is_quiet_when_nothing_does(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        opens(office, with_line("size = 100", "size = 100\nprice = 1"))
        assert "for want of a legal basis: roof." in said(office)
        do(office, "basis", draw="roof", **BASIS)
        assert said(office) == ""
        pool = office.pool_of(office.draws.by_slug("roof").id)
        place = c.PlacePurchase("p", "bo", 10, 1000, False, "2026-11-05", is_play=True)
        pool.ask(c.BuyAtOnce(place, "play-p", wall_ms()))
        do(office, "close", draw="roof")
        assert said(office) == ""
        do(office, "value", draw="roof", value="1 2 3 4 5 6", by="Ada")
        assert "Only one person has typed the public value of roof-1." in said(office)
        with office.db.write() as connection:
            connection.execute(update(LotteryBatch).values(closed_ms=wall_ms() - 90_000_000))
        assert "nobody has drawn roof-1." in said(office)
        do(office, "value", draw="roof", value="1 2 3 4 5 6", by="Dee")
        do(office, "draw", draw="roof")
        assert said(office).startswith("The secret of roof-1 is not published")
        do(office, "reveal", draw="roof")
        assert said(office) == ""


def test_the_doctor_counts_claims_that_wait_for_staff(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        opens(office, INSTANT)
        buys(office, "quick", "p1", 100)
        ticket = do(office, "claims", draw="quick", unclaimed=True)["claims"][0]["ticket"]
        pool = office.pool_of(office.draws.by_slug("quick").id)
        pool.ask(c.ClaimPrize("quick-1", int(ticket[2:]), "buyer-p1"))
        assert said(office).startswith("1 claimed prize waits for staff")
        do(office, "confirm", draw="quick", ticket=ticket, by="Dee")
        assert said(office) == ""
