"""Basket, checkout and the demo's payment page."""

from __future__ import annotations

from dataclasses import replace

from app.pages import Action, Fact, FormState, Label, Notice
from app.shop.views.basket import (
    AgainChoice,
    BasketLine,
    BasketPart,
    BasketView,
    CheckoutPage,
    EndedBasket,
    EndedLine,
    EndedPage,
    PayDemoPage,
    PaymentWay,
    PriceLine,
    TypeChoice,
)

TYPES = (TypeChoice("full", "Full price", True), TypeChoice("u26", "Under 26", False))
LINES = (
    BasketLine("stalls-F-12", "Stalls F12", "Full price", "£24.00", TYPES),
    BasketLine("stalls-F-13", "Stalls F13", "Full price", "£24.00", TYPES),
    BasketLine("stalls-F-14", "Stalls F14", "Under 26", "£12.00", TYPES),
)


def basket(seconds_left: int = 451, **changes: object) -> BasketView:
    """Three seats, held until 18:42."""
    part = BasketPart(
        "the-salt-road",
        "The Salt Road",
        "Saturday 21 November, 19:30",
        "Main house, Lantern House",
        "straw",
        LINES,
        "k" * 20,
        True,
    )
    view = BasketView(
        stock="straw",
        event_slug="the-salt-road",
        csrf="csrf",
        parts=(part,),
        seats=" ".join(line.id for line in LINES),
        expires_at="2026-11-21T18:42:00Z",
        until="18:42",
        until_words="until 18:42",
        seconds_left=seconds_left,
        full_seconds=600,
        total="£60.00",
        count_words="3 seats",
        go_on_words="Checkout, £60.00",
        extensions_left=3,
        add_time="Add 5 minutes",
        extension_key="x" * 20,
        offers_extension=seconds_left < 180,
        is_ending=seconds_left < 120,
    )
    return replace(view, **changes)  # type: ignore[arg-type]


def basket_empty() -> BasketView:
    """Nothing chosen yet."""
    words = "Pick a seat and it is kept here for 10 minutes."
    return BasketView("straw", "the-salt-road", empty_words=words)


def basket_ended() -> BasketView:
    """The time ran out; the list is kept."""
    return replace(basket_empty(), ended=EndedBasket("18:42", LINES, "k" * 20))


def basket_over_two_events() -> BasketView:
    """Two shows in one basket."""
    view = basket()
    other = replace(
        view.parts[0],
        slug="loud-weather",
        title="Loud Weather",
        stock="sky",
        lines=(BasketLine("area:floor:adult", "2 × Standing", "Adult, £18 each", "£36.00"),),
    )
    return replace(view, parts=(view.parts[0], other), names_events=True, total="£96.00")


WAYS = (
    PaymentWay("demo", "Demo card", "On a demo page, then straight back here", "card", True),
    PaymentWay("manual", "Pay at the counter", "Seats kept until 19:00 tonight", "cash"),
)


def checkout(form: FormState | None = None) -> CheckoutPage:
    """The one form."""
    return CheckoutPage(
        form or FormState(),
        "k" * 20,
        WAYS,
        "Pay £60.00",
        6000,
        ("The box office can change or cancel an order before the show.",),
        basket(348),
        basket(348).parts,
    )


def checkout_with_errors() -> CheckoutPage:
    """Both fields need another look."""
    errors = {
        "email": "The end of the address is missing, such as .org or .com.",
        "name": "We need a name to find the booking at the counter.",
    }
    return checkout(FormState({"email": "bo@example"}, errors))


def checkout_free() -> CheckoutPage:
    """Nothing to pay."""
    return replace(checkout(), ways=(), total_cents=0, pay_words="Get 3 free tickets")


CARD_REFUSED = Notice(
    "The card was refused by the bank.",
    "Nothing was charged. Your seats are kept until 18:47: we added 5 minutes.",
    "Try again, or pay another way.",
    "bad",
    "warning",
)
NOTICES = {
    "taken": Notice(
        "F15 was just taken.",
        "Your three seats are safe.",
        "F16 next to you is free.",
        actions=(Action("Take F16, £24.00", "/e/x/holds", (("seat", "F-16"),), target="#basket"),),
    ),
    "lone": Notice(
        "That would leave F15 alone.", "", "Please take F15 too, or move one seat to the left."
    ),
    "too_many": Notice(
        "That was a lot of clicks.",
        "Your seats are kept.",
        "You can go on in 20 seconds.",
        "warn",
        "clock",
    ),
    "busy": Notice(
        "Many people are choosing right now.",
        "We have not lost anything.",
        "Try again in 3 seconds.",
        "warn",
        "clock",
    ),
    "back": Notice("Connected again.", "Yours are safe.", "", "ok", "check"),
    "old": Notice(
        "This page was open for a long time.",
        "Nothing was changed.",
        "",
        icon="again",
        actions=(Action("Show it fresh", "/"),),
    ),
    "refused": CARD_REFUSED,
}


def ended(one_gone: bool = False) -> EndedPage:
    """The hold ended before paying."""
    free = Label("Still free", "ok")
    lines = [
        EndedLine("Stalls F12", "Full price, £24.00", free),
        EndedLine("Stalls F13", "Full price, £24.00", free),
        EndedLine("Stalls F14", "Under 26, £12.00", free),
    ]
    choices = [
        AgainChoice("Get them again, £60.00", "the-salt-road", ("F-12", "F-13", "F-14"), "k" * 20)
    ]
    title, kind = "Your time ran out at 18:42", "plain"
    words = (
        "Nothing was charged. The seats went back on sale, and right now all three are still free."
    )
    if one_gone:
        lines[2] = replace(
            lines[2], note="Under 26", state=Label("Taken", "bad", "cross"), css_class="gone"
        )
        lines.append(
            EndedLine(
                "Stalls F11 instead", "Next to F12, under 26, £12.00", Label("Free", "info", "plus")
            )
        )
        choices = [
            AgainChoice(
                "Get F11, F12 and F13, £60.00", "the-salt-road", ("F-11", "F-12", "F-13"), "k" * 20
            ),
            AgainChoice("Only F12 and F13, £48.00", "the-salt-road", ("F-12", "F-13"), "k" * 20),
        ]
        title, kind = "Two of your three seats are still free", "warn"
        words = "Your time ran out at 18:42 and somebody else took F14. Nothing was charged."
    return EndedPage(
        kind,
        title,
        words,
        tuple(lines),
        tuple(choices),
        "/e/the-salt-road",
        "You get 10 new minutes. What you typed is kept.",
    )


def pay_demo() -> PayDemoPage:
    """The demo's payment page."""
    return PayDemoPage(
        "8WD3RX7K",
        "s" * 22,
        "8WD3 RX7K",
        "£44.00",
        Fact("Seats kept", "while you are here"),
        (PriceLine("Nightjar Quartet, Stalls D9 and D10", "£44.00"),),
        "k" * 20,
        "b" * 20,
        "The bank says no. Seats stay kept.",
        "The hold ends first, then the money comes.",
        "Back to the basket without paying",
    )
