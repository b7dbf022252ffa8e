"""Reminders: orders that somebody keeps and has not paid yet, once, before their time is over."""

from __future__ import annotations

from app.box_office import BoxOffice
from app.orders.reminding import remind_of_deadlines


def remind_unpaid(office: BoxOffice) -> None:
    """Have a letter written to every buyer whose deadline comes near."""
    remind_of_deadlines(office)
