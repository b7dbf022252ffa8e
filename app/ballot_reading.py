"""The state of a ballot as the database has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, select

from app.lottery.ballot.entry import Entry, Right
from app.lottery.ballot.state import BallotState
from app.lottery.ballot.terms import BallotTerms, Share, WeightRule, Wish
from app.lottery.sealing import BY_STAFF, Seal
from app.models import (
    Ballot,
    BallotAddition,
    BallotEntry,
    BallotRight,
    BallotStatus,
    BallotSupply,
    BallotWish,
    RightState,
)
from app.refusals import NotFound

EVENT_OVER: Final = "over:"  # before the id of an event of which nothing is given any more


def read_ballot(connection: Connection, ballot_id: int) -> BallotState:
    """Everything of one ballot; `NotFound` for none."""
    row = ballot_row(connection, Ballot.id == ballot_id)
    state = BallotState(ballot_id)
    state.terms = terms_of(row.terms) if row.terms else None
    source = BY_STAFF if state.terms is None else state.terms.source
    state.seal = Seal(
        row.commitment, source, row.typed_value, row.typed_by, row.public_value, row.secret
    )
    state.status, state.list_hash, state.announced = str(row.status), row.list_hash, row.announced
    state.is_called_off = row.status == BallotStatus.ENDED and row.drawn_ms is None
    _read_supply(connection, state)
    rows = connection.execute(
        select(BallotEntry.__table__).where(BallotEntry.ballot_id == ballot_id)
    ).all()
    state.restore_entries(_entries(connection, ballot_id, rows))
    drawn = sorted((row.drawn_place, row.id) for row in rows if row.drawn_place)
    state.order = tuple(entry_id for _place, entry_id in drawn)
    return state


def ballot_row(connection: Connection, which: Any) -> Any:
    """The row of one ballot; `NotFound` for none."""
    row = connection.execute(select(Ballot.__table__).where(which)).first()
    if row is None:
        raise NotFound("There is no such ballot.")
    return row


def terms_of(plain: dict[str, Any]) -> BallotTerms:
    """Terms as they were kept."""
    supply = tuple(Share(Wish(**share["wish"]), share["count"]) for share in plain["supply"])
    weights = tuple(WeightRule(**rule) for rule in plain.get("weights", ()))
    return BallotTerms(**{**plain, "supply": supply, "weights": weights})


def _read_supply(connection: Connection, state: BallotState) -> None:
    of_ballot = BallotSupply.ballot_id == state.ballot_id
    columns = (BallotSupply.event_id, BallotSupply.category, BallotSupply.count)
    supply = {
        Wish(event_id, category): count
        for event_id, category, count in connection.execute(select(*columns).where(of_ballot))
    }
    query = select(BallotAddition.supply_id).where(BallotAddition.ballot_id == state.ballot_id)
    over = [int(key.removeprefix(EVENT_OVER)) for key in connection.execute(query).scalars()]
    state.restore_supply(supply, over)


def _entries(connection: Connection, ballot_id: int, rows: Any) -> Iterator[Entry]:
    wishes: dict[str, list[Wish]] = {}
    query = (
        select(BallotWish.entry_id, BallotWish.event_id, BallotWish.category)
        .join(BallotEntry, BallotEntry.id == BallotWish.entry_id)
        .where(BallotEntry.ballot_id == ballot_id)
        .order_by(BallotWish.entry_id, BallotWish.position)
    )
    for entry_id, event_id, category in connection.execute(query):
        wishes.setdefault(entry_id, []).append(Wish(event_id, category))
    rights = _rights(connection, ballot_id)
    for row in rows:
        yield Entry(
            row.id, row.email_key, row._mapping["count"], tuple(wishes.get(row.id, ())),
            row.wants_to_wait, row.weight, row.contribution, row.status, row.salted_hash,
            row.place, row.place_at_first, row.rights, rights.get(row.id),
            {Wish(*wish) for wish in row.refused}, Wish(*row.bought) if row.bought else None,
            row.bought_count, row.order_id,
        )  # fmt: skip


def _rights(connection: Connection, ballot_id: int) -> dict[str, Right]:
    query = select(BallotRight.__table__).where(
        BallotRight.ballot_id == ballot_id, BallotRight.state == RightState.LIVE
    )
    return {
        row.entry_id: Right(
            Wish(row.event_id, row.category), row._mapping["count"], row.until_ms, row.is_offer,
            row.is_guarded,
        )
        for row in connection.execute(query)
    }  # fmt: skip
