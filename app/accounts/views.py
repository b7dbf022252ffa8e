"""What the first start, sign-in and set-up pages say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import available_timezones

from app.accounts.first_run import CURRENCIES
from app.box_office import BoxOffice
from app.config import Settings
from app.demo.lantern_house import MAIN_SLUG
from app.pages import FormState, Label
from app.words import gettext as _
from app.words import ngettext

READY = ("ok", "check")
LOOPBACK = ("://127.", "://localhost", "://[::1]")


@dataclass(frozen=True, slots=True)
class Way:
    """Something to try or to do next."""

    label: str
    note: str
    url: str
    icon: str
    stock: str = "straw"


@dataclass(frozen=True, slots=True)
class SetupPart:
    """One part of the installation and how it is set up."""

    label: str
    note: str
    icon: str
    state: Label


@dataclass(frozen=True, slots=True)
class WelcomePage:
    """The very first start."""

    kicker: str
    lede: str
    tries: tuple[Way, ...]
    parts: tuple[SetupPart, ...]
    form: FormState | None
    currencies: Mapping[str, str] = field(default_factory=dict)
    time_zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WelcomeDonePage:
    """The first admin has a house."""

    title: str
    words: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class SignInPage:
    """Sign in."""

    email: str = ""
    goes_to: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def first_error(self) -> str:
        """The first field with an error, where the cursor goes."""
        return next(iter(self.errors), "")


@dataclass(frozen=True, slots=True)
class PasswordPage:
    """Behind a set-up link."""

    email: str
    error: str = ""


def welcome_page(office: BoxOffice, form: FormState | None) -> WelcomePage:
    """The first page, with what was typed so far; no form once there is an admin."""
    shows = {
        card.series_id or -card.id for card in office.catalogue.on_show() if card.house.is_demo
    }
    lede = ngettext(
        "It has opened Lantern House, a sample house with one show, so that you can try"
        " everything before you type anything.",
        "It has opened Lantern House, a sample house with %(shows)s shows, so that you can try"
        " everything before you type anything.",
        len(shows),
        shows=_number_words(len(shows)),
    )
    return WelcomePage(
        kicker=_("First start") if form is not None else _("Full House"),
        lede=lede
        if shows
        else _("Nothing is on sale yet. Start your own house, or try ./run demo."),
        tries=_tries() if shows else (),
        parts=setup_parts(office.settings),
        form=form,
        currencies=CURRENCIES,
        time_zones=tuple(sorted(zone for zone in available_timezones() if "/" in zone)),
    )


def welcome_done_page(house: str, settings: Settings) -> WelcomeDonePage:
    """What comes after the first admin was made."""
    ways = [
        Way(
            _("Make your first event"),
            _("From an event file: ./run event create. It stays a draft until you publish it"),
            "/",
            "calendar",
        ),
        Way(
            _("Bring your seating plan"),
            _("Name its file in the event file, or try it first: ./run import-plan"),
            "/",
            "seat",
        ),
    ]
    if settings.smtp_url is None:
        words = _("Or letters stay here. Set SMTP_URL, see docs/settings.md")
        ways.append(Way(_("Set up email"), words, "/", "letter"))
    return WelcomeDonePage(
        _("%(house)s is yours", house=house),
        _("You are signed in as its admin on this computer."),
        tuple(ways),
    )


def setup_parts(settings: Settings) -> tuple[SetupPart, ...]:
    """How the installation is set up, and what to do when more is needed."""
    return (_data_part(settings), _payment_part(settings), _mail_part(settings), _reach(settings))


def _number_words(count: int) -> str:
    """Small numbers as people write them in a sentence."""
    small = (_("two"), _("three"), _("four"), _("five"), _("six"), _("seven"), _("eight"),
             _("nine"), _("ten"), _("eleven"), _("twelve"))  # fmt: skip
    return small[count - 2] if 2 <= count <= len(small) + 1 else str(count)


def _tries() -> tuple[Way, ...]:
    return (
        Way(
            _("Buy two seats"),
            _("Choose on the map, pay with the demo card, hold the tickets. About a minute."),
            f"/e/{MAIN_SLUG}",
            "seat",
        ),
        Way(
            _("Stand at a concert"),
            _("A floor without numbers and a balcony with them, in one basket."),
            "/e/loud-weather",
            "people",
            "sky",
        ),
        Way(
            _("Look at an arena"),
            _("Five thousand seats: sections first, then the seats of one."),
            "/e/brass-at-the-arena",
            "place",
            "sage",
        ),
        Way(
            _("Find your booking again"),
            _("By the address you typed, without an account."),
            "/orders/find",
            "letter",
            "lilac",
        ),
    )


def _data_part(settings: Settings) -> SetupPart:
    if settings.is_sqlite:
        note = _("One SQLite file in the data folder, backed up with ./run backup")
    else:
        note = _("PostgreSQL, backed up with pg_dump")
    return SetupPart(_("Data"), note, "store", Label(_("Ready"), *READY))


def _payment_part(settings: Settings) -> SetupPart:
    if settings.live_key:
        return SetupPart(_("Payments"), _("Your own account"), "card", Label(_("Ready"), *READY))
    note = _("Demo card. Free tickets and paying at the counter work for real")
    return SetupPart(_("Payments"), note, "card", Label(_("Demo"), "info", "news"))


def _mail_part(settings: Settings) -> SetupPart:
    if settings.smtp_url is not None:
        return SetupPart(
            _("Email"), _("Sent by your mail server"), "letter", Label(_("Ready"), *READY)
        )
    note = _("Not set up. Letters are kept and shown to you, none is lost")
    return SetupPart(_("Email"), note, "letter", Label(_("Kept here"), "warn", "clock"))


def _reach(settings: Settings) -> SetupPart:
    if any(sign in settings.base_url for sign in LOOPBACK):
        note = _("This machine only, %(address)s", address=settings.base_url.partition("://")[2])
        state = Label(_("Private"), "info", "lock")
    else:
        note = settings.base_url
        state = Label(_("Public"), *READY)
    return SetupPart(_("Reachable from"), note, "signal", state)
