"""Claiming what a purchase won."""

from __future__ import annotations

from app.box_office import BoxOffice
from app.lottery.pool.commands import ClaimPrize
from app.lottery.pool.terms import SEAT
from app.lottery.refusals import ClaimTooLate
from app.orders.disputes import is_disputed
from app.prize_draws.results import bought, can_be_claimed
from app.refusals import Refusal


class MoneyDisputed(Refusal):
    """A bank asks for the money that the tickets were bought with."""

    code, status = "money_disputed", 409
    happened = "The bank that paid for these tickets asks for the money back."
    safe = "The prize is kept as it is."
    next_step = "It goes on once that is decided: ask the house."


def refuse_disputed(office: BoxOffice, purchase_id: str) -> None:
    """Raise `MoneyDisputed` while nobody has lifted a dispute about a purchase's money."""
    with office.db.read() as connection:
        if is_disputed(connection, purchase_id):
            raise MoneyDisputed


def claim_all(office: BoxOffice, purchase_id: str, buyer: str) -> int:
    """Claim every prize of a purchase that can be claimed and is not yet; how many it were.

    What opens something on the site needs no claim. Raises `ClaimTooLate` when the time of all
    that is left is over, and `MoneyDisputed`.
    """
    refuse_disputed(office, purchase_id)
    with office.db.read() as connection:
        found = bought(connection, purchase_id)
    if found is None:
        return 0
    pool, late, count = office.pool_of(found.lottery_id), None, 0
    words = office.draws.by_id(found.lottery_id).words
    for won in found.wins:
        if not can_be_claimed(won):
            continue
        at_once = won.tier.kind == SEAT and words.of_tier(won.tier.key).at_once
        try:
            pool.ask(ClaimPrize(won.batch_id, won.position, buyer, at_once))
            count += 1
        except ClaimTooLate as refusal:
            late = refusal
    if late is not None and not count:
        raise late
    return count
