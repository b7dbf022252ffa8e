"""Reminders, once, before time is over: of orders to pay and of prizes to claim."""

from __future__ import annotations

from app.box_office import BoxOffice
from app.orders.reminding import remind_of_deadlines
from app.prize_draws.reminding import remind_of_prizes


def remind_unpaid(office: BoxOffice) -> None:
    """Have a letter written to every buyer whose deadline comes near."""
    remind_of_deadlines(office)


def remind_unclaimed(office: BoxOffice) -> None:
    """Have a letter written to every winner whose time to claim comes near its end."""
    remind_of_prizes(office)
