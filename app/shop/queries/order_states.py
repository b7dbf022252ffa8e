"""What a booking without usable tickets has to say, and the way on from there."""

from __future__ import annotations

from app.box_office import office
from app.models import BY_HAND, OrderStatus
from app.orders.disputes import BARRED
from app.orders.papers import spoken_code, valid_tickets
from app.orders.placed import pay_url
from app.orders.views import OrderView
from app.pages import Action, Fact
from app.payments.gateway import as_remote
from app.shop.queries.kept_order import kept_state
from app.shop.queries.offers import offer_of
from app.shop.queries.order_words import (
    deadline_clock,
    local_clock,
    order_places,
    order_total,
)
from app.shop.views.order import OrderState
from app.words import gettext as _
from app.words import list_words


def state_of(view: OrderView, path: str) -> OrderState | None:
    """The state in words; None for a paid booking with tickets."""
    status = view.order.status
    if status == OrderStatus.PAID:
        if valid_tickets(view):
            return None
        return _disputed(view) if view.is_disputed else _none_left(view)
    if status == OrderStatus.REFUNDED:
        return _money_back(view, path)
    if status == OrderStatus.PAYING:
        return _waiting(view, path)
    if status == OrderStatus.PENDING and view.order.gateway in BY_HAND:
        return kept_state(view, path)
    if status == OrderStatus.PENDING:
        return _not_paid(view)
    return _over(view)


def _waiting(view: OrderView, path: str) -> OrderState:
    if view.is_with_bank:
        return _with_bank(view)
    if view.lacks_pay_page:
        return _without_pay_page(view, path)
    return OrderState(
        "clock",
        "",
        _("Waiting for your payment"),
        (
            _("Your places are yours while we wait: the clock has stopped."),
            _("This takes a few seconds, sometimes a minute."),
        ),
        (
            Fact(_("Order placed"), local_clock(view, view.order.created_at)),
            Fact(order_places(view), order_total(view)),
        ),
        actions=(
            *_pay_actions(view, path),
            Action(_("Look again now"), path, icon="again", is_quiet=True),
            Action(_("Stop paying, keep my seats"), f"{path}/cancellation", (), is_quiet=True),
        ),
        afterwards=_(
            "You can close this page. We email you either way. Please do not pay a second time."
        ),
    )


def _without_pay_page(view: OrderView, path: str) -> OrderState:
    return OrderState(
        "clock",
        "warn",
        _("The payment service does not answer yet"),
        (
            _("Your places are yours until %(time)s.", time=deadline_clock(view)),
            _("Nothing was charged so far, and nothing is charged twice."),
        ),
        (
            Fact(_("Order placed"), local_clock(view, view.order.created_at)),
            Fact(order_places(view), order_total(view)),
        ),
        actions=(
            *_pay_actions(view, path),
            Action(_("Stop paying, keep my seats"), f"{path}/cancellation", (), is_quiet=True),
        ),
        afterwards=_("When you stop, you can choose another way to pay, or give the seats back."),
    )


def _with_bank(view: OrderView) -> OrderState:
    return OrderState(
        "clock",
        "",
        _("Your bank is working on it"),
        (
            _("You have done all that is needed. With this way of paying it takes days."),
            _("Your places are yours meanwhile, and we email you either way."),
        ),
        (
            Fact(_("Order placed"), local_clock(view, view.order.created_at)),
            Fact(order_places(view), order_total(view)),
        ),
        afterwards=_("You can close this page. Please do not pay a second time."),
    )


def _pay_actions(view: OrderView, path: str) -> tuple[Action, ...]:
    if as_remote(office().gateways.get(view.order.gateway)) is not None:
        return (Action(_("Go on paying"), f"{path}/payment", ()),)
    address = pay_url(office(), view.order)
    return () if address is None else (Action(_("Go on paying"), address),)


def _not_paid(view: OrderView) -> OrderState:
    return OrderState(
        "card",
        "warn",
        _("This booking is not paid yet"),
        (_("Nothing was charged. If your seats are still kept, you find them in your basket."),),
        (Fact(order_places(view), order_total(view)),) if view.places else (),
        actions=(
            Action(_("Go to the checkout"), "/checkout"),
            Action(_("What's on"), "/", is_quiet=True),
        ),
    )


def _over(view: OrderView) -> OrderState:
    return OrderState(
        "clock",
        "plain",
        _("This booking came to nothing"),
        (
            _("It was not paid in time, or it was given up. Nothing was charged."),
            _(
                "If money of yours is still on its way, it buys the same seats, or the house pays"
                " it back to you."
            )
            if view.order.gateway in BY_HAND
            else _(
                "If money of yours is still on its way, it buys the same seats or goes back to"
                " you by itself."
            ),
        ),
        actions=(
            Action(_("Look at my basket"), "/basket"),
            Action(_("What's on"), "/", is_quiet=True),
        ),
    )


def _money_back(view: OrderView, path: str) -> OrderState:
    total = order_total(view)
    refund = view.refunds[-1] if view.refunds else None
    if view.order.total_cents == 0:
        return _cancelled_free(view)
    is_back = refund is not None and refund.state == "succeeded"
    title = (
        _("Your %(total)s went back", total=total)
        if is_back
        else _("Your %(total)s is on its way back", total=total)
    )
    facts = []
    if refund is not None:
        facts.append(
            Fact(
                _("Sent back"),
                _("%(when)s, all of it", when=local_clock(view, refund.requested_at)),
            )
        )
    facts.append(Fact(_("Where to"), _where_to(view)))
    facts.append(Fact(_("Our number for it"), spoken_code(view.order.id)))
    offer = offer_of(view)
    return OrderState(
        "return",
        "warn",
        title,
        (_why_back(view),),
        tuple(facts),
        offer=offer,
        actions=() if offer else (Action(_("What's on"), "/", is_quiet=True),),
    )


def _why_back(view: OrderView) -> str:
    if view.tickets or any(card.status == "cancelled" for card in view.events):
        titles = list_words([card.title for card in view.events])
        return _("Your tickets for %(event)s are no longer valid.", event=titles)
    return _(
        "Your time ran out before your payment came, and in between somebody else bought"
        " %(places)s. You need not do anything.",
        places=order_places(view),
    )


def _where_to(view: OrderView) -> str:
    if view.order.gateway == "demo":
        return _("the demo card, at once")
    if view.order.gateway == "manual":
        return _("the counter, against this number")
    if view.order.gateway == "transfer":
        return _("your account: the house asks you for its number")
    return _("your card, in 5 to 10 days")


def _cancelled_free(view: OrderView) -> OrderState:
    return OrderState(
        "ticket",
        "plain",
        _("This booking was cancelled"),
        (_("Its tickets are no longer valid. There was nothing to pay back."),),
        actions=(Action(_("What's on"), "/", is_quiet=True),),
    )


def _disputed(view: OrderView) -> OrderState:
    from app.shop.queries.order import ticket_line

    is_open = any(ticket.state == BARRED for ticket in view.tickets)
    words: tuple[str, ...] = (
        _("While that is open, these tickets let nobody in."),
        _("If it was a mistake, tell your bank that you take it back, and write to the house."),
    )
    if not is_open:
        words = (_("The bank took it back, so the tickets are no longer valid."),)
    return OrderState(
        "warning",
        "warn",
        _("Your bank has asked for the money back"),
        words,
        tickets=tuple(ticket_line(ticket, view) for ticket in view.tickets),
        actions=(Action(_("What's on"), "/", is_quiet=True),),
    )


def _none_left(view: OrderView) -> OrderState:
    from app.shop.queries.order import ticket_line

    return OrderState(
        "ticket",
        "plain",
        _("No tickets left in this booking"),
        (_("None of them opens a door any more. The receipt stays here."),),
        tickets=tuple(ticket_line(ticket, view) for ticket in view.tickets),
        actions=(Action(_("What's on"), "/", is_quiet=True),),
    )
