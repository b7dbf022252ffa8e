"""The page of whoever is signed in: its sections, where else they are signed in, their data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from app.box_office import BoxOffice
from app.clock import utc_now
from app.forgetting import may_be_forgotten
from app.me.queries.rows import count_valid
from app.me.views import Consequence, DeletionPage, MyPage, Part, SessionLine
from app.models import Device, Order, Organizer
from app.models.accounts import PERSONAL_DAYS
from app.my_page import sections
from app.pages import FormState
from app.sign_ins.browsers import browser_words, device_words
from app.sign_ins.sessions import SignedInBuyer, sessions_of
from app.words import gettext as _
from app.words import ngettext, short_day_words

YEAR_DAYS: Final = 365


def my_page(
    office: BoxOffice, buyer: SignedInBuyer, back: str = "", form: FormState | None = None
) -> MyPage:
    """Everything on `/me`; `back` is where the buyer was before, `form` what was typed."""
    now = utc_now()
    with office.db.read() as connection:
        found = sessions_of(connection, buyer.address_key, now)
        days = connection.execute(select(func.max(Organizer.personal_days))).scalar()
    return MyPage(
        email=buyer.email,
        parts=tuple(sorted(_parts(office, buyer), key=lambda part: part.is_aside)),
        sessions=tuple(_session_line(office, one, buyer) for one in _own_first(found, buyer)),
        data_words=_(
            "We keep your name and email with a booking for %(time)s after its last show, in case"
            " of questions; after that only its places and sums, for the accounts.",
            time=_days_words(days or PERSONAL_DAYS),
        ),
        back=back,
        form=form or FormState(),
    )


def deletion_page(office: BoxOffice, buyer: SignedInBuyer) -> DeletionPage:
    """What would go and what would stay, counted now."""
    now = utc_now()
    theirs = Order.email_key == buyer.address_key
    with office.db.read() as connection:
        tickets, _orders = count_valid(connection, buyer.address_key, now)
        every = connection.execute(select(func.count(Order.id)).where(theirs)).scalar_one()
        going = connection.execute(
            select(func.count(Order.id)).where(theirs, may_be_forgotten(now))
        ).scalar_one()
    lost = [section.lost(office, buyer) for section in sections() if section.lost]
    consequences = [
        *_going(int(going)),
        *_staying(int(every - going), tickets),
        *(Consequence("warning", _("Lost:"), words) for words in lost if words),
    ]
    return DeletionPage(buyer.email, tuple(consequences))


def house_zone(office: BoxOffice) -> tzinfo:
    """The time zone of the house, for clocks of pages about no event."""
    house = office.catalogue.main_house()
    return UTC if house is None else ZoneInfo(house.time_zone)


def _parts(office: BoxOffice, buyer: SignedInBuyer) -> Iterator[Part]:
    for section in sections():
        view = section.read(office, buyer)
        if view is not None:
            yield Part(section.key, section.label(), section.template, view, section.is_aside)


def _own_first(found: list[SignedInBuyer], buyer: SignedInBuyer) -> list[SignedInBuyer]:
    return sorted(found, key=lambda one: one.session_id != buyer.session_id)


def _session_line(office: BoxOffice, one: SignedInBuyer, buyer: SignedInBuyer) -> SessionLine:
    browser = browser_words(one.browser)
    browser = browser[:1].upper() + browser[1:]
    if one.session_id == buyer.session_id:
        return SessionLine(
            one.session_id, _this_words(one.device), _("%(browser)s, now", browser=browser), True
        )
    day = short_day_words(_local(office, one.signed_in_at))
    words = _("%(browser)s, since %(day)s", browser=browser, day=day)
    return SessionLine(one.session_id, device_words(one.device), words, False)


def _this_words(device: Device) -> str:
    words = {
        Device.PHONE: _("This phone"),
        Device.TABLET: _("This tablet"),
        Device.COMPUTER: _("This computer"),
    }
    return words[device]


def _local(office: BoxOffice, at: datetime) -> datetime:
    return at.astimezone(house_zone(office))


def _days_words(days: int) -> str:
    if days % YEAR_DAYS == 0:
        return ngettext("%(num)d year", "%(num)d years", days // YEAR_DAYS)
    return ngettext("%(num)d day", "%(num)d days", days)


def _going(orders: int) -> Iterator[Consequence]:
    words = _("this sign-in and every other one, with all links and codes.")
    yield Consequence("check", _("Goes at once:"), words)
    if orders:
        words = ngettext(
            "your name and email in %(num)d booking that is over.",
            "your name and email in %(num)d bookings that are over.",
            orders,
        )
        yield Consequence("check", _("Goes at once:"), words)
        words = _("its places and sums, as tax law demands; nothing in them names you.")
        if orders > 1:
            words = _("their places and sums, as tax law demands; nothing in them names you.")
        yield Consequence("lock", _("Stays:"), words)


def _staying(orders: int, tickets: int) -> Iterator[Consequence]:
    if orders:
        words = ngettext(
            "your name and email in %(num)d booking that still needs them, so that we can reach"
            " you; they go by themselves once its shows are over and its money has come to rest.",
            "your name and email in %(num)d bookings that still need them, so that we can reach"
            " you; they go by themselves once their shows are over and their money has come to"
            " rest.",
            orders,
        )
        yield Consequence("clock", _("Stays for now:"), words)
    if tickets:
        words = ngettext(
            "%(num)d ticket, from the link in your email.",
            "%(num)d tickets, from the links in your emails.",
            tickets,
        )
        yield Consequence("code", _("Still works:"), words)
