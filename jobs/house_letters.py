"""Letters to the house itself: what its organizer has to know."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import select

from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.effects import Done, Duty, Effect, Outcome
from app.mail import house_kinds
from app.mail.house_kinds import DisputeWords
from app.mail.letters import Letter
from app.mail.post import Post
from app.mail.reading import letter_house, local_moment
from app.mail.writing import lay_out
from app.models import Dispute, DisputeState, Payment
from app.money import sum_words
from app.orders.disputes import bars
from app.orders.papers import spoken_code
from app.orders.views import OrderView, order_view
from app.words import list_words


def duties(office: BoxOffice, post: Post) -> dict[str, Duty]:
    """Every kind of letter to the house."""
    return {
        kind: Duty(partial(tell_of_dispute, office, post))
        for kind in ("mail.dispute_opened", "mail.dispute_ended")
    }


def tell_of_dispute(office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    """A dispute was opened, or has ended; one that ended meanwhile is told only once."""
    query = (
        select(Dispute.__table__, Payment.currency)
        .join(Payment, Payment.id == Dispute.payment_id)
        .where(Dispute.id == effect.payload["dispute"])
    )
    with office.db.read() as connection:
        dispute = connection.execute(query).first()
    is_opening = effect.kind == "mail.dispute_opened"
    if dispute is None or (is_opening and dispute.state != DisputeState.OPEN):
        return Done({"left_out": "the dispute is over already"})
    view = order_view(office, dispute.order_id)
    if not view.houses:
        return Done({"left_out": "the order has no event any more"})
    of_house = [c for c in view.events if c.house.organizer_id == effect.payload.get("organizer")]
    cards = tuple(of_house) or view.events
    house = cards[0].house if cards else view.houses[0]
    words = _words(view, cards, dispute)
    page = (
        house_kinds.dispute_opened_page(words)
        if is_opening
        else house_kinds.dispute_ended_page(words, is_won=dispute.state == DisputeState.WON)
    )

    def write() -> Letter:
        key = f"{effect.kind.removeprefix('mail.')}.{effect.id}"
        to = house.contact_email
        return lay_out(page, letter_house(house), key=key, name=house.name, email=to)

    return post.deliver(write)


def _words(view: OrderView, cards: tuple[EventCard, ...], dispute: Any) -> DisputeWords:
    until = local_moment(view, dispute.respond_by) if dispute.respond_by is not None else ""
    titles = [card.title for card in cards]
    if view.draw is not None:
        titles = [view.draw.card.title]
    return DisputeWords(
        order=spoken_code(view.order.id),
        shows=list_words(titles),
        amount=sum_words(dispute.cents or view.order.total_cents, dispute.currency),
        reason=dispute.reason.replace("_", " ") or "general",
        until=until,
        is_barred=dispute.lifted_by is None and any(bars(card) for card in cards),
        is_draw=view.draw is not None,
    )
