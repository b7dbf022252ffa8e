"""order: money taken by hand."""

from __future__ import annotations

from typing import Any

from app.cli.asking import ask
from app.config import Settings


def paid(settings: Settings, words: dict[str, Any]) -> int:
    """The money has come: tickets are issued, or all of it goes back when places are gone."""
    done = ask(settings, "order.paid", {"order": words["order"]})
    if done["status"] == "paid":
        print(f"Order {done['order']} is paid and its tickets are on their way.")
        return 0
    print(
        f"Order {done['order']} is {done['status']}: its places were gone, so give the money back."
    )
    return 1
