"""The outbox: effects written with the change they follow from, each carried out once.

The row is the only truth, whoever carries it out. A try is counted when it starts, one row is
claimed at a time, and the number of the claim proves it when the row is settled.
"""

from __future__ import annotations

import enum
import random
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from app.clock import utc_now
from app.effects import Again, Done, Effect, Failed, Kept, Outcome
from app.models import EffectState, KeptMail, Lane, OutboxRow
from app.rows import insert_new

LEASE_SECONDS: Final = 180  # longer than any effect may take
TRIES_LIMIT: Final = 100  # about eight hours of trying
FIRST_BACKOFF_SECONDS: Final = 5.0
BACKOFF_LIMIT_SECONDS: Final = 300.0
CLOCK_SLACK_SECONDS: Final = 60
ERROR_LIMIT: Final = 500  # characters kept of a failure's words

wanted: Final = threading.Event()  # somebody watches for what was written just now

_rows = OutboxRow.__table__.c


class Share(enum.StrEnum):
    """Effects that have a turn of their own: none of them waits for those of another share."""

    WATCHED = "watched"  # somebody looks at a page until it is done
    LETTERS = "letters"
    WORK = "work"


WATCHED_KINDS: Final = ("lottery.allocate",)
_IN_SHARE: Final[dict[Share, ColumnElement[bool]]] = {
    Share.WATCHED: and_(_rows.lane == Lane.WORK, _rows.kind.in_(WATCHED_KINDS)),
    Share.LETTERS: _rows.lane == Lane.MAIL,
    Share.WORK: and_(_rows.lane == Lane.WORK, _rows.kind.not_in(WATCHED_KINDS)),
}
EFFECT = (_rows.id, _rows.kind, _rows.payload, _rows.tries, _rows.claims, _rows.created_at)


class ClaimLost(Exception):  # noqa: N818  not an error: somebody else has taken over
    """The row is no longer ours: it was settled, or its lease ran out and it was claimed again."""


def add_effect(
    connection: Connection,
    kind: str,
    dedupe_key: str,
    payload: dict[str, Any],
    due_at: datetime | None = None,
) -> bool:
    """Write an effect in the caller's transaction; False when this `dedupe_key` has one already."""
    now = utc_now()
    row = {
        "kind": kind,
        "dedupe_key": dedupe_key,
        "payload": payload,
        "state": EffectState.DUE,
        "tries": 0,
        "due_at": due_at or now,
        "created_at": now,
    }
    written = insert_new(connection, OutboxRow).values(row).returning(OutboxRow.id)
    return connection.execute(written).one_or_none() is not None


def add_effects(connection: Connection, effects: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
    """Write many at once: kind, `dedupe_key` and payload of each; those that are there stay."""
    now = utc_now()
    rows = [
        {
            "kind": kind, "dedupe_key": dedupe_key, "payload": payload, "due_at": now,
            "state": EffectState.DUE, "tries": 0, "created_at": now,
        }
        for kind, dedupe_key, payload in effects
    ]  # fmt: skip
    if rows:
        connection.execute(insert_new(connection, OutboxRow), rows)


def find_due(connection: Connection, share: Share, now: datetime, limit: int = 1) -> list[int]:
    """Ids of rows that may be claimed now, the longest waiting first."""
    found = connection.execute(
        select(_rows.id)
        .where(_rows.state == EffectState.DUE, _IN_SHARE[share], _rows.due_at <= now)
        .order_by(_rows.due_at, _rows.id)
        .limit(limit)
    )
    return list(found.scalars())


def find_left(connection: Connection, share: Share, now: datetime, limit: int = 1) -> list[int]:
    """Ids of rows whose claim has run out: whoever had claimed them is gone."""
    found = connection.execute(
        select(_rows.id)
        .where(_is_left(now), _IN_SHARE[share])
        .order_by(_rows.lease_until)
        .limit(limit)
    )
    return list(found.scalars())


def find_claimed(
    connection: Connection, limit: int, shares: Iterable[Share] = Share
) -> list[tuple[Effect, datetime]]:
    """Rows that somebody has claimed, and until when."""
    found = connection.execute(
        select(*EFFECT, _rows.lease_until)
        .where(_rows.state == EffectState.CLAIMED, or_(*(_IN_SHARE[share] for share in shares)))
        .order_by(_rows.id)
        .limit(limit)
    )
    return [(Effect(*row[:-1]), row[-1]) for row in found]


def claim(
    connection: Connection, row_id: int, now: datetime, lease_seconds: float = LEASE_SECONDS
) -> Effect | None:
    """Claim one row and count the try; None when somebody else was faster."""
    may_be_claimed = or_(and_(_rows.state == EffectState.DUE, _rows.due_at <= now), _is_left(now))
    found = connection.execute(
        update(OutboxRow)
        .where(_rows.id == row_id, may_be_claimed)
        .values(
            state=EffectState.CLAIMED,
            tries=_rows.tries + 1,
            claims=_rows.claims + 1,
            lease_until=now + timedelta(seconds=lease_seconds),
        )
        .returning(*EFFECT)
    ).one_or_none()
    return None if found is None else Effect(*found)


def renew(connection: Connection, row_id: int, claim_number: int, until: datetime) -> bool:
    """Make a claim last longer; False when it is no longer ours."""
    changed = connection.execute(
        update(OutboxRow).where(_is_ours(row_id, claim_number)).values(lease_until=until)
    )
    return changed.rowcount == 1


def put_back(connection: Connection, effect: Effect, now: datetime) -> None:
    """Undo a claim whose effect was never started; the try does not count."""
    values = {"state": EffectState.DUE, "tries": effect.tries - 1, "due_at": now}
    connection.execute(
        update(OutboxRow)
        .where(_is_ours(effect.id, effect.claim))
        .values(lease_until=None, **values)
    )


def settle(connection: Connection, effect: Effect, outcome: Outcome, now: datetime) -> None:
    """Write how a try ended; raises `ClaimLost` when the row is no longer ours."""
    match outcome:
        case Done(facts):
            values = _done(facts, now)
        case Kept(recipient, subject, message):
            values = _done({"kept": True}, now)
            kept = {"recipient": recipient, "subject": subject, "message": message}
            row = {"outbox_id": effect.id, **kept, "kept_at": now}
            connection.execute(insert_new(connection, KeptMail), row)
        case Again(facts):
            values = {"state": EffectState.DUE, "tries": 0, "due_at": now, "result": facts}
        case Failed(words, is_final):
            values = _failed(words, is_final or effect.tries >= TRIES_LIMIT, effect.tries, now)
    changed = connection.execute(
        update(OutboxRow)
        .where(_is_ours(effect.id, effect.claim))
        .values(lease_until=None, **values)
    )
    if changed.rowcount != 1:
        raise ClaimLost


def try_again(connection: Connection, row_id: int, now: datetime) -> bool:
    """Make a dead row due again with all its tries; False when it is not dead."""
    return _revive(connection, now, _rows.id == row_id) == 1


def try_all_again(connection: Connection, now: datetime, limit: int) -> int:
    """The same for up to `limit` dead rows; how many they were."""
    dead = select(_rows.id).where(_rows.state == EffectState.DEAD).order_by(_rows.id).limit(limit)
    return _revive(connection, now, _rows.id.in_(dead.scalar_subquery()))


def send_kept(connection: Connection, limit: int, now: datetime, mail_id: int | None = None) -> int:
    """Make kept letters due again, all up to `limit` or one; they are written anew. How many."""
    which = select(KeptMail.id, KeptMail.outbox_id).order_by(KeptMail.id).limit(limit)
    if mail_id is not None:
        which = which.where(KeptMail.id == mail_id)
    kept = list(connection.execute(which))
    connection.execute(delete(KeptMail).where(KeptMail.id.in_([row.id for row in kept])))
    connection.execute(
        update(OutboxRow)
        .where(_rows.id.in_([row.outbox_id for row in kept]), _rows.state == EffectState.DONE)
        .values(state=EffectState.DUE, tries=0, due_at=now, done_at=None, result=None)
    )
    return len(kept)


def heal_times(connection: Connection, now: datetime) -> int:
    """Bring back times that lie further ahead than we ever set them: the wall clock went back."""
    slack = timedelta(seconds=CLOCK_SLACK_SECONDS)
    too_late = now + timedelta(seconds=BACKOFF_LIMIT_SECONDS) + slack
    waiting = update(OutboxRow).where(
        _rows.state == EffectState.DUE,
        _rows.due_at > now,
        or_(_rows.created_at > now + slack, and_(_rows.tries > 0, _rows.due_at > too_late)),
    )
    claimed = update(OutboxRow).where(
        _rows.state == EffectState.CLAIMED,
        _rows.lease_until > now + timedelta(seconds=LEASE_SECONDS) + slack,
    )
    changed = connection.execute(waiting.values(due_at=now, created_at=now)).rowcount
    return changed + connection.execute(claimed.values(lease_until=now)).rowcount


def backoff_seconds(tries: int) -> float:
    """How long to wait after so many tries: doubling to a limit, with jitter below it."""
    longest = min(BACKOFF_LIMIT_SECONDS, FIRST_BACKOFF_SECONDS * 2.0 ** min(tries - 1, 30))
    return longest * random.uniform(0.5, 1.0)


def _done(facts: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {"state": EffectState.DONE, "done_at": now, "result": facts, "last_error": None}


def _failed(words: str, is_dead: bool, tries: int, now: datetime) -> dict[str, Any]:
    last_error = words[:ERROR_LIMIT]
    if is_dead:
        return {"state": EffectState.DEAD, "last_error": last_error}
    due_at = now + timedelta(seconds=backoff_seconds(tries))
    return {"state": EffectState.DUE, "due_at": due_at, "last_error": last_error}


def _revive(connection: Connection, now: datetime, which: ColumnElement[bool]) -> int:
    changed = connection.execute(
        update(OutboxRow)
        .where(which, _rows.state == EffectState.DEAD)
        .values(state=EffectState.DUE, tries=0, due_at=now, lease_until=None)
    )
    return changed.rowcount


def _is_ours(row_id: int, claim_number: int) -> ColumnElement[bool]:
    return and_(
        _rows.id == row_id, _rows.state == EffectState.CLAIMED, _rows.claims == claim_number
    )


def _is_left(now: datetime) -> ColumnElement[bool]:
    return and_(_rows.state == EffectState.CLAIMED, _rows.lease_until <= now)
