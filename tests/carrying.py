"""Effects of the outbox, carried out one after the other by the test itself."""

from __future__ import annotations

from sqlalchemy import select

from app.box_office import BoxOffice
from app.carrying import carry_out, write_outcome
from app.clock import utc_now
from app.effects import Failed
from app.mail.post import Post
from app.models import OutboxRow
from app.outbox import claim
from jobs.duties import duties_of


def carry_out_due(office: BoxOffice, kinds: str) -> list[tuple[str, bool]]:
    """Carry out every effect of these kinds (as LIKE has it) that waits, whenever it is due.

    Kind by kind, and whether it was carried out.
    """
    duties = duties_of(office, Post(office.settings))
    query = select(OutboxRow.id).where(OutboxRow.kind.like(kinds), OutboxRow.state == "due")
    with office.db.read() as connection:
        ids = list(connection.execute(query).scalars())
    done = []
    for row_id in ids:
        with office.db.write() as connection:
            effect = claim(connection, row_id, utc_now().replace(year=2100))
        assert effect is not None
        outcome = carry_out(duties, effect)
        with office.db.write() as connection:
            write_outcome(connection, duties, effect, outcome, utc_now())
        done.append((effect.kind, not isinstance(outcome, Failed)))
    return done
