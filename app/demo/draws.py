"""The draws of the sample house: one whose buyers learn at once, one that waits for its evening."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import select, update

from app.box_office import BoxOffice
from app.clock import to_ms, utc_now, wall_ms
from app.demo.lantern_house import CURRENCY, HOUSE, HOUSE_SLUG, MAIN_HOUSE, ZONE
from app.demo.selling import AT_ONCE, SAMPLE_ADDRESS, leave_letters_unsent
from app.draw_files.draw_file import DrawFile
from app.draw_words import EARLY_ACCESS, MEMBERS_PAGE, DrawWords, TierWords
from app.lottery.pool.commands import BuyAtOnce, PlacePurchase
from app.lottery.pool.terms import ENTITLEMENT, EVENING, INSTANT, SEAT, THING, Terms, Tier
from app.lottery.sealing import BY_BUYERS, BY_STAFF
from app.models import Lottery, LotteryStatus, Organizer
from app.prize_draws.from_files import open_from_file
from app.tokens import new_order_id

BY: Final = "demo"
EVENING_DAYS: Final = 28  # until the second draw closes
NAMES: Final = ("Juno", "", "Wren", "", "Otis", "", "Maud")  # the others keep theirs to themselves
SIZES: Final = (100, 40, 92, 150, 60, 70)
LIMITS: Final = {"purchase_limit": 200, "day_limit": 200, "person_limit": 400, "age_limit": 0}

EARLY_KEY: Final = TierWords(
    "Book before everybody else", "lilac", "key", event="midwinter-tale", opens=EARLY_ACCESS
)
FRIEND: Final = TierWords(
    "A page of their own", "buff", "star", opens=MEMBERS_PAGE,
    page="Thank you for looking in on us.\n\nThis page is a sample: in a house of your own it says"
    " what you tell your friends and nobody else, in the draw file under page.",
)  # fmt: skip

Prize = tuple[Tier, TierWords]


@dataclass(frozen=True, slots=True)
class SampleDraw:
    """A draw of the sample house, and how many of its tickets are gone already."""

    draw: DrawFile
    sold_count: int


def sample_draws(now: datetime) -> tuple[SampleDraw, ...]:
    """Both of them."""
    return (
        SampleDraw(_winter_draw(), sold_count=512),
        SampleDraw(_encore_draw(now), sold_count=640),
    )


def open_sample_draws(office: BoxOffice) -> int:
    """Open whatever draw of the sample house is not there; how many that were."""
    with office.db.read() as connection:
        known = set(connection.execute(select(Lottery.slug)).scalars())
    new = [sample for sample in sample_draws(utc_now()) if sample.draw.slug not in known]
    for sample in new:
        open_from_file(office, sample.draw, None, BY, is_demo=True)
        _sell(office, sample)
    _change_all(office, LotteryStatus.DRAFT, LotteryStatus.OPEN)
    return len(new)


def close_sample_draws(office: BoxOffice) -> None:
    """Nobody sees or buys tickets of the sample house's draws any more."""
    _change_all(office, LotteryStatus.OPEN, LotteryStatus.DRAFT)


def _change_all(office: BoxOffice, before: LotteryStatus, after: LotteryStatus) -> None:
    theirs = select(Organizer.id).where(Organizer.slug == HOUSE_SLUG, Organizer.is_demo == 1)
    which = (Lottery.organizer_id.in_(theirs), Lottery.status == before)
    with office.db.write() as connection:
        connection.execute(update(Lottery).where(*which).values(status=after))
    office.draws.refresh()


def _sell(office: BoxOffice, sample: SampleDraw) -> None:
    """Many buyers at the same time: the actor settles them in one transaction."""
    card = office.draws.by_slug(sample.draw.slug)
    pool, day = office.pool_of(card.id), card.today
    purchases = list(_purchases(office, sample, day))
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        list(crowd.map(pool.ask, purchases))
    leave_letters_unsent(office, [f"mail.lottery:{p.place.purchase_id}:filled" for p in purchases])


def _purchases(office: BoxOffice, sample: SampleDraw, day: str) -> Iterator[BuyAtOnce]:
    left, number = sample.sold_count, 0
    while left:
        count = min(left, SIZES[number % len(SIZES)])
        purchase_id = new_order_id()
        email = SAMPLE_ADDRESS.format(number=f"of-draws-{number + 1}")
        place = PlacePurchase(
            purchase_id, office.tokens.address_key(email), count, 0, True, day,
            is_play=sample.draw.credits is not None, public_name=NAMES[number % len(NAMES)],
            contribution=secrets.token_hex(32) if sample.draw.terms.mode == EVENING else "",
        )  # fmt: skip
        yield BuyAtOnce(place, f"sample-{purchase_id}", wall_ms())
        left, number = left - count, number + 1


def _winter_draw() -> DrawFile:
    prizes = (
        _prize("bicycle", "A bicycle", 1, 38_000, "From the cycle shop on Wharf Road", "sky"),
        _prize("chair", "Front row for a year", 2, 12_000, "Two seats, every show", "rose"),
        _prize("lamp", "Brass lamp", 5, 4_500, "Made by the workshop", "straw"),
        _prize("cake", "Cake for eight", 15, 1_800, "Market Street Bakery", "lilac"),
        (Tier("early-key", "Early booking key", 20, ENTITLEMENT), EARLY_KEY),
        _prize("cup", "Tea at the interval", 37, 300, "Any show this winter", "sage"),
        (Tier("friend", "Friend of the house", 40, ENTITLEMENT), FRIEND),
    )
    return _draw(
        "the-winter-draw",
        "The Winter Draw",
        "1,200 tickets for play credits, and you learn at once. A sample: nothing is charged.",
        "sky",
        prizes,
        size=1200,
        mode=INSTANT,
        credits=2,
        cause="the workshop",
        rules="A sample draw of a sample house. Its tickets cost play credits, which nobody can"
        " buy, and its prizes are not real.\n\nThe prizes were placed before the first ticket was"
        " sold, and a fingerprint of their places was published. When the draw closes, the secret"
        " behind it is published too, and anybody can check that nothing was moved.",
    )


def _encore_draw(now: datetime) -> DrawFile:
    day = now.astimezone(ZONE).date() + timedelta(days=EVENING_DAYS)
    seats = TierWords("Two seats for The Salt Road", "rose", "chair", "the-salt-road-matinee", 2)
    prizes = (
        (Tier("friend", "Friend of the house", 10, ENTITLEMENT), FRIEND),
        (Tier("two-seats", "Two seats", 10, SEAT, 4_800), seats),
        _prize("book", "The Salt Road, signed", 20, 1_200, "By everybody on stage", "buff"),
        _prize("flower", "A flower at the door", 60, 200, "On the evening that you come", "sage"),
    )
    return _draw(
        "the-encore-draw",
        "The Encore Draw",
        "Free for everybody. The prizes are drawn after closing, so nobody can know before.",
        "rose",
        prizes,
        size=2000,
        mode=EVENING,
        closes_ms=to_ms(datetime.combine(day, time(20), ZONE)),
        rules="A sample draw of a sample house; its prizes are not real.\n\nEvery purchase brings a"
        " random number with it. When the sale has closed, all of them together decide with the"
        " sealed secret of the house where the prizes lie. A prize that falls on a ticket which"
        " nobody took stays in the house.",
    )


def _prize(picture: str, name: str, count: int, cents: int, note: str, stock: str) -> Prize:
    return Tier(picture, name, count, THING, cents), TierWords(note, stock, picture)


def _draw(
    slug: str,
    title: str,
    summary: str,
    stock: str,
    prizes: tuple[Prize, ...],
    *,
    size: int,
    mode: str,
    rules: str,
    cause: str = "",
    credits: int | None = None,
    closes_ms: int | None = None,
) -> DrawFile:
    tiers = tuple(tier for tier, _words in prizes)
    is_evening = mode == EVENING
    source = BY_BUYERS if is_evening else BY_STAFF
    return DrawFile(
        house=HOUSE,
        venue=MAIN_HOUSE,
        slug=slug,
        title=title,
        currency=CURRENCY,
        terms=Terms(size, tiers, mode, 0, 0, 0, source, closes_ms),
        limits=LIMITS,
        public={"how": "contributions" if is_evening else "none"},
        words=DrawWords({tier.key: words for tier, words in prizes}, rules, cause),
        summary=summary,
        stock=stock,
        credits=credits,
    )
