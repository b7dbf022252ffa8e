"""What letters about prizes say: to the house, and to winners."""

from __future__ import annotations

from app.mail.letters import LetterLink, LetterPage
from app.words import gettext as _
from app.words import ngettext


def gift_open_page(draw: str, prize: str, ticket: str, why: str, *, is_tried: bool) -> LetterPage:
    """Free seats that could not be given, to the house."""
    heading = _("Seats that were won could not be given: %(draw)s", draw=draw)
    after = _("Nothing is tried again by itself here. Please agree with the winner what they get.")
    if is_tried:
        after = _("This is tried again every hour while the show is to come. You need not do"
                  " anything, but you can put seats back on sale for it.")  # fmt: skip
    return LetterPage(
        subject=heading,
        heading=heading,
        paragraphs=(
            _("%(prize)s, ticket %(ticket)s: %(why)s", prize=prize, ticket=ticket, why=why),
            _("The prize stays open, no money moved, and the winner reads the same on their"
              " page."),
            after,
        ),
        has_key=False,
        why=_("You get this because you hold draws here."),
    )  # fmt: skip


def prize_reminder_page(
    name: str, draw: str, prizes: tuple[str, ...], until: str, url: str
) -> LetterPage:
    """Prizes that nobody has claimed, some days before it is too late."""
    heading = ngettext("Your prize waits for you", "Your prizes wait for you", len(prizes))
    return LetterPage(
        subject=_("%(heading)s: claim by %(until)s", heading=heading, until=until),
        heading=heading,
        paragraphs=(
            _("Hello %(name)s, your tickets of %(draw)s won, and nobody has claimed it yet:"
              " %(prizes)s.", name=name, draw=draw, prizes=", ".join(prizes)),
            _("Say until %(until)s that you want it. After that it cannot be given out any more.",
              until=until),
        ),
        button=LetterLink(_("Claim it"), url),
        why=_("You get this once, because you won something in a draw of this house."),
    )  # fmt: skip
