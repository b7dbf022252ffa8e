"""What the doctor says about ballots: which step waits for a person.

Whatever the sample house draws waits for nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from app.ballot_reading import terms_of
from app.clock import wall_ms
from app.models import Ballot, BallotStatus, Organizer
from app.upkeep.doctor_draws import LATE_MS, named
from app.upkeep.findings import BAD, LOOK, Finding


def look_at_ballots(connection: Connection) -> Iterator[Finding]:
    """A finding for each step that waits."""
    rows = connection.execute(
        select(
            *(Ballot.slug, Ballot.status, Ballot.terms, Ballot.typed_by, Ballot.public_value),
            *(Ballot.closed_ms, (Ballot.secret != "").label("is_public")),
        )
        .join(Organizer, Organizer.id == Ballot.organizer_id)
        .where(Organizer.is_demo == 0, Ballot.status != BallotStatus.ENDED)
        .order_by(Ballot.id)
    ).all()
    drafts = [row.slug for row in rows if row.status == BallotStatus.DRAFT]
    if drafts:
        words = f"Opening was cut off or refused: {named(drafts)}."
        yield Finding(
            LOOK, f"{words} Open it again from its file, or give it up: ./run ballot end SLUG."
        )
    over = [row.slug for row in rows if row.status == BallotStatus.OPEN and _is_over(row)]
    if over:
        words = f"The time to enter is over, and nobody has frozen the list of {named(over)}."
        yield Finding(LOOK, f"{words} ./run ballot close SLUG.")
    yield from _look_at_drawing([row for row in rows if row.status == BallotStatus.CLOSED])
    drawn = [row for row in rows if row.status == BallotStatus.DRAWN]
    secret = [row.slug for row in drawn if not row.is_public]
    if secret:
        words = f"The secret of {named(secret)} is not published, so nobody can check the draw."
        yield Finding(LOOK, f"{words} ./run ballot reveal SLUG.")


def _look_at_drawing(closed: list[Any]) -> Iterator[Finding]:
    once = [row.slug for row in closed if row.typed_by and not row.public_value]
    if once:
        words = f"Only one person has typed the public value of {named(once)}."
        yield Finding(LOOK, f"{words} Somebody else types it too: ./run ballot value SLUG.")
    late = [row.slug for row in closed if wall_ms() >= (row.closed_ms or 0) + LATE_MS]
    if late:
        words = f"Entries closed more than a day ago, and nobody has drawn {named(late)}."
        yield Finding(BAD, f"{words} Type the public value, then: ./run ballot draw SLUG.")


def _is_over(row: Any) -> bool:
    closes_ms = terms_of(row.terms).closes_ms
    return closes_ms is not None and closes_ms <= wall_ms()
