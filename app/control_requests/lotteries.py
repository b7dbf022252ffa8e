"""Requests about prize draws: the steps of jobs, which may run in other processes."""

from __future__ import annotations

import time
from typing import Final

from app.box_office import BoxOffice
from app.clock import wall_ms
from app.control_requests.asked import Words
from app.lottery.pool.commands import AllocateSlice, AnnounceSlice
from app.prize_draws.opening import open_successor
from app.prize_draws.seat_gifts import give_seats

PARTS_AT_ONCE: Final = 50  # purchases that are told in one step, with all of their prizes
STEPS_AT_ONCE: Final = 4  # slices of a few milliseconds; then somebody else may ask
BREATH_SECONDS: Final = 0.1  # between them: whoever holds a seat meanwhile hardly notices


def allocate(office: BoxOffice, words: Words) -> Words:
    """The next tickets of a paid purchase: how many of how many are done."""
    pool, done = office.pool_of(int(words["lottery"])), int(words["done"])
    taken = done
    for _step in range(STEPS_AT_ONCE):
        view = pool.ask(AllocateSlice(str(words["purchase"]), done, wall_ms()))
        done, taken = view.drawn, view.taken
        if done == taken:
            break
        time.sleep(BREATH_SECONDS)
    return {"done": done, "of": taken}


def announce(office: BoxOffice, words: Words) -> Words:
    """The next purchases of an evening learn what they won: how many of how many are done."""
    pool, batch_id = office.pool_of(int(words["lottery"])), str(words["batch"])
    done, total = int(words["done"]), 0
    for _step in range(STEPS_AT_ONCE):
        view = pool.ask(AnnounceSlice(batch_id, done, PARTS_AT_ONCE))
        done, total = view.done, view.total
        if done == total:
            break
    return {"done": done, "of": total}


def reseed(office: BoxOffice, words: Words) -> Words:
    """The batch behind one that is nearly sold out."""
    opened = open_successor(office, int(words["lottery"]), str(words["batch"]))
    return {"batch": opened.batch_id}


def seats(office: BoxOffice, words: Words) -> Words:
    """The free seats that a ticket won: the order that has them, or why there are none yet."""
    gift = give_seats(office, str(words["batch"]), int(words["at"]))
    return {"order": gift.order_id if gift.is_given else "", "reason": gift.reason}
