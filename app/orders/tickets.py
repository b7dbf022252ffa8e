"""Identities of tickets that may be issued."""

from __future__ import annotations

import secrets
from typing import Final

from app.inventory.commands import NewTicket
from app.tickets.staff_codes import new_staff_code
from app.tokens import new_id

STAFF_CODE_BYTES: Final = 6
SERIAL_BITS: Final = 63


def new_tickets(count: int) -> tuple[NewTicket, ...]:
    """So many fresh ids, serials and staff codes."""
    return tuple(
        NewTicket(
            new_id(),
            secrets.randbits(SERIAL_BITS),
            new_staff_code(secrets.token_bytes(STAFF_CODE_BYTES)),
        )
        for _ in range(count)
    )
