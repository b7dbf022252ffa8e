"""How every part of the installation is."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, func, select, text

from app.admin.queries.words import age_words, moment, size_words
from app.admin.views import Part, SystemPage
from app.box_office import office
from app.clock import utc_now
from app.models import EffectState, JournalEntry, KeptMail, Lane, OutboxRow
from app.pages import Fact, Label
from app.words import gettext as _
from app.words import ngettext

JOURNAL_LIMIT: Final = 12
OLD_WAIT_SECONDS: Final = 60
DISK_LOW_BYTES: Final = 1_000_000_000
FINE: Final = ("ok", "check")
LOOK: Final = ("warn", "warning")

_rows = OutboxRow.__table__.c


def system_page() -> SystemPage:
    """Every part in one line, and who did what last."""
    with office().db.read() as connection:
        parts = (
            _desk(),
            _database(connection),
            _queue(connection),
            _email(connection),
            _disk(),
        )
        journal = tuple(_happened(row) for row in _last_entries(connection))
    look_count = sum(part.state.kind != "ok" for part in parts)
    words = _("Selling normally") if not look_count else _("Something needs a look")
    return SystemPage(parts, _label(words, look_count == 0), journal)


def _desk() -> Part:
    running = office().inventories.running()
    is_fine = all(inventory.actor.alive for inventory in running)
    words = _("One desk for each event that somebody looks at")
    count = ngettext("%(num)d open", "%(num)d open", len(running))
    return Part(_("Seat desk"), words, count, _state(is_fine))


def _database(connection: Connection) -> Part:
    db = office().db
    name = "SQLite" if db.is_sqlite else "PostgreSQL"
    if db.is_sqlite:
        sizes = connection.execute(text("PRAGMA page_count")).scalar_one()
        page_bytes = connection.execute(text("PRAGMA page_size")).scalar_one()
        size = int(sizes) * int(page_bytes)
    else:
        size = int(
            connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        )
    return Part(_("Database"), name, size_words(size), _state(True))


def _queue(connection: Connection) -> Part:
    is_open = _rows.state.in_((EffectState.DUE, EffectState.CLAIMED))
    count, oldest = connection.execute(
        select(func.count(), func.min(_rows.due_at)).where(is_open)
    ).one()
    dead = connection.execute(
        select(func.count()).where(_rows.state == EffectState.DEAD)
    ).scalar_one()
    way = _("Through Redis.") if office().settings.redis_url else _("Inside the server.")
    waits = oldest is not None and oldest < utc_now() - timedelta(seconds=OLD_WAIT_SECONDS)
    words = [_("Letters, refunds and cleaning up."), way]
    if waits:
        words.append(_("The oldest has waited for %(age)s.", age=age_words(oldest)))
    if dead:
        words.append(ngettext("%(num)d was given up.", "%(num)d were given up.", dead))
    figure = _("%(count)s waiting", count=count)
    return Part(_("Job queue"), " ".join(words), figure, _state(not dead and not waits))


def _email(connection: Connection) -> Part:
    if office().settings.smtp_url is None:
        kept = connection.execute(select(func.count()).select_from(KeptMail)).scalar_one()
        words = _("No mail server is set: letters are kept here and not sent.")
        return Part(_("Email"), words, _("%(count)s kept", count=kept), _state(False))
    day_ago = utc_now() - timedelta(days=1)
    sent = connection.execute(
        select(func.count()).where(
            _rows.lane == Lane.MAIL, _rows.state == EffectState.DONE, _rows.done_at >= day_ago
        )
    ).scalar_one()
    words = _("Taken by the mail server in the last day")
    return Part(_("Email"), words, str(sent), _state(True))


def _disk() -> Part:
    usage = shutil.disk_usage(Path(office().settings.data_dir))
    words = _("%(size)s free where the data is", size=size_words(usage.free))
    used = round(100 * usage.used / usage.total) if usage.total else 0
    return Part(_("Disk"), words, f"{used}%", _state(usage.free >= DISK_LOW_BYTES))


def _last_entries(connection: Connection) -> list[Any]:
    query = select(JournalEntry.__table__).order_by(JournalEntry.id.desc()).limit(JOURNAL_LIMIT)
    return list(connection.execute(query))


def _happened(row: Any) -> Fact:
    known = {
        "order.paid": _("Order paid"),
        "order.money_back": _("Money goes back"),
        "order.given_back": _("Order given back"),
        "payment.captured": _("Payment came in"),
        "payment.disputed": _("Payment disputed"),
        "dispute.lifted": _("Disputed tickets let in"),
        "refund.foreign": _("Money given back at the payment service"),
        "refund.failed": _("Money that went back was sent back"),
        "tickets.cancelled": _("Tickets cancelled"),
        "ticket.moved": _("Ticket moved"),
        "places.blocked": _("Places blocked"),
        "places.unblocked": _("Places unblocked"),
        "plan.replaced": _("Seating plan replaced"),
        "event.published": _("Event published"),
        "event.paused": _("Sales paused"),
        "event.cancelled": _("Event cancelled"),
    }
    about = f": {row.order_id}" if row.order_id else ""
    by = f" ({row.by})" if row.by else ""
    return Fact(moment(row.at), f"{known.get(row.kind, row.kind)}{about}{by}")


def _state(is_fine: bool) -> Label:
    return _label(_("Fine") if is_fine else _("Look"), is_fine)


def _label(words: str, is_fine: bool) -> Label:
    return Label(words, *(FINE if is_fine else LOOK))
