"""The outbox by itself: written once, claimed once, settled once, on both databases."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app import outbox
from app.clock import utc_now
from app.config import read_settings
from app.db import Database
from app.effects import Again, Done, Effect, Failed, Kept
from app.models import EffectState, KeptMail, OutboxRow
from app.outbox import (
    ClaimLost,
    Share,
    add_effect,
    backoff_seconds,
    claim,
    find_claimed,
    find_due,
    find_left,
    heal_times,
    put_back,
    renew,
    settle,
    try_again,
    try_all_again,
)
from app.schema import migrate

ROWS = 60
RUNNERS = 4


@pytest.fixture
def db(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """A fresh database with all tables."""
    env = {"DATABASE_URL": database_url, "FULLHOUSE_DATA_DIR": str(tmp_path / "data")}
    settings = read_settings(env)
    opened = Database(settings)
    migrate(opened, settings)
    yield opened
    opened.close()


def add(db: Database, *kinds: str) -> list[int]:
    """Due effects of these kinds; their ids."""
    with db.write() as connection:
        for number, kind in enumerate(kinds):
            assert add_effect(connection, kind, f"{kind}:{number}", {"order": str(number)})
        return list(connection.execute(select(OutboxRow.id).order_by(OutboxRow.id)).scalars())


def claimed(db: Database, row_id: int, lease_seconds: float = 60) -> Effect:
    """Claim a row that must be claimable."""
    with db.write() as connection:
        effect = claim(connection, row_id, utc_now(), lease_seconds)
    assert effect is not None
    return effect


def row_of(db: Database, row_id: int) -> Any:
    """One row as it stands in the database."""
    with db.read() as connection:
        query = select(OutboxRow.__table__).where(OutboxRow.id == row_id)
        return connection.execute(query).one()


def test_an_effect_is_written_once_per_dedupe_key(db: Database) -> None:
    with db.write() as connection:
        assert add_effect(connection, "mail.order_paid", "paid:1", {"order": "1"})
        assert not add_effect(connection, "mail.order_paid", "paid:1", {"order": "1"})

    assert len(add(db)) == 1


def test_an_effect_goes_with_the_change_that_failed(db: Database) -> None:
    def change() -> None:
        with db.write() as connection:
            add_effect(connection, "mail.order_paid", "paid:1", {})
            raise RuntimeError("the change failed")

    with pytest.raises(RuntimeError):
        change()
    assert add(db) == []


def test_letters_and_what_is_watched_have_turns_of_their_own(db: Database) -> None:
    letter, refund, tickets = add(db, "mail.order_paid", "refund.submit", "lottery.allocate")
    shares = {Share.LETTERS: letter, Share.WORK: refund, Share.WATCHED: tickets}

    with db.read() as connection:
        for share, row_id in shares.items():
            assert find_due(connection, share, utc_now(), 9) == [row_id]
    for row_id in shares.values():
        claimed(db, row_id, lease_seconds=-1)
    with db.read() as connection:
        for share, row_id in shares.items():
            assert find_left(connection, share, utc_now(), 9) == [row_id]
            assert [effect.id for effect, _ in find_claimed(connection, 9, [share])] == [row_id]
        assert len(find_claimed(connection, 9)) == 3


def test_an_effect_is_not_due_before_its_time(db: Database) -> None:
    with db.write() as connection:
        add_effect(connection, "mail.x", "x", {}, due_at=utc_now() + timedelta(hours=1))
        assert find_due(connection, Share.LETTERS, utc_now()) == []
        assert len(find_due(connection, Share.LETTERS, utc_now() + timedelta(hours=2))) == 1


def test_runners_at_once_claim_each_row_once(db: Database) -> None:
    ids = add(db, *["mail.order_paid"] * ROWS)
    won: list[int] = []
    together = threading.Barrier(RUNNERS)

    def run() -> None:
        together.wait()
        for row_id in ids:
            with db.write() as connection:
                effect = claim(connection, row_id, utc_now())
            if effect is not None:
                won.append(effect.id)

    runners = [threading.Thread(target=run) for _ in range(RUNNERS)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join(timeout=60)

    assert Counter(won) == Counter(ids)


def test_a_lease_that_ran_out_lets_somebody_else_claim(db: Database) -> None:
    [row_id] = add(db, "mail.order_paid")
    first = claimed(db, row_id, lease_seconds=-1)
    with db.read() as connection:
        assert find_left(connection, Share.LETTERS, utc_now()) == [row_id]
    second = claimed(db, row_id)

    assert (first.tries, second.tries) == (1, 2)
    with pytest.raises(ClaimLost), db.write() as connection:
        settle(connection, first, Done(), utc_now())
    with db.write() as connection:
        settle(connection, second, Done({"message_id": "<x@y>"}), utc_now())
    assert row_of(db, row_id).state == EffectState.DONE


def test_a_live_claim_is_left_alone(db: Database) -> None:
    [row_id] = add(db, "mail.order_paid")
    claimed(db, row_id)

    with db.write() as connection:
        assert claim(connection, row_id, utc_now()) is None
        assert find_left(connection, Share.LETTERS, utc_now()) == []


def test_an_old_claim_cannot_settle_after_somebody_tried_again(db: Database) -> None:
    [row_id] = add(db, "mail.order_paid")
    first = claimed(db, row_id)
    with db.write() as connection:
        settle(connection, first, Failed("no such mailbox", is_final=True), utc_now())
        assert try_again(connection, row_id, utc_now())
    second = claimed(db, row_id)

    assert second.tries == first.tries == 1
    with pytest.raises(ClaimLost), db.write() as connection:
        settle(connection, first, Done(), utc_now())


def test_a_renewed_claim_lasts_longer(db: Database) -> None:
    [row_id] = add(db, "mail.order_paid")
    effect = claimed(db, row_id, lease_seconds=-1)

    with db.write() as connection:
        assert renew(connection, row_id, effect.claim, utc_now() + timedelta(seconds=60))
        assert not renew(connection, row_id, effect.claim + 1, utc_now())
        assert find_left(connection, Share.LETTERS, utc_now()) == []


def test_what_was_never_begun_costs_no_try(db: Database) -> None:
    [row_id] = add(db, "mail.order_paid")
    effect = claimed(db, row_id)
    with db.write() as connection:
        put_back(connection, effect, utc_now())

    assert (row_of(db, row_id).state, row_of(db, row_id).tries) == (EffectState.DUE, 0)


def test_a_failed_try_waits_a_little_longer_each_time(db: Database) -> None:
    [row_id] = add(db, "mail.order_paid")
    effect = claimed(db, row_id)
    now = utc_now()
    with db.write() as connection:
        settle(connection, effect, Failed("451 later"), now)

    row = row_of(db, row_id)
    assert (row.state, row.last_error) == (EffectState.DUE, "451 later")
    assert timedelta(seconds=2) < row.due_at - now <= timedelta(seconds=5)


def test_the_last_try_leaves_it_dead(db: Database) -> None:
    [row_id] = add(db, "mail.order_paid")
    with db.write() as connection:
        connection.execute(update(OutboxRow).values(tries=outbox.TRIES_LIMIT - 1))
    effect = claimed(db, row_id)
    with db.write() as connection:
        settle(connection, effect, Failed("451 later"), utc_now())

    assert row_of(db, row_id).state == EffectState.DEAD


def test_a_final_no_leaves_it_dead_at_once(db: Database) -> None:
    [row_id] = add(db, "mail.order_paid")
    effect = claimed(db, row_id)
    with db.write() as connection:
        settle(connection, effect, Failed("550 nobody", is_final=True), utc_now())
        assert find_due(connection, Share.LETTERS, utc_now() + timedelta(days=9)) == []

    assert row_of(db, row_id).state == EffectState.DEAD


def test_all_dead_ones_can_be_tried_again_together(db: Database) -> None:
    ids = add(db, "mail.a", "mail.b", "mail.c")
    for row_id in ids[:2]:
        effect = claimed(db, row_id)
        with db.write() as connection:
            settle(connection, effect, Failed("550", is_final=True), utc_now())

    with db.write() as connection:
        assert try_all_again(connection, utc_now(), limit=10) == 2
        assert not try_again(connection, ids[2], utc_now())
    assert {str(row_of(db, row_id).state) for row_id in ids} == {"due"}


def test_there_is_more_to_do_is_due_again_at_once(db: Database) -> None:
    [row_id] = add(db, "delete.kept_answers")
    effect = claimed(db, row_id)
    with db.write() as connection:
        settle(connection, effect, Again({"ids": [1]}), utc_now())
        assert find_due(connection, Share.WORK, utc_now()) == [row_id]

    assert row_of(db, row_id).tries == 0


def test_a_kept_letter_is_kept_and_not_called_sent(db: Database) -> None:
    [row_id] = add(db, "mail.order_paid")
    effect = claimed(db, row_id)
    with db.write() as connection:
        settle(connection, effect, Kept("bo@example.org", "Your ticket", "From: …"), utc_now())

    with db.read() as connection:
        kept = connection.execute(select(KeptMail.__table__)).one()
    assert (kept.recipient, kept.subject) == ("bo@example.org", "Your ticket")
    assert row_of(db, row_id).result == {"kept": True}


def test_a_clock_set_back_holds_nothing_up(db: Database) -> None:
    written, waiting, running = add(db, "mail.a", "mail.b", "mail.c")
    ahead = utc_now() + timedelta(hours=1)
    with db.write() as connection:
        rows = update(OutboxRow)
        connection.execute(rows.values(created_at=ahead, due_at=ahead))
        earlier = utc_now() - timedelta(minutes=1)
        connection.execute(rows.where(OutboxRow.id == waiting).values(created_at=earlier, tries=3))
        connection.execute(
            rows.where(OutboxRow.id == running).values(
                created_at=earlier, state=EffectState.CLAIMED, lease_until=ahead
            )
        )
        assert heal_times(connection, utc_now()) == 3
        assert set(find_due(connection, Share.LETTERS, utc_now(), 9)) == {written, waiting}
        assert find_left(connection, Share.LETTERS, utc_now()) == [running]


def test_a_right_clock_changes_nothing(db: Database) -> None:
    ids = add(db, "mail.a", "mail.b")
    claimed(db, ids[0])
    with db.write() as connection:
        add_effect(connection, "mail.later", "later", {}, due_at=utc_now() + timedelta(days=3))
        assert heal_times(connection, utc_now()) == 0


def test_backoff_doubles_up_to_a_limit_with_jitter() -> None:
    firsts = [backoff_seconds(1) for _ in range(200)]
    lasts = [backoff_seconds(99) for _ in range(200)]

    assert 2.5 <= min(firsts) < max(firsts) <= 5
    assert 150 <= min(lasts) < max(lasts) <= 300
