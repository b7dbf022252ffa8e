"""Requests about play credits."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from app import credits
from app.box_office import BoxOffice
from app.clock import utc_now
from app.control_requests.asked import Words, by_of
from app.orders.rows import write_journal
from app.refusals import Invalid


def make_vouchers(office: BoxOffice, words: Words) -> Words:
    """New codes for play credits; this answer is the only place where they stand."""
    worth, count = int(words["credits"]), int(words["count"])
    note = str(words.get("note") or "")
    codes = credits.make_vouchers(office, worth, count, note, _until(words))
    with office.db.write() as connection:
        write_journal(
            connection, "credits.vouchers", None, by_of(words), credits=worth, count=count
        )
    return {"codes": list(codes)}


def _until(words: Words) -> datetime | None:
    text = str(words.get("until") or "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid({"until": "Say the last day as 2030-12-31."}) from None
    until = datetime.combine(day + timedelta(days=1), time(), UTC)
    if until <= utc_now():
        raise Invalid({"until": f"{text} is over already."})
    return until
