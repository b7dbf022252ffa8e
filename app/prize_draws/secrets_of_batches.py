"""The secret of each batch: made once, sealed before it is committed to, opened for its draw."""

from __future__ import annotations

import secrets
from typing import Any, Final

from sqlalchemy import select, update

from app.box_office import BoxOffice
from app.lottery.draw.canonical import decode, encode
from app.lottery.draw.params import PrizeParams, checked, read_params
from app.models import LotterySecret
from app.refusals import NotFound
from app.rows import insert_new

SEED_BYTES: Final = 32
PURPOSE: Final = "lottery seed"


def secret_of(office: BoxOffice, batch_id: str, params: PrizeParams) -> tuple[bytes, PrizeParams]:
    """The batch's server seed and its rules; made now if there is none, however many ask.

    The rules that were kept first hold: whoever asks with others gets those.
    """
    checked(params)
    row = {
        "batch_id": batch_id,
        "sealed": office.vault.seal(secrets.token_bytes(SEED_BYTES), f"{PURPOSE}:{batch_id}"),
        "params": encode(params.plain()).decode(),
        "merkle_root": "",
        "chunks": b"",
    }
    with office.db.write() as connection:
        connection.execute(insert_new(connection, LotterySecret).values(row))
    return kept_secret(office, batch_id)


def kept_secret(office: BoxOffice, batch_id: str) -> tuple[bytes, PrizeParams]:
    """Server seed and rules of a batch that has them; else `NotFound`."""
    row = _row(office, batch_id)
    seed = office.vault.unseal(row.sealed, f"{PURPOSE}:{batch_id}")
    params = read_params(decode(row.params.encode()))
    if not isinstance(params, PrizeParams):
        raise NotFound
    return seed, params


def keep_tree(office: BoxOffice, batch_id: str, root: bytes, chunks: bytes) -> None:
    """Keep what one ticket's proof is made from, and the root that is published."""
    with office.db.write() as connection:
        connection.execute(
            update(LotterySecret)
            .where(LotterySecret.batch_id == batch_id)
            .values(merkle_root=root.hex(), chunks=chunks)
        )


def merkle_root(office: BoxOffice, batch_id: str) -> str:
    """The published root of an instant batch; empty for one of the evening."""
    return str(_row(office, batch_id).merkle_root)


def published_rules(office: BoxOffice, batch_id: str) -> tuple[Any, str]:
    """The rules that the commitment covers, and the root; both were published with it."""
    row = _row(office, batch_id)
    return decode(row.params.encode()), str(row.merkle_root)


def _row(office: BoxOffice, batch_id: str) -> Any:
    with office.db.read() as connection:
        row = connection.execute(
            select(LotterySecret.__table__).where(LotterySecret.batch_id == batch_id)
        ).first()
    if row is None:
        raise NotFound("There is no such batch.")
    return row
