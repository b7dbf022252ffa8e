"""Small draws for tests of the rules: plain functions that build them."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from app.inventory.commands import Command
from app.inventory.outcome import Moment
from app.inventory.records import Record
from app.lottery.pool import commands as c
from app.lottery.pool.decide import settled
from app.lottery.pool.invariants import broken
from app.lottery.pool.state import PoolState
from app.lottery.pool.terms import (
    DAY_MS,
    EVENING,
    INSTANT,
    PoolRules,
    Terms,
    Tier,
    prize_places,
    successor_terms,
)
from app.lottery.pool.views import BatchView, PurchaseView
from app.refusals import Refusal

T = TypeVar("T")
NOON_MS = 1_793_880_000_000  # 2026-11-05
DAY = "2026-11-05"
NEXT_DAY = "2026-11-06"
LAMPS = (3, 17)  # where the prizes of the small draw lie
KEYS = (5, 6, 7, 8)


def rules(**changes: Any) -> PoolRules:
    """A draw in pounds for people of 18 or over."""
    return replace(PoolRules(4, "roof", "GBP", age_limit=18), **changes)


def terms(**changes: Any) -> Terms:
    """20 tickets at 1.00, two lamps and four keys; a successor opens with fewer than 5 left."""
    tiers = (Tier("lamp", "Lamp", 2), Tier("key", "Key ring", 4))
    return replace(Terms(20, tiers, INSTANT, 100, 5, 20, claim_days=10), **changes)


def places(size: int = 20) -> bytes:
    """The prizes of the small draw, the same in every 20 tickets."""
    times = size // 20
    lamps = tuple(at + 20 * n for n in range(times) for at in LAMPS)
    keys = tuple(at + 20 * n for n in range(times) for at in KEYS)
    few = terms()
    tiers = (replace(few.tiers[0], count=2 * times), replace(few.tiers[1], count=4 * times))
    return prize_places(terms(size=size, tiers=tiers), (lamps, keys))


def at(days: float = 0) -> Moment:
    """So many days after noon, on both clocks."""
    now = NOON_MS + int(days * DAY_MS)
    return Moment(now, now)


def told(state: PoolState, command: Command[T], days: float = 0) -> T:
    """The outcome of one settled command, after which every promise must hold."""
    outcome = settled(state, command, at(days)).outcome
    assert list(broken(state)) == []
    return outcome


def noted(state: PoolState, command: Command[T], days: float = 0) -> tuple[Record, ...]:
    """The records of one settled command."""
    return settled(state, command, at(days)).records


def refused(
    state: PoolState, command: Command[Any], kind: type[Refusal], days: float = 0
) -> Refusal:
    """The refusal of a command, which has words and left nothing behind."""
    settled(state, c.Expire(), at(days))
    before = picture(state)
    with pytest.raises(kind) as caught:
        settled(state, command, at(days))
    assert picture(state) == before
    assert caught.value.happened
    assert caught.value.next_step or caught.value.safe
    return caught.value


def picture(state: PoolState) -> bytes:
    """Everything that a draw's state is made of."""
    return pickle.dumps({key: kept for key, kept in vars(state).items() if key != "_due"})


def licensed(**changes: Any) -> PoolState:
    """A draw that may sell, without a batch."""
    state = PoolState(rules(**changes))
    told(state, basis())
    return state


def basis() -> c.RecordLegalBasis:
    """The licence of the friends of the house."""
    return c.RecordLegalBasis(
        "Small society lottery", "SL 0417", "Fenmark", "Hanna Birch", "By post", "ada"
    )


def opens(state: PoolState, offered: Terms, batch_id: str = "b1") -> BatchView:
    """Ada opens a batch."""
    sealed = places(offered.size) if offered.mode == INSTANT else b""
    return told(state, c.OpenBatch(batch_id, offered, f"seal-{batch_id}", "ada", NOON_MS, sealed))


def instant(**changes: Any) -> PoolState:
    """A small draw whose buyers learn at once."""
    state = licensed()
    opens(state, terms(**changes))
    return state


def evening(**changes: Any) -> PoolState:
    """A small draw that is drawn in the evening."""
    state = licensed()
    opens(state, terms(mode=EVENING, **changes))
    return state


def wants(count: int, purchase_id: str = "p1", buyer: str = "bo", **more: Any) -> c.PlacePurchase:
    """Somebody grown up wants tickets at 1.00."""
    facts: dict[str, Any] = {
        "wants_fewer": False,
        "day": DAY,
        "is_of_age": True,
        "expected_cents": count * 100,
    }
    return c.PlacePurchase(purchase_id, buyer, count, **(facts | more))


def places_purchase(
    state: PoolState, count: int, purchase_id: str = "p1", buyer: str = "bo", **more: Any
) -> PurchaseView:
    """A purchase that waits for its payment."""
    return told(state, wants(count, purchase_id, buyer, **more))


def paid(purchase_id: str = "p1", cents: int = 100, reference: str = "") -> c.PayPurchase:
    """The money of a purchase."""
    return c.PayPurchase(purchase_id, reference or f"pay-{purchase_id}", cents, NOON_MS)


def buys(
    state: PoolState,
    count: int,
    purchase_id: str = "p1",
    buyer: str = "bo",
    days: float = 0,
    **more: Any,
) -> PurchaseView:
    """A purchase placed, paid and carried out."""
    told(state, wants(count, purchase_id, buyer, **more), days)
    view = told(state, paid(purchase_id, count * 100), days)
    return told(state, c.AllocateSlice(purchase_id, view.drawn, NOON_MS), days)


def follows(state: PoolState, after: str = "b1", batch_id: str = "b2") -> BatchView:
    """The reseeding job opens a successor."""
    before = state.batches[after]
    size = successor_terms(before.terms).size
    sealed = places(size) if before.is_instant else b""
    return told(state, c.OpenSuccessor(after, batch_id, f"seal-{batch_id}", NOON_MS, sealed))


def closes(state: PoolState, batch_id: str = "b1") -> BatchView:
    """Ada closes a batch."""
    return told(state, c.CloseBatch(batch_id, "ada", NOON_MS))


def drawn(state: PoolState, batch_id: str = "b1") -> None:
    """Closed, public value typed by two, drawn, everybody told, secret published."""
    closes(state, batch_id)
    for by in ("ada", "dee"):
        told(state, c.FixPublicValue(batch_id, "staff", "4711", by, NOON_MS))
    size = state.batches[batch_id].terms.size
    told(state, c.RecordDraw(batch_id, places(size), "ada", NOON_MS))
    told(state, c.AnnounceSlice(batch_id, 0))
    reveals(state, batch_id)


def reveals(state: PoolState, batch_id: str = "b1") -> BatchView:
    """Ada publishes the secret."""
    return told(state, c.Reveal(batch_id, "secret", f"seal-{batch_id}", "ada", NOON_MS))
