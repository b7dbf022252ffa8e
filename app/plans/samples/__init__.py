"""The sample plans of the demo house, as the files that an organizer would import."""

from __future__ import annotations

from importlib import resources

SAMPLES = ("studio-theatre", "town-hall", "town-hall-standing", "arena")


def sample_plan(name: str) -> bytes:
    """The JSON file of one of SAMPLES, ready for `read_plan`."""
    if name not in SAMPLES:
        raise ValueError(f"no sample plan is called {name}")
    return (resources.files(__package__) / f"{name}.json").read_bytes()
