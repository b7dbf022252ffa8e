"""Winners who have claimed nothing are reminded once, some days before it is too late."""

from __future__ import annotations

from email import message_from_string, policy

import pytest
from sqlalchemy import func, select, update

from app.box_office import BoxOffice
from app.clock import wall_ms
from app.lottery.pool.terms import DAY_MS, ENTITLEMENT, EVENING, THING, Terms, Tier
from app.models import KeptMail, LotteryBatch, LotteryPurchase, OutboxRow
from app.prize_draws.claiming import claim_all
from app.prize_draws.reminding import LETTER, _is_due, remind_of_prizes
from tests.carrying import carry_out_due
from tests.draws.winning import BO, page_of, wins

CLAIM_DAYS = 60


def paid_before(office: BoxOffice, purchase_id: str, days: float) -> None:
    """The purchase was paid so many days ago."""
    at_ms = wall_ms() - int(days * DAY_MS)
    with office.db.write() as connection:
        which = LotteryPurchase.id == purchase_id
        connection.execute(update(LotteryPurchase).where(which).values(paid_ms=at_ms))


def letters(office: BoxOffice, purchase_id: str) -> int:
    query = select(func.count()).where(OutboxRow.dedupe_key == f"{LETTER}:{purchase_id}")
    with office.db.read() as connection:
        return int(connection.scalar(query) or 0)


def test_whoever_has_claimed_nothing_is_reminded_once(office: BoxOffice) -> None:
    purchase = wins(office, "waiting", THING)
    remind_of_prizes(office)
    assert letters(office, purchase) == 0, "there is time"
    paid_before(office, purchase, CLAIM_DAYS - 5)

    for _ in range(3):
        remind_of_prizes(office)

    assert letters(office, purchase) == 1
    assert carry_out_due(office, LETTER) == [(LETTER, True)]
    with office.db.read() as connection:
        query = select(KeptMail.recipient, KeptMail.message).order_by(KeptMail.id.desc())
        recipient, raw = connection.execute(query).first() or ("", "")
    body = message_from_string(raw, policy=policy.default).get_body(("plain",))
    assert body is not None
    text = " ".join(str(body.get_content()).split())
    assert recipient == BO
    assert "A fine prize" in text
    assert page_of(office, purchase) in text


@pytest.mark.parametrize("days", [0, CLAIM_DAYS + 1])
def test_nobody_is_reminded_too_early_or_too_late(office: BoxOffice, days: int) -> None:
    purchase = wins(office, f"days-{days}", THING)
    paid_before(office, purchase, days)

    remind_of_prizes(office)

    assert letters(office, purchase) == 0


def test_what_is_claimed_or_on_already_is_not_reminded_of(office: BoxOffice) -> None:
    claims, has_key = wins(office, "claimed", THING), wins(office, "key", ENTITLEMENT)
    for purchase in (claims, has_key):
        paid_before(office, purchase, CLAIM_DAYS - 5)
    remind_of_prizes(office)
    assert (letters(office, claims), letters(office, has_key)) == (1, 0)
    claim_all(office, claims, office.tokens.address_key(BO))

    carry_out_due(office, LETTER)

    with office.db.read() as connection:
        query = select(OutboxRow.result).where(OutboxRow.dedupe_key == f"{LETTER}:{claims}")
        assert connection.scalar(query) == {"left_out": "there is nothing left to claim"}


def test_a_settled_batch_reminds_nobody(office: BoxOffice) -> None:
    purchase = wins(office, "settled", THING)
    paid_before(office, purchase, CLAIM_DAYS - 5)
    with office.db.write() as connection:
        settled = update(LotteryBatch).where(LotteryBatch.id == "settled-1")
        connection.execute(settled.values(status="settled"))

    remind_of_prizes(office)

    assert letters(office, purchase) == 0


@pytest.mark.parametrize(
    ("claim_days", "left_days", "is_due"),
    [(60, 7, True), (60, 7.1, False), (60, 0.1, True), (60, 0, False), (3, 1, True), (3, 2, False)],
)
def test_an_evening_is_reminded_of_by_its_draw(
    claim_days: int, left_days: float, is_due: bool
) -> None:
    terms = Terms(10, (Tier("lamp", "Lamp", 1),), EVENING, 0, 0, 0, claim_days=claim_days)
    now_ms = 1_800_000_000_000
    drawn_ms = now_ms - int((claim_days - left_days) * DAY_MS)

    assert (_is_due(terms, drawn_ms, now_ms) is not None) == is_due
    assert _is_due(terms, None, now_ms) is None
