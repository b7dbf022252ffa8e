"""Letters about prizes: seats that could not be given, prizes that nobody has claimed."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import select

from app.box_office import BoxOffice
from app.clock import wall_ms
from app.effects import Done, Duty, Effect, Outcome
from app.mail.letters import Letter
from app.mail.post import Post
from app.mail.prize_kinds import gift_open_page, prize_reminder_page
from app.mail.reading import letter_house
from app.mail.writing import lay_out
from app.models import GiftState, LotteryBatch, LotteryWin, SeatGift
from app.orders.papers import spoken_code
from app.orders.views import draw_path, order_view
from app.pool_reading import terms_of
from app.prize_draws.gift_words import comes_by_itself, reason_words
from app.prize_draws.reminding import LETTER as REMINDER
from app.prize_draws.results import bought
from app.prize_draws.seat_gifts import LETTER
from app.refusals import NotFound
from app.words import short_moment_words


def duties(office: BoxOffice, post: Post) -> dict[str, Duty]:
    """Every kind of letter about prizes."""
    return {
        LETTER: Duty(partial(tell_of_open_gift, office, post)),
        REMINDER: Duty(partial(remind_winner, office, post)),
    }


def tell_of_open_gift(office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    """To the house: seats that were won are not there; nothing when they came meanwhile."""
    row = _gift(office, effect.payload["batch"], effect.payload["position"])
    if row is None or row.state == GiftState.GIVEN:
        return Done({"left_out": "the prize is not open any more"})
    card = office.draws.by_id(row.lottery_id)
    tier = terms_of(row.terms).tiers[row.tier]
    reason = effect.payload["reason"]
    page = gift_open_page(
        card.title, tier.name, f"{row.number}-{row.position}",
        reason_words(reason, _title(office, card.words.of_tier(tier.key).event)),
        is_tried=comes_by_itself(reason),
    )  # fmt: skip

    def write() -> Letter:
        key, to = f"gift.{effect.id}", card.house.contact_email
        return lay_out(page, letter_house(card.house), key=key, name=card.house.name, email=to)

    return post.deliver(write)


def remind_winner(office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    """To a winner: what can still be claimed; nothing when all of it is by now, or is too late."""
    try:
        view = order_view(office, effect.payload["order"])
    except NotFound:
        return Done({"left_out": "the order is gone"})
    with office.db.read() as connection:
        found = bought(connection, view.order.id)
    ends = {} if found is None else found.open_claims(wall_ms())
    if view.draw is None or not view.order.email or not ends:
        return Done({"left_out": "there is nothing left to claim"})
    card = view.draw.card
    page = prize_reminder_page(
        view.order.name, card.title, tuple(dict.fromkeys(won.tier.name for won in ends)),
        short_moment_words(card.moment(min(ends.values()))),
        office.settings.base_url + draw_path(view.order.id, view.secret),
    )  # fmt: skip

    def write() -> Letter:
        key, order = f"order.{spoken_code(view.order.id)}.prize_reminder", view.order
        house = letter_house(card.house)
        return lay_out(page, house, key=key, name=order.name, email=order.email)

    return post.deliver(write)


def _gift(office: BoxOffice, batch_id: str, position: int) -> Any:
    batch = LotteryBatch
    query = (
        select(SeatGift.__table__, LotteryWin.tier, batch.number, batch.terms, batch.lottery_id)
        .join(batch, batch.id == SeatGift.batch_id)
        .join(
            LotteryWin,
            (LotteryWin.batch_id == SeatGift.batch_id) & (LotteryWin.position == SeatGift.position),
        )
        .where(SeatGift.batch_id == batch_id, SeatGift.position == position)
    )
    with office.db.read() as connection:
        return connection.execute(query).first()


def _title(office: BoxOffice, slug: str) -> str:
    try:
        return office.catalogue.any_by_slug(slug).title
    except NotFound:
        return ""
