"""Signing in, in words."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from app.box_office import BoxOffice
from app.clock import utc_now
from app.me.queries.mine import house_zone
from app.me.views import AskedPage, OpenedPage
from app.sign_ins.asking import Asked
from app.sign_ins.browsers import browser_words
from app.way_back import me_path
from app.words import clock_words, short_moment_words
from app.words import gettext as _

EMAIL_PLACE: Final = "\0"  # where a sentence names the address, which stands out


def asked_page(
    office: BoxOffice, asked: Asked, token: str, *, back: str = "", error: str = ""
) -> AskedPage:
    """A letter is on its way, or is kept where there is no mail server."""
    is_kept = office.settings.smtp_url is None
    sentence = _("A link to %(email)s is on its way. It works once, until %(time)s.")
    if is_kept:
        sentence = _("A link for %(email)s is written. It works once, until %(time)s.")
    time = clock_words(asked.expires_at.astimezone(house_zone(office)))
    kept_words = _(
        "No mail server is set up here, so the letter was not sent: it is kept, and an admin of"
        " this house can read it under “Kept letters”."
    )
    return AskedPage(
        url=f"/me/links/{token}",
        email=asked.email,
        words=_around_email(sentence % {"email": EMAIL_PLACE, "time": time}),
        kept_words=kept_words if is_kept else "",
        error=error,
        back=back,
        other_url=me_path(back),
    )


def opened_page(office: BoxOffice, asked: Asked, token: str) -> OpenedPage:
    """Who would be signed in, and who asked for it."""
    return OpenedPage(
        url=f"/me/sign-in/{token}",
        email=asked.email,
        words=_around_email(
            _(
                "As %(email)s, asked for at %(time)s from %(browser)s.",
                email=EMAIL_PLACE,
                time=clock_words(asked.asked_at.astimezone(house_zone(office))),
                browser=browser_words(asked.browser),
            )
        ),
    )


def again_words(office: BoxOffice, at: datetime) -> str:
    """When it goes on."""
    zone = house_zone(office)
    local = at.astimezone(zone)
    is_today = local.date() == utc_now().astimezone(zone).date()
    when = clock_words(local) if is_today else short_moment_words(local)
    return _("You can ask again from %(when)s.", when=when)


def _around_email(sentence: str) -> tuple[str, str]:
    before, _place, after = sentence.partition(EMAIL_PLACE)
    return before, after
