"""Buying draw tickets, and what became of them."""

from __future__ import annotations

from dataclasses import replace

from app.draws.views.buying import (
    BudgetPart,
    BuyPage,
    ClosedPage,
    CountChoice,
    CountPart,
    DrawWay,
)
from app.draws.views.claims import ClaimForm
from app.draws.views.mine import (
    BreakPage,
    CreditLine,
    MyBudget,
    MyCredits,
    MyDraw,
    MyDraws,
    MyLimits,
)
from app.draws.views.prizes import Prizes
from app.draws.views.purchase import Cells, PurchasePage, TicketList, TicketRow, WinCard
from app.me.views import MyPage, Part
from app.pages import Action, Fact, FormState, Label, Notice
from tests.shop.samples import draws, me

WAYS = (
    DrawWay("demo", "Demo card", "On a demo page, then straight back here", "card", True),
    DrawWay("credits", "Play credits", "You have 120. Not enough for 250 tickets", "gift", False,
            is_off=True),
)  # fmt: skip
BREAK_BEGUN = Notice(
    "Your break has begun. You can buy draw tickets again from 4 December.",
    kind="ok", icon="check", part="limits-break",
)  # fmt: skip
CLAIMED = Notice(
    "Your 11 prizes are claimed.",
    "The house sees to the rest and gets in touch if anything is missing.",
    kind="ok",
    icon="check",
)
LONG_ADDRESS = "a.name.that.is.quite.long.for.a.narrow.phone@a-house-of-many-words.example.org"


def buy() -> BuyPage:
    """The form, with a budget, for whoever is signed in."""
    prizes = Prizes(draws.lines(), "60 in 1,200, or 1 in 20")
    counts = ((10, "£10"), (50, "£50"), (100, "£100"), (250, "£250"), (500, "£500"))
    part = CountPart(
        "/draw/roof/tickets", 250, 10_000, "250",
        "1 to 10,000 in one go. They are drawn at once, in the order in which people pay.",
        tuple(CountChoice(n, f"{n:,}", price, n == 250) for n, price in counts),
        "At 250 tickets the chance of A bicycle is 250 in 20,000, or 1 in 80. On average 250"
        " tickets win 12 or 13 prizes.",
        "What they are worth on average: £141 for £250.",
    )  # fmt: skip
    budget = BudgetPart(225, 625, "£90 spent, £250 for this purchase, £60 would be left of £400",
                        "£90 spent this month", "£250 now", "£60 left of £400", False)  # fmt: skip
    return BuyPage(
        title="The Roof Draw", slug="roof", stock="lilac",
        facts=("Batch 3, 20,000 tickets", "1,000 prizes", "6,380 tickets left", "£1.00 each"),
        form=FormState({"email": LONG_ADDRESS}), key="k", contribution="0" * 64, price_cents=100,
        count_part=part, budget=budget, sign_in_words="", sign_in_url="/me",
        signs_in_first=False, instead=None, ways=WAYS,
        short_note="Or go on in batch 4, which has the same odds, if it is open",
        age_words="I am 18 or over and in Great Britain. I have read the rules.",
        buy_words="Buy 250 tickets, £250.00", prizes=prizes,
        still=(Fact("Tickets", "6,380 of 20,000"), Fact("A bicycle", "1 of 1")),
        legal_kind="Small society lottery",
        legal_words="Fenmark District Council, no. SL 0417. Promoter: Hanna Birch.",
    )  # fmt: skip


def buy_with_errors() -> BuyPage:
    """Everything typed wrongly, and over the budget."""
    page = buy()
    errors = {
        "count": "At most 10,000 in one go. You can buy again afterwards.",
        "email": "Type an email address such as name@example.org.",
        "name": "Type the name for the tickets.",
        "of_age": "Confirm this if it is so. Otherwise you cannot take part.",
    }
    over = BudgetPart(225, 775, "£90 spent, £500 now", "£90 spent this month", "£500 now",
                      "£190 over your budget of £400", True)  # fmt: skip
    return replace(
        page,
        form=FormState({"email": "joss@"}, errors),
        count_part=replace(page.count_part, error=errors["count"]),
        budget=over,
    )


def buy_stranger() -> BuyPage:
    """Only play credits, and nobody is signed in."""
    return replace(
        buy(), budget=None, ways=WAYS[1:], instead=Action("Sign in to get tickets", "/me"),
        sign_in_words="Type your email on the next page.", signs_in_first=True,
        age_words="", legal_kind="", legal_words="",
    )  # fmt: skip


def closed() -> ClosedPage:
    """Nothing can be bought."""
    words = ("All tickets are sold.", "The draw's page says how it goes on.")
    return ClosedPage("The Roof Draw", "roof", "lilac", "No tickets to buy", words)


def purchase() -> PurchasePage:
    """Being drawn; it does not look again, since nobody would answer."""
    kinds = ["done"] * 165 + ["now"] + ["wait"] * 84
    for at, stock in ((17, "sage"), (31, "sage"), (44, "lilac"), (88, "sky"), (151, "rose")):
        kinds[at] = stock
    return PurchasePage(
        title="Drawing your tickets", url="/d/R50712/x", draw_title="The Roof Draw",
        draw_url="/draw/roof", stock="lilac", kicker="Purchase R507 12, 250 tickets, £250.00",
        facts=("The Roof Draw, batch 3", "Paid at 18:41:07"), kind="", icon="clock",
        heading="165 of 250 drawn", words=("Your numbers are 13,621 to 13,870.",),
        is_drawing=True, done=165, total=250, progress_words="5 prizes so far",
        cells=Cells(tuple(kinds), 1, 25, "One square is one ticket"), wins=wins(),
        wins_title="Won so far", numbers=(Fact("Fingerprint of the sealed rules", draws.HASH),),
        prizes=Prizes(draws.lines(), "60 in 1,200, or 1 in 20"), proof_url="/draw/roof/proof",
        close_words="You can close this page. It goes on by itself; we email you when all is done.",
    )  # fmt: skip


def purchase_won() -> PurchasePage:
    """Across two batches, with prizes to claim."""
    return replace(
        purchase(), title="Your tickets", kind="ok", icon="gift", is_drawing=False, cells=None,
        heading="13 of your 250 tickets won",
        words=("Claim by Sun 31 Jan, 18:04.", "You asked for 300; no more were left."),
        spans=(Fact("Batch 3, numbers 19,871 to 20,000", "7 prizes"),
               Fact("Batch 4, numbers 1 to 120", "6 prizes")),
        wins_title="What you won", claim_words="Claim 11 prizes", close_words="",
        actions=(Action("All 250 tickets", "/d/R50712/x/tickets", is_quiet=True),
                 Action("Download", "/d/R50712/x/tickets.csv", is_quiet=True, icon="download",
                        is_file=True)),
        receipt_url="/o/R50712/x/receipt",
        legal="Small society lottery, Fenmark District Council, no. SL 0417.",
    )  # fmt: skip


def purchase_lost() -> PurchasePage:
    """Nothing won."""
    return replace(
        purchase_won(), kind="plain", icon="ticket", heading="None of your 250 tickets won",
        words=("Thank you; the money goes to the roof.",), wins=(), claim_words="", spans=(),
    )  # fmt: skip


def purchase_unpaid() -> PurchasePage:
    """Waiting for money."""
    return replace(
        purchase(), title="Your tickets", kind="warn", icon="clock", is_drawing=False,
        heading="Not paid yet", words=("Nothing was charged.",), cells=None, wins=(), numbers=(),
        prizes=None, close_words="",
        actions=(Action("Go on to pay", "/pay/demo/R50712"),
                 Action("Stop, I do not want them", "/o/R50712/x/cancellation",
                        (("release", "1"),), is_quiet=True)),
    )  # fmt: skip


def claims() -> ClaimForm:
    """How the winner of money and of a thing gets them."""
    return ClaimForm(
        title="How do you want to get them?", button="Claim 10 prizes",
        url="/d/R50712/x/claims", back_url="/d/R50712/x",
        stock="lilac", draw_title="The Roof Draw", money=("£1,000",), things=("A bicycle",),
        others=("8 × Tea at the interval",), is_told=True,
        counter_words="Bring this purchase, on paper or on your phone, to Lantern House.",
    )  # fmt: skip


def claims_with_errors() -> ClaimForm:
    """No way was chosen for the money, and the thing has nowhere to go."""
    errors = {"money_way": "Choose how you want to get it.", "address": "Type the whole address."}
    return replace(claims(), typed={"thing_way": "post"}, errors=errors)


def tickets() -> TicketList:
    """Fifty of them."""
    rows = [TicketRow(f"Batch 3, 13,{621 + at}", "no prize", False) for at in range(49)]
    rows.insert(0, TicketRow("Batch 3, 13,700", "Tea at the interval", True, "/d/R50712/x/p.json"))
    return TicketList(tuple(rows), "1 to 50 of 250 tickets", "/d/R50712/x/tickets?page=2", "")


def wins() -> tuple[WinCard, ...]:
    """Four kinds of prizes."""
    return (
        WinCard("Front row for a year", "Two seats, every show", "rose", "chair", "Ticket 13,772"),
        WinCard("Early booking key", "Spring season", "sky", "key", "Ticket 13,709", "It is on"),
        WinCard("Two tickets", "2 of these", "lilac", "ticket", "Ticket 13,665 and 13,702",
                "Claimed by you"),
        WinCard("Tea at the interval", "8 of these", "sage", "cup",
                "Tickets 13,784, 13,785, 13,790 and 5 more"),
    )  # fmt: skip


def mine() -> MyPage:
    """A buyer's own page with draws, credits and limits."""
    states = (
        ("The Roof Draw, batch 3", "250 tickets, 13 prizes. Claim by Sun 31 Jan, 18:04",
         Label("11 to claim", "warn", "gift")),
        ("The Winter Draw, batch 1", "100 tickets, 62 drawn so far",
         Label("Drawing", "info", "clock")),
        ("The Encore Draw", "20 tickets", Label("In the draw", "ok", "check")),
    )  # fmt: skip
    listed = MyDraws(
        tuple(MyDraw(title, note, "/d/R50712/x", "lilac", state) for title, note, state in states),
        "The older ones are behind the links in your emails.",
    )
    lines = (CreditLine("Gift card from Mei, 12 November", "+ 150"),
             CreditLine("The Roof Draw: 10 draw tickets, 14 November", "− 30"))  # fmt: skip
    budget = MyBudget("GBP", 850, "£340 this month of £400", "400", "From 1 December it is £500.",
                      "Most to spend in a month, GBP", True)  # fmt: skip
    limits = MyLimits((budget,), "Leave it empty for no limit.",
                      "You asked for a break until 1 March. It cannot be shortened.",
                      (("7", "A week"), ("30", "A month")), "")  # fmt: skip
    parts = (
        Part("draws", "Draws", "draws/_my_draws.html", listed, False),
        Part("credits", "Credits", "draws/_my_credits.html", MyCredits("120", lines, True), True),
        Part("limits", "Limits", "draws/_my_limits.html", limits, True),
    )
    page = me.mine()
    return replace(page, parts=(*page.parts, *parts))


def mine_with_errors() -> MyPage:
    """Everything typed wrongly."""
    errors = {
        "code": "This code does not bring any credits. Your credits are as they were.",
        "budget": "Type an amount such as 50, or leave it empty for no limit.",
        "days": "You asked for a break until 1 March. It cannot be shortened. Choose a longer one.",
    }
    typed = {"code": "AB", "budget": "a lot", "currency": "GBP", "days": "7"}
    return replace(mine(), form=FormState(typed, errors))


def mine_on_the_way() -> MyPage:
    """Come here for credits, to go on afterwards."""
    return replace(mine(), back="/draw/roof/tickets?count=50")


def mine_without_shows() -> MyPage:
    """Draws, and no bookings of shows."""
    page = mine()
    return replace(page, parts=(*me.mine_empty().parts, *page.parts[1:]))


def break_page() -> BreakPage:
    """Asked once more."""
    words = ("Before 4 December you cannot buy tickets in any draw here.",
             "It can be made longer, never shorter, and nobody here can end it sooner.",
             "Tickets, prizes and bookings of shows that you have stay yours.")  # fmt: skip
    title = "Take a break from draws until 4 December?"
    return BreakPage(title, words, "Begin the break", "2026-12-04")
