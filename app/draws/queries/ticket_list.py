"""All tickets of a purchase, fifty on a page, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from app.draws.queries.prizes import count_words
from app.draws.views.purchase import TicketList, TicketRow
from app.prize_draws.results import Bought, BoughtPart
from app.words import gettext as _
from app.words import ngettext

TICKETS_PER_PAGE: Final = 50
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
Ticket = tuple[BoughtPart, int, bool]  # where it comes from, its number, whether handed out


def ticket_list(found: Bought, url: str, number: int) -> TicketList:
    """One page of them, what won first; those whose results nobody may know yet say so."""
    pages = max(1, -(-found.taken // TICKETS_PER_PAGE))
    number = min(max(1, number), pages)
    first = (number - 1) * TICKETS_PER_PAGE
    prizes = _prizes(found)
    rows = tuple(
        replace(
            _row(part, position, prizes, is_handed_out),
            proof_url=f"{url}/proofs/{part.batch_id}/{position}.json"
            if part.is_instant and is_handed_out
            else "",
        )
        for part, position, is_handed_out in _winners_first(found)[first : first + TICKETS_PER_PAGE]
    )
    words = ngettext("1 ticket", "%(first)s to %(last)s of %(all)s tickets", found.taken,
                     first=count_words(first + 1), last=count_words(first + len(rows)),
                     all=count_words(found.taken))  # fmt: skip
    return TicketList(
        rows,
        words,
        f"{url}/tickets?page={number + 1}" if number < pages else "",
        f"{url}/tickets?page={number - 1}" if number > 1 else "",
    )


def ticket_file(found: Bought) -> str:
    """Batch, number and prize of every ticket, as comma-separated values."""
    text, prizes = io.StringIO(), _prizes(found)
    writer = csv.writer(text)
    writer.writerow([_("batch"), _("ticket"), _("prize"), _("state")])
    for part, position, is_handed_out in _tickets(found):
        row = _row(part, position, prizes, is_handed_out)
        state = "" if row.is_win else row.prize
        writer.writerow([part.number, position, _plain(row.prize) if row.is_win else "", state])
    return text.getvalue()


def _plain(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(FORMULA_SIGNS) else name


def _winners_first(found: Bought) -> list[Ticket]:
    """What won, the rarest first, then the others by their numbers."""
    places = {(won.batch_id, won.position): at for at, won in enumerate(found.wins)}

    def place(ticket: Ticket) -> int:
        return places.get((ticket[0].batch_id, ticket[1]), len(places))

    return sorted(_tickets(found), key=place)


def _tickets(found: Bought) -> Iterator[Ticket]:
    """Each ticket by its number, and whether it was handed out."""
    before = 0
    for part in found.parts:
        for at in range(part.count):
            yield part, part.first + at, before + at < found.drawn
        before += part.count


def _prizes(found: Bought) -> dict[tuple[str, int], str]:
    return {(won.batch_id, won.position): won.tier.name for won in found.wins}


def _row(
    part: BoughtPart, position: int, prizes: dict[tuple[str, int], str], is_handed_out: bool
) -> TicketRow:
    prize = prizes.get((part.batch_id, position))
    name = _("Batch %(number)s, %(ticket)s", number=part.number, ticket=count_words(position))
    if prize is not None:
        return TicketRow(name, prize, True)
    if not (is_handed_out and part.is_known):
        return TicketRow(name, _("not drawn yet"), False)
    return TicketRow(name, _("no prize"), False)
