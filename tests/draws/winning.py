"""Winners for tests of prizes: draws in which every ticket wins, and people who sign in."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.draw_words import TierWords
from app.lottery.pool.terms import Tier
from app.models import Event
from app.orders.draw_placing import DrawWish, place_draw_order
from app.orders.placed import Buyer
from app.orders.views import draw_path
from tests.carrying import carry_out_due
from tests.jobs.shows import add_show
from tests.lottery.house_draws import draw_of_prizes
from tests.me.letters import last_letter
from tests.shop.visitor import Visitor

BO = "bo@example.org"
CY = "cy@example.org"


def wins(
    office: BoxOffice, slug: str, kind: str, shown: TierWords | None = None, email: str = BO
) -> str:
    """The purchase of a single ticket that won; all that follows by itself has been done."""
    tier = Tier("prize", "A fine prize", 4, kind, 2500)
    lottery = draw_of_prizes(office, tier, shown or TierWords(), slug)
    wish = DrawWish(lottery, 1, wants_fewer=False)
    placed = place_draw_order(office, wish, Buyer("Bo", email), "", is_proved=True)
    while carry_out_due(office, "lottery.%") not in ([], [("lottery.prize", False)]):
        pass
    return placed.order_id


def page_of(office: BoxOffice, purchase_id: str) -> str:
    """The address of a purchase."""
    return draw_path(purchase_id, office.tokens.order_secret(purchase_id))


def signs_in(office: BoxOffice, visitor: Visitor, email: str) -> None:
    """Somebody opens the link of the letter that they asked for."""
    visitor.open("/me")
    visitor.send("/me/links", {"email": email, "key": visitor.hidden("key")})
    visitor.open(last_letter(office).path)
    visitor.follow(visitor.send(visitor.path))
    assert f"Signed in as {email}" in visitor.page


def early_show(office: BoxOffice, slug: str) -> int:
    """A show whose sale opens in ten days."""
    event_id = add_show(office, slug)
    opens = utc_now() + timedelta(days=10)
    with office.db.write() as connection:
        connection.execute(update(Event).where(Event.id == event_id).values(sales_open_at=opens))
    office.catalogue.refresh()
    return event_id
