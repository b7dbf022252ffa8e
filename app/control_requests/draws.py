"""Requests about prize draws: what their organizer does from the first batch to the last."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import select

from app.box_office import BoxOffice
from app.clock import to_ms, wall_ms
from app.control_requests.asked import BY, Words, by_of
from app.draw_cards import DrawCard
from app.draw_files.reading import read_draw_file
from app.long_work import Progress
from app.lottery.pool.commands import ConfirmClaim, RecordLegalBasis, Settle
from app.lottery.refusals import NotThatFar
from app.models import Lottery, LotteryBatch, LotteryWin
from app.prize_draws import by_itself, looking
from app.prize_draws.claiming import refuse_disputed
from app.prize_draws.drawing import (
    batch_row,
    close_batch,
    draw_batch,
    keep_bundle,
    reveal_batch,
    take_contributions,
    type_value,
)
from app.prize_draws.from_files import end_draw, open_from_file
from app.prize_draws.gift_words import comes_by_itself
from app.prize_draws.seat_gifts import give_confirmed
from app.refusals import Invalid, NotFound

BASIS: Final = ("kind", "number", "region", "promoter", "free_entry")
BASIS_LIMIT: Final = 200  # characters


def open_draw(office: BoxOffice, words: Words) -> Words:
    """Open the batch of a draw file, in a thread of its own; asked again: how far it is."""
    text = str(words["file"])
    read, number = read_draw_file(text.encode()), _number(words)

    def open_it(progress: Progress) -> Words:
        batch_id = open_from_file(office, read, number, by_of(words), progress)
        card = office.draws.by_slug(read.slug)
        return {
            "batch": batch_id,
            "status": batch_row(office, batch_id).status,
            "draw": card.slug,
            "url": looking.url_of(office, card),
        }

    token = hashlib.sha256(f"{number} {text}".encode()).hexdigest()
    return office.works.ask(f"open:{read.slug}", open_it, token)


def list_draws(office: BoxOffice, words: Words) -> Words:
    """Every draw and how its batches stand."""
    return {"draws": looking.all_draws(office)}


def show_draw(office: BoxOffice, words: Words) -> Words:
    """Everything about one draw that its organizer may know, and what to do next."""
    return looking.whole_draw(office, _card(office, words))


def record_basis(office: BoxOffice, words: Words) -> Words:
    """Why paid tickets of a draw may be sold."""
    card = _card(office, words)
    said = {name: " ".join(str(words.get(name) or "").split()) for name in BASIS}
    wrong = {name: no for name in BASIS if (no := _basis_words(name, said[name]))}
    if wrong:
        raise Invalid(wrong)
    until_ms = _end_of(str(words.get("until") or ""), card)
    office.pool_of(card.id).ask(RecordLegalBasis(**said, by=by_of(words), until_ms=until_ms))
    office.draws.refresh()
    return {"draw": card.slug, "number": said["number"]}


def _basis_words(name: str, said: str) -> str:
    """What is wrong with one part of a legal basis, or ""."""
    option = f"--{name.replace('_', '-')}"
    if not said:
        return f"{option} is empty: write it as page and ticket will show it."
    if len(said) > BASIS_LIMIT:
        return f"{option} has {len(said)} characters: say it in {BASIS_LIMIT}."
    return "" if said.isprintable() else f"{option} has signs that cannot be printed."


def close(office: BoxOffice, words: Words) -> Words:
    """Sell no more of a batch."""
    row = _batch(office, words, lambda row: row.status == "open")
    view = close_batch(office, row.id, by_of(words))
    return {
        "batch": row.id,
        "sold": view.sold,
        "next": looking.next_step(batch_row(office, row.id)),
    }


def fix_value(office: BoxOffice, words: Words) -> Words:
    """Type the public value as one of two, or take it from the buyers where that was announced."""
    row = _batch(office, words, lambda row: row.status == "closed" and not row.public_value)
    _refuse_instant(row)
    text = str(words.get("value") or "").strip()
    if text and by_of(words) == BY:
        raise Invalid({"by": "Say with --by who read it: two people have to type it."})
    if text:
        view = type_value(office, row.id, text, by_of(words))
    else:
        view = take_contributions(office, row.id, by_of(words))
    return {"batch": row.id, "is_fixed": view.is_fixed, "value": view.value[:1000]}


def draw(office: BoxOffice, words: Words) -> Words:
    """Draw a batch of the evening, in a thread of its own; asked again: how far it is."""
    row = _batch(office, words, lambda row: row.status == "closed" and not looking.is_instant(row))
    _refuse_instant(row)

    def draw_it(progress: Progress) -> Words:
        view = draw_batch(office, row.id, by_of(words), progress)
        return {"batch": row.id, "sold": view.sold}

    return office.works.ask(f"draw:{row.id}", draw_it)


def reveal(office: BoxOffice, words: Words) -> Words:
    """Publish the secret of a batch and keep the file that proves its draw."""
    row = _batch(office, words, _may_reveal)

    def reveal_it(progress: Progress) -> Words:
        view = reveal_batch(office, row.id, by_of(words))
        keep_bundle(office, row.id, progress)
        return {"batch": row.id, "secret": view.secret}

    return office.works.ask(f"reveal:{row.id}", reveal_it)


def settle(office: BoxOffice, words: Words) -> Words:
    """End a batch of which nobody can claim anything any more."""
    row = _batch(office, words, lambda row: row.status in ("closed", "drawn") and row.secret)
    office.pool_of(row.lottery_id).ask(Settle(row.id, by_of(words), wall_ms()))
    return {"batch": row.id}


def end(office: BoxOffice, words: Words) -> Words:
    """End a whole draw."""
    card = _card(office, words)
    end_draw(office, card)
    return {"draw": card.slug}


def list_claims(office: BoxOffice, words: Words) -> Words:
    """Prizes that are claimed, those that wait for staff first; or those that nobody claims."""
    card = _card(office, words)
    if words.get("unclaimed"):
        return {"draw": card.slug, "claims": looking.unclaimed_prizes(office, card)}
    details = bool(words.get("details"))
    return {
        "draw": card.slug,
        "claims": looking.claimed_prizes(office, card, with_details=details),
    }


def confirm(office: BoxOffice, words: Words) -> Words:
    """Staff gave a claimed prize out; seats that could not be given are tried once more."""
    card = _card(office, words)
    if by_of(words) == BY:
        raise Invalid({"by": "Say with --by who gave it out."})
    batch_id, position = _ticket(office, card, str(words["ticket"]))
    with office.db.read() as connection:
        winner = connection.scalar(
            select(LotteryWin.purchase_id).where(
                LotteryWin.batch_id == batch_id, LotteryWin.position == position
            )
        )
    if winner is not None:
        refuse_disputed(office, winner)
    view = office.pool_of(card.id).ask(ConfirmClaim(batch_id, position, by_of(words)))
    gift = give_confirmed(office, batch_id, position)
    waits = gift.reason if gift is not None else ""
    event = card.words.of_tier(view.tier).event
    return {
        "batch": batch_id,
        "position": position,
        "prize": view.tier,
        "waits": waits,
        "why": looking.seats_words(office, waits, event),
        "is_tried_again": comes_by_itself(waits),
    }


def archive(office: BoxOffice, words: Words) -> Words:
    """The next tickets that need not be kept go; with `dry_run`, which would."""
    if words.get("dry_run"):
        waiting = by_itself.archivable(office)
        return {
            "is_done": True,
            "batches": [{"batch": one.batch_id, "tickets": one.sold - one.gone} for one in waiting],
        }
    return by_itself.archive_some(office, by_of(words))


def _card(office: BoxOffice, words: Words) -> DrawCard:
    """The draw that the words name, whatever its status; `NotFound`."""
    query = select(Lottery.id).where(Lottery.slug == str(words["draw"]))
    with office.db.read() as connection:
        lottery_id = connection.scalar(query)
    if lottery_id is None:
        raise NotFound(
            f"There is no draw called {words['draw']}.",
            next_step="./run lottery list names all of them.",
        )
    return office.draws.by_id(lottery_id)


def _number(words: Words) -> int | None:
    """The number of a batch, where one is named."""
    text = str(words.get("batch") or "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Invalid({"batch": "A batch has a number such as 1."})
    return int(text)


def _batch(office: BoxOffice, words: Words, fits: Any) -> Any:
    """The batch that is named, or the only one for which this step is due.

    Where it is due for none, the last one: it says itself why not, or that it was done before.
    """
    card, number = _card(office, words), _number(words)
    query = select(LotteryBatch.__table__).where(LotteryBatch.lottery_id == card.id)
    with office.db.read() as connection:
        rows = connection.execute(query.order_by(LotteryBatch.number)).all()
    if not rows:
        raise NotThatFar(f"{card.title} has no batch yet.", next_step="./run lottery open FILE.")
    if number is not None:
        named = next((row for row in rows if row.number == number), None)
        if named is None:
            raise NotFound(f"{card.title} has no batch {number}.", next_step="It has"
                           f" {', '.join(str(row.number) for row in rows)}.")  # fmt: skip
        return named
    due = [row for row in rows if fits(row)]
    if len(due) > 1:
        numbers = ", ".join(str(row.number) for row in due)
        raise Invalid({"batch": f"Say which batch is meant: {numbers}."})
    return due[0] if due else rows[-1]


def _refuse_instant(row: Any) -> None:
    if looking.is_instant(row):
        raise NotThatFar(
            "The prizes of this batch were placed before its first sale.",
            next_step="Close it and publish its secret: ./run lottery reveal.",
        )


def _may_reveal(row: Any) -> bool:
    if row.secret:
        return False
    return row.status == "drawn" or (row.status == "closed" and looking.is_instant(row))


def _ticket(office: BoxOffice, card: DrawCard, text: str) -> tuple[str, int]:
    """Batch and position of a ticket: `1-417`, or its number alone in a draw of one batch."""
    batch, _, position = text.strip().rpartition("-")
    with office.db.read() as connection:
        query = select(LotteryBatch.number, LotteryBatch.id)
        rows = connection.execute(query.where(LotteryBatch.lottery_id == card.id)).all()
    known = {str(number): batch_id for number, batch_id in rows}
    known |= {batch_id: batch_id for batch_id in known.values()}
    if not batch and len(rows) == 1:
        batch = rows[0].id
    is_number = position.isascii() and position.isdigit() and len(position) < 8
    if batch not in known or not is_number or int(position) < 1:
        raise Invalid({"ticket": "Say the ticket as batch and number, such as 1-417."})
    return known[batch], int(position)


def _end_of(text: str, card: DrawCard) -> int | None:
    """The end of a day in the draw's zone; none without a day. Raises `Invalid` for a past one."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid({"until": "Say the last day as 2030-12-31."}) from None
    until_ms = to_ms(datetime.combine(day + timedelta(days=1), time(), card.zone))
    if until_ms <= wall_ms():
        raise Invalid({"until": f"{text} is over already."})
    return until_ms
