"""verify-ticket: is a code genuine? The public keys are all that this needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from app.cli.files import read_file
from app.config import Settings
from app.refusals import Refusal

PUBLIC_KEY_BYTES: Final = 32
FILE_LIMIT_BYTES: Final = 16 * 1024 * 1024

Keys = dict[tuple[int, int], bytes]


class NotGenuine(Refusal):
    """The code admits nobody."""

    code, status = "not_genuine", 422


class BadKeys(Refusal):
    """The file is no list of public keys."""

    code, status = "bad_keys", 422
    next_step = "./run event keys prints such a list."


def verify(words: dict[str, Any]) -> int:
    """Say what the code says, or why it is not genuine."""
    from app.tickets.codes import BadTicketCode, claimed_key
    from app.tickets.codes import verify as verify_code

    code = str(words["code"])
    try:
        claimed = claimed_key(code)  # a code that is none needs no keys
        keys = _keys_in(Path(words["keys"])) if words["keys"] else _kept_key(claimed)
        facts = verify_code(code, keys)
    except BadTicketCode as bad:
        raise NotGenuine(f"Not genuine: {bad}") from None
    print("Genuine: signed by this box office for this event, and not changed since.")
    print(f"  event {facts.event}, serial {facts.serial}, key {facts.key_id},"
          f" generation {facts.generation}")  # fmt: skip
    print("Whether it was used, moved or given back is only known at the door.")
    return 0


def list_keys(settings: Settings, words: dict[str, Any]) -> int:
    """Print every public key as JSON; they are no secret."""
    rows = [
        {"event": event_id, "key_id": key_id, "public_key": key.hex()}
        for (event_id, key_id), key in sorted(_kept_keys(settings).items())
    ]
    print(json.dumps({"keys": rows}))
    return 0


def _keys_in(path: Path) -> Keys:
    raw = read_file(path, FILE_LIMIT_BYTES)
    try:
        rows = json.loads(raw)["keys"]
        keys = {
            (int(row["event"]), int(row["key_id"])): bytes.fromhex(row["public_key"])
            for row in rows
        }
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadKeys(f"{path} is no list of public keys.") from None
    if any(len(key) != PUBLIC_KEY_BYTES for key in keys.values()):
        raise BadKeys(f"A key in {path} is not {PUBLIC_KEY_BYTES} bytes long.")
    return keys


def _kept_key(claimed: tuple[int, int]) -> Keys:
    from app.config import read_settings

    return _kept_keys(read_settings(), claimed[0])


def _kept_keys(settings: Settings, event_id: int | None = None) -> Keys:
    from sqlalchemy import inspect, select

    from app.db import Database
    from app.models import EventKey
    from app.upkeep.sqlite_files import database_file

    if settings.is_sqlite and not database_file(settings).exists():
        return {}
    database = Database(settings)
    try:
        with database.read() as connection:
            if not inspect(connection).has_table("event_keys"):
                return {}
            query = select(EventKey.event_id, EventKey.key_id, EventKey.public_key)
            if event_id is not None:
                query = query.where(EventKey.event_id == event_id)
            return {(row.event_id, row.key_id): row.public_key for row in connection.execute(query)}
    finally:
        database.close()
