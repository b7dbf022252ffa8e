"""Where a booking's letter is: sent, on its way, kept here, or refused by the mail server."""

from __future__ import annotations

from sqlalchemy import select

from app.box_office import office
from app.models import EffectState, KeptMail, OutboxRow
from app.orders.views import OrderView
from app.shop.views.order import MailLine
from app.words import clock_words
from app.words import gettext as _


def mail_line(view: OrderView) -> MailLine:
    """One sentence about the letter; the tickets are on the page whatever became of it."""
    email = view.order.email
    if not email:
        forgotten = _("The name and email of this booking are not kept any more.")
        return MailLine(forgotten, _("This page stays at this address."), "", "lock")
    here = _("This page has the same tickets and stays at this address.")
    spam = _("Not there? Look in the spam folder.")
    with office().db.read() as connection:
        row = connection.execute(
            select(OutboxRow.id, OutboxRow.state, OutboxRow.done_at).where(
                OutboxRow.dedupe_key == f"mail.order_paid:{view.order.id}"
            )
        ).first()
        kept = (
            row is not None
            and connection.execute(
                select(KeptMail.id).where(KeptMail.outbox_id == row.id).limit(1)
            ).first()
        )
    if kept or office().settings.smtp_url is None:
        happened = _("This house sends no email yet.")
        return MailLine(happened, _("Keep this page, or print the tickets."), "", "letter")
    if row is None or row.state in (EffectState.DUE, EffectState.CLAIMED):
        happened = _("An email to %(email)s is on its way.", email=email)
        return MailLine(happened, here, "", "letter")
    if row.state == EffectState.DEAD:
        happened = _("%(email)s does not take our email.", email=email)
        return MailLine(happened, _("Your tickets are on this page."), "bad", "letter")
    at = clock_words(row.done_at.astimezone(view.zone))
    happened = _("Sent to %(email)s at %(time)s.", email=email, time=at)
    return MailLine(happened, f"{spam} {here}", "ok", "check")
