"""Where prizes go: asked on a page, kept sealed, shown to staff, and gone when they are given."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.control_requests import carry_out
from app.deletions import DELETIONS
from app.lottery.pool.commands import ConfirmClaim
from app.lottery.pool.terms import MONEY, SEAT, THING
from app.models import ClaimDetails, LotteryPurchase, LotteryWin, Order
from app.prize_draws.claim_details import details_of, is_iban, read_details
from app.refusals import Invalid
from tests.draws.winning import page_of, signs_in, wins
from tests.shop.visitor import Visitor

IBAN = "GB33 bukb 2020 1555 5555 55"
TRANSFER = {"money_way": "transfer", "account_name": "Bo Field", "iban": IBAN}
BY_POST = {"thing_way": "post", "address": "Bo Field\n 3 Mill Lane \n\nFenmark"}


@pytest.fixture
def bo(app: Flask) -> Visitor:
    """Bo has won."""
    return Visitor(app)


def claimed(office: BoxOffice, purchase_id: str) -> bool:
    query = select(LotteryWin.claimed_ms).where(LotteryWin.purchase_id == purchase_id)
    with office.db.read() as connection:
        return connection.scalar(query) is not None


def rows(office: BoxOffice, purchase_id: str) -> list[bytes]:
    query = select(ClaimDetails.sealed).where(ClaimDetails.purchase_id == purchase_id)
    with office.db.read() as connection:
        return list(connection.execute(query).scalars())


def clean(office: BoxOffice) -> None:
    deletion = next(one for one in DELETIONS if one.kind == "delete.claim_details")
    with office.db.write() as connection:
        deletion.remove(connection, utc_now(), deletion.find(connection, utc_now(), 100))


def test_a_stale_form_is_told_on_the_page_of_the_form(office: BoxOffice, bo: Visitor) -> None:
    path = page_of(office, wins(office, "stale", MONEY))
    bo.open(f"{path}/claims")

    answer = bo.send(f"{path}/claims", TRANSFER, csrf="wrong")

    assert answer.headers["Location"].endswith("/claims#notice")
    bo.follow(answer)
    assert 'id="notice"' in bo.page
    assert "Load it again, then press once more." in bo.page


def test_money_is_asked_for_an_account_and_kept_sealed(office: BoxOffice, bo: Visitor) -> None:
    purchase = wins(office, "money", MONEY)
    path = page_of(office, purchase)
    bo.open(path)
    assert f'href="{path}/claims"' in bo.page
    bo.open(f"{path}/claims")

    for wrong in (
        {},
        {**TRANSFER, "iban": "GB33 BUKB 2020 1555 5555 56"},
        {**TRANSFER, "account_name": " "},
    ):
        answer = bo.send(f"{path}/claims", wrong)
        assert answer.status_code == 422
        assert 'class="error-text"' in answer.text
        assert (claimed(office, purchase), rows(office, purchase)) == (False, [])
    answer = bo.send(f"{path}/claims")
    assert re.findall(r"<[^>]* autofocus", answer.text) == [
        '<input type="radio" name="money_way" value="transfer" required'
        ' aria-describedby="money_way-error" autofocus'
    ]
    bo.follow(bo.send(f"{path}/claims", TRANSFER))

    assert "Your prize is claimed." in bo.page
    details = details_of(office, purchase)
    assert details is not None
    assert details.lines_for(MONEY) == ("Transfer to Bo Field, GB33BUKB20201555555555",)
    plain, full = (
        carry_out(office, "lottery.claims", {"draw": "money", "details": asked})["claims"][0]
        for asked in (False, True)
    )
    assert ("details" in plain, full["details"]) == (False, list(details.lines_for(MONEY)))
    assert "BUKB" not in repr(details)
    assert all(b"BUKB" not in sealed for sealed in rows(office, purchase))
    bo.open(f"{path}/claims")
    assert "BUKB2020" not in bo.page
    assert "You have told us already" in bo.page


def test_what_was_told_is_replaced_until_the_prize_is_given(office: BoxOffice, bo: Visitor) -> None:
    purchase = wins(office, "things", THING)
    path = page_of(office, purchase)
    bo.open(f"{path}/claims")
    bo.send(f"{path}/claims", BY_POST)
    bo.follow(bo.send(f"{path}/claims", {"thing_way": "counter"}))

    assert "Change where it goes" in bo.page
    told = details_of(office, purchase)
    assert told is not None
    assert told.lines_for(THING) == ("Fetched at the counter",)
    assert len(rows(office, purchase)) == 1
    office.pool_of(office.draws.by_slug("things").id).ask(ConfirmClaim("things-1", 1, "dee"))
    assert bo.open(f"{path}/claims").status_code == 303


def test_what_was_told_goes_after_the_prize_is_given(office: BoxOffice, bo: Visitor) -> None:
    purchase = wins(office, "gone", THING)
    path = page_of(office, purchase)
    bo.open(f"{path}/claims")
    bo.send(f"{path}/claims", BY_POST)
    old = utc_now() - timedelta(days=31)
    with office.db.write() as connection:
        connection.execute(update(ClaimDetails).values(kept_at=old))
    clean(office)
    assert rows(office, purchase), "it waits for its prize"
    office.pool_of(office.draws.by_slug("gone").id).ask(ConfirmClaim("gone-1", 1, "dee"))
    clean(office)
    assert rows(office, purchase), "it was given a moment ago"

    with office.db.write() as connection:
        given = update(LotteryWin).where(LotteryWin.purchase_id == purchase)
        connection.execute(given.values(confirmed_ms=int(old.timestamp() * 1000)))
    clean(office)

    assert rows(office, purchase) == []


def test_what_was_told_goes_with_its_buyer(office: BoxOffice, bo: Visitor) -> None:
    first = wins(office, "forgets", THING, email="eve@example.org")
    second = wins(office, "erased", THING, email="fay@example.org")
    for purchase in (first, second):
        path = page_of(office, purchase)
        bo.open(f"{path}/claims")
        bo.send(f"{path}/claims", BY_POST)
    signs_in(office, bo, "eve@example.org")
    told = [draw["prizes_go_to"] for draw in bo.open("/me/data.json").get_json()["draws"]]
    assert [one["thing_way"] for one in told] == ["post"], "all of it is in the buyer's own file"
    bo.open("/me/deletion")
    bo.send("/me/deletion")
    assert (len(rows(office, first)), len(rows(office, second))) == (0, 1)

    with office.db.write() as connection:
        connection.execute(update(Order).where(Order.id == second).values(email=""))
    clean(office)

    assert rows(office, second) == []


def test_a_claim_that_comes_too_late_keeps_nothing(office: BoxOffice, bo: Visitor) -> None:
    purchase = wins(office, "late", MONEY)
    path = page_of(office, purchase)
    bo.open(f"{path}/claims")
    state = office.pool_of(office.draws.by_slug("late").id).actor.state
    assert state is not None
    state.purchases[purchase].paid_ms = 1
    with office.db.write() as connection:
        paid = update(LotteryPurchase).where(LotteryPurchase.id == purchase)
        connection.execute(paid.values(paid_ms=1))

    bo.follow(bo.follow(bo.send(f"{path}/claims", TRANSFER)))

    assert "The time to claim this prize is over." in bo.page
    assert rows(office, purchase) == []


def test_seats_are_claimed_without_a_form_and_a_stranger_sees_none(
    office: BoxOffice, bo: Visitor
) -> None:
    purchase = wins(office, "chairs", SEAT)
    path = page_of(office, purchase)
    bo.open(path)
    assert re.search(rf'<form method="post" action="{path}/claims"', bo.page)

    assert bo.open(f"/d/{purchase}/wrong/claims").status_code == 404
    bo.open(path)
    bo.send(f"{path}/claims")

    assert (claimed(office, purchase), rows(office, purchase)) == (True, [])


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("GB33BUKB20201555555555", True), ("DE75512108001245126199", True),
        ("NO8330001234567", True), ("GB33BUKB20201555555556", False), ("GB33", False),
        ("", False), ("ＧB33BUKB20201555555555", False), ("GB33BUKB2020155555555" * 3, False),
    ],
)  # fmt: skip
def test_account_numbers_are_checked(text: str, is_one: bool) -> None:
    assert is_iban(text) == is_one


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("Bo\n3 Mill Lane\nFenmark", True), ("Fenmark", False), ("", False),
        ("a\n" * 20 + "b" * 20, False), ("Bo Field of Fenmark\n" + "x" * 500, False),
        ("Bo\x07 Field\n3 Mill Lane", False),
    ],
)  # fmt: skip
def test_addresses_are_whole(address: str, is_one: bool) -> None:
    typed = {"thing_way": "post", "address": address}
    if is_one:
        assert read_details((THING,), typed).address == address
        return
    with pytest.raises(Invalid) as caught:
        read_details((THING,), typed)
    assert list(caught.value.fields) == ["address"]
