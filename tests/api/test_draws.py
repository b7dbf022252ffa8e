"""Draws for programs: list, buy, follow, results."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from sqlalchemy import func, select

from app.box_office import BoxOffice
from app.buyers import NAME_ODD
from app.lottery.pool.commands import CloseBatch
from app.lottery.pool.terms import EVENING
from app.models import Order
from tests.api.client import Answer, Program
from tests.carrying import carry_out_due
from tests.lottery.house_draws import add_draw, terms_for

_slugs = itertools.count(1)
BO = {"name": "Bo Field", "email": "bo@example.org", "payment": "demo", "demo_outcome": "paid"}
KEY = "a key of sixteen or more"


def made(office: BoxOffice, **changes: Any) -> str:
    """A draw whose first batch sells; its slug."""
    slug = f"roof-{next(_slugs)}"
    rules = {name: changes.pop(name) for name in ("age_limit", "person_limit") if name in changes}
    basis = {"basis": None} if changes.pop("is_unlicensed", False) else {}
    add_draw(office, terms_for(**changes), slug=slug, **rules, **basis)
    return slug


def buy(bo: Program, slug: str, count: Any = 10, **fields: Any) -> Answer:
    key = fields.pop("key", None)
    headers = {} if key is None else {"Idempotency_Key": key}
    return bo.post(f"/draws/{slug}/purchases", {**BO, "count": count, **fields}, **headers)


def test_a_purchase_from_the_list_to_the_results(office: BoxOffice, bo: Program) -> None:
    slug = made(office)
    assert slug in [draw["slug"] for draw in bo.get("/draws").content["draws"]]
    shown = bo.get(f"/draws/{slug}").content
    assert (shown["status"], shown["tickets_left"], shown["price_cents"]) == ("selling", 1000, 100)
    assert shown["legal"]["number"] == "SL 0417"
    assert [prize["left"] for prize in shown["batches"][0]["prizes"]] == [10, 100]

    placed = buy(bo, slug, 1000)
    assert (placed.status, placed.content["status"]) == (201, "paid")
    own = {"Order_Secret": placed.content["secret"]}
    path = f"/purchases/{placed.content['code']}"
    begun = bo.get(path, **own).content
    assert (begun["taken"], begun["drawn"], begun["is_done"]) == (1000, 0, False)
    assert bo.get(f"{path}/results", **own).content == {"prizes": [], "next": None}
    carry_out_due(office, "lottery.allocate")

    done = bo.get(path, **own).content
    assert (done["drawn"], done["is_done"], done["prizes_won"]) == (1000, True, 110)
    assert done["parts"] == [
        {"batch": f"{slug}-1", "first": 1, "last": 1000, "is_known": True,
         "commitment": shown["batches"][0]["commitment"]}
    ]  # fmt: skip
    found, after = [], "0"
    while after is not None:
        page = bo.get(f"{path}/results?after={after}", **own).content
        found += page["prizes"]
        after = page["next"]
    assert [prize["prize"] for prize in found] == ["lamp"] * 10 + ["tea"] * 100


def test_a_first_name_with_a_sign_that_nobody_sees_is_refused(
    office: BoxOffice, bo: Program
) -> None:
    answer = buy(bo, made(office), name="Bo\u202eDlef", show_name=True)

    assert answer.status == 422
    assert answer.content["fields"] == {"name": NAME_ODD}


def test_a_repeat_is_answered_as_the_first(office: BoxOffice, bo: Program) -> None:
    slug = made(office)
    first = buy(bo, slug, key=f"{KEY} {slug}".replace(" ", "-"))
    carry_out_due(office, "lottery.allocate")

    again = buy(bo, slug, key=f"{KEY} {slug}".replace(" ", "-"))

    assert again.body == first.body
    assert buy(bo, slug, 11, key=f"{KEY} {slug}".replace(" ", "-")).no == (
        422, "idempotency_mismatch",
    )  # fmt: skip


def test_paying_later_has_a_page_and_no_ticket(office: BoxOffice, bo: Program) -> None:
    placed = buy(bo, made(office), demo_outcome=None).content

    assert placed["pay_url"].startswith("http://127.0.0.1:8000/pay/")
    own = {"Order_Secret": placed["secret"]}
    waiting = bo.get(f"/purchases/{placed['code']}", **own).content
    assert (waiting["status"], waiting["taken"], waiting["parts"]) == ("paying", None, [])
    notice = {"order": placed["code"], "outcome": "paid"}
    assert bo.post("/demo/payments", notice, **own).content["status"] == "paid"
    assert bo.get(f"/purchases/{placed['code']}", **own).content["taken"] == 10


def test_an_evening_tells_nothing_before_its_draw(office: BoxOffice, bo: Program) -> None:
    slug = made(office, mode=EVENING)
    placed = buy(bo, slug).content
    carry_out_due(office, "lottery.allocate")

    own = {"Order_Secret": placed["secret"]}
    found = bo.get(f"/purchases/{placed['code']}", **own).content
    assert (found["is_done"], found["waits_for_draw"], found["prizes_won"]) == (True, True, 0)
    assert bo.get(f"/purchases/{placed['code']}/results", **own).content["prizes"] == []
    batch = bo.get(f"/draws/{slug}").content["batches"][0]
    assert [prize["left"] for prize in batch["prizes"]] == [None, None]


@pytest.mark.parametrize(
    ("fields", "no"),
    [
        ({"count": 0}, (422, "invalid")),
        ({"count": -1}, (422, "invalid")),
        ({"count": 10_001}, (422, "invalid")),
        ({"count": "10"}, (422, "invalid")),
        ({"count": True}, (422, "invalid")),
        ({"if_short": "some"}, (422, "invalid")),
        ({"contribution": "mine"}, (422, "invalid")),
        ({"price_cents": 1}, (422, "invalid")),
        ({"email": "nobody"}, (422, "invalid")),
        ({"count": 1001, "if_short": "nothing"}, (409, "sold_out")),
        ({"of_age": False}, (422, "age_needed")),
        ({"count": 21}, (422, "address_limit")),
        ({"payment": "credits"}, (422, "payment_not_possible")),
        ({"payment": "transfer"}, (422, "payment_not_possible")),
        ({"demo_outcome": "refused"}, (402, "card_refused")),
    ],
)
def test_a_refusal_changes_nothing(
    office: BoxOffice, bo: Program, fields: dict[str, Any], no: tuple[int, str]
) -> None:
    slug = made(office, age_limit=18, person_limit=20 if no[1] != "sold_out" else 10_000)

    answer = buy(bo, slug, **{"of_age": True, **fields})

    assert answer.no == no
    assert bo.get(f"/draws/{slug}").content["tickets_left"] == 1000


def test_closed_and_unlicensed_draws_and_other_peoples_purchases(
    office: BoxOffice, bo: Program
) -> None:
    slug = made(office)
    placed = buy(bo, slug).content
    office.pool_of(office.draws.by_slug(slug).id).ask(CloseBatch(f"{slug}-1", "ada", 0))
    with office.db.read() as connection:
        before = connection.scalar(select(func.count()).select_from(Order))

    assert buy(bo, slug).no == (409, "draw_not_open")
    unlicensed = made(office, is_unlicensed=True)
    assert bo.get(f"/draws/{unlicensed}").no == (404, "not_found")
    assert buy(bo, unlicensed).no == (404, "not_found")
    for path in (f"/purchases/{placed['code']}", f"/purchases/{placed['code']}/results"):
        assert bo.get(path, Order_Secret="wrong").no == (404, "not_found")
        assert bo.get(path).no == (404, "not_found")
    own = {"Order_Secret": placed["secret"]}
    assert bo.get(f"/purchases/{placed['code']}/results?after=x", **own).no == (422, "invalid")
    with office.db.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Order)) == before
