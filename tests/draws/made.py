"""Prize draws for tests of their pages: plain functions that open, sell and draw them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, insert, select

from app.box_office import BoxOffice
from app.clock import utc_now, wall_ms
from app.lottery.pool import commands as c
from app.lottery.pool.terms import EVENING, INSTANT, Terms, Tier
from app.models import Lottery, LotteryStatus, Organizer, Venue
from app.prize_draws.drawing import close_batch, draw_batch, reveal_batch, type_value
from app.prize_draws.opening import open_batch
from tests.carrying import carry_out_due

DAY = "2026-11-05"
NUMBERS = {"how": "numbers", "sources": [{"name": "Lotto", "count": 6, "low": 1, "high": 49}]}
NOTES = {
    "tiers": {
        "bicycle": {"note": "From Fenwick Cycles", "stock": "sky", "picture": "bicycle"},
        "lamp": {"note": "Made by the workshop", "stock": "straw", "picture": "lamp"},
        "tea": {"note": "Any show this winter", "stock": "sage", "picture": "cup"},
    },
    "rules": "One ticket, one place in the draw.\n\nPrizes are handed out at the counter.",
    "cause": "the roof",
    "share": "Half of the money goes to the roof",
}


def add_draw(office: BoxOffice, slug: str, **changes: Any) -> int:
    """A draw without a batch; its id."""
    now = utc_now()
    with office.db.write() as connection:
        if not connection.scalar(select(func.count()).select_from(Organizer)):
            house = {"id": 1, "slug": "h", "name": "H", "contact_email": "ada@example.org"}
            venue = {"id": 1, "organizer_id": 1, "slug": "v", "name": "V", "time_zone": "UTC"}
            connection.execute(insert(Organizer), house | {"created_at": now})
            connection.execute(insert(Venue), venue)
        draw = {
            "organizer_id": 1, "venue_id": 1, "slug": slug, "title": "The Winter Draw",
            "summary": "For a roof that keeps the rain out.", "stock": "lilac", "currency": "GBP",
            "time_zone": "Europe/London", "status": LotteryStatus.OPEN, "rules": {},
            "public": NUMBERS, "notes": NOTES, "created_at": now,
        } | changes  # fmt: skip
        made = connection.execute(insert(Lottery).returning(Lottery.id), draw).scalar_one()
    office.draws.refresh()
    return int(made)


def terms(mode: str = EVENING, size: int = 120, **changes: Any) -> Terms:
    """A free batch of some tickets with a bicycle, some lamps and some teas."""
    tiers = (
        Tier("bicycle", "A bicycle", 1),
        Tier("lamp", "Brass lamp", size // 24),
        Tier("tea", "Tea at the interval", size // 6),
    )
    facts = {"threshold": 0, "successor_size": 0, "price_cents": 0} | changes
    return Terms(size, tiers, mode, **facts)


def licence(office: BoxOffice, lottery_id: int) -> None:
    """Paid tickets may be sold."""
    basis = c.RecordLegalBasis(
        "Small society lottery", "SL 0417", "Fenmark District Council",
        "Hanna Birch for the Friends of Lantern House", "a postcard to the house", "ada",
    )  # fmt: skip
    office.pool_of(lottery_id).ask(basis)


def buy(office: BoxOffice, lottery_id: int, purchase_id: str, count: int, **wish: Any) -> None:
    """A purchase that is placed, paid and carried out."""
    pool = office.pool_of(lottery_id)
    cents = wish.pop("cents", 0)
    facts: dict[str, Any] = {"buyer": f"buyer-{purchase_id}", "wants_fewer": False} | wish
    facts |= {"count": count, "expected_cents": cents, "day": DAY, "is_of_age": True}
    pool.ask(c.PlacePurchase(purchase_id, **facts))
    pool.ask(c.PayPurchase(purchase_id, f"pay-{purchase_id}", cents, wall_ms()))
    carry_out_due(office, "lottery.allocate")


def sells(office: BoxOffice, slug: str, mode: str = EVENING, **changes: Any) -> int:
    """A free draw whose first batch sells, and in which one purchase was made; its id."""
    lottery_id = add_draw(office, slug)
    open_batch(office, lottery_id, 1, terms(mode, **changes), "ada")
    buy(office, lottery_id, f"{slug}-p1", 100, public_name="Joss F.")
    return lottery_id


def closes(office: BoxOffice, slug: str) -> None:
    """The sale of the first batch is over."""
    close_batch(office, f"{slug}-1", "ada")


def draws(office: BoxOffice, slug: str, *, told: bool = True) -> None:
    """Two people type the numbers; the draw is made and, unless it waits, `told`."""
    closes(office, slug)
    for by in ("ada", "dee"):
        type_value(office, f"{slug}-1", "3 7 49 12 25 31", by)
    draw_batch(office, f"{slug}-1", "ada")
    if told:
        carry_out_due(office, "lottery.results")


def reveals(office: BoxOffice, slug: str, mode: str = EVENING) -> None:
    """All the way to the secret."""
    draws(office, slug) if mode != INSTANT else closes(office, slug)
    reveal_batch(office, f"{slug}-1", "ada")
