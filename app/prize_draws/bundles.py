"""The files that prove draws, as they are kept: in parts, so that nobody waits for a large one."""

from __future__ import annotations

import zlib
from typing import Any, Final

from sqlalchemy import func, select

from app.box_office import BoxOffice
from app.lottery.draw.canonical import decode
from app.models import LotteryBundle
from app.rows import insert_new

PART_BYTES: Final = 256 * 1024  # packed and written in some milliseconds


def stored_bundle(office: BoxOffice, batch_id: str) -> bytes | None:
    """The file of a batch, byte for byte; None until all of it is kept."""
    query = (
        select(LotteryBundle.parts, LotteryBundle.content)
        .where(LotteryBundle.batch_id == batch_id)
        .order_by(LotteryBundle.part)
    )
    with office.db.read() as connection:
        rows = connection.execute(query).all()
    if not rows or len(rows) != rows[0].parts:
        return None
    return b"".join(zlib.decompress(row.content) for row in rows)


def is_kept(office: BoxOffice, batch_id: str) -> bool:
    """Whether all of a batch's file is kept."""
    query = select(func.count(), func.max(LotteryBundle.parts)).where(
        LotteryBundle.batch_id == batch_id
    )
    with office.db.read() as connection:
        count, parts = connection.execute(query).one()
    return bool(count) and count == parts


def stored_list(office: BoxOffice, batch_id: str) -> tuple[str, ...] | None:
    """The list of who held what, from the file; None until it is kept."""
    raw = stored_bundle(office, batch_id)
    if raw is None:
        return None
    document: Any = decode(raw)
    return tuple(document["list"])


def keep_parts(office: BoxOffice, batch_id: str, raw: bytes) -> None:
    """Keep a file for ever; killed in between and begun again, it comes out the same."""
    pieces = [raw[at : at + PART_BYTES] for at in range(0, len(raw), PART_BYTES)]
    for number, piece in enumerate(pieces, start=1):
        row = {
            "batch_id": batch_id,
            "part": number,
            "parts": len(pieces),
            "content": zlib.compress(piece),
        }
        with office.db.write() as connection:
            connection.execute(insert_new(connection, LotteryBundle), row)
