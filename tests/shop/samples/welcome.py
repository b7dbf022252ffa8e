"""First start and sign-in."""

from __future__ import annotations

from dataclasses import replace

from app.accounts.views import (
    PasswordPage,
    SetupPart,
    SignInPage,
    Way,
    WelcomeDonePage,
    WelcomePage,
)
from app.pages import FormState, Label


def welcome(errors: dict[str, str] | None = None) -> WelcomePage:
    """The first start."""
    return WelcomePage(
        "First start",
        "It has opened Lantern House, a sample house with eight shows, so that you can try"
        " everything before you type anything.",
        (
            Way("Buy two seats", "Choose on the map, pay, hold the tickets.", "/e/x", "seat"),
            Way("Stand at a concert", "A floor and a balcony.", "/e/y", "people", "sky"),
            Way("Look at an arena", "Five thousand seats.", "/e/z", "place", "sage"),
            Way("Find your booking", "By its address.", "/orders/find", "letter", "lilac"),
        ),
        (
            SetupPart("Data", "One SQLite file", "store", Label("Ready", "ok")),
            SetupPart("Payments", "Demo card", "card", Label("Demo", "info", "news")),
            SetupPart("Email", "Not set up", "letter", Label("Kept here", "warn", "clock")),
            SetupPart("Reachable from", "127.0.0.1", "signal", Label("Private", "info", "lock")),
        ),
        FormState({"currency": "GBP", "time_zone": "Europe/London"}, errors or {}),
        {"GBP": "£", "EUR": "€"},
        ("Europe/Berlin", "Europe/London"),
    )


def welcome_again() -> WelcomePage:
    """There is an admin already: no form."""
    return replace(welcome(), form=None)


def welcome_done() -> WelcomeDonePage:
    """The house is there."""
    ways = (Way("Make your first event", "A draft until you publish it", "/", "calendar"),)
    return WelcomeDonePage("Marsh Hall is yours", "You are signed in as its admin.", ways)


def set_password() -> PasswordPage:
    """Behind a set-up link."""
    return PasswordPage("ada@example.org", "This password is too short.")


def sign_in() -> SignInPage:
    """Sign in, with a mistake."""
    return SignInPage(
        "ada@example.org", "/admin", {"password": "Email and password do not belong together."}
    )
