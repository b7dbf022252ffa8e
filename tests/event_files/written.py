"""A whole event file to start from, and ways to spoil it."""

from __future__ import annotations

WHOLE = """\
[house]
name = "Marsh Hall"
email = "tickets@marshhall.example"

[venue]
name = "Marsh Hall"
time_zone = "Europe/London"

[event]
title = "Winter Concert"
starts_at = "2030-12-12 19:30"
currency = "GBP"

[plan]
sample = "town-hall-standing"

[[ticket_types]]
name = "Adult"

[[price_categories]]
name = "Balcony"
prices = { adult = 24.00 }

[[price_categories]]
name = "Restricted view"
prices = { adult = 18 }
"""


def with_line(old: str, new: str) -> bytes:
    """The whole file with one piece replaced; the piece must be there."""
    assert WHOLE.count(old) == 1
    return WHOLE.replace(old, new).encode()


def with_more(text: str) -> bytes:
    """The whole file with more at its end."""
    return f"{WHOLE}\n{text}".encode()
