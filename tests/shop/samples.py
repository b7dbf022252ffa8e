"""Sample words for every state of every page, as the design draws them. Plain builders."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import Markup

from app.pages import Action, Chip, Empty, Fact, FormState, House, Label, Notice, Plate
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
from app.shop.views.event import (
    AreaType,
    AreaView,
    CategoryChoice,
    EventPage,
    EventView,
    Instead,
    OtherDate,
    PriceMark,
    RowView,
    SeatsPage,
    SectionLine,
    SectionView,
)
from app.shop.views.order import (
    MailLine,
    Offer,
    OrderPage,
    OrderPart,
    OrderState,
    Sibling,
    Step,
    TicketLine,
    TicketPage,
)
from app.shop.views.programme import EventCard, HomePage
from app.shop.views.welcome import SetupPart, SignInPage, Try, WelcomePage

HOUSE = House(
    "Lantern House",
    "Lantern House, 14 Market Street.",
    phone="01632 960 417",
    email="tickets@lanternhouse.example",
    is_demo=True,
)

PLENTY = Label("Plenty of seats", "ok")
FULLER = Label("Getting full", "warn", "clock")
SOLD_OUT = Label("Sold out", "bad", "cross")


def card(
    title: str, stock: str, art: str, state: Label = PLENTY, price: str = "£12 to £24"
) -> EventCard:
    """One line of the bill."""
    return EventCard(
        slug=title.lower().replace(" ", "-").replace("'", ""),
        title=title,
        summary="A new play by Ines Harrow. A harbour, a debt, one night to leave.",
        stock=stock,
        art=art,
        weekday="Sat",
        day="21",
        month="Nov",
        facts=("19:30", "Main house"),
        tags=("Captioned 28 Nov",),
        price=price,
        state=state,
        action="Choose seats",
        is_off=state.kind == "bad",
    )


def home() -> HomePage:
    """The bill of the sample house."""
    cards = (
        card("The Salt Road", "straw", "sail"),
        card("Tiny Planets", "sky", "planet", FULLER, "£8"),
        card("Nightjar Quartet", "sage", "moon", price="£14 to £22"),
        card(
            "Ask Me Standing", "rose", "microphone", Label("Last 9 seats", "warn", "clock"), "£10"
        ),
        card("The Lamplighters' Ball", "buff", "rings", SOLD_OUT, "£11"),
        card("Loud Weather", "sky", "storm", price="£12 to £24"),
        card("Brass at the Arena", "lilac", "horn", price="£18 to £52"),
        card("Lantern Night", "straw", "lantern", Label("Free", "ok"), "Free"),
        card("Spring Season", "lilac", "curtain", Label("On sale 30 Nov", "info", "calendar")),
    )
    filters = (
        Chip("All dates", "/", is_on=True),
        Chip("This week", "/?when=week"),
        Chip("December", "/?when=2026-12"),
        Chip("Theatre", "/?kind=Theatre"),
        Chip("Access performances", "/?access=1", icon="wheelchair"),
    )
    return HomePage(cards, filters, "", cards[0], "Tonight, Saturday 21 November, 19:30")


def home_without_events() -> HomePage:
    """A house that sells nothing yet."""
    return HomePage(
        (), empty=Empty("Nothing is on sale right now", "The next season is announced here.")
    )


def home_nothing_found() -> HomePage:
    """A search without a match."""
    filters = (Chip("All dates", "/"),)
    empty = Empty("No show matches “opra”", "", "opera", "/?q=opera")
    return HomePage((), filters, "opra", empty=empty)


def event(stock: str = "straw") -> EventView:
    """The strip of The Salt Road."""
    return EventView(
        "the-salt-road",
        "The Salt Road",
        stock,
        ("Saturday 21 November, 19:30", "Main house", "2 h 10 min with interval"),
        8,
        (
            OtherDate("the-salt-road", "Sat 21 Nov, 19:30 (tonight)", True),
            OtherDate("the-salt-road-27", "Fri 27 Nov, 19:30"),
        ),
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
        empty_words="Pick a seat and it is kept here for 10 minutes.",
        parts=(part,),
        seats=tuple(line.id for line in LINES),
        expires_at="2026-11-21T18:42:00Z",
        until="18:42",
        seconds_left=seconds_left,
        full_seconds=600,
        total="£60.00",
        count_words="3 seats",
        extensions_left=3,
        extension_key="x" * 20,
        extension_words="Add 5 minutes",
        offers_extension=seconds_left < 180,
        is_ending=seconds_left < 120,
        ending_words="Less than 2 minutes left.",
    )
    return replace(view, **changes)  # type: ignore[arg-type]


def basket_empty() -> BasketView:
    """Nothing chosen yet."""
    return BasketView(
        "straw", "the-salt-road", empty_words="Pick a seat and it is kept here for 10 minutes."
    )


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


def event_page() -> EventPage:
    """A standing event: areas and no map."""
    floor = AreaView(
        "floor",
        "Standing floor",
        "No numbers on the floor: come early for the front.",
        Label("142 of 420 left", "ok"),
        (
            AreaType("adult", "Adult", "Standing, anywhere on the floor", "£18", 2),
            AreaType("u26", "Under 26", "Bring something that shows your age", "£12", 1),
            AreaType("wheel", "Wheelchair, raised platform", "A companion stands free", "£18", 0),
        ),
        True,
    )
    full = replace(floor, key="gallery", name="Gallery", state=SOLD_OUT, can_more=False)
    return EventPage(
        "Loud Weather: choose tickets",
        replace(event("sky"), title="Loud Weather", other_dates=()),
        areas=(floor, full),
        limit_words="Up to 8 tickets for one person, seats included.",
    )


INSTEADS = {
    "sold_out": Instead(
        "people",
        "plain",
        "Sold out, but tickets do come back",
        ("When somebody gives a ticket back it is on sale here at once.",),
        (Action("Look again", "/e/the-salt-road", icon="again", is_quiet=True),),
    ),
    "not_yet": Instead(
        "calendar",
        "plain",
        "On sale on Monday 30 November, 10:00",
        ("That is in 9 days. The price you see then is the price you pay.",),
        (Action("Add to calendar", "/e/x/calendar", icon="calendar", is_quiet=True),),
    ),
    "paused": Instead(
        "clock",
        "plain",
        "We have paused the sale",
        ("Seats in baskets are kept, tickets already bought stay valid.",),
        afterwards="This page opens again by itself.",
    ),
    "cancelled": Instead(
        "cross",
        "bad",
        "This show is cancelled",
        ("Everybody gets all their money back. You need not do anything.",),
        (Action("Find my booking", "/orders/find", is_quiet=True),),
    ),
    "moved": Instead(
        "calendar",
        "warn",
        "Moved to Thursday 3 December, 20:00",
        ("The cellist is ill. Your tickets are valid on the new date as they are.",),
        (Action("See the new date", "/e/y"),),
    ),
    "over": Instead(
        "check",
        "plain",
        "This evening is over",
        ("It plays again on 21, 27 and 28 November.",),
        (Action("Choose seats for 21 November", "/e/the-salt-road"),),
    ),
}


def instead(name: str) -> EventPage:
    """One of the sentences that stand in place of the places."""
    return EventPage("The Salt Road", event(), instead=INSTEADS[name])


def tiles(numbers: range, shape: str, mine: tuple[int, ...] = ()) -> Markup:
    """A run of joined seats, as the list draws them."""
    tile = Markup(
        '<label class="pick"><input type="checkbox" name="seat" value="stalls-F-{n}"'
        ' aria-label="Stalls row F seat {n}, £24.00"{c}><span aria-hidden="true">{n}'
        '<svg class="g" viewBox="-10 -10 20 20" width="14" height="14" aria-hidden="true">'
        '<use href="#g{s}" x="-10" y="-10" width="20" height="20" fill="var(--cat-{s})"/></svg>'
        "</span></label>"
    )
    each = (
        tile.format(n=n, s=shape, c=" checked" * (n in mine) if n in mine else "") for n in numbers
    )
    return Markup('<span class="run">') + Markup("").join(each) + Markup("</span>")


def seats_page() -> SeatsPage:
    """The list of the same seats."""
    row = RowView(
        "Row F",
        "£24, 16 free, 3 yours",
        tiles(range(2, 9), "a") + tiles(range(11, 17), "a", (12, 13, 14)),
    )
    full = RowView("Row G", "£24", Markup(""), "No free seat")
    section = SectionView(
        "stalls",
        "Stalls",
        "",
        (PriceMark("a", "a", "£24"), PriceMark("w", "d", "Wheelchair place, £12")),
        (
            row,
            replace(row, name="Row E", words="£24, 7 free", runs=tiles(range(21, 28), "a")),
            full,
        ),
    )
    chips = (
        Chip("Stalls", "#stalls", note="122 free"),
        Chip("Only without steps", "?step_free=1", icon="wheelchair"),
        Chip("Only £16 or less", "?at_most=1600", is_on=True),
    )
    return SeatsPage(
        "The Salt Road: choose from a list",
        event(),
        "240 of 400 seats are free.",
        chips,
        (CategoryChoice("Stalls", "Stalls", "£24"),),
        (section,),
        (),
        ("stalls-F-12",),
        10,
        True,
        True,
    )


def seats_overview() -> SeatsPage:
    """The list of a large house: sections first."""
    lines = (
        SectionLine("Floor", "?section=floor", 64, "64 left", "£52", "d", "d"),
        SectionLine("Block 106", "?section=106", 0, "sold out", "", "a", "a"),
    )
    return replace(seats_page(), sections=(), overview=lines, chips=())


def seats_no_match() -> SeatsPage:
    """A filter that leaves nothing."""
    return replace(
        seats_page(), sections=(), empty_words="No free seat without steps at this price."
    )


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
        "while you are here",
        (PriceLine("Nightjar Quartet, Stalls D9 and D10", "£44.00"),),
        "k" * 20,
        "b" * 20,
    )


def seat_facts(section: str, row: str, seat: str) -> tuple[Fact, ...]:
    """Where, row and seat."""
    return (Fact("Where", section), Fact("Row", row), Fact("Seat", seat))


def ticket_line(seat: str, url: str = "/t/x") -> TicketLine:
    """One ticket of a booking."""
    return TicketLine(
        f"Stalls, row D, seat {seat}", seat_facts("Stalls", "D", seat), "Full price, £22.00", url
    )


def order_paid() -> OrderPage:
    """A paid booking."""
    return OrderPage(
        title="Nightjar Quartet is booked",
        url="/o/8WD3RX7K/secret",
        stock="sage",
        booking_words="Booking 8WD3 RX7K for Bo Fenwick",
        facts=("Thursday 26 November, 20:00", "Main house", "2 seats, together"),
        open_url="/t/x",
        open_words="Open the 2 tickets",
        mail=MailLine(
            "Sent to bo@example.org at 18:41.",
            "Not there? Look in the spam folder. This page has the same tickets and stays at this address.",
            "ok",
            "check",
        ),
        parts=(
            OrderPart(
                "Nightjar Quartet",
                "Thu 26 Nov, 20:00",
                "sage",
                (ticket_line("9"), ticket_line("10")),
            ),
        ),
        steps=(
            Step(
                "Before you go", "", "Open the tickets once while you have signal, or print them."
            ),
            Step("Thu, 19:30", "Doors.", "One code for each person. 14 Market Street."),
            Step(
                "Thu, 20:00", "It starts.", "Over at about 22:00. If the time changes we email you."
            ),
        ),
        ways=(
            Action(
                "Add to calendar",
                "/x",
                icon="calendar",
                note="Thursday 26 November, 19:30 to 22:00",
                is_file=True,
            ),
            Action(
                "Print or save as PDF",
                "/x",
                icon="print",
                note="One ticket on each page",
                is_file=True,
            ),
            Action("Send the email again", "/x", (), icon="letter", note="To bo@example.org"),
        ),
        lines=(
            PriceLine("Stalls D9, full price", "£22.00"),
            PriceLine("Stalls D10, full price", "£22.00"),
        ),
        total="£44.00",
        paid_title="Paid",
        paid_words="Includes all booking costs and taxes. Demo card, 21 November, 18:41.",
    )


def order_in(state: OrderState, waits: bool = False) -> OrderPage:
    """A booking in another state."""
    return replace(order_paid(), title=state.title, state=state, waits=waits)


ORDER_STATES = {
    "waiting": OrderState(
        "clock",
        "",
        "Waiting for your bank",
        ("Your seats are yours while we wait: the clock has stopped.",),
        (Fact("Sent to the bank", "18:41:02"), Fact("Nightjar Quartet, D9 and D10", "£44.00")),
        actions=(Action("Look again now", "/o/x", icon="again", is_quiet=True),),
        afterwards="You can close this page. We email you either way. Please do not pay a second time.",
    ),
    "counter": OrderState(
        "cash",
        "warn",
        "Kept for you until Thursday, 19:30",
        ("Pay £44.00 at the counter, cash or card.",),
        (Fact("Say this at the counter", "8WD3 RX7K"), Fact("Seats", "Stalls D9 and D10")),
        actions=(Action("Give the seats back", "/o/x/cancellation", (), is_quiet=True),),
    ),
    "late_kept": OrderState(
        "check",
        "ok",
        "Booked, after all",
        (
            "The hold ended at 18:42 and your payment came at 18:44. D9 and D10 were still free, so they are yours.",
        ),
        tickets=(ticket_line("9, 10"),),
    ),
    "late_gone": OrderState(
        "return",
        "warn",
        "Your £44.00 is on its way back",
        (
            "The hold ended at 18:42 and your payment came at 18:44. In between, somebody else bought D9 and D10.",
        ),
        (Fact("Sent back", "18:44, all of it"), Fact("On your card", "in 5 to 10 days")),
        offer=Offer(
            "E9 and E10 are kept for you",
            "until 18:54",
            "One row behind, together, same price.",
            "Take E9 and E10, £44.00",
        ),
    ),
    "none_left": OrderState(
        "ticket",
        "plain",
        "No tickets left in this booking",
        ("The receipt stays here.",),
        tickets=(
            replace(
                ticket_line("9", ""),
                is_off=True,
                note="Returned on 23 November",
                off_words="£22.00 on its way",
            ),
            replace(
                ticket_line("10", ""),
                is_off=True,
                note="Cancelled on 22 November",
                off_words="£22.00 returned",
            ),
        ),
    ),
}

QR = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 45 45" role="img"><title>Ticket code</title>'
    '<rect width="45" height="45" fill="#fff"/><path d="M4 4h7v7h-7zM34 4h7v7h-7zM4 34h7v7h-7z" fill="#000"/></svg>'
)


def ticket(is_void: bool = False) -> TicketPage:
    """One ticket."""
    return TicketPage(
        "The Salt Road",
        "straw",
        "Saturday 21 November",
        "Doors 19:00, starts 19:30",
        seat_facts("Stalls", "F", "12"),
        "Full price",
        "Lantern House,",
        "14 Market Street",
        QR,
        "7KQ2M-9XWPA",
        Label("Valid", "ok"),
        True,
        is_void,
        "This ticket is no longer valid",
        "It was cancelled on 23 November. Your money is on its way back.",
        (Sibling("F12", "/t/1", True), Sibling("F13", "/t/2")),
        (
            Action("Add to calendar", "/t/x/calendar", icon="calendar", is_file=True),
            Action("Print or PDF", "/t/x/pdf", icon="print", is_file=True),
            Action("The whole booking", "/o/x", icon="ticket"),
        ),
        "Step-free from the foyer.",
    )


def ticket_standing() -> TicketPage:
    """A ticket for an area."""
    return replace(ticket(), place=(Fact("Where", "Standing floor"),), siblings=())


PLATES = {
    "404": Plate(
        "There is no page here",
        (
            "The address is wrong, or the show is long over. Tickets you have bought are not affected.",
        ),
        (Action("What's on", "/"), Action("Find my booking", "/orders/find")),
    ),
    "500": Plate(
        "Something broke on our side",
        (
            "Seats in your basket are kept, and nothing is ever charged twice. Look at your basket before you try again.",
        ),
        (Action("Look at my basket", "/basket"), Action("Try again", "/")),
        incident="K7-2041",
    ),
    "503": Plate(
        "More people than we can serve at once",
        (
            "Tickets you have and seats in your basket are safe. This page tries again by itself in 5 seconds.",
        ),
        (Action("Try now", "/"),),
        retry_seconds=5,
        is_quiet=True,
    ),
}


def welcome(errors: dict[str, str] | None = None) -> WelcomePage:
    """The first start."""
    return WelcomePage(
        "The demo house is open",
        "It has opened Lantern House, a sample house with eight shows, so that you can try everything before you type anything.",
        (
            Try(
                "Buy two seats",
                "Choose on the map, pay with the demo card, hold the tickets. About a minute.",
                "/e/x",
                "straw",
                "seat",
            ),
            Try(
                "Stand or sit",
                "One show with a floor to stand on and a balcony to sit in.",
                "/e/y",
                "sky",
                "people",
            ),
            Try("A large arena", "5,054 seats, sections first.", "/e/z", "lilac", "ticket"),
            Try(
                "Find a booking",
                "By email address, without an account.",
                "/orders/find",
                "sage",
                "letter",
            ),
        ),
        (
            SetupPart("Data", "One SQLite file in the data folder", "store", Label("Ready", "ok")),
            SetupPart(
                "Payments",
                "Demo card. Connect your own account when you sell for real",
                "card",
                Label("Demo", "info", "news"),
            ),
            SetupPart(
                "Email",
                "Not set up. Letters are kept and shown to you, none is lost",
                "letter",
                Label("Kept here", "warn", "clock"),
            ),
            SetupPart(
                "Reachable from",
                "This machine only, 127.0.0.1:8000",
                "signal",
                Label("Private", "info", "lock"),
            ),
        ),
        FormState({}, errors or {}),
    )


def sign_in() -> SignInPage:
    """Sign in, with a mistake."""
    return SignInPage(
        "ada@example.org", "/admin", {"password": "Email and password do not belong together."}
    )
