"""What runs when. Hours are UTC; everything is spread over the small hours."""

from __future__ import annotations

from typing import Final

from app.ballot_draws.by_itself import look_at_ballots
from app.box_office import BoxOffice
from app.prize_draws.by_itself import close_due, settle_due
from app.prize_draws.forgetting import forget_erased
from app.schedule import Periodic
from jobs.deletes import cancel_old_demo
from jobs.prizes import give_seats_again
from jobs.refunds import ask_about_refunds
from jobs.reminders import remind_unclaimed, remind_unpaid

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 24 * HOUR


def truncate_log(office: BoxOffice) -> None:
    """Give the space of SQLite's write-ahead log back to the disk."""
    office.db.checkpoint("TRUNCATE")


def close_draws(office: BoxOffice) -> None:
    """Batches of prize draws whose time to sell is over sell no more."""
    close_due(office)


def settle_draws(office: BoxOffice) -> None:
    """Batches of which nobody can claim anything any more come to their end."""
    settle_due(office)


SCHEDULE: Final = (
    Periodic("close.lottery_batches", MINUTE, here=close_draws),
    Periodic("settle.lottery_batches", HOUR, here=settle_draws),
    Periodic("forget.lottery_names", HOUR, here=forget_erased),
    Periodic("remind.unpaid_orders", HOUR, here=remind_unpaid),
    Periodic("remind.unclaimed_prizes", DAY, at_hour=9, here=remind_unclaimed),
    Periodic("ask.submitted_refunds", HOUR, here=ask_about_refunds),
    Periodic("arrange.ballots", 10 * MINUTE, here=look_at_ballots),
    Periodic("give.open_seats", HOUR, here=give_seats_again),
    Periodic("delete.ended_holds", HOUR),
    Periodic("delete.kept_answers", HOUR),
    Periodic("delete.spent_links", HOUR),
    Periodic("delete.sign_ins", HOUR),
    Periodic("delete.buyer_sessions", HOUR),
    Periodic("delete.forgotten_buyers", HOUR),
    Periodic("delete.forget_wishes", DAY, at_hour=2),
    Periodic("delete.claim_details", DAY, at_hour=2),
    Periodic("delete.ended_keys", DAY, at_hour=2),
    Periodic("delete.ended_purchases", DAY, at_hour=2),
    Periodic("delete.done_letters", HOUR),
    Periodic("delete.kept_mails", DAY, at_hour=2),
    Periodic("delete.old_effects", DAY, at_hour=2),
    Periodic("delete.deliveries", DAY, at_hour=2),
    Periodic("delete.personal_data", DAY, at_hour=2),
    Periodic("delete.ballot_requests", DAY, at_hour=2),
    Periodic("delete.ballot_names", DAY, at_hour=2),
    Periodic("cancel.old_demo_orders", HOUR, here=cancel_old_demo),
    Periodic("delete.demo_orders", DAY, at_hour=3),
    Periodic("delete.lottery_tickets", DAY, at_hour=3),
    Periodic("truncate.log", DAY, at_hour=4, here=truncate_log),
)
