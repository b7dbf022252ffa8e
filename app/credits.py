"""Play credits: what a buyer has, what came and went, and the vouchers that bring more.

Nobody can buy them, and nothing but draw tickets can be had for them. Each entry's id says what
it is for, so that whatever is repeated counts once; the balance never goes below nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.frozen import frozen
from app.models import CreditBalance, CreditEntry, Voucher
from app.refusals import Invalid, Refusal
from app.rows import insert_new
from app.tokens import ID_ALPHABET

VOUCHER_LETTERS: Final = 12  # 60 bits: nobody guesses one
VOUCHERS_LIMIT: Final = 1000  # made at once
CREDITS_LIMIT: Final = 1_000_000
NOTE_LIMIT: Final = 100  # characters
ENTRIES_SHOWN: Final = 20
SAMPLE_CREDITS: Final = 100
SAMPLE_NOTE: Final = "To try the demo"
PURPOSE: Final = "voucher"


class TooFewCredits(Refusal):
    """The buyer does not have so many play credits."""

    code, status = "too_few_credits", 409
    happened = "You do not have enough play credits for that."
    safe = "Nothing was spent."
    next_step = "Buy fewer tickets, or add a gift card."


class BadVoucher(Refusal):
    """No such code, or it was used or has run out: one answer for all, so that nobody can try."""

    code, status = "bad_voucher", 422
    happened = "This code does not bring any credits."
    safe = "Your credits are as they were."
    next_step = "Check the code: each counts once, and some run out."


@frozen
class Entry:
    """Play credits that came (above 0) or went."""

    credits: int
    note: str
    at: datetime


def balance_of(connection: Connection, buyer: str) -> int:
    """How many credits a buyer has."""
    query = select(CreditBalance.credits).where(CreditBalance.buyer == buyer)
    return connection.scalar(query) or 0


def entries_of(connection: Connection, buyer: str, limit: int = ENTRIES_SHOWN) -> list[Entry]:
    """What came and went, the newest first."""
    query = (
        select(CreditEntry.credits, CreditEntry.note, CreditEntry.at)
        .where(CreditEntry.buyer == buyer)
        .order_by(CreditEntry.at.desc(), CreditEntry.id)
        .limit(limit)
    )
    return [Entry(*row) for row in connection.execute(query)]


def spend(connection: Connection, buyer: str, order_id: str, credits: int, note: str) -> None:
    """Take what an order costs; raises `TooFewCredits`, and nothing of the transaction stays."""
    if _enter(connection, f"{order_id}:spent", buyer, -credits, note):
        taken = connection.execute(
            update(CreditBalance)
            .where(CreditBalance.buyer == buyer, CreditBalance.credits >= credits)
            .values(credits=CreditBalance.credits - credits)
        )
        if taken.rowcount != 1:
            raise TooFewCredits


def give_back(connection: Connection, order_id: str, credits: int, note: str) -> None:
    """Give back what an order did not need, once; nothing where it never spent any."""
    spent = connection.execute(
        select(CreditEntry.buyer, CreditEntry.credits).where(CreditEntry.id == f"{order_id}:spent")
    ).first()
    if spent is not None and credits > 0:
        _add(connection, f"{order_id}:back", spent.buyer, min(credits, -spent.credits), note)


def make_vouchers(
    office: BoxOffice, credits: int, count: int, note: str, until: datetime | None = None
) -> tuple[str, ...]:
    """New codes for so many credits each, as people read them; they are kept nowhere."""
    _refuse_bad(credits, count, note)
    codes = tuple(_new_code() for _ in range(count))
    rows = [
        {
            "key": _key(office, code), "credits": credits, "note": note.strip(),
            "made_at": utc_now(), "until_at": until,
        }
        for code in codes
    ]  # fmt: skip
    with office.db.write() as connection:
        connection.execute(insert(Voucher), rows)
    return codes


def redeem(office: BoxOffice, buyer: str, code: str) -> int:
    """Add what a code is worth to a buyer's credits; raises `BadVoucher`. Again adds nothing."""
    key, now = _key(office, code), utc_now()
    with office.db.write() as connection:
        found = connection.execute(select(Voucher.__table__).where(Voucher.key == key)).first()
        if found is None or (found.used_by or buyer) != buyer:
            raise BadVoucher
        if found.used_by is None and found.until_at is not None and found.until_at <= now:
            raise BadVoucher
        used = connection.execute(
            update(Voucher)
            .where(Voucher.key == key, Voucher.used_by.is_(None))
            .values(used_by=buyer, used_at=now)
        )
        if used.rowcount:
            _add(connection, f"voucher:{key}", buyer, found.credits, found.note)
        return int(found.credits)


def take_sample(office: BoxOffice, buyer: str, day: str) -> int:
    """Credits for trying a demo house's draws, once a day; how many came now."""
    before_after = []
    with office.db.write() as connection:
        before_after.append(balance_of(connection, buyer))
        _add(connection, f"sample:{buyer}:{day}", buyer, SAMPLE_CREDITS, SAMPLE_NOTE)
        before_after.append(balance_of(connection, buyer))
    return before_after[1] - before_after[0]


def forget_credits(connection: Connection, buyer: str) -> None:
    """Remove a buyer's credits and what is known of them."""
    connection.execute(delete(CreditEntry).where(CreditEntry.buyer == buyer))
    connection.execute(delete(CreditBalance).where(CreditBalance.buyer == buyer))
    connection.execute(update(Voucher).where(Voucher.used_by == buyer).values(used_by="forgotten"))


def _add(connection: Connection, entry_id: str, buyer: str, credits: int, note: str) -> None:
    if _enter(connection, entry_id, buyer, credits, note):
        connection.execute(insert_new(connection, CreditBalance), {"buyer": buyer, "credits": 0})
        connection.execute(
            update(CreditBalance)
            .where(CreditBalance.buyer == buyer)
            .values(credits=CreditBalance.credits + credits)
        )


def _enter(connection: Connection, entry_id: str, buyer: str, credits: int, note: str) -> bool:
    """Write an entry; False when it was written before."""
    row: dict[str, Any] = {
        "id": entry_id, "buyer": buyer, "credits": credits, "note": note, "at": utc_now(),
    }  # fmt: skip
    return bool(connection.execute(insert_new(connection, CreditEntry), row).rowcount)


def _refuse_bad(credits: int, count: int, note: str) -> None:
    rules = (
        ("credits", not 1 <= credits <= CREDITS_LIMIT, "A voucher is worth 1 to 1,000,000."),
        ("count", not 1 <= count <= VOUCHERS_LIMIT, f"Make 1 to {VOUCHERS_LIMIT} at once."),
        (
            "note",
            not note.strip() or len(note) > NOTE_LIMIT or not note.isprintable(),
            f"Say what it is for, in {NOTE_LIMIT} printable characters at most.",
        ),
    )
    wrong = {field: words for field, is_wrong, words in rules if is_wrong}
    if wrong:
        raise Invalid(wrong)


def _new_code() -> str:
    letters = "".join(secrets.choice(ID_ALPHABET) for _ in range(VOUCHER_LETTERS))
    return "-".join(letters[at : at + 4] for at in range(0, VOUCHER_LETTERS, 4))


def _key(office: BoxOffice, code: str) -> str:
    """However it is typed: O is 0, I and L are 1, as in Crockford's base 32."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    plain = plain.translate(str.maketrans("OIL", "011"))[: 2 * VOUCHER_LETTERS]
    return hashlib.sha256(office.tokens.of(PURPOSE, plain).encode()).hexdigest()
