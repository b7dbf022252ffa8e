"""Sells what the sample house has sold already: real holds, orders and tickets, a few at a time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from sqlalchemy import update

from app.box_office import BoxOffice
from app.clock import utc_now, wall_ms
from app.demo.lantern_house import Sample
from app.inventory.commands import (
    AreaChoice,
    BlockPlaces,
    BuyNow,
    HoldSeats,
    NewOrder,
    SeatChoice,
)
from app.inventory.offer import Offer
from app.models import EffectState, OutboxRow
from app.orders.tickets import new_tickets
from app.refusals import LoneSeat
from app.tokens import new_id, new_order_id

AT_ONCE: Final = 24  # buyers at the same time: the actor settles them in one transaction
PARTY_SIZES: Final = (2, 2, 2, 3, 4, 4, 5, 6)
WANDERING_SEATS: Final = 8  # how far from the middle of a row people sit for no reason
SEED: Final = 1843
SAMPLE_ADDRESS: Final = "sample-buyer-{number}@lantern-house.invalid"
SPECIAL: Final = frozenset({"wheelchair", "companion"})


@dataclass(frozen=True, slots=True)
class Party:
    """A few people who go together."""

    event_id: int
    number: int
    seats: tuple[SeatChoice, ...] = ()
    areas: tuple[AreaChoice, ...] = ()


def take_places(office: BoxOffice, events: Mapping[int, Sample]) -> int:
    """Block and sell what the samples say; how many orders that made. No letters are sent."""
    chance = random.Random(SEED)
    parties: list[Party] = []
    for event_id, sample in events.items():
        offer = office.inventory_of(event_id).offer
        _block(office, event_id, offer, sample)
        for seats, areas in _parties(chance, offer, sample):
            parties.append(Party(event_id, len(parties) + 1, seats, areas))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        bought = pool.map(lambda party: _buy(office, party), parties)
        order_ids = [order_id for order_id in bought if order_id is not None]
    leave_letters_unsent(office, [f"mail.order_paid:{order_id}" for order_id in order_ids])
    return len(order_ids)


def leave_letters_unsent(office: BoxOffice, dedupe_keys: list[str]) -> None:
    """Sample buyers have no letter box."""
    which = (OutboxRow.dedupe_key.in_(dedupe_keys), OutboxRow.state == EffectState.DUE)
    skipped = {"skipped": "sample house"}
    with office.db.write() as connection:
        connection.execute(
            update(OutboxRow)
            .where(*which)
            .values(state=EffectState.DONE, done_at=utc_now(), result=skipped)
        )


def _block(office: BoxOffice, event_id: int, offer: Offer, sample: Sample) -> None:
    blocked = tuple(
        seat.id
        for seat in offer.seats
        if seat.id.startswith(tuple(f"{section}-" for section in sample.blocked_sections))
    )
    if sample.blocked_sections and blocked:
        command = BlockPlaces(sample.block_reason, "demo", seats=blocked)
        office.inventory_of(event_id).ask(command)


def _parties(
    chance: random.Random, offer: Offer, sample: Sample
) -> Iterator[tuple[tuple[SeatChoice, ...], tuple[AreaChoice, ...]]]:
    wanted = round(len(offer.seats) * sample.seat_share)
    for run in _runs(chance, offer, sample, wanted):
        yield tuple(SeatChoice(seat, _kind(chance, offer)) for seat in run), ()
    for area, wanted_count in sample.area_counts.items():
        left = wanted_count
        while left:
            count = min(left, chance.choice(PARTY_SIZES))
            yield (), (AreaChoice(area, count, None),)
            left -= count


def _runs(
    chance: random.Random, offer: Offer, sample: Sample, wanted: int
) -> Iterator[tuple[str, ...]]:
    """Neighbours in random rows, the front ones first, most of them near the middle."""
    rows = [_ordinary(offer, row, sample) for row in offer.rows]
    free = [[range(len(row))] if row else [] for row in rows]
    order = sorted(range(len(rows)), key=lambda i: i * 0.6 + chance.random() * len(rows))
    while wanted > 0:
        before = wanted
        for i in order:
            if wanted <= 0 or (wanted == 1 and sample.event.sales.forbid_lone_seats):
                return
            run = _place(chance, free[i], len(rows[i]) / 2, wanted)
            if run is not None:
                yield tuple(rows[i][run.start : run.stop])
                wanted -= len(run)
        if wanted == before:
            return


def _place(chance: random.Random, free: list[range], middle: float, most: int) -> range | None:
    """Where the next party sits in a row, taken from its free gaps; no gap of one is ever left."""
    for size in (chance.choice(PARTY_SIZES), 2, 3, 1):
        fits = [
            (abs(at + size / 2 - middle) + chance.random() * WANDERING_SEATS, at, gap)
            for gap in free
            for at in range(gap.start, gap.stop - size + 1)
            if at - gap.start != 1 and gap.stop - at - size != 1
        ]
        if fits and size <= most:
            _liking, at, gap = min(fits, key=lambda fit: fit[:2])
            free.remove(gap)
            left = (range(gap.start, at), range(at + size, gap.stop))
            free += [part for part in left if part]
            return range(at, at + size)
    return None


def _ordinary(offer: Offer, row: tuple[int, ...], sample: Sample) -> list[str]:
    blocked = tuple(f"{section}-" for section in sample.blocked_sections)
    return [
        offer.seats[i].id
        for i in row
        if not offer.seats[i].features & SPECIAL and not offer.seats[i].id.startswith(blocked)
    ]


def _kind(chance: random.Random, offer: Offer) -> str:
    return chance.choice(offer.ticket_types[:1] * 3 + offer.ticket_types).key


def _buy(office: BoxOffice, party: Party) -> str | None:
    inventory, basket, order_id = office.inventory_of(party.event_id), new_id(), new_order_id()
    try:
        hold = inventory.ask(
            HoldSeats(basket, f"{party.event_id}-{new_id()}", party.seats, party.areas)
        )
    except LoneSeat:  # beside an aisle; this party stays at home
        return None
    gateway = "demo" if hold.total_cents else "free"
    email = SAMPLE_ADDRESS.format(number=party.number)
    order = NewOrder(
        id=order_id,
        gateway=gateway,
        name=f"Sample buyer {party.number}",
        email=email,
        buyer=office.tokens.address_key(email),
        locale="en",
        is_demo=True,
        at_ms=wall_ms(),
    )
    inventory.ask(
        BuyNow(
            order,
            basket,
            hold.total_cents,
            f"{gateway}-{order_id}-1",
            new_tickets(hold.place_count),
            office.keys.current_id(party.event_id),
        )
    )
    return order_id
