"""A booking by its signed link: look, print, keep, give up, find again."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.basket_cookie import switch_basket
from app.box_office import office
from app.buyers import read_email
from app.houses import show_houses
from app.htmx import go_to, show_fragment, show_page, wants_fragment
from app.notices import leave_notice, take_notice
from app.orders.ending import end_payment
from app.orders.finding import find_orders, resend
from app.orders.papers import calendar_document, tickets_document, valid_tickets
from app.orders.paying_later import confirm_order
from app.orders.reconciler import look_soon
from app.orders.sessions import open_session
from app.orders.views import OrderView, draw_path, order_view
from app.pages import Notice
from app.rate_limits import limit
from app.refusals import HoldExpired, Invalid, NotFound
from app.shop.queries.offers import decline_offer, offered_holds
from app.shop.queries.order import late_notice, order_page, order_path, receipt_page
from app.shop.views.order import FindPage
from app.tickets.pdf import Sheet
from app.tickets.receipt_pdf import receipt_pdf
from app.words import gettext as _

bp = Blueprint("orders", __name__)


@bp.get("/o/<code>/<secret>")
def show_order(code: str, secret: str) -> ResponseReturnValue:
    """The booking in whatever state it is; the fragment while it waits for the bank."""
    view = own_order(code, secret)
    if view.draw is not None:  # its tickets have a page of their own
        return go_to(draw_path(view.order.id, secret, is_back="paid" in request.args))
    page = order_page(view, is_back="paid" in request.args)
    if page.waits:  # somebody is looking: do not wait for a notice that may be lost
        look_soon(view.order.id)

    if wants_fragment():
        notice = late_notice(view)
        return show_fragment("shop/_order.html", page=page, notice=notice, is_poll=True)
    return show_page("shop/order.html", page=page, notice=take_notice() or late_notice(view))


@bp.get("/o/<code>/<secret>/tickets.pdf")
def show_tickets_file(code: str, secret: str) -> ResponseReturnValue:
    """The valid tickets as a PDF: one on each page, or several on A4."""
    view = own_order(code, secret)
    if not valid_tickets(view):
        raise NotFound
    sheet = Sheet.A4_SEVERAL if request.args.get("sheet") == "a4" else Sheet.ONE_PER_PAGE

    return as_file(tickets_document(view, sheet), "application/pdf", f"tickets-{code}.pdf")


@bp.get("/o/<code>/<secret>/calendar.ics")
def show_calendar_file(code: str, secret: str) -> ResponseReturnValue:
    """The booking's events as a calendar file."""
    view = own_order(code, secret)
    if not valid_tickets(view):
        raise NotFound

    return as_file(calendar_document(office(), view), "text/calendar", f"booking-{code}.ics")


@bp.get("/o/<code>/<secret>/receipt")
def show_receipt(code: str, secret: str) -> ResponseReturnValue:
    """What was paid and what of it is tax; credit notes below."""
    view = own_order(code, secret)

    return show_page("shop/receipt.html", receipt=receipt_page(view), path=order_path(code))


@bp.get("/o/<code>/<secret>/receipt.pdf")
def show_receipt_file(code: str, secret: str) -> ResponseReturnValue:
    """The same as a PDF."""
    receipt = receipt_page(own_order(code, secret))

    return as_file(receipt_pdf(receipt), "application/pdf", f"receipt-{code}.pdf")


@bp.post("/o/<code>/<secret>/letters")
def create_letter(code: str, secret: str) -> ResponseReturnValue:
    """Send the letter again."""
    view = own_order(code, secret)
    limit("resend", subject=view.order.id)

    resend(office(), view.order.id)

    notice = Notice(_("The email goes out again."), _("To %(email)s.", email=view.order.email))
    return leave_notice(go_to(order_path(code)), notice)


@bp.post("/o/<code>/<secret>/payment")
def create_payment(code: str, secret: str) -> ResponseReturnValue:
    """On to the page where the booking is paid: the same one as before while it is open."""
    view = own_order(code, secret)
    limit("order")

    return go_to(open_session(office(), view.order.id) or order_path(code))


@bp.post("/o/<code>/<secret>/cancellation")
def create_cancellation(code: str, secret: str) -> ResponseReturnValue:
    """Stop paying; the seats stay in the basket, or go back on sale."""
    view = own_order(code, secret)
    release = request.form.get("release") == "1"

    end_payment(office(), view.order.id, release=release)

    return go_to(order_path(code) if release or view.draw else "/checkout")


@bp.post("/o/<code>/<secret>/offer")
def create_offer_answer(code: str, secret: str) -> ResponseReturnValue:
    """Take the places that were kept instead, or put them back on sale."""
    view = own_order(code, secret)
    if request.form.get("answer") != "take":
        decline_offer(office(), view)
        return go_to(order_path(code))
    if not offered_holds(office(), view) or view.order.offer_basket_id is None:
        raise HoldExpired

    switch_basket(view.order.offer_basket_id)

    return go_to("/checkout")


@bp.get("/confirm/<token>")
def show_confirmation(token: str) -> ResponseReturnValue:
    """Behind the e-mailed link: one press, so that mail scanners cannot use it up."""
    view = order_view(office(), office().tokens.confirmed_order(token))
    show_houses(view.houses)

    if view.order.confirmed_at is not None or view.order.status != "pending":
        return go_to(order_path(view.order.id))
    return show_page("shop/confirm.html", page=order_page(view), token=token)


@bp.post("/confirm/<token>")
def create_confirmation(token: str) -> ResponseReturnValue:
    """Keep the places until it is time to pay."""
    order_id = office().tokens.confirmed_order(token)

    confirm_order(office(), order_id)

    return go_to(order_path(order_id))


@bp.get("/orders/find")
def show_find() -> ResponseReturnValue:
    """The form that finds bookings by their address."""
    return show_page("shop/find.html", page=FindPage())


@bp.post("/orders/find")
def create_find() -> ResponseReturnValue:
    """Have the links sent; the same words whether or not the address is known."""
    typed = request.form.get("email", "")[:EMAIL_TYPED_LIMIT]
    try:
        email = read_email(typed)
    except Invalid as refusal:
        page = FindPage(typed, refusal.fields["email"])
        return show_page("shop/find.html", refusal.status, page=page)
    limit("find_order", subject=office().tokens.address_key(email))

    find_orders(office(), email)

    return show_page("shop/find.html", page=FindPage(sent_to=email))


def as_file(content: bytes, kind: str, name: str) -> Response:
    """A file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=kind, headers=headers)


def own_order(code: str, secret: str) -> OrderView:
    """The booking of a signed link, its houses shown at the foot; `NotFound` for a wrong one."""
    view = order_view(office(), code, secret)
    show_houses(view.houses)
    return view


EMAIL_TYPED_LIMIT = 300
