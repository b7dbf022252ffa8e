"""What letters about draw tickets say."""

from __future__ import annotations

from dataclasses import dataclass

from app.mail.letters import LetterLine, LetterLink, LetterPage
from app.words import gettext as _
from app.words import ngettext


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawLetter:
    """A purchase as its letters show it; `wins` are prizes in words, the rarest first.

    `count` tickets were got, `won_count` of them won; `keep` is what proves the draw later.
    """

    code: str
    url: str
    proof_url: str
    name: str
    draw: str
    count: int
    count_words: str
    numbers: tuple[str, ...]
    won_count: int = 0
    wins: tuple[str, ...] = ()
    back_words: str = ""
    thanks: str = ""
    claim_words: str = ""
    draw_words: str = ""
    keep: tuple[str, ...] = ()
    lines: tuple[LetterLine, ...] = ()
    total: str = ""
    legal: str = ""


def numbers_page(draw: DrawLetter) -> LetterPage:
    """The tickets are in a draw that is yet to be held."""
    heading = ngettext(
        "Your ticket is in %(draw)s", "Your %(all)s tickets are in %(draw)s", draw.count,
        draw=draw.draw, all=draw.count_words,
    )  # fmt: skip
    subject = ngettext(
        "Your ticket: %(draw)s", "Your %(all)s tickets: %(draw)s", draw.count,
        draw=draw.draw, all=draw.count_words,
    )  # fmt: skip
    words = (_greeting(draw), *draw.numbers, draw.draw_words, draw.back_words)
    return _page(draw, subject, heading, words, _("See my tickets"))


def results_page(draw: DrawLetter) -> LetterPage:
    """What the tickets won."""
    if not draw.won_count:
        heading = ngettext(
            "Your ticket did not win", "None of your %(all)s tickets won", draw.count,
            all=draw.count_words,
        )  # fmt: skip
        words = (_greeting(draw), *draw.numbers, draw.thanks, draw.back_words)
        return _page(draw, f"{heading}: {draw.draw}", heading, words, _("See my tickets"))
    heading = _("%(won)s of your %(all)s tickets won") % {
        "won": f"{draw.won_count:,}",
        "all": draw.count_words,
    }
    if draw.count == 1:
        heading = _("Your ticket won")
    words = (_greeting(draw), *draw.numbers, draw.claim_words, draw.back_words)
    return _page(draw, f"{heading}: {draw.draw}", heading, words, _("See what I won"))


def returned_page(draw: DrawLetter) -> LetterPage:
    """No ticket was to be had, and all of the money or credits goes back."""
    heading = _("No tickets, and all of it back")
    words = (
        _greeting(draw),
        _("No tickets of %(draw)s were to be had when your payment reached us.", draw=draw.draw),
        draw.back_words,
    )
    return _page(draw, f"{heading}: {draw.draw}", heading, words, _("See my purchase"))


def _greeting(draw: DrawLetter) -> str:
    return _("Hello %(name)s,", name=draw.name)


def _page(
    draw: DrawLetter, subject: str, heading: str, words: tuple[str, ...], button: str
) -> LetterPage:
    sections = []
    if draw.wins:
        sections.append((_("What you won"), "; ".join(draw.wins) + "."))
    if draw.keep:
        sections.append((_("For checking the draw"), " ".join(draw.keep)))
    if draw.legal:
        sections.append((_("The promise behind it"), draw.legal))
    return LetterPage(
        subject=subject,
        heading=heading,
        paragraphs=tuple(sentence for sentence in words if sentence),
        button=LetterLink(button, draw.url),
        links=(LetterLink(_("Check that the draw was fair"), draw.proof_url),),
        code=draw.code,
        lines=draw.lines,
        total=draw.total,
        bill_title=_("What you paid"),
        sections=tuple(sections),
        why=_("You get this because you took part in a draw. We send nothing else unless you ask."),
    )
