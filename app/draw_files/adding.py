"""Puts a draw file into the house: organizer, venue and draw; its batches open afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.clock import to_ms
from app.draw_files.draw_file import DrawFile
from app.draw_files.promises import refuse_changed_batch, refuse_changed_draw
from app.draw_files.refused import DrawFileRefused
from app.draw_words import plain_words
from app.lottery.pool.terms import EVENING
from app.lottery.refusals import NotThatFar
from app.models import Event, Lottery, LotteryBatch, LotteryStatus, Organizer, Venue
from app.plans.refused import Problem
from app.prize_draws.limits import copy_limits
from app.refusals import Invalid
from app.toml_files.houses import keep_house, keep_venue


@dataclass(frozen=True, slots=True)
class KeptDraw:
    """A draw that is there, and which of its batches the file is about."""

    lottery_id: int
    number: int
    is_open: bool  # the batch has opened before


def keep_draw(
    connection: Connection,
    read: DrawFile,
    number: int | None,
    at: datetime,
    *,
    is_demo: bool = False,
) -> KeptDraw:
    """Write the draw of a file; the same file again changes nothing.

    Without a `number` it is about the batch that was opened last by a file, or the first one.
    Raises `PromiseChanged` for what may not change any more, and others.
    """
    row = _known(connection, read.slug)
    if row is None:
        _refuse_number(number, 0)
        _refuse_past(read, at)
        organizer_id = keep_house(connection, read.house, at, is_demo=is_demo)
        venue_id = keep_venue(connection, read.venue, organizer_id)
        _refuse_unknown_events(connection, read, organizer_id)
        made = _row_of(read) | {
            "organizer_id": organizer_id,
            "venue_id": venue_id,
            "slug": read.slug,
            "status": LotteryStatus.DRAFT,
            "created_at": at,
        }
        new = insert(Lottery).values(made).returning(Lottery.id)
        lottery_id = connection.execute(new).scalar_one()
        copy_limits(connection, lottery_id, read.currency)
        return KeptDraw(lottery_id, 1, False)
    refuse_changed_draw(row, read)
    _refuse_unknown_events(connection, read, row.organizer_id)
    kept = _batch_meant(connection, row, read, number, at)
    keep_venue(connection, read.venue, keep_house(connection, read.house, at, is_demo=is_demo))
    connection.execute(update(Lottery).where(Lottery.id == row.id).values(_row_of(read)))
    return kept


def show_draw(connection: Connection, lottery_id: int) -> None:
    """Everybody sees the draw from now on."""
    shown = {"status": LotteryStatus.OPEN}
    connection.execute(update(Lottery).where(Lottery.id == lottery_id).values(shown))


def _known(connection: Connection, slug: str) -> Any:
    return connection.execute(
        select(
            Lottery.__table__, Organizer.slug.label("house_slug"), Venue.slug.label("venue_slug")
        )
        .join(Organizer, Organizer.id == Lottery.organizer_id)
        .join(Venue, Venue.id == Lottery.venue_id)
        .where(Lottery.slug == slug)
    ).first()


def _batch_meant(
    connection: Connection, row: Any, read: DrawFile, number: int | None, at: datetime
) -> KeptDraw:
    """The batch that the file opens or has opened; its promises are still the same."""
    batches = connection.execute(
        select(LotteryBatch.__table__)
        .where(LotteryBatch.lottery_id == row.id)
        .order_by(LotteryBatch.number)
    ).all()
    last = batches[-1].number if batches else 0
    from_files = [batch for batch in batches if batch.line == batch.id]
    if number is None:
        number = from_files[-1].number if from_files else 1
    _refuse_number(number, last)
    known = next((batch for batch in batches if batch.number == number), None)
    if known is not None:
        if known not in from_files:
            words = f"Batch {number} opened by itself behind another one; no file can open it."
            raise Invalid({"batch": words})
        refuse_changed_batch(row, known, read)
        return KeptDraw(row.id, number, True)
    if any(batch.status == "open" for batch in batches):
        raise NotThatFar(
            "Another batch of this draw is open.", next_step="Close it before you open a new one."
        )
    _refuse_past(read, at)
    return KeptDraw(row.id, number, False)


def _refuse_number(number: int | None, last: int) -> None:
    if number is not None and not 1 <= number <= last + 1:
        raise Invalid({"batch": f"Batches are numbered in order: the next one is {last + 1}."})


def _refuse_past(read: DrawFile, at: datetime) -> None:
    """A sale that is over before it begins, and prizes that are before anybody can win them."""
    terms, won_ms = read.terms, to_ms(at)
    if terms.closes_ms is not None and terms.closes_ms <= won_ms:
        raise DrawFileRefused((Problem("draw.closes_at", "has passed already."),))
    if terms.mode == EVENING:
        won_ms = max(won_ms, terms.closes_ms or 0)
    problems = [
        Problem(f"prizes[{number}].until", "is over before anybody can have won it.")
        for number, tier in enumerate(terms.tiers)
        if 0 < read.words.of_tier(tier.key).until_ms <= won_ms
    ]
    if problems:
        raise DrawFileRefused(tuple(problems))


def _refuse_unknown_events(connection: Connection, read: DrawFile, organizer_id: int) -> None:
    """A prize can only bring what this house plays."""
    query = select(Event.slug).where(Event.organizer_id == organizer_id)
    known = set(connection.execute(query).scalars())
    problems = [
        Problem(f"prizes[{at}].event", f"{read.house.name} has no event at the address {slug}.")
        for at, tier in enumerate(read.terms.tiers)
        if (slug := read.words.of_tier(tier.key).event) and slug not in known
    ]
    if problems:
        raise DrawFileRefused(tuple(problems))


def _row_of(read: DrawFile) -> dict[str, Any]:
    return {
        "title": read.title,
        "summary": read.summary,
        "stock": read.stock,
        "currency": read.currency,
        "time_zone": read.venue.time_zone,
        "credits": read.credits,
        "rules": dict(read.limits),
        "public": dict(read.public),
        "notes": plain_words(read.words),
    }
