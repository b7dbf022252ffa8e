"""The only place where records of a ballot become rows: one transaction per batch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from app.actor_store import ActorStore
from app.ballot_reading import ballot_row, read_ballot
from app.ballot_writing import write_ballot
from app.db import Database
from app.inventory.records import Record
from app.lottery.ballot.state import BallotState
from app.models import Ballot

KEY_PREFIX: Final = "ballot:"


class BallotStore(ActorStore[BallotState]):
    """The rows of one ballot."""

    def __init__(self, ballot_id: int, db: Database) -> None:
        super().__init__(f"{KEY_PREFIX}{ballot_id}", db)
        self.ballot_id = ballot_id

    def _refuse_unknown(self, connection: Connection) -> None:
        ballot_row(connection, Ballot.id == self.ballot_id)

    def _read_state(self, connection: Connection) -> BallotState:
        return read_ballot(connection, self.ballot_id)

    def _write_records(
        self, connection: Connection, state: BallotState, facts: Iterable[Record]
    ) -> None:
        write_ballot(connection, state, facts)
