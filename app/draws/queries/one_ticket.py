"""What everybody may know of one ticket: before the reveal only whether it was sold."""

from __future__ import annotations

import json
from dataclasses import dataclass

from app.box_office import BoxOffice
from app.draws.forms import TypedTicket
from app.draws.queries.words import local, ticket_number
from app.draws.views.proof import TicketAnswer
from app.lottery.pool.totals import BatchTotals
from app.prize_draws.drawing import kept_bundle, kept_list
from app.prize_draws.shown import Shown, is_instant
from app.words import gettext as _
from app.words import moment_words, ngettext


@dataclass(frozen=True, slots=True)
class Found:
    """The answer, or the sentence under the field."""

    answer: TicketAnswer | None = None
    error: str = ""


def one_ticket(office: BoxOffice, shown: Shown, batch: BatchTotals, typed: TypedTicket) -> Found:
    """What is known of the ticket that was typed."""
    if typed.batch is not None and typed.batch != batch.number:
        return Found(error=_no_batch(shown, typed.batch))
    if typed.line:
        return _line(office, batch, typed)
    if typed.fingerprint:
        return Found(_fingerprint(shown, batch, typed.fingerprint))
    position = typed.position
    if position is None:
        return Found(error=_("Type the number of a ticket, as 0413."))
    if not 1 <= position <= batch.size:
        first, last = ticket_number(1, batch.size), ticket_number(batch.size, batch.size)
        return Found(error=_("The tickets go from %(first)s to %(last)s.", first=first, last=last))
    if not batch.is_revealed:
        return Found(_secret(batch, position))
    return Found(_known(office, shown, batch, position))


def _no_batch(shown: Shown, number: int) -> str:
    count = len(shown.totals.batches)
    has = ngettext("It has %(num)d batch.", "It has %(num)d batches.", count)
    return _("There is no batch %(number)s in this draw.", number=f"{number:,}") + " " + has


def _line(office: BoxOffice, batch: BatchTotals, typed: TypedTicket) -> Found:
    """Whether a line from a letter stands in the published list."""
    if is_instant(batch):
        words = _("An instant draw has no list. Type the number of the ticket.")
        return Found(error=words)
    if batch.status == "open":
        words = _("The list is published when the sale has closed. Keep your line until then.")
        return Found(error=words)
    position = typed.position or 1
    published = b"\n" + kept_list(office, batch.batch_id).read()
    if f"\n{typed.line}\n".encode() in published:
        title = _("Your line is in the list")
        words = _("It stands in the list of tickets as it was published when the sale had closed.")
        return Found(TicketAnswer(title, (words,), "ok", "check", position))
    title = _("This line is not in the list")
    words = _(
        "Compare it with your letter, sign by sign, and with the number of the batch. If it is the"
        " same and still not here, tell the promoter and keep the letter."
    )
    return Found(TicketAnswer(title, (words,), "bad", "cross", position))


def _fingerprint(shown: Shown, batch: BatchTotals, digits: str) -> TicketAnswer:
    """Whether what somebody kept is what was published of the batch."""
    if digits == batch.commitment:
        when = moment_words(local(shown.card, batch.opened_ms))
        words = _("It was published on %(when)s, and the record of this batch must fit it.",
                  when=when)  # fmt: skip
        return TicketAnswer(_("That is the fingerprint of this batch"), (words,), "ok", "check", 0)
    words = _(
        "Compare it with your letter, and look whether it belongs to another batch. If it does not,"
        " tell the promoter and keep the letter."
    )
    title = _("That is not the fingerprint of this batch")
    return TicketAnswer(title, (words,), "bad", "cross", 0)


def _secret(batch: BatchTotals, position: int) -> TicketAnswer:
    number = ticket_number(position, batch.size)
    if position > batch.sold:
        return _unsold(batch, position, None, "")
    title = _("Ticket %(number)s is in the draw", number=number)
    if is_instant(batch):
        title = _("Ticket %(number)s is sold", number=number)
        later = _(
            "What it is, only its buyer can see until the secret is out. The buyer finds its proof"
            " with the results, and can check it here."
        )
    else:
        later = _("What it is comes out with the draw.")
    bought = _("It was number %(at)s in order of payment.", at=f"{position:,}")
    return TicketAnswer(title, (bought, later), "info", "lock", position)


def _known(office: BoxOffice, shown: Shown, batch: BatchTotals, position: int) -> TicketAnswer:
    prize = _prize(office, shown, batch, position)
    name = batch.terms.tiers[prize - 1].name if prize else ""
    path_url = ""
    if is_instant(batch):
        address = f"/draw/{shown.card.slug}/batches/{batch.number}"
        path_url = f"{address}/tickets/{position}.json"
    if position > batch.sold:
        return _unsold(batch, position, prize, name, path_url)
    number = ticket_number(position, batch.size)
    title = _("Ticket %(number)s has no prize", number=number)
    if prize:
        title = _("Ticket %(number)s won: %(prize)s", number=number, prize=name)
    words = _(
        "It was number %(at)s in order of payment, so it has place %(at)s in the shuffle. Place"
        " %(at)s says: %(prize)s.",
        at=f"{position:,}",
        prize=name or _("no prize"),
    )
    return TicketAnswer(title, (words,), "ok", "check", position, prize, path_url)


def _unsold(
    batch: BatchTotals, position: int, prize: int | None, name: str, path_url: str = ""
) -> TicketAnswer:
    number = ticket_number(position, batch.size)
    if batch.status == "open":
        title = _("Ticket %(number)s is not sold yet", number=number)
        words = _("Tickets are sold in their order: the next one has the next number.")
        return TicketAnswer(title, (words,), "info", "news", position)
    title = _("Ticket %(number)s was not sold", number=number)
    words = _("Places that were not sold are never handed out later.")
    if prize is None:
        return TicketAnswer(title, (words,), "info", "news", position)
    said = _("Its place said: %(prize)s.", prize=name or _("no prize"))
    return TicketAnswer(title, (said, words), "info", "news", position, prize, path_url)


def _prize(office: BoxOffice, shown: Shown, batch: BatchTotals, position: int) -> int:
    """The tier of a place, from 1; 0 for none. An archived batch has it in its record alone."""
    state = office.pool_of(shown.card.id).actor.state
    places = b"" if state is None else state.batch(batch.batch_id).places
    if places:
        return places[position - 1]
    result = json.loads(kept_bundle(office, batch.batch_id, waits=False).read())["result"]
    return next((at for at, won in enumerate(result, start=1) if position in won), 0)
