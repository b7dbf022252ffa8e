"""Prize draws as everybody sees them, and their proof."""

from __future__ import annotations

import json
from dataclasses import replace

from app.draws.views.draw import (
    BatchLine,
    DrawLine,
    DrawList,
    DrawPage,
    FairStep,
    FairView,
    LegalView,
    LiveView,
    WinnerLine,
)
from app.draws.views.prizes import PrizeLine, Prizes
from app.draws.views.proof import CheckStep, Download, ProofPage, TicketAnswer
from app.pages import Chip, Fact, Label

HASH = "9f2c71ab04de83c155e0b7a2c94d1f380b6ee1d47f2a96c3e81d5a7740c3f29b"
GROUPS = " ".join(HASH[at : at + 4] for at in range(0, 64, 4))
SEAL = (Fact("Sealed", "Sunday 1 November, 09:00"), Fact("Fingerprint", GROUPS))
TIERS = (
    ("bicycle", "A bicycle", "From Fenwick Cycles", "sky", "bicycle", 1, 1),
    ("front-row", "Front row for a year", "Two seats, every show", "rose", "chair", 2, 1),
    ("lamp", "Brass lamp", "Made by the workshop", "straw", "lamp", 5, 3),
    ("cake", "Cake for eight", "Market Street Bakery", "buff", "cake", 15, 9),
    ("tea", "Tea at the interval", "Any show this winter", "sage", "cup", 37, 21),
)
ON_SALE = Label("On sale", "ok", "check")
ENDED = Label("Ended", "plain", "check")


def lines() -> tuple[PrizeLine, ...]:
    """Five kinds of prizes."""
    return tuple(
        PrizeLine(key, name, note, stock, picture, f"{count} in 1,200", f"{left} of {count}")
        for key, name, note, stock, picture, count, left in TIERS
    )


def live() -> LiveView:
    """An instant draw with named winners; it does not look again, since nobody would answer."""
    return LiveView(
        "/draw/winter/live",
        is_live=False,
        state=ON_SALE,
        title="Tickets are on sale",
        paragraphs=("You learn at once what each of your tickets is.",),
        sold=672,
        size=1200,
        sold_words="672 of 1,200 sold",
        rest_words="528 left",
        left_title="Still in this batch",
        left=lines(),
        winners=(
            WinnerLine("Joss F.", "Tea at the interval", "ticket 0451", "sage", "cup"),
            WinnerLine(
                "The whole back row of the choir", "Brass lamp", "ticket 0413", "straw", "lamp"
            ),
        ),
    )


def draw() -> DrawPage:
    """A paid draw that sells."""
    steps = (
        FairStep("Sealed", "Sun 1 Nov, 09:00", True, GROUPS[:19]),
        FairStep("Tickets sold in order of payment", "672 so far", False),
        FairStep("Secret published", "When the sale is over", False),
    )
    return DrawPage(
        slug="winter",
        title="The Winter Draw",
        summary="For a roof that keeps the rain out.",
        stock="lilac",
        facts=("1,200 tickets", "60 prizes", "£2 a ticket"),
        buy_url="/draw/winter/tickets",
        buy_label="Get tickets",
        prizes=Prizes(lines(), "60 in 1,200, or 1 in 20"),
        prizes_note="",
        live=live(),
        tag="t",
        fair=FairView("We sealed the prizes.", steps, "/draw/winter/proof", "", "It trusts us."),
        legal=LegalView("Small society lottery", "Fenmark District Council, no. SL 0417."),
        rules=("One ticket, one place in the draw.", "Prizes are handed out at the counter."),
        is_paid=True,
    )


def draw_blind() -> DrawPage:
    """An evening that waits for its draw."""
    waits = replace(
        live(),
        state=Label("Closed, waiting for the draw", "info", "clock"),
        title="Sales are over, the draw comes next",
        paragraphs=("The list of tickets is final.",),
        rest_words="528 tickets never sold",
        left=(),
        left_words="All 60 prizes are still to be drawn.",
        winners=(),
    )
    return replace(draw(), live=waits, buy_url="")


def draw_batches() -> DrawPage:
    """The second batch sells."""
    note = "Opened because batch 2 was nearly sold out. Its odds are the same."
    batches = (
        BatchLine("Batch 3, 20,000 tickets", "672 sold", ON_SALE, note, "/p?batch=3"),
        BatchLine("Batch 2, 20,000 tickets", "20,000 sold", ENDED, "", "/p?batch=2"),
    )
    more = replace(live(), batch="Batch 3, 20,000 tickets", batches=batches)
    return replace(draw(), live=more, prizes_note="Batch 3, 20,000 tickets")


def draw_early() -> DrawPage:
    """No batch has opened."""
    view = LiveView("", False, Label("Not yet", "info", "clock"), "Not open yet", ("Come back.",))
    return replace(draw(), live=view, prizes=None, fair=None, legal=None, rules=(), buy_url="",
                   facts=(), is_paid=False)  # fmt: skip


def draw_ended() -> DrawPage:
    """Everything is over, and the record is out."""
    over = replace(
        live(), state=ENDED, title="This draw has ended", left_title="Not won by anybody"
    )
    shown = draw()
    assert shown.fair is not None
    return replace(shown, live=over, buy_url="", fair=replace(shown.fair, record_url="/r.json"))


def draw_list() -> DrawList:
    """One that is on, one that is over."""
    pictures = tuple((stock, picture) for _k, _n, _t, stock, picture, _c, _l in TIERS[:4])
    on = DrawLine("The Winter Draw", "For the roof.", "/draw/winter", "lilac",
                  ("1,200 tickets", "60 prizes"), ON_SALE, "See the draw", pictures)  # fmt: skip
    over = DrawLine("The Summer Draw", "", "/draw/summer", "straw", (), ENDED, "Results and proof")
    return DrawList((on,), (over,))


def proof() -> ProofPage:
    """Everything is out. There is no record behind this address: each state is drawn alone."""
    steps = (
        CheckStep("form", "The record is whole", "Written in one way.", "Digest", "digest"),
        CheckStep("published", "The record was sealed before sales", "As published.", "Fingerprint",
                  "commitment"),
        CheckStep("prizes", "Prizes as promised", "1 × A bicycle."),
    )  # fmt: skip
    return ProofPage(
        slug="winter",
        title="The Winter Draw",
        stock="lilac",
        facts=("1,200 tickets", "60 prizes", "Closed Fri 4 Dec, 21:00"),
        number=1,
        size=1200,
        batches=(Chip("Batch 1", "/p?batch=1", is_on=True), Chip("Batch 2", "/p?batch=2")),
        state=Label("Open to check", "ok", "check"),
        state_title="",
        state_words=(),
        sealed=SEAL,
        typed="0413",
        error="",
        answer=TicketAnswer("Ticket 0413 won: Brass lamp", ("It has place 413.",), "ok", "check",
                            413, 3),
        is_revealed=True,
        takes_proofs=False,
        starts_itself=False,
        steps=steps,
        tiers=json.dumps([{"key": key, "count": count, "name": name}
                          for key, name, _n, _s, _p, count, _l in TIERS]),
        commitment=HASH,
        list_hash=HASH,
        merkle_root="",
        bundle_url="/no-record",
        downloads=(Download("The record", "/r.json"), Download("The published facts", "/f.json")),
        home_words="Take the record home and check it on your own computer.",
        command="python3 verify_draw.py winter-1.json",
        tell_words="Keep the file. Tell the promoter, Hanna Birch.",
        timeline=(Fact("Sun 1 Nov, 09:00", "Fingerprint and rules published"),),
    )  # fmt: skip


def proof_early() -> ProofPage:
    """Before the secret is out, with a ticket that is sold."""
    answer = TicketAnswer("Ticket 0413 is sold", ("Only its buyer can see.",), "info", "lock", 413)
    return replace(proof(), is_revealed=False, takes_proofs=True, answer=answer, steps=(),
                   merkle_root=HASH, state_title="The secret comes out when the sale is over",
                   state_words=("Until then only its buyer can see what a ticket is.",),
                   batches=())  # fmt: skip


def proof_no_ticket() -> ProofPage:
    """There is no such ticket."""
    error = "The tickets go from 0001 to 1200."
    return replace(proof(), typed="1413", error=error, answer=None)


def proof_unsold() -> ProofPage:
    """A ticket that was never sold."""
    words = ("Its place said: Tea at the interval.", "It is never handed out later.")
    return replace(proof(), answer=TicketAnswer("Ticket 1188 was not sold", words, "info", "news",
                                                1188, 5))  # fmt: skip
