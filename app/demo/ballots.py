"""The ballot of the sample house: seats for a night that many want, drawn before its sale ends."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import select

from app.ballot_draws.opening import open_ballot
from app.ballot_files.reading import BallotFile, ShareWords
from app.box_office import BoxOffice
from app.clock import utc_now
from app.demo.lantern_house import ZONE
from app.demo.selling import AT_ONCE, SAMPLE_ADDRESS, SEED, leave_letters_unsent
from app.lottery.ballot.commands import EnterBallot
from app.lottery.ballot.terms import Wish
from app.models import Ballot
from app.tokens import new_id

BY: Final = "demo"
SLUG: Final = "midwinter-ballot"
EVENT: Final = "midwinter-tale"
CLOSES_DAYS: Final = 21
ENTRIES: Final = 64
SEATS: Final = (("stalls", 24), ("balcony", 16))


def open_sample_ballot(office: BoxOffice) -> int:
    """Open the ballot if it is not there; how many were opened."""
    with office.db.read() as connection:
        known = connection.scalar(select(Ballot.id).where(Ballot.slug == SLUG))
    if known is not None:
        return 0
    ballot_id, _view = open_ballot(office, sample_ballot(utc_now()), BY)
    _enter(office, ballot_id)
    return 1


def sample_ballot(now: datetime) -> BallotFile:
    """What its file would say."""
    day = now.astimezone(ZONE).date() + timedelta(days=CLOSES_DAYS)
    return BallotFile(
        title="A Midwinter Tale: by the fire",
        slug=SLUG,
        summary="The seats nearest to the fire, for whoever is drawn. A sample.",
        stock="lilac",
        time_zone=ZONE.key,
        closes_at=datetime.combine(day, time(20), ZONE),
        draws_at=datetime.combine(day, time(20, 30), ZONE),
        group_limit=4,
        wish_limit=2,
        hours_to_buy=72,
        hours_for_offers=3,
        shares=tuple(
            ShareWords(f"seats[{at}]", EVENT, category, count)
            for at, (category, count) in enumerate(SEATS)
        ),
        public={"how": "beacon", "source": "a public beacon, the round of that evening",
                "digits": 128},
    )  # fmt: skip


def _enter(office: BoxOffice, ballot_id: int) -> None:
    """Many people at the same time; they have no letter box."""
    ballot = office.ballot_of(ballot_id)
    entries = list(_entries(office))
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        list(crowd.map(ballot.ask, entries))
    leave_letters_unsent(office, [f"mail.ballot:{entry.entry_id}:in" for entry in entries])


def _entries(office: BoxOffice) -> Iterator[EnterBallot]:
    chance = random.Random(SEED)
    event_id = office.catalogue.any_by_slug(EVENT).id
    wishes = tuple(Wish(event_id, category) for category, _count in SEATS)
    for number in range(ENTRIES):
        email = SAMPLE_ADDRESS.format(number=f"of-ballots-{number + 1}")
        chosen = chance.sample(wishes, chance.randint(1, len(wishes)))
        key = office.tokens.address_key(email)
        yield EnterBallot(new_id(), key, chance.choice((1, 2, 2, 2, 3, 4)), tuple(chosen))
