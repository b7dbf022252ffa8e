"""Records of the prize draw: facts for the store to write and the state to apply."""

from __future__ import annotations

from dataclasses import field

from app.frozen import frozen
from app.inventory.records import EffectDue, Journalled, Record
from app.lottery.pool.batch import Part
from app.lottery.pool.terms import Terms

__all__ = ["EffectDue", "Journalled", "Record"]


@frozen
class LegalBasisRecorded(Record):
    """Why paid tickets may be sold, as page and ticket show it. `until_ms` is wall time."""

    kind: str
    number: str
    region: str
    promoter: str
    free_entry: str
    until_ms: int | None


@frozen
class BatchOpened(Record):
    """A batch sells. `places` are the prizes of an instant one: never to be shown or logged."""

    batch_id: str
    number: int
    line: str
    after: str | None
    terms: Terms
    commitment: str
    places: bytes = field(repr=False)
    at_ms: int


@frozen
class BatchClosed(Record):
    """The batch sells no more; what was not sold never will be."""

    batch_id: str
    sold: int
    at_ms: int


@frozen
class PublicValueTyped(Record):
    """The first of two people typed the public value."""

    batch_id: str
    value: str
    by: str


@frozen
class PublicValueFixed(Record):
    """The public value is this one."""

    batch_id: str
    value: str
    by: str
    at_ms: int


@frozen
class DrawRecorded(Record):
    """Where the prizes of an evening batch lie, one byte per position."""

    batch_id: str
    places: bytes = field(repr=False)
    at_ms: int


@frozen
class SecretRevealed(Record):
    """Anybody can repeat the draw from now on."""

    batch_id: str
    secret: str
    at_ms: int


@frozen
class ResultAnnounced(Record):
    """What a purchase won in an evening batch: position and tier of each prize."""

    purchase_id: str
    batch_id: str
    part: Part
    wins: tuple[tuple[int, int], ...]


@frozen
class BatchSettled(Record):
    """Every prize is claimed and confirmed or stays unclaimed; counts by tier."""

    batch_id: str
    unclaimed: tuple[int, ...]
    at_ms: int


@frozen
class PartsArchived(Record):
    """Sold tickets of a settled batch are to be removed, with purchases that have no other."""

    batch_id: str
    parts: tuple[tuple[str, Part], ...]


@frozen
class BatchArchived(Record):
    """No sold ticket of the batch is left; what proves the draw stays."""

    batch_id: str
    at_ms: int


@frozen
class PurchasePlaced(Record):
    """Somebody wants tickets and has not paid yet."""

    purchase_id: str
    buyer: str
    count: int
    line: str
    unit_cents: int
    wants_fewer: bool
    day: str
    is_play: bool
    public_name: str
    contribution: str
    deadline_ms: int


@frozen
class PurchaseChanged(Record):
    """The unpaid purchase's state and times are now these."""

    purchase_id: str
    status: str
    deadline_ms: int
    rest_ms: int
    guarded: bool


@frozen
class PurchaseLapsed(Record):
    """Nobody paid, or the buyer went back."""

    purchase_id: str


@frozen
class PurchasePaid(Record):
    """The money came: these tickets are sold, in order of payment. No part: all goes back."""

    purchase_id: str
    reference: str
    parts: tuple[Part, ...]
    at_ms: int


@frozen
class RefundDue(Record):
    """Money of a payment goes back, once for each payment."""

    purchase_id: str
    reference: str
    cents: int
    reason: str


@frozen
class TicketsDrawn(Record):
    """A slice is done: these tickets are the buyer's, with the prizes of an instant batch."""

    purchase_id: str
    part: Part
    wins: tuple[tuple[int, int], ...]


@frozen
class PurchaseFilled(Record):
    """Every ticket of the purchase is done."""

    purchase_id: str
    at_ms: int


@frozen
class PrizeClaimed(Record):
    """A winner wants the prize."""

    batch_id: str
    position: int
    purchase_id: str
    tier: int
    at_ms: int


@frozen
class ClaimConfirmed(Record):
    """The prize is given out."""

    batch_id: str
    position: int
    by: str
    at_ms: int


@frozen
class BudgetSet(Record):
    """What a buyer may spend in a month, now and from a day on."""

    buyer: str
    cents: int | None
    later_cents: int | None
    later_from: str | None


@frozen
class BreakTaken(Record):
    """A buyer buys nothing until a day."""

    buyer: str
    until_day: str


@frozen
class NameForgotten(Record):
    """A purchase names nobody any more."""

    purchase_id: str
