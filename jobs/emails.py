"""Letters: each kind reads its order anew, writes its words and hands them to the post."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from sqlalchemy import select

from app.box_office import BoxOffice
from app.clock import from_ms, house, to_ms
from app.effects import Done, Duty, Effect, Outcome
from app.mail import kinds
from app.mail.letters import Attachment, Letter, LetterOrder, LetterPage
from app.mail.post import Post
from app.mail.reading import letter_order, letter_show, local_moment
from app.mail.writing import lay_out, papers
from app.models import BY_HAND, HouseTime, OrderStatus
from app.money import sum_words
from app.orders.finding import orders_of
from app.orders.lines import place_words
from app.orders.papers import spoken_code, valid_tickets
from app.orders.paying_later import LaterTerms, later_terms
from app.orders.returning import RETURNED
from app.orders.settling import ORDER_OVER, PLACES_GONE, SECOND_PAYMENT, WRONG_SUM
from app.orders.transfer_words import transfer_lines
from app.orders.views import OrderView, order_view
from app.refusals import NotFound
from app.words import gettext as _
from jobs import lottery_letters

Writer = Callable[[BoxOffice, Post, Effect], Outcome]


def duties(office: BoxOffice, post: Post) -> dict[str, Duty]:
    """Every kind of letter and who writes it."""
    writers: dict[str, Writer] = {
        "mail.order_paid": send_tickets,
        "mail.order_pending": ask_to_confirm,
        "mail.order_kept": tell_how_to_pay,
        "mail.order_reminder": remind_of_paying,
        "mail.order_moved": tell_of_move,
        "mail.money_back": tell_of_refund,
        "mail.resend": send_again,
        "mail.find_orders": send_found,
        "mail.event_cancelled": tell_of_cancelling,
    }
    return {kind: Duty(partial(_carry_out, write, office, post)) for kind, write in writers.items()}


def send_tickets(office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    """The tickets of a paid order."""
    view = order_view(office, effect.payload["order"])
    if not valid_tickets(view):
        return _left_out("none of its tickets is valid any more")
    return _deliver(office, post, effect, view, kinds.tickets_page)


def ask_to_confirm(office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    """The link that confirms an order which is paid later."""
    view = order_view(office, effect.payload["order"])
    order = view.order
    if order.status != OrderStatus.PENDING or order.confirmed_at is not None:
        return _left_out("the order does not wait for it any more")
    link = f"{office.settings.base_url}/confirm/{office.tokens.confirmation(order.id)}"
    until = local_moment(view, _wall_at(office, order.deadline_ms or house.now_ms()))
    pay_words = _own_words(_terms_of(view))
    return _deliver(
        office, post, effect, view,
        lambda words: kinds.confirm_page(words, link, until, pay_words),
    )  # fmt: skip


def tell_how_to_pay(office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    """How and until when a confirmed order is paid."""
    return _tell_of_kept(office, post, effect, is_reminder=False)


def remind_of_paying(office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    """The same before the deadline, while it is still not paid."""
    return _tell_of_kept(office, post, effect, is_reminder=True)


def _tell_of_kept(office: BoxOffice, post: Post, effect: Effect, *, is_reminder: bool) -> Outcome:
    view = order_view(office, effect.payload["order"])
    order = view.order
    if order.status != OrderStatus.PENDING or order.confirmed_at is None:
        return _left_out("the order does not wait for money any more")
    until = local_moment(view, _wall_at(office, order.deadline_ms or house.now_ms()))
    pay_words = _way_words(view)
    return _deliver(
        office, post, effect, view,
        lambda words: kinds.kept_page(words, until, pay_words, is_reminder=is_reminder),
    )  # fmt: skip


def _way_words(view: OrderView) -> tuple[str, ...]:
    """How an order that is paid later is paid: the house's own words, then what to type."""
    order, terms = view.order, _terms_of(view)
    if order.gateway == "transfer":
        begun = _("Transfer the money with exactly this reference, so that we find your order:")
        lines = transfer_lines(terms[0] if terms else None, order)
        words = (begun, *(f"{label}: {line}" for label, line in lines))
    else:
        words = (_("Say this at the counter: %(code)s", code=spoken_code(order.id)),)
    own = _own_words(terms)
    return (own, *words) if own else words


def _own_words(terms: Sequence[LaterTerms]) -> str:
    return next((found.words for found in terms if found.words), "")


def _terms_of(view: OrderView) -> list[LaterTerms]:
    return [found for card in view.events if (found := later_terms(card, view.order.gateway))]


def tell_of_move(office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    """Another seat and therefore another code."""
    view = order_view(office, effect.payload["order"])
    moved = [t for t in valid_tickets(view) if t.id == effect.payload["ticket"]]
    if not moved:
        return _left_out("the ticket is not valid any more")
    offer = office.offer_of(moved[0].event.id)
    before = place_words(offer, effect.payload["from"], None)
    return _deliver(
        office, post, effect, view,
        lambda words: kinds.moved_page(words, before, moved[0].place),
    )  # fmt: skip


def tell_of_refund(office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    """Money that goes back, with its reason."""
    view = order_view(office, effect.payload["order"])
    refund = next((r for r in view.refunds if r.id == effect.payload["refund"]), None)
    cents = refund.cents if refund is not None else 0
    reason = refund.reason if refund is not None else ""
    amount = sum_words(cents, view.order.currency) if cents else ""
    way = _way_back(view.order.gateway) if cents else ""
    has_offer = view.order.offer_basket_id is not None and reason == PLACES_GONE
    why = _why_back(reason)
    if valid_tickets(view) and (refund is None or refund.ticket_ids is not None):
        why = _why_some(reason, is_part=refund is not None and not refund.ticket_ids)
    return _deliver(
        office, post, effect, view,
        lambda words: kinds.money_back_page(words, why, amount, way, has_offer),
    )  # fmt: skip


def send_again(office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    """The letter of an order once more, as the order is now."""
    view = order_view(office, effect.payload["order"])
    if view.draw is not None and view.order.paid_at is not None:
        return lottery_letters.send(office, post, effect)
    if valid_tickets(view):
        return send_tickets(office, post, effect)
    if view.order.status == OrderStatus.PENDING and view.order.gateway in BY_HAND:
        ask = ask_to_confirm if view.order.confirmed_at is None else tell_how_to_pay
        return ask(office, post, effect)
    words = _state_words(view)
    return _deliver(office, post, effect, view, lambda order: kinds.state_page(order, words))


def send_found(office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    """Links to all orders of an address; no letter where there are none."""
    found = orders_of(office, effect.payload["address_key"])
    if not found:
        return _left_out("nobody has ordered with this address")

    def write() -> Letter:
        views = [order_view(office, order_id) for order_id in found]
        orders = [letter_order(office, view) for view in views]
        page = kinds.found_page(orders[0].name, tuple(map(kinds.order_link, orders)))
        key = f"find.{effect.id}.{to_ms(effect.created_at)}"
        return lay_out(page, orders[0].house, key=key, name=orders[0].name, email=orders[0].email)

    return post.deliver(write)


def tell_of_cancelling(office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    """An event that does not take place, to one of its orders."""
    view = order_view(office, effect.payload["order"])
    card = office.catalogue.by_id(effect.payload["event"])
    words = card.status_words
    if view.order.paid_at is None:
        words = f"{words} {_('Please do not pay for it any more.')}".strip()
    return _deliver(
        office, post, effect, view,
        lambda order: kinds.cancelled_page(order, letter_show(view, card), words),
    )  # fmt: skip


def _carry_out(write: Writer, office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    try:
        return write(office, post, effect)
    except NotFound:
        return _left_out("the order is gone")


def _deliver(
    office: BoxOffice,
    post: Post,
    effect: Effect,
    view: OrderView,
    lay: Callable[[LetterOrder], LetterPage],
) -> Outcome:
    """One letter about one order, with its papers as far as the order has them."""
    if not view.order.email:
        return _left_out("the buyer's address has been forgotten")

    def write() -> Letter:
        order = letter_order(office, view)
        host = urlsplit(office.settings.base_url).hostname or "localhost"
        attachments: tuple[Attachment, ...] = papers(order, host)
        key = message_key(effect, order.code)
        page = lay(order)
        return lay_out(
            page, order.house, key=key, name=order.name, email=order.email, attachments=attachments
        )

    return post.deliver(write)


def _wall_at(office: BoxOffice, house_ms: int) -> datetime:
    """The wall time of a moment in the server's house time, in whatever process."""
    with office.db.read() as connection:
        drift_ms = connection.execute(select(HouseTime.drift_ms)).scalar()
    return from_ms(house_ms + (drift_ms or 0))


def message_key(effect: Effect, code: str) -> str:
    """The left half of the Message-ID: one per order and kind, or per effect if there may be more.

    It is the same at every try.
    """
    kind = effect.kind.removeprefix("mail.")
    once = ("order_paid", "order_pending", "order_kept", "order_reminder")
    return f"order.{code}.{kind}" if kind in once else f"order.{code}.{kind}.{effect.id}"


def _left_out(why: str) -> Outcome:
    return Done({"left_out": why})


def _why_back(reason: str) -> str:
    if reason == SECOND_PAYMENT:
        return _("we received a second payment for this order, and it goes back to you.")
    if reason in (WRONG_SUM, ORDER_OVER):
        return _("we received a payment that we could not use for this order. It goes back to you.")
    if reason == PLACES_GONE:
        return _(
            "your payment reached us after your time had run out, and at least one of your places"
            " was sold to somebody else meanwhile. So you have no tickets, and all of the money"
            " goes back to you."
        )
    if reason == RETURNED:
        return _("you returned your tickets. Thank you: somebody else can have the places now.")
    if reason:
        return _("your order was cancelled: %(reason)s", reason=_sentence(reason))
    return _("your order was cancelled.")


def _why_some(reason: str, *, is_part: bool) -> str:
    """The same where the order goes on: a part of the money, or some of its tickets."""
    begun = _("some of your tickets are no longer valid")
    if is_part:
        begun = _("a part of what you paid goes back to you")
    words = f"{begun}: {_sentence(reason)}" if reason else f"{begun}."
    if reason == RETURNED:
        words = _("you returned some of your tickets: they let nobody in any more.")
    return words + " " + _("All tickets that your order still shows are valid.")


def _sentence(reason: str) -> str:
    """What somebody typed, with an end."""
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."


def _way_back(gateway: str) -> str:
    if gateway == "demo":
        return _("This is a demo: no money moved, and none comes back.")
    if gateway in BY_HAND:
        return _("We pay it out to you in person or by transfer: answer this letter to agree how.")
    return _("It goes to the card or account you paid with, usually within five working days.")


def _state_words(view: OrderView) -> str:
    status = str(view.order.status)
    if status == OrderStatus.PAID and view.is_disputed:
        return _("the bank that paid for this order has asked for the money back, so its tickets"
                 " let nobody in for now. Please answer this letter.")  # fmt: skip
    if status == OrderStatus.PAID:
        return _("no ticket of this order is valid any more. Open it to see what became of each.")
    words = {
        "refunded": _("this order is over and its money went back to you."),
        "expired": _("this order was not paid in time, so its places went back on sale."),
        "cancelled": _("this order was cancelled. Nothing was charged for it."),
    }
    return words.get(status, _("this order is not finished. Open it to see what to do next."))
