"""Prize draws at an opened box office, made by hand: what the draw file and its command make."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select

from app.box_office import BoxOffice
from app.clock import utc_now
from app.draw_words import DrawWords, TierWords, plain_words
from app.lottery.pool.commands import RecordLegalBasis
from app.lottery.pool.terms import EVENING, INSTANT, THING, Terms, Tier
from app.models import Lottery, LotteryStatus, Organizer, Venue
from app.prize_draws.opening import open_batch

NUMBERS = {"how": "numbers", "sources": [{"name": "Lotto", "count": 6, "low": 1, "high": 49}]}
BASIS = RecordLegalBasis(
    "Small society lottery", "SL 0417", "Fenmark", "Friends of the House", "A card by post", "ada"
)


def terms_for(
    size: int = 1000, mode: str = INSTANT, price_cents: int = 100, **changes: Any
) -> Terms:
    """A prize for each tenth ticket and each hundredth."""
    tiers = (
        Tier("lamp", "Brass lamp", size // 100, THING, 2500),
        Tier("tea", "Tea at the interval", size // 10, THING, 250),
    )
    facts: dict[str, Any] = {"tiers": tiers, "threshold": 0, "successor_size": 0} | changes
    return Terms(size=size, mode=mode, price_cents=price_cents, **facts)


def add_draw(
    office: BoxOffice,
    terms: Terms,
    slug: str = "roof",
    credits: int | None = None,
    basis: RecordLegalBasis | None = BASIS,
    shown: dict[str, TierWords] | None = None,
    **rules: Any,
) -> int:
    """An open draw with its first batch; its id."""
    words = DrawWords(
        shown or {"lamp": TierWords("Made by the workshop", "straw", "lamp"),
         "tea": TierWords("Any show this winter", "sage", "cup")},
        "One ticket, one chance.", "the roof", "Of every £1.00, 43p goes to the roof.",
    )  # fmt: skip
    with office.db.write() as connection:
        organizer_id, venue_id = _house(connection)
        row = {
            "organizer_id": organizer_id, "venue_id": venue_id, "slug": slug,
            "title": "The Roof Draw", "summary": "For the roof.", "stock": "lilac",
            "currency": "GBP", "time_zone": "Europe/London", "status": LotteryStatus.OPEN,
            "credits": credits, "rules": rules, "notes": plain_words(words),
            "public": NUMBERS if terms.mode == EVENING else {"how": "none"},
            "created_at": utc_now(),
        }  # fmt: skip
        connection.execute(insert(Lottery), row)
        lottery_id = int(
            connection.execute(select(Lottery.id).where(Lottery.slug == slug)).scalar_one()
        )
    office.draws.refresh()
    if basis is not None:
        office.pool_of(lottery_id).ask(basis)
    open_batch(office, lottery_id, 1, terms, "ada")
    return lottery_id


def draw_of_prizes(
    office: BoxOffice, tier: Tier, shown: TierWords, slug: str = "prizes", **changes: Any
) -> int:
    """A free instant draw in which every ticket wins the same."""
    terms = terms_for(tier.count, price_cents=0, tiers=(tier,), **changes)
    return add_draw(office, terms, slug, basis=None, shown={tier.key: shown})


def _house(connection: Any) -> tuple[int, int]:
    venue = connection.execute(select(Venue.organizer_id, Venue.id)).first()
    if venue is not None:
        return venue.organizer_id, venue.id
    made = {
        "created_at": utc_now(),
        "slug": "hall",
        "name": "Hall",
        "contact_email": "a@example.org",
    }
    connection.execute(insert(Organizer), {"id": 1, **made})
    connection.execute(
        insert(Venue),
        {"id": 1, "organizer_id": 1, "slug": "hall", "name": "Hall", "time_zone": "Europe/London"},
    )
    return 1, 1
