"""The demo's payment page in words."""

from __future__ import annotations

from app.box_office import office
from app.catalogue import EventCard
from app.clock import house
from app.csrf import new_key
from app.money import sum_words
from app.orders.lines import draw_words
from app.orders.papers import spoken_code
from app.orders.views import OrderView
from app.shop.queries.basket import basket_view
from app.shop.queries.order_words import event_places
from app.shop.views.basket import PayDemoPage, PriceLine
from app.words import clock_words
from app.words import gettext as _


def pay_demo_page(view: OrderView) -> PayDemoPage:
    """What is to be paid, and the ways it can go."""
    order = view.order
    return PayDemoPage(
        order_id=order.id,
        secret=view.secret,
        code=spoken_code(order.id),
        total=sum_words(order.total_cents, order.currency),
        kept_words=_kept_words(view),
        lines=_lines(view),
        key=new_key(),
        back_key=new_key(),
    )


def refused_words() -> str:
    """Until when the seats are kept after the bank said no."""
    basket = basket_view()
    if not basket.parts:
        return _("Nothing was charged.")
    return _("Nothing was charged. Your seats are kept until %(time)s.", time=basket.until)


def _kept_words(view: OrderView) -> str:
    if view.order.deadline_ms is None:
        return _("while you are here")
    at = house.wall_at(view.order.deadline_ms).astimezone(view.zone)
    return _("until %(time)s", time=clock_words(at))


def _lines(view: OrderView) -> tuple[PriceLine, ...]:
    if view.draw is not None:
        total = sum_words(view.order.total_cents, view.order.currency)
        return (PriceLine(draw_words(office(), view.draw.line), total),)
    return tuple(_line(card, view) for card in view.events)


def _line(card: EventCard, view: OrderView) -> PriceLine:
    cents = sum(place.line.cents for place in view.places if place.event.id == card.id)
    return PriceLine(event_places(view, card), sum_words(cents, view.order.currency))
