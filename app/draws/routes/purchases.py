"""A purchase of draw tickets by its signed link: look, claim, download."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.box_office import office
from app.draws.queries.claims import FIELDS, claim_form
from app.draws.queries.purchase import purchase_of, purchase_page
from app.draws.queries.ticket_list import ticket_file, ticket_list
from app.houses import show_houses
from app.htmx import go_to, show_fragment, show_page, wants_fragment
from app.models import OrderStatus
from app.notices import leave_notice
from app.orders.reconciler import look_soon
from app.orders.views import OrderView, draw_path, order_view
from app.pages import Notice
from app.prize_draws.claim_details import keep_details, kinds_asked, read_details
from app.prize_draws.claiming import claim_all, refuse_disputed
from app.prize_draws.proofs import owners_proof
from app.prize_draws.results import Bought
from app.rate_limits import limit
from app.refusals import Invalid, NotFound
from app.words import gettext as _
from app.words import ngettext

bp = Blueprint("draw_purchases", __name__)
PAGE_DIGITS = 4
TYPED_LIMIT = 600  # characters of one field


@bp.get("/d/<code>/<secret>")
def show_purchase(code: str, secret: str) -> ResponseReturnValue:
    """How far it is and what it won; the fragment while there is something to wait for."""
    view = own_purchase(code, secret)
    page = purchase_page(view, is_back="paid" in request.args)
    if page.waits and view.order.status == OrderStatus.PAYING:
        look_soon(view.order.id)

    if wants_fragment():
        return show_fragment("draws/_purchase.html", page=page, is_poll=True)
    return show_page("draws/purchase.html", page=page)


@bp.get("/d/<code>/<secret>/tickets")
def list_tickets(code: str, secret: str) -> ResponseReturnValue:
    """All tickets, fifty on a page."""
    view = own_purchase(code, secret)
    typed = request.args.get("page", "1")[:PAGE_DIGITS]
    number = int(typed) if typed.isascii() and typed.isdigit() else 1
    page = purchase_page(view)

    tickets = ticket_list(_handed_out(view), page.url, number)
    return show_page("draws/tickets.html", page=page, tickets=tickets)


@bp.get("/d/<code>/<secret>/tickets.csv")
def show_tickets_file(code: str, secret: str) -> ResponseReturnValue:
    """All tickets as a file."""
    text = ticket_file(_handed_out(own_purchase(code, secret)))

    named = f'attachment; filename="draw-tickets-{code}.csv"'
    return Response(
        text, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": named}
    )


@bp.get("/d/<code>/<secret>/proofs/<batch_id>/<int:position>.json")
def show_proof_file(code: str, secret: str, batch_id: str, position: int) -> ResponseReturnValue:
    """The proof of one ticket of an instant batch, for its owner."""
    view = own_purchase(code, secret)

    proof = owners_proof(office(), view.order.id, batch_id, position)
    named = f'attachment; filename="{batch_id}-{position}.json"'
    return Response(proof, content_type="application/json", headers={"Content-Disposition": named})


@bp.get("/d/<code>/<secret>/claims")
def show_claims(code: str, secret: str) -> ResponseReturnValue:
    """The form that asks where prizes go; back to the tickets when nothing has to be known."""
    view = own_purchase(code, secret)
    found = purchase_of(view)
    if found is None or not kinds_asked(found):
        return go_to(draw_path(code, secret))
    return show_page("draws/claims.html", page=claim_form(view, found))


@bp.post("/d/<code>/<secret>/claims")
def create_claims(code: str, secret: str) -> ResponseReturnValue:
    """Say that its buyer wants the prizes; whoever presses twice has said it once."""
    view = own_purchase(code, secret)
    limit("order")
    refuse_disputed(office(), view.order.id)
    found = purchase_of(view)
    kinds = () if found is None else kinds_asked(found)
    if found is not None and kinds:
        typed = {name: request.form.get(name, "")[:TYPED_LIMIT] for name in FIELDS}
        try:
            details = read_details(kinds, typed)
        except Invalid as refusal:
            form = claim_form(view, found, typed, refusal.fields)
            return show_page("draws/claims.html", 422, page=form)
        keep_details(office(), view.order.id, view.order.email_key, details)

    count = claim_all(office(), view.order.id, view.order.email_key)

    said = ngettext("Your prize is claimed.", "Your %(num)d prizes are claimed.", count)
    notice = Notice(
        said
        if count
        else _("The house has it.")
        if kinds
        else _("There is nothing left to claim."),
        _("The house sees to the rest and gets in touch if anything is missing.")
        if count or kinds
        else "",
        kind="ok" if count or kinds else "",
        icon="check" if count or kinds else "news",
    )
    return leave_notice(go_to(draw_path(code, secret)), notice)


def own_purchase(code: str, secret: str) -> OrderView:
    """The order behind the signed link, if it is about draw tickets; `NotFound` else."""
    view = order_view(office(), code, secret)
    if view.draw is None:
        raise NotFound("We cannot find that order.")
    show_houses(view.houses)
    return view


def _handed_out(view: OrderView) -> Bought:
    found = purchase_of(view)
    if found is None or not found.parts:
        raise NotFound("There are no tickets to show.", next_step="Look at your purchase.")
    return found
