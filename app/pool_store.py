"""The only place where records of a prize draw become rows: one transaction per batch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from app.actor_store import ActorStore
from app.db import Database
from app.inventory.records import Record
from app.lottery.pool.state import PoolState
from app.pool_reading import read_pool, read_rules
from app.pool_writing import write_pool
from app.vault import Vault

KEY_PREFIX: Final = "lottery:"


class PoolStore(ActorStore[PoolState]):
    """The rows of one prize draw."""

    def __init__(self, lottery_id: int, db: Database, vault: Vault) -> None:
        super().__init__(f"{KEY_PREFIX}{lottery_id}", db)
        self.lottery_id = lottery_id
        self._vault = vault

    def _refuse_unknown(self, connection: Connection) -> None:
        read_rules(connection, self.lottery_id)

    def _read_state(self, connection: Connection) -> PoolState:
        return read_pool(connection, self.lottery_id, self._vault)

    def _write_records(
        self, connection: Connection, state: PoolState, facts: Iterable[Record]
    ) -> None:
        write_pool(connection, self.lottery_id, state, self._vault, facts)
