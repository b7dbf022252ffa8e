"""A buyer's draw tickets in words: how far they are, and what they won."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from app.box_office import office
from app.clock import from_ms, wall_ms
from app.draw_cards import DrawCard
from app.draw_legal import basis_of, legal_words
from app.draws.queries.prizes import count_words, prizes
from app.draws.queries.purchase_parts import (
    batch_numbers,
    cells,
    claim_times,
    claim_words,
    numbers_words,
    short_words,
    spans,
    to_keep,
    win_cards,
)
from app.draws.views.purchase import PurchasePage
from app.models import OrderStatus
from app.money import sum_words
from app.orders.papers import spoken_code
from app.orders.views import OrderView
from app.pages import Action
from app.payments.gateway import as_remote
from app.prize_draws.claim_details import kinds_asked
from app.prize_draws.results import Bought, bought
from app.words import clock_words, list_words, moment_words, ngettext
from app.words import gettext as _

UNPAID: Final = (OrderStatus.PENDING, OrderStatus.PAYING)


def purchase_of(view: OrderView) -> Bought | None:
    """What is known of the tickets of an order; None before or after there are any."""
    with office().db.read() as connection:
        return bought(connection, view.order.id)


def purchase_page(view: OrderView, *, is_back: bool = False) -> PurchasePage:
    """The page of an order of draw tickets, in whatever state it is."""
    assert view.draw is not None
    page, found = _frame(view), purchase_of(view)
    if view.order.status in UNPAID:
        return _unpaid(page, view, is_back)
    if view.order.status == OrderStatus.REFUNDED:
        return _returned(page, view)
    if view.order.status != OrderStatus.PAID:
        return _not_bought(page, view)
    if found is None or not found.parts:
        return _archived(page, view)
    page = _with_tickets(page, view, found)
    if not found.is_done:
        return _drawing(page, found)
    if found.waits_for_draw:
        return _in_the_draw(page, view.draw.card, found)
    return _drawn(page, view, found)


def ticket_words(position: int) -> str:
    """13,772."""
    return count_words(position)


def _frame(view: OrderView) -> PurchasePage:
    assert view.draw is not None
    card, line, order = view.draw.card, view.draw.line, view.order
    facts = [card.title]
    if order.paid_at is not None:
        at = _second_words(order.paid_at.astimezone(card.zone))
        is_free = not (order.total_cents or line.credits)
        facts.append(_("Taken at %(time)s", time=at) if is_free else _("Paid at %(time)s", time=at))
    return PurchasePage(
        title=_("Your tickets"),
        url=f"/d/{order.id}/{view.secret}",
        draw_title=card.title,
        draw_url=f"/draw/{card.slug}",
        stock=card.stock,
        kicker=", ".join(
            part
            for part in (
                _("Purchase %(code)s", code=spoken_code(order.id)),
                ngettext("%(num)d ticket", "%(all)s tickets", line.count,
                         all=count_words(line.count)),
                _price_words(view),
            )
            if part
        ),
        facts=tuple(facts),
        kind="plain",
        icon="ticket",
        heading="",
        words=(),
        proof_url=f"/draw/{card.slug}/proof",
        legal=_legal(card) if line.unit_cents else "",
        receipt_url=f"/o/{order.id}/{view.secret}/receipt"
        if order.paid_at is not None and order.total_cents
        else "",
    )  # fmt: skip


def _legal(card: DrawCard) -> str:
    """Why the tickets could be sold, as the law wants it on each."""
    with office().db.read() as connection:
        basis = basis_of(connection, card.id)
    return "" if basis is None else f"{basis.kind}, {legal_words(card, basis)}"


def _price_words(view: OrderView) -> str:
    assert view.draw is not None
    if view.draw.line.credits:
        return ngettext("%(num)d credit", "%(num)d credits", view.draw.line.credits)
    if not view.order.total_cents:
        return _("free")
    return sum_words(view.order.total_cents, view.order.currency)


def _unpaid(page: PurchasePage, view: OrderView, is_back: bool) -> PurchasePage:
    is_remote = as_remote(office().gateways.get(view.order.gateway)) is not None
    again = Action(_("Go on to pay"), f"/o/{view.order.id}/{view.secret}/payment", ())
    if not is_remote:
        pay = f"/pay/demo/{view.order.id}?secret={view.secret}"
        again = Action(_("Go on to pay"), pay)
    stop = Action(
        _("Stop, I do not want them"),
        f"/o/{view.order.id}/{view.secret}/cancellation",
        (("release", "1"),),
        is_quiet=True,
    )
    if is_back or view.is_with_bank:
        return replace(
            page, kind="info", icon="clock", waits=True,
            heading=_("We are waiting for the bank"),
            words=(_("This page changes by itself when the money is here. Tickets are handed out in"
                     " order of payment."),),
        )  # fmt: skip
    return replace(
        page, kind="warn", icon="clock", waits=True, heading=_("Not paid yet"),
        words=(_("Nothing was charged, and no ticket is kept for you until you pay."),),
        actions=(again, stop),
    )  # fmt: skip


def _returned(page: PurchasePage, view: OrderView) -> PurchasePage:
    assert view.draw is not None
    words = _("No tickets were to be had when your payment reached us.")
    back = _back_words(view)
    return replace(
        page, kind="warn", icon="return", heading=_("No tickets, and all of it back"),
        words=(words, back) if back else (words,),
        actions=(Action(_("Back to the draw"), page.draw_url, is_quiet=True),),
    )  # fmt: skip


def _back_words(view: OrderView) -> str:
    assert view.draw is not None
    line = view.draw.line
    if line.credits:
        credits = line.credits_back(line.taken or 0)
        return ngettext("%(num)d credit is yours again.", "%(num)d credits are yours again.",
                        credits) if credits else ""  # fmt: skip
    cents = sum(refund.cents for refund in view.refunds)
    if not cents:
        return ""
    money = sum_words(cents, view.order.currency)
    if view.order.is_demo:
        return _("%(money)s goes back: in this demo no money moved.", money=money)
    return _("%(money)s goes back by the way it came, usually within five working days.",
             money=money)  # fmt: skip


def _not_bought(page: PurchasePage, view: OrderView) -> PurchasePage:
    return replace(
        page, icon="cross", heading=_("Nothing was bought"),
        words=(_("Nobody paid for these tickets in time, or the payment was stopped. Nothing was"
                 " charged."),),
        actions=(Action(_("Choose tickets again"), f"{page.draw_url}/tickets"),),
    )  # fmt: skip


def _archived(page: PurchasePage, view: OrderView) -> PurchasePage:
    return replace(
        page, icon="store", heading=_("This draw is over, and its tickets were removed"),
        words=(_("We keep sold tickets until the time to claim and the time to keep them are over."
                 " The record that proves the draw stays."),),
        actions=(Action(_("See the record"), page.proof_url, is_quiet=True),),
    )  # fmt: skip


def _with_tickets(page: PurchasePage, view: OrderView, found: Bought) -> PurchasePage:
    assert view.draw is not None
    card, first = view.draw.card, found.parts[0]
    batches = [count_words(number) for number in batch_numbers(found)]
    facts = [_("%(draw)s, batch %(number)s", draw=card.title, number=list_words(batches))]
    return replace(
        page,
        facts=(*facts, *page.facts[1:]),
        done=found.drawn,
        total=found.taken,
        cells=cells(card, found),
        wins=tuple(win_cards(card, found, view.order.email_key)),
        numbers=tuple(to_keep(view, found)),
        prizes=prizes(card, first.terms),
        spans=tuple(spans(found)) if len(found.parts) > 1 else (),
        proof_url=f"{page.proof_url}?batch={first.number}",
    )


def _drawing(page: PurchasePage, found: Bought) -> PurchasePage:
    done, total = count_words(found.drawn), count_words(found.taken)
    knows = any(part.is_instant for part in found.parts)
    prizes_words = ngettext("%(num)d prize so far", "%(num)d prizes so far", len(found.wins))
    heading = _("%(done)s of %(total)s drawn", done=done, total=total)
    if not knows:
        heading = _("%(done)s of %(total)s handed out", done=done, total=total)
    return replace(
        page, title=_("Drawing your tickets") if knows else _("Handing out your tickets"),
        kind="", icon="clock", heading=heading, waits=True, is_drawing=True,
        progress_words=prizes_words if knows else "",
        words=tuple(numbers_words(found)),
        wins_title=_("Won so far"),
        close_words=_("You can close this page. It goes on by itself; we email you when all is"
                      " done."),
    )  # fmt: skip


def _in_the_draw(page: PurchasePage, card: DrawCard, found: Bought) -> PurchasePage:
    closes = [p.terms.closes_ms for p in found.parts if p.terms.closes_ms is not None]
    when = _("You hear from us by email when it has been held.")
    if closes and max(closes) > wall_ms():
        at = moment_words(from_ms(max(closes)).astimezone(card.zone))
        when = _("Selling ends on %(time)s, and then it is drawn. We email you either way.",
                 time=at)  # fmt: skip
    heading = ngettext("Your ticket is in the draw", "Your %(all)s tickets are in the draw",
                       found.taken, all=count_words(found.taken))  # fmt: skip
    known = any(part.is_known for part in found.parts)
    return replace(
        page, kind="ok", icon="check", heading=heading, cells=page.cells if known else None,
        words=(*numbers_words(found), when, *short_words(found)),
        wins_title=_("Won so far"),
        actions=(Action(_("Get more tickets"), f"{page.draw_url}/tickets", is_quiet=True),),
    )  # fmt: skip


def _drawn(page: PurchasePage, view: OrderView, found: Bought) -> PurchasePage:
    assert view.draw is not None
    count = len(found.wins)
    files = (
        Action(ngettext("Your ticket", "All %(num)d tickets", found.taken), f"{page.url}/tickets",
               is_quiet=True),
        Action(_("Download"), f"{page.url}/tickets.csv", is_quiet=True, icon="download",
               is_file=True),
    )  # fmt: skip
    if not count:
        return _nothing_won(page, view.draw.card, found, files)
    words = _("%(won)s of your %(all)s tickets won")
    heading = words % {"won": count_words(count), "all": count_words(found.taken)}
    if found.taken == 1:
        heading = _("Your ticket won")
    return replace(
        page, kind="ok", icon="gift", heading=heading,
        words=(*numbers_words(found), *_claiming(view, found), *short_words(found)),
        wins_title=_("What you won"),
        claim_words="" if view.is_disputed else claim_words(found),
        asks_first=bool(kinds_asked(found)), actions=(*_changes(page, found), *files),
    )  # fmt: skip


def _changes(page: PurchasePage, found: Bought) -> tuple[Action, ...]:
    """The way to tell anew where claimed prizes go, while they are not given out."""
    if claim_words(found) or not kinds_asked(found):
        return ()
    return (Action(_("Change where it goes"), f"{page.url}/claims", is_quiet=True),)


def _claiming(view: OrderView, found: Bought) -> Iterator[str]:
    assert view.draw is not None
    if view.is_disputed:
        yield _("The bank that paid for these tickets asks for the money back. Prizes wait until"
                " that is decided.")  # fmt: skip
    else:
        yield from claim_times(view.draw.card, found)


def _nothing_won(
    page: PurchasePage, card: DrawCard, found: Bought, files: tuple[Action, ...]
) -> PurchasePage:
    heading = ngettext("Your ticket did not win", "None of your %(all)s tickets won",
                       found.taken, all=count_words(found.taken))  # fmt: skip
    thanks = _("Thank you.")
    if card.words.cause and not found.is_play and found.unit_cents:
        thanks = _("Thank you; the money goes to %(cause)s.", cause=card.words.cause)
    return replace(
        page, icon="ticket", heading=heading,
        words=(*numbers_words(found), thanks, *short_words(found)),
        actions=(
            Action(_("Check that it was fair"), page.proof_url, is_quiet=True),
            *files,
        ),
    )  # fmt: skip


def _second_words(local: datetime) -> str:
    return f"{clock_words(local)}:{local.second:02}"
