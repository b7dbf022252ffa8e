"""Keys that were won: they open a sale early or a page, to their holder and to nobody else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from app.box_office import BoxOffice
from app.clock import to_ms, utc_now
from app.deletions import DELETIONS
from app.draw_words import EARLY_ACCESS, MEMBERS_PAGE, TierWords
from app.inventory.commands import HoldBest, HoldSeats, SeatChoice
from app.lottery.pool.terms import ENTITLEMENT
from app.models import Entitlement, Order, OutboxRow
from app.prize_draws.opening import open_batch
from app.refusals import NotOnSale
from app.tokens import new_id
from jobs.duties import duties_of
from tests.carrying import carry_out_due
from tests.draws.made import NOTES, add_draw, terms
from tests.draws.winning import BO, CY, early_show, signs_in, wins
from tests.opened import opened
from tests.shop.visitor import ORIGIN, Visitor

SAYS_SO = "Your early booking key opens the sale for you"
DAY = timedelta(days=1)


@pytest.fixture
def bo(app: Flask) -> Visitor:
    """Bo buys."""
    return Visitor(app)


def test_a_key_opens_the_sale_to_its_holder_and_to_nobody_else(
    office: BoxOffice, bo: Visitor, cy: Visitor
) -> None:
    early_show(office, "soon")
    wins(office, "keys", ENTITLEMENT, TierWords(event="soon", opens=EARLY_ACCESS))
    signs_in(office, bo, BO)
    signs_in(office, cy, CY)

    bo.open("/e/soon")
    assert SAYS_SO in bo.page
    bo.open("/e/soon/seats")
    seat, other, last = bo.seats()[:3]
    for stranger in (cy, Visitor(bo._client.application)):
        stranger.open("/e/soon")
        assert "On sale on" in stranger.page
        assert SAYS_SO not in stranger.page
        stranger.open("/me")
        assert stranger.hold("soon", seat).status_code == 409
        best = stranger.send("/e/soon/best", {"count": "2"}, htmx=True)
        assert best.status_code == 409
    assert bo.hold("soon", seat, other).status_code == 200
    assert bo.basket() == [seat, other]

    body = {"seats": [last]}
    told = bo._client.post("/api/v1/events/soon/holds", json=body, base_url=ORIGIN)
    assert (told.status_code, told.get_json()["code"]) == (409, "not_on_sale")

    bo.open("/checkout")
    fields = {"email": BO, "name": "Bo", "payment": "demo", "key": bo.hidden("key")}
    paying = bo.send("/checkout", {**fields, "total": bo.hidden("total")})
    assert paying.status_code == 303, paying.text
    bo.follow(paying)
    with office.db.read() as connection:
        assert connection.scalar(select(Order.id).where(Order.total_cents > 0)) is not None


def test_pressing_and_best_seats_need_the_key_at_the_actor(office: BoxOffice) -> None:
    inventory = office.inventory_of(early_show(office, "pressed"))
    seat = inventory.offer.seats[0].id
    basket = new_id()

    for early, answer in ((False, NotOnSale), (True, None)):
        commands = (
            HoldSeats(basket, new_id(), (SeatChoice(seat),), early=early),
            HoldBest(basket, new_id(), 1, early=early),
        )
        for command in commands:
            if answer is None:
                assert inventory.ask(command).place_count
            else:
                with pytest.raises(answer):
                    inventory.ask(command)


@pytest.mark.parametrize(("begins", "ends"), [(DAY, 2 * DAY), (-2 * DAY, -DAY)])
def test_a_key_works_in_its_time_only(
    office: BoxOffice, bo: Visitor, begins: timedelta, ends: timedelta
) -> None:
    slug, now = f"timed-{ends.days}", utc_now()
    early_show(office, slug)
    from_ms, until_ms = to_ms(now + begins), to_ms(now + ends)
    shown = TierWords(event=slug, opens=EARLY_ACCESS, from_ms=from_ms, until_ms=until_ms)
    wins(office, f"keys-{slug}", ENTITLEMENT, shown)
    signs_in(office, bo, BO)

    bo.open(f"/e/{slug}")

    assert "On sale on" in bo.page
    bo.open("/me")
    assert bo.hold(slug, office.inventory_of(1).offer.seats[0].id).status_code == 409


def test_a_key_of_one_show_opens_no_other_and_no_paused_one(office: BoxOffice, bo: Visitor) -> None:
    early_show(office, "mine")
    early_show(office, "other")
    wins(office, "keys-mine", ENTITLEMENT, TierWords(event="mine", opens=EARLY_ACCESS))
    signs_in(office, bo, BO)

    bo.open("/e/other")

    assert "On sale on" in bo.page


def test_members_read_their_page_and_others_how_to_become_one(
    office: BoxOffice, bo: Visitor, cy: Visitor
) -> None:
    words = "The stage door opens for you at six.\n\nAsk for <b>Ada</b>."
    shown = TierWords(opens=MEMBERS_PAGE, page=words)
    wins(office, "club", ENTITLEMENT, shown)

    bo.open("/members/club")
    assert "The stage door" not in bo.page
    assert 'href="/me?next=/members/club"' in bo.page
    signs_in(office, bo, BO)
    assert "Members&#39; page of" in bo.page
    bo.open("/members/club")
    assert "The stage door opens for you at six." in bo.page
    assert "&lt;b&gt;Ada" in bo.page
    signs_in(office, cy, CY)
    assert "Members" not in cy.page
    cy.open("/members/club")
    assert "The stage door" not in cy.page
    assert "has not won it" in cy.page
    assert bo.open("/members/keys-of-none").status_code == 404


def test_the_members_of_a_draw_that_nobody_may_see_have_a_page_and_others_none(
    office: BoxOffice, bo: Visitor, cy: Visitor
) -> None:
    tier = {"opens": MEMBERS_PAGE, "page": "The stage door opens at six."}
    lottery_id = add_draw(office, "unseen", notes=NOTES | {"tiers": {"bicycle": tier}})
    open_batch(office, lottery_id, 1, terms(price_cents=100), "ada")
    signs_in(office, bo, BO)

    assert [one.open("/members/unseen").status_code for one in (cy, bo)] == [404, 404]

    key = {
        "batch_id": "unseen-1", "position": 1, "tier": "bicycle", "opens": MEMBERS_PAGE,
        "buyer": office.tokens.address_key(BO), "from_at": utc_now() + DAY,
        "lottery_id": lottery_id,
    }  # fmt: skip
    with office.db.write() as connection:
        connection.execute(insert(Entitlement), key)
    assert bo.open("/members/unseen").status_code == 200
    assert "Your membership begins on" in bo.page
    assert "/draw/unseen" not in bo.page
    assert cy.open("/members/unseen").status_code == 404


def test_a_repeat_cuts_no_second_key_and_forgetting_takes_it(
    office: BoxOffice, bo: Visitor
) -> None:
    address = "di@example.org"
    shown = TierWords(opens=MEMBERS_PAGE, page="Hello.")
    wins(office, "once", ENTITLEMENT, shown, address)
    with office.db.write() as connection:
        again = update(OutboxRow).where(OutboxRow.kind == "lottery.prize")
        connection.execute(again.values(state="due"))
    carry_out_due(office, "lottery.prize")

    query = select(Entitlement.position).where(
        Entitlement.buyer == office.tokens.address_key(address)
    )
    with office.db.read() as connection:
        assert connection.execute(query).scalars().all() == [1]
    signs_in(office, bo, address)
    assert bo.open("/me/data.json").get_json()["keys"][0]["opens"] == MEMBERS_PAGE
    bo.open("/me/deletion")
    assert "what you won that opens something here: 1 key." in bo.page
    bo.send("/me/deletion")
    with office.db.read() as connection:
        assert connection.execute(query).scalars().all() == []


def test_ended_keys_are_removed_and_others_stay(tmp_path: Path, database_url: str) -> None:
    with opened(tmp_path, database_url) as office:
        old, later = utc_now() - 40 * DAY, utc_now() + DAY
        for slug, until in (("old-club", old), ("new-club", later)):
            shown = TierWords(opens=MEMBERS_PAGE, page="Hello.", until_ms=to_ms(until))
            wins(office, slug, ENTITLEMENT, shown, "fay@example.org")

        deletion = next(one for one in DELETIONS if one.kind == "delete.ended_keys")
        with office.db.write() as connection:
            deletion.remove(connection, utc_now(), deletion.find(connection, utc_now(), 100))

        theirs = Entitlement.batch_id.in_(("old-club-1", "new-club-1"))
        with office.db.read() as connection:
            kept = connection.execute(select(Entitlement.batch_id).where(theirs)).scalars().all()
        assert kept == ["new-club-1"]


def test_a_key_to_a_show_that_is_not_there_is_told_to_the_house(office: BoxOffice) -> None:
    wins(office, "lost", ENTITLEMENT, TierWords(event="nowhere", opens=EARLY_ACCESS))

    with office.db.read() as connection:
        query = select(OutboxRow.state).where(OutboxRow.dedupe_key == "lottery.prize:lost-1:1")
        assert connection.scalar(query) == "dead"
    assert "lottery.prize" in duties_of.__globals__["prizes"].duties(office)
