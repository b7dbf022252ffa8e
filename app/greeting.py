"""What the terminal says once the box office is open."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

from app.accounts.first_run import banner
from app.box_office import BoxOffice
from app.config import Settings


def greet(office: BoxOffice, out: TextIO | None = None) -> None:
    """Say where it is, what money it takes, where its data lies, and how to make it one's own."""
    stream = out or sys.stdout
    stream.write("\n  ".join(["Full House is open", *greeting(office)]) + "\n")
    stream.flush()


def greeting(office: BoxOffice) -> list[str]:
    """The lines of the greeting after the first."""
    settings = office.settings
    money = _money(settings)
    is_demo = any(card.house.is_demo for card in office.catalogue.on_show())
    lines = [settings.base_url, f"Demo house. {money}" if is_demo else money]
    lines.append(f"Data in {_short(Path(settings.data_dir))}")
    if not settings.rate_limits:
        lines.append("Careful: rate limits are off (FULLHOUSE_RATE_LIMITS)")
    if settings.fault:
        lines.append("Careful: parts break on purpose (FULLHOUSE_FAULT)")
    return [*lines, *banner(office), "Stop with Ctrl+C. Help: ./run help"]


def _money(settings: Settings) -> str:
    if settings.live_key:
        return "Card payments by your own account at Stripe"
    if settings.stripe_api_base:
        return "No real money: a stand-in for Stripe"
    return (
        "No real money: Stripe's test mode"
        if settings.stripe_secret_key
        else "No real money: demo card"
    )


def _short(path: Path) -> str:
    short = os.path.relpath(path)
    return str(path) if short.startswith("..") else f"./{short}"
