"""Addresses of the pages for admins."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app import htmx
from app.admin.queries import cleaning, mails, outbox, system
from app.box_office import office
from app.clock import utc_now
from app.identity import current_account, require_admin
from app.notices import leave_notice, notice_of
from app.outbox import send_kept, try_again, try_all_again
from app.pages import Notice
from app.refusals import Invalid, NotFound, Refusal
from app.words import gettext as _
from app.words import ngettext

bp = Blueprint("admin", __name__, url_prefix="/admin")

AT_ONCE_LIMIT: Final = 500  # rows made due again by one press


class NoMailServer(Refusal):
    """Letters cannot be sent from here."""

    code = "no_mail_server"
    happened = "There is no mail server to send it with."
    safe = "The letter stays here."
    next_step = "Set SMTP_URL and start the server again."


@bp.get("")
@require_admin
def show_system() -> ResponseReturnValue:
    """How everything is."""
    return _page("admin/system.html", page=system.system_page())


@bp.get("/outbox")
@require_admin
def list_effects() -> ResponseReturnValue:
    """What is to be done and was done."""
    page = outbox.outbox_page(request.args.get("state", "")[:10], _before())
    return _page("admin/outbox.html", page=page)


@bp.get("/outbox/<int:row_id>")
@require_admin
def show_effect(row_id: int) -> ResponseReturnValue:
    """One row of it."""
    return _page("admin/effect.html", page=outbox.effect_page(row_id))


@bp.post("/outbox/<int:row_id>/tries")
@require_admin
def create_try(row_id: int) -> ResponseReturnValue:
    """Try again what was given up."""
    outbox.effect_page(row_id)
    with office().db.write() as connection:
        is_due = try_again(connection, row_id, utc_now())
    words = _("It is tried again now.") if is_due else _("It goes on by itself.")
    return _back_to(f"/admin/outbox/{row_id}", words)


@bp.post("/outbox/tries")
@require_admin
def create_tries() -> ResponseReturnValue:
    """Try everything again that was given up."""
    with office().db.write() as connection:
        count = try_all_again(connection, utc_now(), AT_ONCE_LIMIT)
    words = ngettext("%(num)d is tried again now.", "%(num)d are tried again now.", count)
    return _back_to("/admin/outbox", words)


@bp.get("/mails")
@require_admin
def list_mails() -> ResponseReturnValue:
    """Letters that were kept."""
    return _page("admin/mails.html", page=mails.mails_page(_before()))


@bp.get("/mails/<int:mail_id>")
@require_admin
def show_mail(mail_id: int) -> ResponseReturnValue:
    """One kept letter."""
    return _page("admin/mail.html", page=mails.mail_page(mail_id))


@bp.get("/mails/<int:mail_id>/letter.eml")
@require_admin
def show_mail_file(mail_id: int) -> ResponseReturnValue:
    """The letter as a file that mail programs open."""
    headers = {
        "Content-Disposition": f'attachment; filename="letter-{mail_id}.eml"',
        "Cache-Control": "no-store",
    }
    source = mails.mail_source(mail_id).encode()
    return Response(source, content_type="message/rfc822", headers=headers)


@bp.post("/mails/<int:mail_id>/delivery")
@require_admin
def create_delivery(mail_id: int) -> ResponseReturnValue:
    """Send one kept letter after all."""
    mails.mail_source(mail_id)
    return _send_kept(mail_id)


@bp.post("/mails/deliveries")
@require_admin
def create_deliveries() -> ResponseReturnValue:
    """Send all kept letters after all."""
    return _send_kept(None)


@bp.get("/cleaning")
@require_admin
def show_cleaning() -> ResponseReturnValue:
    """What is deleted by itself, and what would go now."""
    return _page("admin/cleaning.html", page=cleaning.cleaning_page())


@bp.post("/organizers/<int:organizer_id>/personal-days")
@require_admin
def update_personal_days(organizer_id: int) -> ResponseReturnValue:
    """How long an organizer keeps the names and addresses of buyers."""
    typed = request.form.get("days", "")[:10]
    try:
        days = cleaning.read_days(typed)
    except Invalid as refusal:
        page = cleaning.cleaning_page({organizer_id: (typed, refusal.fields["days"])})
        return _page("admin/cleaning.html", 422, page=page, notice=notice_of(refusal))
    cleaning.keep_days(organizer_id, days)
    return _back_to("/admin/cleaning", _("Kept. It counts from the next night."))


def _page(template: str, status: int = 200, **view: object) -> ResponseReturnValue:
    answer = htmx.show_page(template, status, account=current_account(), **view)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _back_to(address: str, words: str) -> ResponseReturnValue:
    return leave_notice(htmx.go_to(address), Notice(words, kind="ok", icon="check"))


def _send_kept(mail_id: int | None) -> ResponseReturnValue:
    if office().settings.smtp_url is None:
        raise NoMailServer
    with office().db.write() as connection:
        count = send_kept(connection, AT_ONCE_LIMIT, utc_now(), mail_id)
    words = ngettext("%(num)d letter goes out now.", "%(num)d letters go out now.", count)
    return _back_to("/admin/mails", words)


def _before() -> int | None:
    """Where an older page begins."""
    text = request.args.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise NotFound
    return int(text)
