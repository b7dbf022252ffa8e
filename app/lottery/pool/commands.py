"""Commands of the prize draw. Ids, times, days and random values arrive inside them."""

from __future__ import annotations

from dataclasses import field

from app.frozen import frozen
from app.inventory.commands import Command, Expire
from app.lottery.pool.terms import Terms
from app.lottery.pool.views import (
    BatchView,
    BudgetView,
    ClaimView,
    Noted,
    PublicValueView,
    PurchaseView,
    SliceView,
)

__all__ = ["Command", "Expire"]

SLICE_LIMIT = 2500  # tickets of one purchase in one step
PARTS_LIMIT = 200  # purchases in one step


@frozen
class RecordLegalBasis(Command[Noted]):
    """Why paid tickets may be sold: a licence or an exemption, shown on page and ticket."""

    kind: str
    number: str
    region: str
    promoter: str
    free_entry: str
    by: str
    until_ms: int | None = None


@frozen
class OpenBatch(Command[BatchView]):
    """Open a batch with everything that it promises; `places` only for an instant one."""

    batch_id: str
    terms: Terms
    commitment: str
    by: str
    at_ms: int
    places: bytes = field(default=b"", repr=False)


@frozen
class OpenSuccessor(Command[BatchView]):
    """Open the next batch behind `after`, with the same odds and its own commitment.

    Whoever asks again gets the successor that there is, whatever they brought.
    """

    after: str
    batch_id: str
    commitment: str
    at_ms: int
    places: bytes = field(default=b"", repr=False)


@frozen
class CloseBatch(Command[BatchView]):
    """Sell no more of a batch."""

    batch_id: str
    by: str
    at_ms: int


@frozen
class FixPublicValue(Command[PublicValueView]):
    """Say the public value of a closed batch; two of the staff, or once from the buyers.

    `apart` names batches whose value is known to come from another source.
    """

    batch_id: str
    source: str
    value: str
    by: str
    at_ms: int
    apart: tuple[str, ...] = ()


@frozen
class RecordDraw(Command[BatchView]):
    """Say where the prizes lie, one byte per position as `terms.prize_places` makes them."""

    batch_id: str
    places: bytes = field(repr=False)
    by: str
    at_ms: int


@frozen
class AnnounceSlice(Command[SliceView]):
    """Tell the next purchases what they won in the evening; `done` is how many were told."""

    batch_id: str
    done: int
    most: int = PARTS_LIMIT


@frozen
class Reveal(Command[BatchView]):
    """Publish the secret; `commitment` is what it hashes to, and must be the published one."""

    batch_id: str
    secret: str
    commitment: str
    by: str
    at_ms: int


@frozen
class PlacePurchase(Command[PurchaseView]):
    """Want tickets. `day` is the house's date, `is_of_age` and `is_staff` are known facts.

    `wants_fewer`: with too few left, take those and the rest of the money; otherwise all back.
    `is_play`: paid with credits that nobody can buy. `spent_elsewhere_cents`: this month, in
    other draws. `public_name` is shown beside a prize, "" without consent.
    """

    purchase_id: str
    buyer: str
    count: int
    expected_cents: int
    wants_fewer: bool
    day: str
    is_of_age: bool = False
    is_staff: bool = False
    is_play: bool = False
    public_name: str = ""
    contribution: str = ""
    spent_elsewhere_cents: int = 0


@frozen
class BuyAtOnce(Command[PurchaseView]):
    """Place and pay a purchase whose money is here already; a small one is handed out as well.

    All in one step, so that it is durable with one commit. Repeating it answers as it is by then.
    """

    place: PlacePurchase
    reference: str
    at_ms: int


@frozen
class FreezePurchase(Command[PurchaseView]):
    """Keep a purchase while it is paid, until a deadline or, `guarded`, until its gateway ends it.

    Repeating it moves the deadline.
    """

    purchase_id: str
    buyer: str
    deadline_ms: int
    guarded: bool = False


@frozen
class EndPayment(Command[PurchaseView]):
    """The payment came to nothing: the purchase waits on, or lapses with `release`."""

    purchase_id: str
    buyer: str
    release: bool = False


@frozen
class PayPurchase(Command[PurchaseView]):
    """The money is here: hand out tickets in this order, or send back what they would have cost.

    Never refused for a purchase that exists, however late: a refund is an answer.
    """

    purchase_id: str
    reference: str
    cents: int
    at_ms: int
    spent_elsewhere_cents: int = 0  # on other draws in the month of the purchase


@frozen
class AllocateSlice(Command[PurchaseView]):
    """Carry out the next tickets of a paid purchase; `done` is how many were done before.

    With another `done` than the purchase's it changes nothing and tells how far it is.
    """

    purchase_id: str
    done: int
    at_ms: int
    most: int = SLICE_LIMIT


@frozen
class ShowPurchase(Command[PurchaseView]):
    """Look at a purchase; only its buyer may."""

    purchase_id: str
    buyer: str


@frozen
class SetBudget(Command[BudgetView]):
    """Spend at most so much in a month: lower at once, higher only after some days."""

    buyer: str
    cents: int | None
    day: str


@frozen
class TakeBreak(Command[Noted]):
    """Buy nothing until a day; it can be made longer, never shorter."""

    buyer: str
    until_day: str
    day: str


@frozen
class ForgetNames(Command[Noted]):
    """Show the names that these purchases agreed to no more; who has them stays unknown."""

    purchase_ids: tuple[str, ...]


@frozen
class ClaimPrize(Command[ClaimView]):
    """Want the prize that a ticket won; `at_once` when nobody has to hand it over."""

    batch_id: str
    position: int
    buyer: str
    at_once: bool = False


@frozen
class ConfirmClaim(Command[ClaimView]):
    """Say as staff that the prize is given out."""

    batch_id: str
    position: int
    by: str


@frozen
class Settle(Command[BatchView]):
    """End a batch when nobody can claim any more."""

    batch_id: str
    by: str
    at_ms: int


@frozen
class ArchiveSlice(Command[SliceView]):
    """Remove the next sold tickets of a settled batch after its retention."""

    batch_id: str
    by: str
    at_ms: int
    most: int = PARTS_LIMIT
