"""A booking that is paid later, in words: until when it is kept, and how its money gets here."""

from __future__ import annotations

from app.orders.papers import spoken_code
from app.orders.paying_later import later_terms
from app.orders.transfer_words import transfer_lines
from app.orders.views import OrderView
from app.pages import Action, Fact
from app.shop.queries.order_words import (
    deadline_clock,
    deadline_moment,
    order_places,
    order_total,
)
from app.shop.views.order import OrderState
from app.tickets.transfer_code import transfer_svg
from app.words import gettext as _


def kept_state(view: OrderView, path: str) -> OrderState:
    """Before its buyer's word, and after it how to pay."""
    back = Action(
        _("Give the seats back"), f"{path}/cancellation", (("release", "1"),), is_quiet=True
    )
    if view.order.confirmed_at is None:
        return _unconfirmed(view, back)
    if view.order.gateway == "transfer":
        return _to_transfer(view, back)
    return OrderState(
        "cash",
        "warn",
        _("Kept for you until %(when)s", when=deadline_moment(view)),
        (
            _(
                "Pay %(total)s at the counter, or as agreed. The tickets come by email the"
                " moment you have paid.",
                total=order_total(view),
            ),
        ),
        (
            *_counter_code(view),
            Fact(order_places(view), order_total(view)),
        ),
        actions=(back,),
    )


def _counter_code(view: OrderView) -> tuple[Fact, ...]:
    if view.order.gateway != "manual":
        return ()
    return (Fact(_("Say this at the counter"), spoken_code(view.order.id)),)


def _unconfirmed(view: OrderView, back: Action) -> OrderState:
    return OrderState(
        "letter",
        "warn",
        _("Look in your email to keep these seats"),
        (
            _(
                "We sent a link to %(email)s. Press it before %(time)s, and the seats stay"
                " yours until it is time to pay.",
                email=view.order.email,
                time=deadline_clock(view),
            ),
        ),
        (
            *_counter_code(view),
            Fact(order_places(view), order_total(view)),
        ),
        actions=(back,),
        afterwards=_("Without it they go back on sale. Nothing is charged either way."),
    )


def _to_transfer(view: OrderView, back: Action) -> OrderState:
    order = view.order
    terms = later_terms(view.events[0], order.gateway) if view.events else None
    code = None
    if terms is not None and terms.iban and order.currency == "EUR":
        title = _("Code for your banking app")
        code = transfer_svg(terms.holder, terms.iban, order.total_cents, order.id, title)
    words = terms.words if terms is not None else ""
    return OrderState(
        "bank",
        "warn",
        _("Kept for you until %(when)s", when=deadline_moment(view)),
        tuple(
            part
            for part in (
                _(
                    "Transfer %(total)s so that it arrives before then, with the reference below."
                    " The tickets come by email when the house sees your money.",
                    total=order_total(view),
                ),
                words,
            )
            if part
        ),
        (
            *(Fact(label, words) for label, words in transfer_lines(terms, order)),
            Fact(_("For"), order_places(view)),
        ),
        code=code,
        code_words=_("Or scan this in your banking app: it fills in the form.") if code else "",
        actions=(back,),
        afterwards=_(
            "Transfers can take days. Money that comes too late buys the same seats if they are"
            " still free; if not, all of it goes back to you."
        ),
    )
