"""create-admin: a one-time link for whoever runs the house."""

from __future__ import annotations

from typing import Any

from app.cli.asking import ask
from app.config import Settings


def create(settings: Settings, words: dict[str, Any]) -> int:
    """Print the link; it is shown nowhere else."""
    asked = {"email": words["email"], "name": words["name"]}
    made = ask(settings, "admin.create", asked)
    print("Open this link within an hour and choose a password. It works once:")
    print(f"  {made['url']}")
    return 0
