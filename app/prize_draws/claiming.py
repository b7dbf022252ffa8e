"""Claiming what a purchase won."""

from __future__ import annotations

from app.box_office import BoxOffice
from app.lottery.pool.commands import ClaimPrize
from app.lottery.pool.terms import ENTITLEMENT
from app.lottery.refusals import ClaimTooLate
from app.prize_draws.results import bought


def claim_all(office: BoxOffice, purchase_id: str, buyer: str) -> int:
    """Claim every prize of a purchase that can be claimed and is not yet; how many it were.

    What opens something on the site needs no claim. Raises `ClaimTooLate` when the time of all
    that is left is over.
    """
    with office.db.read() as connection:
        found = bought(connection, purchase_id)
    if found is None:
        return 0
    pool, late, count = office.pool_of(found.lottery_id), None, 0
    for won in found.wins:
        if won.is_claimed or won.tier.kind == ENTITLEMENT:
            continue
        try:
            pool.ask(ClaimPrize(won.batch_id, won.position, buyer))
            count += 1
        except ClaimTooLate as refusal:
            late = refusal
    if late is not None and not count:
        raise late
    return count
