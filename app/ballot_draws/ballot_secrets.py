"""The secret of each ballot: sealed before it is committed to, opened for its draw."""

from __future__ import annotations

import secrets
from typing import Final

from sqlalchemy import select

from app.box_office import BoxOffice
from app.lottery.draw.canonical import decode, encode
from app.lottery.draw.params import BallotParams, checked, read_params
from app.models import BallotSecret
from app.refusals import NotFound
from app.rows import upsert

SEED_BYTES: Final = 32
PURPOSE: Final = "ballot seed"


def new_secret(office: BoxOffice, ballot_id: int, params: BallotParams) -> bytes:
    """A fresh server seed for these rules; only for a ballot that has committed to nothing yet."""
    checked(params)
    seed = secrets.token_bytes(SEED_BYTES)
    row = {
        "ballot_id": ballot_id,
        "sealed": office.vault.seal(seed, f"{PURPOSE}:{ballot_id}"),
        "params": encode(params.plain()).decode(),
    }
    with office.db.write() as connection:
        replaced = upsert(connection, BallotSecret, ["ballot_id"], ["sealed", "params"])
        connection.execute(replaced, row)
    return seed


def kept_secret(office: BoxOffice, ballot_id: int) -> tuple[bytes, BallotParams]:
    """Server seed and rules of a ballot that has them; else `NotFound`."""
    with office.db.read() as connection:
        row = connection.execute(
            select(BallotSecret.sealed, BallotSecret.params).where(
                BallotSecret.ballot_id == ballot_id
            )
        ).first()
    if row is None:
        raise NotFound("There is no such ballot.")
    seed = office.vault.unseal(row.sealed, f"{PURPOSE}:{ballot_id}")
    params = read_params(decode(row.params.encode()))
    if not isinstance(params, BallotParams):
        raise NotFound
    return seed, params
