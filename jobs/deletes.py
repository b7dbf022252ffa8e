"""Deletes: one slice at a time, found by reading and removed when the try is settled."""

from __future__ import annotations

import logging
import time
from functools import partial

from sqlalchemy import Connection

from app.box_office import BoxOffice
from app.clock import utc_now, wall_ms
from app.deletions import DELETIONS, SLICE_LIMIT, Deletion, old_demo_tickets
from app.effects import Again, Done, Duty, Effect, Facts, Failed, Outcome
from app.inventory.commands import CancelTickets
from app.prize_draws.by_itself import archivable
from app.refusals import Refusal
from jobs.lotteries import ask_actors

COUNTED_LIMIT = 10_000
TICKETS = "delete.lottery_tickets"
ARCHIVE_SECONDS = 20.0  # at once; then other effects have their turn
log = logging.getLogger("fullhouse.deletes")


def duties(office: BoxOffice) -> dict[str, Duty]:
    """Every kind of deletion."""
    return {
        deletion.kind: Duty(partial(find_slice, office, deletion), partial(remove_slice, deletion))
        for deletion in DELETIONS
    } | {TICKETS: Duty(partial(archive_tickets, office))}


def archive_tickets(office: BoxOffice, effect: Effect) -> Outcome:
    """Remove sold tickets of settled draws whose retention is over, where the actors are.

    What proves a draw is kept before its first ticket goes. Killed anywhere, it goes on.
    """
    until, told = time.monotonic() + ARCHIVE_SECONDS, {"is_done": False}
    try:
        while not told["is_done"]:
            if time.monotonic() > until:
                return Again()
            told = ask_actors(office, "lottery.archive", {"by": "schedule"})
    except Refusal as refusal:
        return Failed(refusal.words)
    return Done()


def find_slice(office: BoxOffice, deletion: Deletion, effect: Effect) -> Outcome:
    """Which rows go next; there is more when the slice is full."""
    with office.db.read() as connection:
        ids = deletion.find(connection, utc_now(), SLICE_LIMIT)
    return Again({"ids": ids}) if len(ids) == SLICE_LIMIT else Done({"ids": ids})


def remove_slice(deletion: Deletion, connection: Connection, payload: Facts, facts: Facts) -> None:
    """Remove what was found and still may go."""
    if facts["ids"]:
        deletion.remove(connection, utc_now(), facts["ids"])


def dry_run(office: BoxOffice) -> dict[str, int]:
    """How many rows of each kind would go now; counted up to a limit, nothing is removed."""
    with office.db.read() as connection:
        found = {
            deletion.kind: len(deletion.find(connection, utc_now(), COUNTED_LIMIT))
            for deletion in DELETIONS
        }
    tickets = sum(batch.sold - batch.gone for batch in archivable(office))
    return found | {TICKETS: min(tickets, COUNTED_LIMIT)}


def cancel_old_demo(office: BoxOffice) -> None:
    """Give back the places of demo orders whose events are long over, through their actors."""
    with office.db.read() as connection:
        found = old_demo_tickets(connection, utc_now(), SLICE_LIMIT)
    for event_id, order_id, ticket_ids in found:
        office.inventory_of(event_id).ask(
            CancelTickets(order_id, ticket_ids, "the demo event is over", "schedule", wall_ms())
        )
