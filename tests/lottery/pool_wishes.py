"""What the simulated people want of the prize draw: sensible, stale and bad commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.inventory.commands import Command
from app.lottery.pool import commands as c
from app.lottery.pool.prizes import unclaimed
from app.lottery.pool.purchase import days_after
from app.lottery.pool.terms import DAY_MS, EVENING, INSTANT, KINDS, Terms, Tier
from tests.lottery.draws import basis

if TYPE_CHECKING:
    from tests.lottery.pool_simulator import Simulation

BUYERS: Final = ("ada", "bo", "cy", "dee")
STAFF: Final = ("dee", "max")
BAD_COUNTS: Final = (0, -1, 10_001)


def _open(s: Simulation) -> Command[Any]:
    if any(batch.status == "open" for batch in s.state.batches.values()) and s.often(0.8):
        return _place(s)
    return _opening(s)


def _opening(s: Simulation) -> Command[Any]:
    size = s.chance.choice((10, 20, 20, 40))
    mode = s.chance.choice((EVENING, INSTANT))
    tiers = (
        Tier("lamp", "Lamp", size // 10, s.chance.choice(KINDS)),
        Tier("tea", "Tea", size // 5, s.chance.choice(KINDS)),
    )
    terms = Terms(
        size,
        tiers,
        mode,
        s.chance.choice((0, 100, 100, 250)),
        threshold=s.chance.choice((0, 8, 9, size + 1 if s.often(0.1) else 5)),
        successor_size=s.chance.choice((0, 10, size, size, size, size, 2 * size)),
        source=s.chance.choice(("staff", "buyers")),
        closes_ms=s.moment.wall_ms + 5 * DAY_MS if s.often(0.3) else None,
        claim_days=s.chance.choice((1, 2)),
        retention_days=s.chance.choice((0, 1)),
    )
    batch_id = s.fresh("b")
    places = s.sealed(terms)
    s.places[batch_id] = places
    if mode == EVENING:
        places = b"" if s.often(0.95) else places
    elif s.often(0.05):
        places = places[::-1] if s.often(0.5) else b""
        s.places[batch_id] = places
    seal = f"seal-{batch_id}" if s.often(0.95) else "seal-b1"
    return c.OpenBatch(batch_id, terms, seal, "ada", s.moment.wall_ms, places)


def _reseed(s: Simulation) -> Command[Any]:
    before = s.batch("open")
    if before is None:
        return c.OpenSuccessor("none", "x", "y", s.moment.wall_ms)
    terms = before.terms
    batch_id = s.fresh("b")
    size = terms.successor_size or 10
    factor = size / terms.size
    tiers = tuple(Tier(t.key, t.name, int(t.count * factor), t.kind) for t in terms.tiers)
    if any(tier.count < 1 for tier in tiers):
        return c.OpenSuccessor(before.id, batch_id, f"seal-{batch_id}", s.moment.wall_ms)
    offered = Terms(size, tiers, terms.mode, terms.price_cents, 0, 0)
    s.places[batch_id] = s.sealed(offered)
    places = s.places[batch_id] if before.is_instant else b""
    return c.OpenSuccessor(before.id, batch_id, f"seal-{batch_id}", s.moment.wall_ms, places)


def _close(s: Simulation) -> Command[Any]:
    batch = s.batch("open")
    if batch is None or (batch.rest > batch.terms.threshold and s.often(0.7)):
        return _place(s)
    return c.CloseBatch(batch.id, "ada", s.moment.wall_ms)


def _value(s: Simulation) -> Command[Any]:
    value = s.chance.choice(("4711", "4711", "4711", "12", ""))
    source = s.chance.choice(("staff", "staff", "buyers"))
    return c.FixPublicValue(
        s.batch_id("closed"), source, value, s.chance.choice(STAFF), s.moment.wall_ms
    )


def _draw(s: Simulation) -> Command[Any]:
    batch = s.batch("closed")
    if batch is None:
        return c.RecordDraw("none", b"", "ada", s.moment.wall_ms)
    places = s.places[batch.id]
    return c.RecordDraw(
        batch.id, places if s.often(0.9) else places[::-1][1:], "ada", s.moment.wall_ms
    )


def _announce(s: Simulation) -> Command[Any]:
    batch = s.batch("drawn")
    done = 0 if batch is None or s.often(0.2) else batch.announced
    return c.AnnounceSlice("none" if batch is None else batch.id, done, s.chance.choice((0, 2, 5)))


def _reveal(s: Simulation) -> Command[Any]:
    batch_id = s.batch_id("closed", "drawn")
    seal = s.state.batches[batch_id].seal.commitment if batch_id in s.state.batches else ""
    secret = s.chance.choice(("secret", "secret", "secret", "other", ""))
    return c.Reveal(batch_id, secret, seal if s.often(0.9) else "seal-", "ada", s.moment.wall_ms)


def _place(s: Simulation) -> Command[Any]:
    selling = s.state.selling(s.moment.wall_ms)
    if not selling and s.often(0.6):
        batch = s.batch("open")
        if batch is None or batch.status != "open":
            return _opening(s)
        return c.CloseBatch(batch.id, "ada", s.moment.wall_ms)
    cents = selling[0].terms.price_cents if selling else 100
    count = s.chance.choice(BAD_COUNTS) if s.often(0.05) else s.chance.randint(1, 15)
    buyer = s.chance.choice(BUYERS)
    known = s.purchase()
    is_repeat = known is not None and s.often(0.05)
    return c.PlacePurchase(
        known.id if known is not None and is_repeat else s.fresh("p"),
        known.buyer if known is not None and is_repeat and s.often(0.7) else buyer,
        known.count if known is not None and is_repeat and s.often(0.8) else count,
        count * cents if s.often(0.97) else 1,
        s.often(0.6),
        s.day if s.often(0.98) else "yesterday",
        is_of_age=s.often(0.95),
        is_staff=buyer == "dee" and s.often(0.5),
        is_play=s.often(0.1),
        public_name=buyer.title() if s.often(0.5) else "",
    )


def _at_once(s: Simulation) -> Command[Any]:
    place = _place(s)
    if not isinstance(place, c.PlacePurchase):
        return place
    return c.BuyAtOnce(place, f"once-{place.purchase_id}", s.moment.wall_ms)


def _freeze(s: Simulation) -> Command[Any]:
    purchase = s.purchase("placed", "paying")
    if purchase is None:
        return c.FreezePurchase("none", "bo", s.now_ms)
    buyer = purchase.buyer if s.often(0.9) else "eve"
    return c.FreezePurchase(purchase.id, buyer, s.now_ms + 1_800_000, guarded=s.often(0.3))


def _end_payment(s: Simulation) -> Command[Any]:
    purchase = s.purchase("paying", "placed")
    if purchase is None:
        return c.EndPayment("none", "bo")
    return c.EndPayment(purchase.id, purchase.buyer if s.often(0.9) else "eve", s.often(0.4))


def _pay(s: Simulation) -> Command[Any]:
    purchase = s.purchase("placed", "paying") if s.often(0.9) else s.purchase()
    if purchase is None:
        return c.PayPurchase("none", "ref", 100, s.moment.wall_ms)
    cents = purchase.cents if s.often(0.97) else purchase.cents + 1
    reference = f"ref-{purchase.id}" if s.often(0.9) else s.fresh("ref")
    s.ledger.paid.setdefault((purchase.id, reference), cents)
    cents = s.ledger.paid[purchase.id, reference]
    return c.PayPurchase(purchase.id, reference, cents, s.moment.wall_ms)


def _slice(s: Simulation) -> Command[Any]:
    purchase = s.purchase("paid")
    if purchase is None or (purchase.status == "filled" and s.often(0.7)):
        return _place(s)
    done = purchase.drawn if s.often(0.85) else s.chance.randint(0, 5)
    most = s.chance.choice((1, 3, 7, 2500, 2500, 0))
    return c.AllocateSlice(purchase.id, done, s.moment.wall_ms, most)


def _budget(s: Simulation) -> Command[Any]:
    cents = s.chance.choice((500, 1000, 3000, 10_000, None, -1))
    return c.SetBudget(s.chance.choice(BUYERS), cents, s.day)


def _break(s: Simulation) -> Command[Any]:
    until_day = days_after(s.day, s.chance.choice((-1, 0, 1, 2)))
    return c.TakeBreak(s.chance.choice(BUYERS), until_day, s.day)


def _forget(s: Simulation) -> Command[Any]:
    known = s.purchase()
    return c.ForgetNames(("none",) if known is None else (known.id, "none"))


def _claim(s: Simulation) -> Command[Any]:
    batch = s.batch()
    if batch is None:
        return c.ClaimPrize("none", 1, "bo")
    open_prizes = list(unclaimed(s.state, batch.id))
    if open_prizes and s.often(0.8):
        prize = s.chance.choice(open_prizes)
        buyer = s.state.purchases[prize.purchase_id].buyer
        return c.ClaimPrize(batch.id, prize.position, buyer if s.often(0.9) else "eve")
    position = s.chance.randint(-1, batch.terms.size + 1)
    return c.ClaimPrize(batch.id, position, s.chance.choice(BUYERS))


def _confirm(s: Simulation) -> Command[Any]:
    waiting = [
        (batch.id, claim.position)
        for batch in s.state.batches.values()
        for claim in batch.claims.values()
        if claim.by is None or s.often(0.1)
    ]
    batch_id, position = s.chance.choice(waiting) if waiting else (s.batch_id(), 1)
    return c.ConfirmClaim(batch_id, position, "dee")


def _settle(s: Simulation) -> Command[Any]:
    return c.Settle(s.batch_id("closed", "drawn"), "ada", s.moment.wall_ms)


def _archive(s: Simulation) -> Command[Any]:
    return c.ArchiveSlice(
        s.batch_id("settled"), "ada", s.moment.wall_ms, s.chance.choice((0, 2, 200))
    )


def _go_on(s: Simulation) -> Command[Any]:
    """What brings the oldest batch that sells no more a step nearer to its end."""
    state, at_ms = s.state, s.moment.wall_ms
    over = [b for b in state.batches.values() if b.status != "archived" and not b.rest]
    if not over:
        return _pay(s)
    batch = over[0]
    waiting = [claim.position for claim in batch.claims.values() if claim.by is None]
    slices = [p for p in state.purchases.values() if p.status == "paid"]
    if batch.status == "open":
        return c.CloseBatch(batch.id, "ada", at_ms)
    if not batch.is_instant and batch.drawn_ms is None:
        if batch.seal.public_value:
            return c.RecordDraw(batch.id, s.places[batch.id], "ada", at_ms)
        value = batch.seal.typed_value or "4711"
        by = "max" if batch.seal.typed_by == "dee" else "dee"
        return c.FixPublicValue(batch.id, batch.seal.source, value, by, at_ms)
    if not batch.seal.secret:
        return c.Reveal(batch.id, "secret", batch.seal.commitment, "ada", at_ms)
    if slices:
        return c.AllocateSlice(slices[0].id, slices[0].drawn, at_ms)
    if batch.status == "drawn" and batch.announced < len(batch.starts):
        return c.AnnounceSlice(batch.id, batch.announced)
    if waiting:
        return c.ConfirmClaim(batch.id, waiting[0], "dee")
    s.now_ms += DAY_MS // 2
    if batch.status == "settled":
        return c.ArchiveSlice(batch.id, "ada", at_ms, 3)
    return c.Settle(batch.id, "ada", at_ms)


def _show(s: Simulation) -> Command[Any]:
    purchase = s.purchase()
    return c.ShowPurchase("none" if purchase is None else purchase.id, s.chance.choice(BUYERS))


def _basis(s: Simulation) -> Command[Any]:
    return basis()


MAKERS: Final = (
    _basis, *(_open,) * 2, *(_reseed,) * 5, *(_close,) * 2, *(_value,) * 2, _draw,
    *(_announce,) * 2, _reveal, *(_place,) * 12, *(_at_once,) * 3, *(_freeze,) * 2,
    *(_end_payment,) * 2, *(_pay,) * 12, *(_slice,) * 12, _budget, _break, _forget, *(_claim,) * 5,
    *(_confirm,) * 2, *(_settle,) * 2, *(_archive,) * 2, _show, *(_go_on,) * 8,
)  # fmt: skip
