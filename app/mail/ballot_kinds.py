"""What the letters of a ballot say."""

from __future__ import annotations

from dataclasses import dataclass

from app.mail.letters import LetterLink, LetterPage
from app.words import gettext as _
from app.words import ngettext


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotWords:
    """One entry as its letters show it; times are in words, on the ballot's clock.

    `check_url` is where anybody can check the draw.
    """

    title: str
    name: str
    count: int
    url: str
    check_url: str
    wishes: tuple[str, ...] = ()
    draws: str = ""
    show: str = ""
    seats: str = ""
    total: str = ""
    until: str = ""
    place: int = 0
    offer_hours: int = 0
    weight: int = 1
    because: str = ""
    goes_on: bool = False
    can_join: bool = True  # the waiting list has not ended


def confirm_page(ballot: BallotWords) -> LetterPage:
    """Asks whoever reads the mailbox to confirm an entry."""
    return _page(
        ballot,
        _("Please confirm your entry: %(title)s", title=ballot.title),
        (
            _(
                "Hello %(name)s, somebody, we hope you, entered the ballot for %(title)s with this"
                " address. The entry counts once you press the button and then once more on the"
                " page that opens.",
                name=ballot.name,
                title=ballot.title,
            ),
            *_wishes(ballot),
        ),
        LetterLink(_("Confirm my entry"), ballot.url),
        why=_("You get this because somebody entered a ballot with this address."),
        afterwards=_("If it was not you, do nothing: it does not count."),
    )


def known_page(ballot: BallotWords) -> LetterPage:
    """Somebody entered an address again that has an entry."""
    return _page(
        ballot,
        _("You are in already: %(title)s", title=ballot.title),
        (
            _(
                "Hello %(name)s, this address has an entry in the ballot for %(title)s already,"
                " and it counts as it is. You can change or withdraw it until entries close.",
                name=ballot.name,
                title=ballot.title,
            ),
        ),
        LetterLink(_("See my entry"), ballot.url),
        why=_("You get this because somebody entered a ballot with this address."),
    )


def in_page(ballot: BallotWords) -> LetterPage:
    """The entry counts."""
    when = (
        _("The draw is on %(moment)s; we write either way.", moment=ballot.draws)
        if ballot.draws
        else _("We write after the draw, either way.")
    )
    return _page(
        ballot,
        _("You are in: %(title)s", title=ballot.title),
        (
            _("Hello %(name)s, your entry counts. %(when)s", name=ballot.name, when=when),
            *_wishes(ballot),
        ),
        LetterLink(_("See my entry"), ballot.url),
        afterwards=_("You can change or withdraw it until entries close."),
    )


def won_page(ballot: BallotWords) -> LetterPage:
    """Seats are kept, from the draw or from the waiting list."""
    return _page(
        ballot,
        _("You won: %(title)s", title=ballot.title),
        (_("Hello %(name)s, you were drawn.", name=ballot.name), *_kept(ballot)),
        LetterLink(_("See my seats and buy"), ballot.url),
        afterwards=_("If you do not buy by then, they go to the next people on the list."),
    )


def offered_page(ballot: BallotWords) -> LetterPage:
    """Seats came back, and it is this entry's turn."""
    return _page(
        ballot,
        _("It is your turn: %(title)s", title=ballot.title),
        (_("Hello %(name)s, seats came back.", name=ballot.name), *_kept(ballot)),
        LetterLink(_("See my seats and buy"), ballot.url),
        afterwards=_("If you do not buy by then, they go to the next people on the list."),
    )


def waiting_page(ballot: BallotWords) -> LetterPage:
    """Not drawn, but on the list."""
    return _page(
        ballot,
        _("Not drawn: %(title)s", title=ballot.title),
        (
            _(
                "Hello %(name)s, you were not drawn. You are number %(place)s on the waiting list."
                " Seats that are not bought go down the list in the order of the draw.",
                name=ballot.name,
                place=ballot.place,
            ),
            ngettext(
                "When it is your turn, we write and you have %(num)d hour to buy.",
                "When it is your turn, we write and you have %(num)d hours to buy.",
                ballot.offer_hours,
            ),
        ),
        LetterLink(_("See my entry"), ballot.url),
    )


def lost_page(ballot: BallotWords) -> LetterPage:
    """Not drawn, and not on the list by their own wish."""
    return _page(
        ballot,
        _("Not drawn: %(title)s", title=ballot.title),
        (
            _("Hello %(name)s, you were not drawn this time.", name=ballot.name),
            *_join(ballot, _("If you still want to come, you can join the waiting list.")),
        ),
        LetterLink(_("See my entry"), ballot.url),
    )


def over_page(ballot: BallotWords) -> LetterPage:
    """The time to buy ran out."""
    return _page(
        ballot,
        _("Your time to buy has ended: %(title)s", title=ballot.title),
        (
            _(
                "Hello %(name)s, your seats are not kept for you any more. Nothing was charged.",
                name=ballot.name,
            ),
            *_join(ballot, _("If you still want to come, join at the end of the waiting list.")),
        ),
        LetterLink(_("See my entry"), ballot.url),
    )


def ended_page(ballot: BallotWords) -> LetterPage:
    """The waiting list is over."""
    return _page(
        ballot,
        _("The waiting list has ended: %(title)s", title=ballot.title),
        (
            _(
                "Hello %(name)s, no more seats come back for %(title)s. Thank you for waiting, and"
                " we are sorry that it did not work out.",
                name=ballot.name,
                title=ballot.title,
            ),
        ),
        LetterLink(_("See my entry"), ballot.url),
    )


def called_off_page(ballot: BallotWords) -> LetterPage:
    """The ballot ends before its draw."""
    return _page(
        ballot,
        _("Called off: %(title)s", title=ballot.title),
        (
            _(
                "Hello %(name)s, the ballot for %(title)s is called off. There is no draw, your"
                " entry ends, and there is nothing to pay or to do.",
                name=ballot.name,
                title=ballot.title,
            ),
            *((ballot.because,) if ballot.because else ()),
        ),
        LetterLink(_("See my entry"), ballot.url),
    )


def cancelled_page(ballot: BallotWords) -> LetterPage:
    """An event is cancelled for whose seats somebody had a right, or waited."""
    return _page(
        ballot,
        _("Cancelled: %(show)s", show=ballot.show),
        (
            _(
                "Hello %(name)s, %(show)s is cancelled, so its seats cannot be bought any more."
                " Nothing was charged.",
                name=ballot.name,
                show=ballot.show,
            ),
            _("Your other wishes count as before.")
            if ballot.goes_on
            else _("Nothing more follows from your entry. We are sorry."),
        ),
        LetterLink(_("See my entry"), ballot.url),
    )


def _page(
    ballot: BallotWords,
    heading: str,
    paragraphs: tuple[str, ...],
    button: LetterLink,
    afterwards: str = "",
    why: str = "",
) -> LetterPage:
    return LetterPage(
        subject=heading,
        heading=heading,
        paragraphs=paragraphs,
        button=button,
        afterwards=afterwards,
        links=(LetterLink(_("How to check the draw"), ballot.check_url),),
        why=why or _("You get this because you entered a ballot. We send nothing else."),
    )


def _wishes(ballot: BallotWords) -> tuple[str, ...]:
    people = ngettext("%(num)d person", "%(num)d people", ballot.count)
    said = _("%(people)s: %(wishes)s.", people=people, wishes="; ".join(ballot.wishes))
    if ballot.weight == 1:
        return (said,)
    return (said, _("By your code this entry counts %(num)s times.", num=ballot.weight))


def _join(ballot: BallotWords, words: str) -> tuple[str, ...]:
    return (words,) if ballot.can_join else ()


def _kept(ballot: BallotWords) -> tuple[str, ...]:
    return (
        _(
            "%(show)s: %(seats)s, %(total)s together.",
            show=ballot.show,
            seats=ballot.seats,
            total=ballot.total,
        ),
        _("Kept for you until %(until)s. Nobody else can take them.", until=ballot.until),
    )
