"""Rules that hold between all rows at every moment; each broken one is told in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import Connection

from app.invariants.ballots import ballot_rules
from app.invariants.draws import draw_rules
from app.invariants.ledger import ledger_rules
from app.invariants.money import money_rules
from app.invariants.orders import order_rules
from app.invariants.places import place_rules
from app.invariants.prizes import prize_rules
from app.invariants.receipts import receipt_rules
from app.invariants.storage import storage_rules

BROKEN_SHOWN_LIMIT = 50  # for each rule; the rest is counted

Rule = Callable[[Connection], Iterable[str]]

RULES = (
    *(storage_rules, place_rules, order_rules, money_rules, ledger_rules, receipt_rules),
    *(draw_rules, prize_rules),
    ballot_rules,
)


def check(connection: Connection) -> list[str]:
    """Every broken rule in words; an empty list means that all is well.

    Reads only, and needs one connection that sees one moment (a transaction).
    """
    return [words for rules in RULES for rule in rules() for words in _some(rule(connection))]


def _some(found: Iterable[str]) -> Iterator[str]:
    more = 0
    for count, words in enumerate(found, start=1):
        if count <= BROKEN_SHOWN_LIMIT:
            yield words
        else:
            more += 1
    if more:
        yield f"... and {more} more of the same kind."
