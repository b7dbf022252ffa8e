"""Letters that were kept because there is no mail server."""

from __future__ import annotations

from email import message_from_string, policy
from typing import Final

from sqlalchemy import func, select

from app.admin.queries.words import moment
from app.admin.views import MailLine, MailPage, MailsPage
from app.box_office import office
from app.models import KeptMail
from app.pages import Empty, Fact
from app.refusals import NotFound
from app.words import gettext as _

PAGE_LIMIT: Final = 50


def mails_page(before: int | None) -> MailsPage:
    """One page of kept letters, newest first."""
    query = select(KeptMail.id, KeptMail.recipient, KeptMail.subject, KeptMail.kept_at)
    query = query.order_by(KeptMail.id.desc()).limit(PAGE_LIMIT + 1)
    if before is not None:
        query = query.where(KeptMail.id < before)
    with office().db.read() as connection:
        rows = list(connection.execute(query))
        count = connection.execute(select(func.count()).select_from(KeptMail)).scalar_one()
    shown = rows[:PAGE_LIMIT]
    return MailsPage(
        lines=tuple(
            MailLine(f"/admin/mails/{row.id}", row.recipient, row.subject, moment(row.kept_at))
            for row in shown
        ),
        count=count,
        can_send=office().settings.smtp_url is not None,
        older_url=f"/admin/mails?before={shown[-1].id}" if len(rows) > PAGE_LIMIT else "",
        empty=None if shown else _nothing_kept(),
    )


def mail_page(mail_id: int) -> MailPage:
    """One kept letter, or `NotFound`."""
    message = message_from_string(mail_source(mail_id), policy=policy.default)
    body = message.get_body(("plain",))
    files = ", ".join(part.get_filename() or "" for part in message.iter_attachments())
    facts = (
        Fact(_("From"), str(message["From"])),
        Fact(_("To"), str(message["To"])),
        Fact(_("Message-ID"), str(message["Message-ID"])),
        Fact(_("Attached"), files),
    )
    return MailPage(
        id=mail_id,
        subject=str(message["Subject"]),
        facts=tuple(fact for fact in facts if fact.words),
        text="" if body is None else str(body.get_content()),
        file_url=f"/admin/mails/{mail_id}/letter.eml",
        can_send=office().settings.smtp_url is not None,
    )


def mail_source(mail_id: int) -> str:
    """The letter as it would be sent, or `NotFound`."""
    with office().db.read() as connection:
        source = connection.execute(select(KeptMail.message).where(KeptMail.id == mail_id)).scalar()
    if source is None:
        raise NotFound("There is no such letter; kept ones are deleted after 30 days.")
    return source


def _nothing_kept() -> Empty:
    if office().settings.smtp_url is None:
        return Empty(
            _("No letter yet"),
            _("Without SMTP_URL letters are not sent. They are kept here, with their tickets."),
        )
    return Empty(_("No letter is kept"), _("Letters go to the mail server that SMTP_URL names."))
