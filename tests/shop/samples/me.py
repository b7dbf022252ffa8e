"""A buyer's own pages."""

from __future__ import annotations

from app.me.views import (
    AskedPage,
    ComingView,
    Consequence,
    DeletionPage,
    MyPage,
    OpenedPage,
    Part,
    PastOrder,
    PastPage,
    SessionLine,
    SignInPage,
    Stub,
)
from app.pages import Label, Notice

EMAIL = "joss.fenwick@example.org"

LINK_OVER = Notice(
    "This link does not work any more.",
    "A link works once, for 15 minutes. Nobody was signed in by it now.",
    "Ask for a new one.",
    "warn",
    "clock",
)
TOO_OFTEN = Notice(
    "That was a lot of links in a short time.",
    "The newest ones in your mailbox work for 15 minutes each.",
    "You can ask again from 18:55.",
    "warn",
    "clock",
    retry_seconds=600,
)


def sign_in(error: str = "", back: str = "") -> SignInPage:
    """Nobody is signed in."""
    return SignInPage("joss@" if error else "", error, back)


def asked(error: str = "", kept_words: str = "") -> AskedPage:
    """A letter is on its way."""
    words = ("A link to ", " is on its way. It works once, until 18:56.")
    return AskedPage("/me/links/x", EMAIL, words, kept_words, error)


def opened() -> OpenedPage:
    """The link was opened."""
    words = ("As ", ", asked for at 18:41 from Firefox on Linux.")
    return OpenedPage("/me/sign-in/x", EMAIL, words)


def coming() -> ComingView:
    """Three things to come, and something behind."""
    stubs = (
        Stub(
            "The Salt Road", "straw", "Today, doors 19:00", "3 tickets, Stalls F12 to F14", "/o/x"
        ),
        Stub("Nightjar Quartet", "sage", "Thu 26 Nov, 20:00", "2 tickets, Stalls D9, D10", "/o/y"),
        Stub(
            "Brass at the Arena",
            "lilac",
            "Sat 12 Dec, 18:00",
            "2 places, Block 104, row F, seats 4 and 5",
            "/o/z",
            Label("To be paid", "warn", "clock"),
        ),
    )
    return ComingView(stubs, 6, older_url="/me?page=2")


def mine(view: ComingView | None = None) -> MyPage:
    """Signed in."""
    part = Part("tickets", "Tickets", "me/_tickets.html", view or coming(), is_aside=False)
    return MyPage(
        EMAIL,
        (part,),
        (
            SessionLine("a", "This phone", "Firefox on Android, now", is_here=True),
            SessionLine("b", "Computer", "Safari on macOS, since 18 November", is_here=False),
        ),
        "We keep your name and email with a booking for 2 years after its last show.",
    )


def mine_empty() -> MyPage:
    """Signed in, nothing here yet."""
    return mine(ComingView((), 0))


def mine_past_only() -> MyPage:
    """Signed in, everything is behind."""
    return mine(ComingView((), 6))


def before() -> PastPage:
    """The history."""
    orders = (
        PastOrder("Tiny Planets", "Sunday 4 October 2026, 4 tickets, £32.00", "/o/x"),
        PastOrder(
            "Loud Weather and Ask Me Standing",
            "Friday 12 June 2026, 3 tickets, £42.00",
            "/o/y",
            Label("Given back", "", "return"),
        ),
    )
    return PastPage(EMAIL, orders, older_url="/me/before?page=2")


def deletion() -> DeletionPage:
    """What goes and what stays."""
    return DeletionPage(
        EMAIL,
        (
            Consequence("check", "Goes at once:", "this sign-in and every other one."),
            Consequence("check", "Goes at once:", "your name and email in 6 bookings."),
            Consequence("lock", "Stays:", "their places and sums, as tax law demands."),
            Consequence("clock", "Stays for now:", "your name and email in 3 bookings."),
            Consequence("code", "Still works:", "7 tickets, from the links in your emails."),
            Consequence("warning", "Lost:", "what other sections keep."),
        ),
    )
