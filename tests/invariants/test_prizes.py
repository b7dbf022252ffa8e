"""Prizes that were given out break no rule; those that went to somebody else are told in words."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from app.draw_words import EARLY_ACCESS, TierWords
from app.invariants.prizes import prize_rules
from app.lottery.pool.terms import ENTITLEMENT, SEAT
from app.models import Entitlement, GiftState, SeatGift
from app.prize_draws.claiming import claim_all
from tests.carrying import carry_out_due
from tests.draws.winning import BO, CY, early_show, wins
from tests.jobs.shows import add_show
from tests.opened import opened

SPOILED = (
    ("UPDATE lottery_parts SET first = first + 1", "which is not its"),
    ("UPDATE lottery_wins SET purchase_id = (SELECT max(id) FROM lottery_purchases) WHERE"
     " purchase_id = (SELECT min(id) FROM lottery_purchases)", "which is not its"),
    ("UPDATE lottery_wins SET confirmed_by = NULL WHERE batch_id = 'chairs-1'", "nobody confirmed"),
    ("UPDATE seat_gifts SET purchase_id = 'other'", "somebody else won"),
    ("UPDATE entitlements SET buyer = 'other'", "who did not win it"),
    ("UPDATE lottery_wins SET confirmed_by = NULL WHERE batch_id = 'keys-1'", "nobody confirmed"),
)  # fmt: skip


def test_prizes_that_went_to_somebody_else_are_noticed(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        add_show(office, "gala")
        early_show(office, "soon")
        wins(office, "keys", ENTITLEMENT, TierWords(event="soon", opens=EARLY_ACCESS), CY)
        pair = TierWords(event="gala", tickets=2, at_once=True)
        purchase = wins(office, "chairs", SEAT, pair)
        claim_all(office, purchase, office.tokens.address_key(BO))
        carry_out_due(office, "lottery.%")

        with office.db.writers.connect() as connection:
            assert connection.scalar(SeatGift.__table__.select()) is not None
            assert connection.execute(SeatGift.__table__.select()).one().state == GiftState.GIVEN
            assert len(connection.execute(Entitlement.__table__.select()).all()) == 1
            assert [words for rule in prize_rules() for words in rule(connection)] == []
            connection.rollback()
            for spoil, words in SPOILED:
                connection.execute(text(spoil))
                found = [told for rule in prize_rules() for told in rule(connection)]
                connection.rollback()
                assert any(words in told for told in found), (spoil, found)
