"""What decisions of the prize draw answer. Nothing here tells of a result before its time."""

from __future__ import annotations

from app.frozen import frozen
from app.lottery.pool.batch import Batch, Part
from app.lottery.pool.purchase import Purchase


@frozen
class BatchView:
    """A batch as everybody may see it."""

    batch_id: str
    number: int
    status: str
    size: int
    sold: int
    commitment: str
    public_value: str
    secret: str
    successor: str | None


@frozen
class PurchaseView:
    """A purchase as its buyer sees it: `drawn` of `taken` tickets are done.

    `parts` name the numbers of each batch; more than one says that it spans batches.
    `cents_back` is what was paid for tickets that could not be had; `why_back`, as the outcome of
    the payment alone has it, is the reason.
    """

    purchase_id: str
    status: str
    count: int
    taken: int
    drawn: int
    cents: int
    cents_back: int
    parts: tuple[Part, ...]
    deadline_ms: int
    why_back: str = ""

    @property
    def spans_batches(self) -> bool:
        """Whether the tickets come from more than one batch, which its buyer is told."""
        return len(self.parts) > 1


@frozen
class PublicValueView:
    """A public value; not fixed while a second person has to type it."""

    batch_id: str
    value: str
    is_fixed: bool


@frozen
class ClaimView:
    """A prize that is claimed, and whether staff has confirmed that it is given out."""

    batch_id: str
    position: int
    purchase_id: str
    tier: str
    is_confirmed: bool


@frozen
class SliceView:
    """How many of how many are done; asked again from `done` on until nothing is left."""

    batch_id: str
    done: int
    total: int


@frozen
class BudgetView:
    """What a buyer may spend in a month, now and from a day on; None is no budget."""

    cents: int | None
    later_cents: int | None
    later_from: str | None


@frozen
class Noted:
    """A fact was kept, or was known already."""

    what: str


def view_of_batch(batch: Batch) -> BatchView:
    """A batch without its prizes."""
    return BatchView(
        batch.id,
        batch.number,
        batch.status,
        batch.terms.size,
        batch.cursor,
        batch.seal.commitment,
        batch.seal.public_value,
        batch.seal.secret,
        batch.successor,
    )


def view_of_purchase(purchase: Purchase) -> PurchaseView:
    """A purchase as it is."""
    return PurchaseView(
        purchase.id,
        purchase.status,
        purchase.count,
        purchase.taken,
        purchase.drawn,
        purchase.cents,
        purchase.back_cents,
        purchase.parts,
        purchase.deadline_ms,
    )
