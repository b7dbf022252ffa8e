"""Every kind of effect that this version can carry out."""

from __future__ import annotations

from app.box_office import BoxOffice
from app.effects import Duty
from app.mail.post import Post
from jobs import (
    ballots,
    cancelled,
    deletes,
    emails,
    house_letters,
    lotteries,
    lottery_letters,
    refunds,
    reseeding,
    sign_in_letters,
)


def duties_of(office: BoxOffice, post: Post) -> dict[str, Duty]:
    """All duties of a process, by kind of effect."""
    return {
        **emails.duties(office, post),
        **house_letters.duties(office, post),
        **sign_in_letters.duties(office, post),
        **lottery_letters.duties(office, post),
        **cancelled.duties(office),
        **refunds.duties(office),
        **lotteries.duties(office),
        **reseeding.duties(office),
        **ballots.duties(office, post),
        **deletes.duties(office),
    }
