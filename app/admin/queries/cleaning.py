"""What is deleted by itself, and what would go now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select, update

from app import deletions
from app.admin.queries.words import kind_words, moment
from app.admin.views import CleaningLine, CleaningPage, Keeper
from app.answers import KEPT_HOURS
from app.ballot_draws.forgetting import REQUEST_DAYS
from app.box_office import office
from app.clock import utc_now
from app.models import Organizer, ScheduleRow
from app.prize_draws.by_itself import archivable
from app.prize_draws.forgetting import SPENT_DAYS
from app.refusals import Invalid, NotFound
from app.words import gettext as _
from app.words import ngettext

ORGANIZERS_LIMIT: Final = 200
DAYS_LEAST: Final = 30
DAYS_MOST: Final = 3660
COUNTED_LIMIT: Final = 10_000
TICKETS: Final = "delete.lottery_tickets"
ENDED: Final = ("delete.sign_ins", "delete.buyer_sessions")


def cleaning_page(typed: Mapping[int, tuple[str, str]] | None = None) -> CleaningPage:
    """Every kind of deletion with a count, nothing removed; `typed` are days and their fault."""
    now = utc_now()
    with office().db.read() as connection:
        next_at = {row.name: row.next_at for row in connection.execute(select(_schedule))}
        counts = {
            deletion.kind: len(deletion.find(connection, now, COUNTED_LIMIT))
            for deletion in deletions.DELETIONS
        }
        organizers = list(
            connection.execute(
                select(Organizer.id, Organizer.name, Organizer.personal_days)
                .order_by(Organizer.name)
                .limit(ORGANIZERS_LIMIT)
            )
        )
    counts[TICKETS] = sum(batch.sold - batch.gone for batch in archivable(office()))
    return CleaningPage(
        lines=tuple(
            CleaningLine(
                kind_words(kind), _rule(kind), _count_words(count), moment(next_at.get(kind))
            )
            for kind, count in counts.items()
        ),
        keepers=tuple(
            Keeper(row.id, row.name, *(typed or {}).get(row.id, (str(row.personal_days), "")))
            for row in organizers
        ),
    )


def read_days(text: str) -> int:
    """How many days to keep personal data; raises `Invalid`."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and DAYS_LEAST <= int(text[:6]) <= DAYS_MOST):
        words = _("Type a number of days from %(least)s to %(most)s.", least=DAYS_LEAST,
                  most=DAYS_MOST)  # fmt: skip
        raise Invalid({"days": words})
    return int(text)


def keep_days(organizer_id: int, days: int) -> None:
    """Set how long an organizer keeps personal data, or `NotFound`."""
    with office().db.write() as connection:
        changed = connection.execute(
            update(Organizer).where(Organizer.id == organizer_id).values(personal_days=days)
        )
    if changed.rowcount != 1:
        raise NotFound


_schedule = ScheduleRow.__table__


def _count_words(count: int) -> str:
    if count >= COUNTED_LIMIT:
        return _("%(count)s or more", count=COUNTED_LIMIT)
    return str(count)


def _rule(kind: str) -> str:
    days = {
        "delete.ended_holds": deletions.HOLD_DAYS,
        "delete.demo_orders": deletions.DEMO_ORDER_DAYS,
        "delete.kept_mails": deletions.KEPT_MAIL_DAYS,
        "delete.old_effects": deletions.DONE_EFFECT_DAYS,
        "delete.spent_links": deletions.SPENT_LINK_DAYS,
        "delete.ended_keys": deletions.ENDED_KEY_DAYS,
        "delete.claim_details": deletions.CLAIM_DAYS,
        "delete.ended_purchases": SPENT_DAYS,
        "delete.done_letters": deletions.DONE_LETTER_DAYS,
        "delete.deliveries": deletions.DELIVERY_DAYS,
        "delete.ballot_requests": REQUEST_DAYS,
    }
    if kind == "delete.personal_data":
        return _("As long after the last event of an order as its organizer wishes; see below")
    if kind == TICKETS:
        return _("As many days after nobody could claim any more as each draw promised")
    if kind == "delete.ballot_names":
        return _("As names of buyers, after the last event of the ballot")
    if kind in ENDED:
        return _("Once they have ended")
    if kind == "delete.forgotten_buyers":
        return _("Once the shows of an order are over and its money has come to rest")
    if kind == "delete.forget_wishes":
        return _("Once no order waits for them")
    if kind == "delete.kept_answers":
        return ngettext("After %(num)d hour", "After %(num)d hours", KEPT_HOURS)
    return ngettext("After %(num)d day", "After %(num)d days", days[kind])
