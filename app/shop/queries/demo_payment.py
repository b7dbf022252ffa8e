"""The demo's payment page in words."""

from __future__ import annotations

from dataclasses import replace

from app.box_office import office
from app.catalogue import EventCard
from app.clock import house
from app.csrf import new_key
from app.money import sum_words
from app.notices import notice_of
from app.orders.lines import draw_words
from app.orders.papers import spoken_code
from app.orders.views import OrderView
from app.pages import Action, Fact, Notice
from app.refusals import CardRefused
from app.shop.queries.basket import basket_view
from app.shop.queries.order_words import event_places
from app.shop.views.basket import PayDemoPage, PriceLine
from app.words import clock_words, ngettext
from app.words import gettext as _


def pay_demo_page(view: OrderView) -> PayDemoPage:
    """What is to be paid, and the ways it can go."""
    order = view.order
    kept_label, refused_note, late_note, back_label = _seat_words()
    if view.draw is not None:
        kept_label, refused_note, late_note, back_label = _draw_words()
    return PayDemoPage(
        order_id=order.id,
        secret=view.secret,
        code=spoken_code(order.id),
        total=sum_words(order.total_cents, order.currency),
        kept=Fact(kept_label, _kept_words(view)),
        lines=_lines(view),
        key=new_key(),
        back_key=new_key(),
        refused_note=refused_note,
        late_note=late_note,
        back_label=back_label,
    )


def refused_words() -> str:
    """Until when the seats are kept after the bank said no."""
    basket = basket_view()
    if not basket.parts:
        return _("Nothing was charged.")
    return _("Nothing was charged. Your seats are kept until %(time)s.", time=basket.until)


def draw_notice(view: OrderView, *, is_refused: bool) -> Notice:
    """That draw tickets were not paid, and the way to have as many after all."""
    assert view.draw is not None
    count = view.draw.line.count
    words = ngettext(
        "Choose %(all)s ticket again", "Choose %(all)s tickets again", count, all=f"{count:,}"
    )
    again = Action(words, f"/draw/{view.draw.card.slug}/tickets?count={count}")
    safe = _("Nothing was charged, and no ticket was bought.")
    if is_refused:
        return replace(notice_of(CardRefused(safe=safe)), actions=(again,))
    next_step = _("You can still buy tickets while there are any.")
    return Notice(_("You went back without paying."), safe, next_step, actions=(again,))


def _seat_words() -> tuple[str, str, str, str]:
    return (
        _("Seats kept"),
        _("The bank says no. Seats stay kept."),
        _("The hold ends first, then the money comes."),
        _("Back to the basket without paying"),
    )


def _draw_words() -> tuple[str, str, str, str]:
    return (
        _("Time to pay"),
        _("The bank says no. Nothing is charged, and no ticket is bought."),
        _("The time to pay ends first, then the money comes."),
        _("Back to the draw without paying"),
    )


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
