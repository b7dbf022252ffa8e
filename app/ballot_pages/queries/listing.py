"""Ballots that take entries, for the home page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from app.ballot_pages.queries.ballot import closes_words, is_shown, takes_entries
from app.box_office import BoxOffice
from app.models import Ballot, BallotStatus
from app.words import gettext as _

SHOWN_LIMIT: Final = 6


@dataclass(frozen=True, slots=True)
class BallotLine:
    """One ballot that takes entries."""

    title: str
    words: str
    url: str
    stock: str


def home_ballots(office: BoxOffice) -> tuple[BallotLine, ...] | None:
    """Those that can be entered now, the newest first; None for none."""
    query = (
        select(Ballot.__table__)
        .where(Ballot.status == BallotStatus.OPEN)
        .order_by(Ballot.id.desc())
        .limit(SHOWN_LIMIT)
    )
    with office.db.read() as connection:
        rows = [
            row for row in connection.execute(query) if takes_entries(row) and is_shown(office, row)
        ]
    return tuple(_line(row) for row in rows) or None


def _line(ballot: Any) -> BallotLine:
    words = _("Enter until %(moment)s", moment=closes_words(ballot))
    return BallotLine(ballot.title, words, f"/ballot/{ballot.slug}", ballot.stock)
