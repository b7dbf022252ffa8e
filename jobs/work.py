"""What RQ calls: carry out one row of the outbox in a worker process."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from rq import Queue, get_current_job
from sqlalchemy import select

from app.box_office import BoxOffice, open_box_office
from app.carrying import carry_out as carry_out_effect
from app.carrying import write_outcome
from app.clock import utc_now
from app.config import Settings, read_settings
from app.effects import Duties, Effect, Facts, Outcome, to_plain
from app.mail.post import Post
from app.models import EffectState, OutboxRow
from app.outbox import EFFECT, LEASE_SECONDS, ClaimLost, renew
from app.outbox_runs import Results, Runs, open_runs
from app.refusals import Busy
from jobs.duties import duties_of

log = logging.getLogger("fullhouse.work")

FRESH_SECONDS: Final = 10.0  # how old words and times in a letter may be

_settings: Settings | None = None
_read_at = 0.0


@dataclass(frozen=True, slots=True)
class Workplace:
    """What one worker process needs; opened in it, never shared over a fork."""

    pid: int
    office: BoxOffice
    post: Post
    duties: Duties
    runs: Runs
    results: Results


_workplaces: Final[list[Workplace]] = []


def use_settings(settings: Settings) -> None:
    """The settings for this process's jobs and its children's; else the environment's."""
    global _settings
    _settings = settings


def carry_out(outbox_id: int, kind: str, payload: Facts) -> Facts | None:
    """Carry out one row that the server has claimed for us, as plain data.

    With PostgreSQL the row is settled here. With SQLite, where only the server writes, the result
    is left for it. None when the row is not ours to carry out (any more).
    """
    job = get_current_job()
    place = _workplace()
    claim = int(job.meta["claim"]) if job is not None else 0
    with place.runs.run(outbox_id) as is_ours:
        effect = _claimed(place, outbox_id, claim) if is_ours else None
        if effect is None:
            return None
        _look_again(place.office)
        outcome = carry_out_effect(place.duties, effect)
        if place.office.db.is_sqlite:
            _leave(place, effect, outcome)
        else:
            _settle(place, effect, outcome)
    if job is not None and not Queue(job.origin, connection=job.connection).count:
        place.post.hang_up()
    return to_plain(outcome)


def _workplace() -> Workplace:
    if not _workplaces or _workplaces[-1].pid != os.getpid():
        settings = _settings or read_settings()
        office = open_box_office(settings, actors=False)
        post, runs = Post(settings), open_runs(settings, office.db)
        duties = duties_of(office, post)
        _workplaces.append(Workplace(os.getpid(), office, post, duties, runs, Results(settings)))
    return _workplaces[-1]


def _look_again(office: BoxOffice) -> None:
    """Forget what was read a while ago: the server may have changed it since."""
    global _read_at
    if time.monotonic() - _read_at > FRESH_SECONDS:
        office.catalogue.refresh()
        office.draws.refresh()
        office.read_offers.clear()
        _read_at = time.monotonic()


def _claimed(place: Workplace, outbox_id: int, claim: int) -> Effect | None:
    """The row if its claim is still the one that this job was sent for."""
    db = place.office.db
    if not db.is_sqlite:
        with db.write() as connection:
            until = utc_now() + timedelta(seconds=LEASE_SECONDS)
            if not renew(connection, outbox_id, claim, until):
                return None
    query = select(*EFFECT).where(
        OutboxRow.id == outbox_id,
        OutboxRow.state == EffectState.CLAIMED,
        OutboxRow.claims == claim,
    )
    with db.read() as connection:
        row = connection.execute(query).one_or_none()
    if row is None or place.results.find(outbox_id, claim) is not None:
        return None
    return Effect(*row)


def _leave(place: Workplace, effect: Effect, outcome: Outcome) -> None:
    try:
        place.results.leave(effect.id, effect.claim, to_plain(outcome))
    except OSError:  # RQ carries the same result, unless Redis goes away too
        log.exception("the result of effect %s could not be left", effect.id)


def _settle(place: Workplace, effect: Effect, outcome: Outcome) -> None:
    try:
        with place.office.db.write() as connection:
            write_outcome(connection, place.duties, effect, outcome, utc_now())
    except ClaimLost:
        log.warning("effect %s was settled by somebody else meanwhile", effect.id)
    except Busy:  # the server's collector settles it with what we return
        log.warning("effect %s is left for the server to settle", effect.id)
