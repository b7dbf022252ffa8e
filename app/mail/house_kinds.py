"""What letters to the house itself say."""

from __future__ import annotations

from dataclasses import dataclass

from app.mail.letters import LetterPage
from app.words import gettext as _


@dataclass(frozen=True, slots=True)
class DisputeWords:
    """A dispute as its letter shows it; `until` is empty where there is no deadline."""

    order: str
    shows: str
    amount: str
    reason: str
    until: str
    is_barred: bool
    is_draw: bool = False  # draw tickets stay in the draw; what they win is not given out


def dispute_opened_page(dispute: DisputeWords) -> LetterPage:
    """A buyer's bank asks for the money back."""
    admits = (
        _("Its tickets let nobody in while this is open; ./run order admit lets them in.")
        if dispute.is_barred
        else _("Its tickets still let people in, as this event wants it.")
    )
    if dispute.is_draw:
        admits = _("Its draw tickets stay in the draw, but their prizes can be neither claimed nor"
                   " given out while this is open; ./run order admit allows it.")  # fmt: skip
    answer = _("Answer it in the dashboard of your payment service; only you can.")
    if dispute.until:
        answer = _(
            "Answer it in the dashboard of your payment service before %(until)s; only you can.",
            until=dispute.until,
        )
    return _page(
        _("A payment is disputed: order %(order)s", order=dispute.order),
        (
            _(
                "The bank of whoever paid for order %(order)s (%(shows)s) asks for %(amount)s"
                " back. The reason it gives: %(reason)s.",
                order=dispute.order,
                shows=dispute.shows,
                amount=dispute.amount,
                reason=dispute.reason,
            ),
            admits,
            answer,
        ),
    )


def dispute_ended_page(dispute: DisputeWords, *, is_won: bool) -> LetterPage:
    """The bank has decided."""
    if is_won:
        words = _(
            "The dispute about order %(order)s (%(shows)s) is over, and the money is yours. Its"
            " tickets are valid as before.",
            order=dispute.order,
            shows=dispute.shows,
        )
        return _page(_("Dispute won: order %(order)s", order=dispute.order), (words,))
    words = _(
        "The dispute about order %(order)s (%(shows)s) is lost: the bank keeps %(amount)s.",
        order=dispute.order,
        shows=dispute.shows,
        amount=dispute.amount,
    )
    after = _("The order page says what became of its tickets.")
    if dispute.is_draw:
        after = _("What its draw tickets won stays with you, until you say otherwise:"
                  " ./run order admit.")  # fmt: skip
    elif dispute.is_barred:
        after = _(
            "Where that was all of the money, its tickets are void now and their places are on"
            " sale again; where it was a part, they let nobody in until you say so:"
            " ./run order admit."
        )
    return _page(_("Dispute lost: order %(order)s", order=dispute.order), (words, after))


def _page(heading: str, paragraphs: tuple[str, ...]) -> LetterPage:
    return LetterPage(
        subject=heading,
        heading=heading,
        paragraphs=paragraphs,
        has_key=False,
        why=_("You get this because you sell tickets here."),
    )
