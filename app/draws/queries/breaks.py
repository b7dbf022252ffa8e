"""A break from draws: how long it can be, and what is said before it begins."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from app.box_office import BoxOffice
from app.clock import utc_now
from app.draws.views.mine import BreakPage
from app.lottery.pool.purchase import spoken_day
from app.prize_draws.limits import limits_of
from app.refusals import Invalid
from app.sign_ins.sessions import SignedInBuyer
from app.words import gettext as _

BREAK_DAYS: Final = (7, 30, 91, 182, 365)
DAY_LENGTH: Final = 10  # 2026-11-05


def break_page(office: BoxOffice, buyer: SignedInBuyer, days_typed: str) -> BreakPage:
    """Until when a break of so many days would be; raises `Invalid` where it cannot begin."""
    if days_typed not in map(str, BREAK_DAYS):
        raise Invalid({"days": _("Choose how long the break is to be.")})
    today = house_day(office)
    until = (date.fromisoformat(today) + timedelta(days=int(days_typed))).isoformat()
    kept = _kept_break(office, buyer)
    if until < kept:
        already = break_words(kept, today)
        raise Invalid({"days": _("%(already)s Choose a longer one.", already=already)})
    day = spoken_day(until, today)
    return BreakPage(
        title=_("Take a break from draws until %(day)s?", day=day),
        words=(
            _("Before %(day)s you cannot buy tickets in any draw here.", day=day),
            _("It can be made longer, never shorter, and nobody here can end it sooner."),
            _("Tickets, prizes and bookings of shows that you have stay yours."),
        ),
        button=_("Begin the break"),
        until=until,
    )


def break_day(office: BoxOffice, typed: str) -> str:
    """The day that the page named; raises `Invalid` for one that it cannot have named."""
    today = date.fromisoformat(house_day(office))
    try:
        until = date.fromisoformat(typed[:DAY_LENGTH])
    except ValueError:
        until = today
    if not today < until <= today + timedelta(days=max(BREAK_DAYS)):
        raise Invalid({"days": _("Choose how long the break is to be.")})
    return until.isoformat()


def break_words(until: str, today: str) -> str:
    """What was asked for."""
    day = spoken_day(until, today)
    return _("You asked for a break until %(day)s. It cannot be shortened.", day=day)


def days_words(days: int) -> str:
    """How long, in words."""
    words = {7: _("A week"), 30: _("A month"), 91: _("Three months"), 182: _("Half a year")}
    return words.get(days, _("A year"))


def house_day(office: BoxOffice) -> str:
    """The date in the draws' houses, as 2026-11-05; the later one where they differ."""
    todays = [card.today for card in office.draws.on_show() if card.is_open]
    return max(todays, default=utc_now().date().isoformat())


def _kept_break(office: BoxOffice, buyer: SignedInBuyer) -> str:
    with office.db.read() as connection:
        kept = [
            limits_of(connection, card, buyer.address_key).break_until
            for card in office.draws.not_ended()
        ]
    return max(filter(None, kept), default="")
