"""verify-ticket: is a code genuine? The public key is all that this needs."""

from __future__ import annotations

from typing import Any, Final

from app.refusals import Refusal

PUBLIC_KEY_BYTES: Final = 32


class NotGenuine(Refusal):
    """The code admits nobody."""

    code, status = "not_genuine", 422


def verify(words: dict[str, Any]) -> int:
    """Say what the code says, or why it is not genuine."""
    from app.tickets.codes import BadTicketCode, claimed_key
    from app.tickets.codes import verify as verify_code

    code = "".join(str(words["code"]).split())
    try:
        keys = (
            {claimed_key(code): _key(words["key"])}
            if words["key"]
            else _kept_keys(claimed_key(code))
        )
        facts = verify_code(code, keys)
    except BadTicketCode as bad:
        raise NotGenuine(f"Not genuine: {bad}") from None
    print("Genuine: signed by this box office for this event, and not changed since.")
    print(f"  event {facts.event}, serial {facts.serial}, key {facts.key_id},"
          f" generation {facts.generation}")  # fmt: skip
    print("Whether it was used, moved or given back is only known at the door.")
    return 0


def _key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != PUBLIC_KEY_BYTES:
        raise NotGenuine("--key takes the event's public key: 64 hexadecimal digits.")
    return key


def _kept_keys(claimed: tuple[int, int]) -> dict[tuple[int, int], bytes]:
    from sqlalchemy import inspect, select

    from app.config import read_settings
    from app.db import Database
    from app.models import EventKey
    from app.upkeep.sqlite_files import database_file

    settings = read_settings()
    if settings.is_sqlite and not database_file(settings).exists():
        return {}
    database = Database(settings)
    try:
        with database.read() as connection:
            if not inspect(connection).has_table("event_keys"):
                return {}
            event_id, key_id = claimed
            public_key = connection.scalar(
                select(EventKey.public_key).where(
                    EventKey.event_id == event_id, EventKey.key_id == key_id
                )
            )
        return {} if public_key is None else {claimed: public_key}
    finally:
        database.close()
