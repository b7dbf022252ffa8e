"""When a database disagrees with whoever thinks that it owns a key."""

from __future__ import annotations


class StaleMemory(Exception):  # noqa: N818  the loop's cue to read everything again
    """The database says something else than memory does."""


class StaleOwner(Exception):  # noqa: N818  the actor's cue to stop
    """Another process owns this key now."""
