"""Ballots as people see them: the page, the letter that is on its way, entries in every state."""

from __future__ import annotations

from dataclasses import replace

from app.ballot_pages.queries.listing import BallotLine
from app.ballot_pages.views import (
    AskedPage,
    BallotPage,
    EntryForm,
    EntryLine,
    EntryPage,
    MineView,
    Proof,
    SeatStub,
    Step,
    WishField,
)
from app.home_parts import DrawnPart
from app.me.views import MyPage, Part
from app.pages import Action, Fact, FormState
from tests.shop.samples import me

HASH = "9f2c71ab04de83c155e0b7a2c94d1f380b6ee1d47f2a96c3e81d5a7740c3f29b"
URL = "/b/entry/secret"
CHOICES = (("0", "Fri 11 Dec, Stalls, £24.00"), ("1", "Sat 12 Dec, Stalls, £24.00"))
CHECK = Action("Check the draw", "/ballot/reading#check", is_quiet=True)


def form(**errors: str) -> EntryForm:
    """Two people for Saturday."""
    wishes = (
        WishField("wish1", "First wish", "1", True),
        WishField("wish2", "Second wish, if the first is full", "", False),
    )
    typed = {"name": "Joss Fenwick", "email": "joss.fenwick@example.org"}
    return EntryForm(
        "/ballot/reading/entries", (1, 2, 3, 4), 2, wishes, CHOICES, True, FormState(typed, errors)
    )


def ballot() -> BallotPage:
    """It takes entries."""
    return BallotPage(
        title="Ines Harrow reads",
        stock="rose",
        facts=("Fri 11 Dec, Sat 12 Dec", "Lantern House", "480 seats in the ballot"),
        summary="New stories by candlelight.",
        lede="More people want to come than there are seats, so nobody has to race. Enter any time"
        " until Sun 29 Nov, 20:00. Early entries have no better chance. It costs nothing.",
        form=form(),
        closed_words="",
        so_far=(Fact("Entries", "318, for 604 people"), Fact("Seats", "480")),
        chance_words="If it closed now, about 3 in 5 people would get a seat.",
        steps=(
            Step("Sun 29 Nov, 20:00", "Entries close. The list is frozen."),
            Step("Afterwards", "Everybody gets an email. Winners have 72 hours to buy."),
        ),
        proof=Proof((Fact("Committed before the first entry", HASH),), ()),
    )


def refused() -> BallotPage:
    """Something has to be typed again."""
    return replace(ballot(), form=form(email="Type an email address such as name@example.org.",
                                       count="Groups have 1 to 4 people.",
                                       wish1="Choose 1 to 2 different wishes."))  # fmt: skip


def home() -> DrawnPart:
    """The section of the home page."""
    lines = (
        BallotLine("Ines Harrow reads", "Enter until Sun 29 Nov, 20:00", "/ballot/reading", "rose"),
        BallotLine("The last lantern", "Enter until Tue 1 Dec, 12:00", "/ballot/last", "sky"),
    )
    return DrawnPart("ballot/_home.html", "css/ballot.css", lines)


def mine() -> MyPage:
    """A buyer's own page with entries in two ballots."""
    waits = "Not drawn. You are number 14 on the waiting list"
    lines = (
        EntryLine("Ines Harrow reads", "You are in. The draw is on Sun 29 Nov, 20:30", URL),
        EntryLine("The last lantern, and the long walk home after it", waits, URL),
    )
    part = Part("ballots", "Ballots", "ballot/_mine.html", MineView(lines), is_aside=False)
    page = me.mine()
    return replace(page, parts=(*page.parts, part))


def closed() -> BallotPage:
    """Drawn, and everything can be checked."""
    files = (
        Action("The list", "/ballot/reading/list.txt", icon="download", is_file=True),
        Action("The file that proves the draw", "/proof.json", icon="download", is_file=True),
    )
    facts = (Fact("Fingerprint of the list", HASH), Fact("The public number", "[[3,8,19]]"))
    words = "It has been drawn, and everybody who entered got a letter."
    return replace(ballot(), form=None, closed_words=words, proof=Proof(facts, files))


def asked() -> AskedPage:
    """One more press, and a house without a mail server."""
    return AskedPage(
        "/b/asked/token", "joss.fenwick@example.org", "We sent a link to ",
        ". The entry counts once you open it and press.", "/ballot/reading", "It is kept.",
    )  # fmt: skip


def _entry(title: str, words: str, icon: str, kind: str, **more: object) -> EntryPage:
    facts: dict[str, object] = {"ballot": "Ines Harrow reads", "ballot_url": "/ballot/reading"}
    return EntryPage(title=title, words=words, icon=icon, kind=kind, **(facts | more))  # type: ignore[arg-type]


def _kept(title: str) -> SeatStub:
    facts = (Fact("When", "Sat 12 Dec"), Fact("Row", "G"), Fact("Seats", "9, 10"))
    words = "Ines Harrow reads, Stalls, row G, seats 9 and 10. 71 hours to buy."
    return SeatStub("Kept for you until Wed 2 Dec, 21:00", title, words, facts)


BUY = Action("Buy both, £48.00", f"{URL}/basket", (("count", "2"),))
FEWER = Action("I only need one", f"{URL}/basket", (("count", "1"),), is_quiet=True)
PASS = Action("Not this one, keep my place", f"{URL}/refusal", (("keeps_place", "1"),))
LET_GO = Action("Let them go to somebody else", f"{URL}/refusal", (), is_quiet=True)
ENTRIES = {
    "asked": _entry("Enter this ballot?", "2 people; Sat 12 Dec, Stalls, £24.00. One press, and the"
                    " entry counts.", "letter", "",
                    actions=(Action("Yes, enter", f"{URL}/confirmation", ()),)),
    "in": _entry("You are in. The draw is on Sun 29 Nov, 20:30", "2 people; Sat 12 Dec, Stalls,"
                 " £24.00. Nothing to do until then; we email you either way.", "check", "ok",
                 facts=(Fact("Your entry in the public list", "b81e 40c7 52aa"),),
                 form=replace(form(), has_person=False),
                 asides=(Action("Withdraw", f"{URL}/withdrawal", ()),)),
    "won": _entry("You won 2 seats", "", "check", "ok", stub=_kept("You won 2 seats"),
                  actions=(BUY,), asides=(FEWER, LET_GO)),
    "offered": _entry("Seats came back", "", "check", "ok",
                      stub=_kept("2 seats came back, and it is your turn"), actions=(BUY,),
                      asides=(FEWER, PASS, LET_GO)),
    "waiting": _entry("Not drawn. You are number 14 on the waiting list", "Seats that are not"
                      " bought in time go down the list in this order.", "people", "plain",
                      facts=(Fact("Your place now", "14"), Fact("At first", "31")),
                      actions=(CHECK,),
                      asides=(Action("Leave the list", f"{URL}/withdrawal", ()),)),
    "over": _entry("Your time to buy has ended", "The seats went to the next people on the list.",
                   "clock", "plain",
                   actions=(Action("Join the waiting list", f"{URL}/list", ()), CHECK)),
}  # fmt: skip
