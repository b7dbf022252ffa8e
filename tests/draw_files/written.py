"""A small draw file to start from, and ways to spoil it."""

from __future__ import annotations

WHOLE = """\
[house]
name = "Marsh Hall"
email = "tickets@marshhall.example"

[venue]
name = "Marsh Hall"
time_zone = "Europe/London"

[draw]
title = "The Roof Draw"
slug = "roof"
currency = "GBP"
size = 100
closes_at = "2098-12-12 20:00"

[public_value]
how = "numbers"
[[public_value.sources]]
name = "Lotto"
count = 6
high = 49

[[prizes]]
name = "Lamp"
count = 1

[[prizes]]
name = "Tea"
count = 10
"""


def with_line(old: str, new: str) -> bytes:
    """The whole file with one piece replaced; the piece must be there."""
    assert WHOLE.count(old) == 1
    return WHOLE.replace(old, new).encode()


def with_more(text: str) -> bytes:
    """The whole file with more at its end."""
    return f"{WHOLE}\n{text}".encode()
