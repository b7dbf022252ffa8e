"""What the letter says that signs a buyer in."""

from __future__ import annotations

from app.mail.letters import LetterLink, LetterPage
from app.words import gettext as _


def sign_in_page(house: str, link: str, code: str, asked: str, until: str) -> LetterPage:
    """A link and a code; `asked` and `until` are clock times, with the browser that asked."""
    return LetterPage(
        subject=_("Sign in to %(house)s", house=house),
        heading=_("Your tickets at %(house)s", house=house),
        paragraphs=(
            _(
                "Somebody, we hope you, asked at %(asked)s to sign in with this address. The button"
                " opens a page where you press once more. It works once, until %(until)s.",
                asked=asked,
                until=until,
            ),
        ),
        button=LetterLink(_("Sign in"), link),
        afterwards=_(
            "On another device? Type this code where you asked for it: %(code)s", code=code
        ),
        sections=(
            (
                _("That was not you?"),
                _(
                    "Do nothing, and nobody gets in; or open the page and say so, and the link ends"
                    " at once. Give neither link nor code to anybody: we never ask for them."
                ),
            ),
        ),
        has_key=False,
        why=_("You get this because somebody asked for it with this address."),
    )
