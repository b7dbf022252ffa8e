"""Words that several pages for admins share."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.box_office import office
from app.clock import utc_now
from app.pages import Label
from app.words import gettext as _
from app.words import ngettext, short_moment_words


def kind_words(kind: str) -> str:
    """What an effect is, in words."""
    known = {
        "mail.order_paid": _("Letter with tickets"),
        "mail.order_pending": _("Letter that asks to confirm"),
        "mail.order_moved": _("Letter about another seat"),
        "mail.order_kept": _("Letter about how to pay"),
        "mail.order_reminder": _("Reminder that it is still to be paid"),
        "mail.money_back": _("Letter about money that goes back"),
        "mail.dispute_opened": _("Letter to the house about a disputed payment"),
        "mail.dispute_ended": _("Letter to the house about a dispute's end"),
        "mail.resend": _("Letter sent again"),
        "mail.find_orders": _("Letter with found orders"),
        "mail.sign_in": _("Letter that signs a buyer in"),
        "mail.event_cancelled": _("Letter about a cancelled event"),
        "mail.ballot": _("Letter about a ballot"),
        "ballot.seats": _("Seats of a ballot, looked at again"),
        "ballot.right": _("Seats kept for a ballot's winner"),
        "ballot.right_over": _("Seats of a ballot go down the list"),
        "ballot.results": _("Results of a ballot"),
        "letters.event_cancelled": _("Letters to everybody at a cancelled event"),
        "refund.submit": _("Money that goes back"),
        "delete.ended_holds": _("Ended holds"),
        "delete.demo_orders": _("Old demo orders"),
        "delete.personal_data": _("Names and addresses of past buyers"),
        "delete.ballot_requests": _("Ballot entries that nobody confirmed"),
        "delete.ballot_names": _("Names and addresses of past entrants"),
        "delete.kept_answers": _("Answers kept for repeated requests"),
        "delete.kept_mails": _("Kept letters"),
        "delete.old_effects": _("Rows of what was done"),
        "delete.spent_links": _("Spent set-up links"),
        "delete.sign_ins": _("Links that signed buyers in"),
        "delete.buyer_sessions": _("Ended sessions of buyers"),
        "delete.forgotten_buyers": _("Names and addresses of buyers who wished it"),
        "delete.forget_wishes": _("Wishes to be forgotten that are fulfilled"),
        "delete.ended_keys": _("Keys that were won and open nothing any more"),
        "delete.claim_details": _("Where prizes of draws went"),
        "delete.ended_purchases": _("Wishes for draw tickets that came to nothing"),
        "delete.done_letters": _("Requests between processes"),
        "delete.deliveries": _("What Stripe told"),
        "delete.lottery_tickets": _("Tickets of draws that are over"),
    }
    return known.get(kind, kind)


def state_label(state: str, tries: int) -> Label:
    """A row's state in words."""
    if state == "done":
        return Label(_("Done"), "ok", "check")
    if state == "dead":
        return Label(_("Given up"), "bad", "warning")
    if state == "claimed":
        return Label(_("Being done"), "info", "again")
    if tries:
        return Label(_("Trying again"), "warn", "clock")
    return Label(_("Waiting"), "", "clock")


def moment(at: datetime | None) -> str:
    """A moment on the house's own clock."""
    return "" if at is None else short_moment_words(at.astimezone(house_zone()))


def house_zone() -> ZoneInfo:
    """The zone of the house; UTC before there is one."""
    cards = office().catalogue.all_events()
    return ZoneInfo(cards[0].house.time_zone if cards else "UTC")


def age_words(at: datetime) -> str:
    """How long ago: 4 s, 12 min, 3 h, 5 days."""
    seconds = max(0, int((utc_now() - at) / timedelta(seconds=1)))
    if seconds < 60:
        return _("%(n)s s", n=seconds)
    if seconds < 3600:
        return _("%(n)s min", n=seconds // 60)
    if seconds < 48 * 3600:
        return _("%(n)s h", n=seconds // 3600)
    return ngettext("%(num)d day", "%(num)d days", seconds // 86400)


def size_words(size_bytes: int) -> str:
    """4.2 MB."""
    size = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
