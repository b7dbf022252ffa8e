"""Checking a draw: what the page says of one ticket, and the files to take home."""

from __future__ import annotations

import json
import re

import pytest

from app.box_office import BoxOffice
from app.draws.forms import TypedTicket, read_typed
from app.lottery.draw.bundle import verify
from app.lottery.draw.published import Published
from app.lottery.draw.tickets import verify_ticket
from app.lottery.pool.terms import EVENING, INSTANT
from app.prize_draws.drawing import list_hash, sold_list
from app.prize_draws.proofs import owners_proof
from app.refusals import NotFound
from tests.draws.made import buy, closes, reveals, sells
from tests.shop.visitor import Visitor

LINE = "401 100 " + "0f" * 32


@pytest.mark.parametrize(
    ("text", "ticket"),
    [
        ("0413", TypedTicket(413)),
        (" 1,413 ", TypedTicket(1413)),
        ("Batch 3, ticket 0413", TypedTicket(413, 3)),
        ("Brass lamp, ticket 0413 of batch 2, won on 4 December 2026", TypedTicket(413, 2)),
        (LINE, TypedTicket(401, None, LINE)),
        (f"Fingerprint of batch 2: {'0F' * 32}.", TypedTicket(None, 2, "", "0f" * 32)),
        (" ".join(["0f0f"] * 16), TypedTicket(None, None, "", "0f" * 32)),
        (f"Fingerprint of batch 1: {'ab' * 32}. Your line: {LINE}.", TypedTicket(401, None, LINE)),
        ("nothing", TypedTicket()),
        ("", TypedTicket()),
        ("batch 2", TypedTicket(None, 2)),
        ("1-5", TypedTicket(5, 1)),
        ("Batch 2 – 1,413", TypedTicket(1413, 2)),
        ("Ticket 0413.", TypedTicket(413)),
        ("-1", TypedTicket()),
        ("ticket -1", TypedTicket()),
        ("1.5", TypedTicket()),
        ("ticket 1.5", TypedTicket()),
        ("1,5", TypedTicket()),
        ("1-5-7", TypedTicket()),
        ("0413b", TypedTicket()),
        ("abc", TypedTicket()),
        ("9" * 400, TypedTicket()),
    ],
)
def test_a_ticket_is_read_from_a_number_or_a_whole_line(text: str, ticket: TypedTicket) -> None:
    assert read_typed(text) == ticket


@pytest.fixture(scope="module")
def both(office: BoxOffice) -> dict[str, str]:
    """A draw of each kind that is over, by its mode."""
    for mode in (EVENING, INSTANT):
        sells(office, f"over-{mode}", mode)
        reveals(office, f"over-{mode}", mode)
    return {mode: f"over-{mode}" for mode in (EVENING, INSTANT)}


@pytest.mark.parametrize("mode", [EVENING, INSTANT])
def test_the_record_can_be_taken_home_and_holds(
    office: BoxOffice, both: dict[str, str], cy: Visitor, mode: str
) -> None:
    address = f"/draw/{both[mode]}/batches/1"
    facts = json.loads(cy.open(f"{address}/facts.json").data)
    first, again = cy.open(f"{address}/bundle.json"), cy.open(f"{address}/bundle.json")

    published = Published(
        facts["commitment"], facts["list_hash"] or None, facts["merkle_root"] or None
    )
    assert verify(first.data, published).facts.params.plain() == facts["params"]
    assert first.data == again.data
    assert first.headers["ETag"] == again.headers["ETag"]


def test_the_list_is_published_when_the_sale_has_closed(office: BoxOffice, cy: Visitor) -> None:
    sells(office, "listed")
    before = cy.open("/draw/listed/batches/1/list.txt")
    assert before.status_code == 409
    assert "It is published when the sale has closed." in cy.page

    closes(office, "listed")

    text = cy.open("/draw/listed/batches/1/list.txt").text
    assert text.splitlines() == list(sold_list(office, "listed-1"))
    cy.open("/draw/listed/proof")
    assert list_hash(office, "listed-1")[:4] in cy.page
    cy.open(f"/draw/listed/proof?ticket={text.splitlines()[0]}")
    assert "Your line is in the list" in cy.page
    cy.open(f"/draw/listed/proof?ticket={LINE}")
    assert "This line is not in the list" in cy.page


@pytest.mark.parametrize("mode", [EVENING, INSTANT])
def test_every_ticket_can_be_checked_when_the_secret_is_out(
    office: BoxOffice, both: dict[str, str], cy: Visitor, mode: str
) -> None:
    slug = both[mode]
    bundle = json.loads(cy.open(f"/draw/{slug}/batches/1/bundle.json").data)
    [bicycle] = bundle["result"][0]
    nothing = next(at for at in range(1, 121) if all(at not in won for won in bundle["result"]))

    for position, words in ((bicycle, "A bicycle"), (nothing, "no prize")):
        assert cy.open(f"/draw/{slug}/proof?ticket={position}").status_code == 200
        assert words in cy.page
        assert "was not sold" in cy.page or position <= 100
    cy.open(f"/draw/{slug}/proof?ticket=101")
    assert "Ticket 0101 was not sold" in cy.page


def test_a_fingerprint_from_a_letter_is_compared(
    both: dict[str, str], cy: Visitor, office: BoxOffice
) -> None:
    slug = both[EVENING]
    commitment = json.loads(cy.open(f"/draw/{slug}/batches/1/facts.json").data)["commitment"]
    for digits, words in ((commitment, "That is the fingerprint"), ("ab" * 32, "That is not")):
        cy.open(f"/draw/{slug}/proof?ticket=Fingerprint of batch 1: {digits}.")
        assert words in cy.page


@pytest.mark.parametrize(
    "typed", ["0", "121", "99999999", "no number", "-1", "1.5", "batch 7 ticket 3", "7-3"]
)
def test_no_such_ticket(both: dict[str, str], cy: Visitor, typed: str) -> None:
    answer = cy.open(f"/draw/{both[EVENING]}/proof?ticket={typed}")

    assert answer.status_code == 422
    if typed == "121":
        assert "The tickets go from 0001 to 0120." in cy.page
        assert len(re.findall(r'<input [^>]*id="ticket"[^>]* autofocus>', cy.page)) == 1
    if "7" in typed:
        assert "There is no batch 7 in this draw. It has 1 batch." in cy.page


def test_a_ticket_is_named_as_staff_name_it(both: dict[str, str], cy: Visitor) -> None:
    cy.open(f"/draw/{both[EVENING]}/proof?ticket=1-5")

    assert "Ticket 0005" in cy.page


@pytest.mark.parametrize("number", ["7", "x", "-1", "1e9"])
def test_no_such_batch(both: dict[str, str], cy: Visitor, number: str) -> None:
    assert cy.open(f"/draw/{both[EVENING]}/proof?batch={number}").status_code == 404


def test_before_the_secret_is_out_the_proof_of_a_ticket_is_its_owners_alone(
    office: BoxOffice, cy: Visitor
) -> None:
    lottery_id = sells(office, "own", INSTANT)
    buy(office, lottery_id, "own-p2", 5)

    leaf = verify_ticket(owners_proof(office, "own-p2", "own-1", 103))

    assert (leaf.position, leaf.size) == (103, 120)
    for purchase, position in (("own-p2", 100), ("own-p2", 106), ("nobody", 103), ("own-p1", 0)):
        with pytest.raises(NotFound):
            owners_proof(office, purchase, "own-1", position)
    answers = [cy.open(f"/draw/own/batches/1/tickets/{at}.json") for at in (1, 103, 120, 999)]
    assert {answer.status_code for answer in answers} == {409}
    assert len({answer.data for answer in answers}) == 1
    cy.open("/draw/own/proof?ticket=103")
    assert "Ticket 0103 is sold" in cy.page
    cy.open("/draw/own/proof?ticket=110")
    assert "Ticket 0110 is not sold yet" in cy.page

    reveals(office, "own", INSTANT)

    answer = cy.open("/draw/own/batches/1/tickets/103.json")
    assert verify_ticket(answer.data) == leaf
    assert cy.open("/draw/own/batches/1/tickets/121.json").status_code == 404
    assert cy.open(f"/draw/{'own'}/batches/1/tickets/0.json").status_code == 404


def test_the_files_outlive_the_tickets_and_are_never_made_anew_without_them(
    office: BoxOffice, cy: Visitor
) -> None:
    from sqlalchemy import update

    from app.models import LotteryBatch
    from app.prize_draws.drawing import kept_bundle, kept_list

    sells(office, "gone")
    reveals(office, "gone")
    bundle = cy.open("/draw/gone/batches/1/bundle.json").data
    with office.db.write() as connection:
        connection.execute(update(LotteryBatch).where(LotteryBatch.id == "gone-1").values(gone=100))
    assert cy.open("/draw/gone/batches/1/bundle.json").data == bundle

    for file in (kept_bundle(office, "gone-1"), kept_list(office, "gone-1")):
        for path in file.path.parent.glob(f"{file.path.name}*"):
            path.unlink()

    for name in ("bundle.json", "list.txt"):
        assert cy.open(f"/draw/gone/batches/1/{name}").status_code == 404
