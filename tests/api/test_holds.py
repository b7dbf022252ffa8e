"""Keeping places: all or none, for their owner only, and never shorter."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from app.box_office import BoxOffice
from app.clock import house
from app.inventory.commands import BlockPlaces, ChangeStatus
from tests.api.client import Program
from tests.api.conftest import Gala, open_event

NOT_FOUND = (404, "not_found")


def test_a_hold_tells_its_owner_everything(bo: Program, gala: Gala) -> None:
    hold = bo.post(
        gala.path("holds"),
        {
            "seats": [gala.seats[0], {"id": gala.seats[1], "ticket_type": "under-26"}],
            "areas": [{"id": "standing", "count": 2, "ticket_type": "under-26"}],
        },
    )

    assert hold.status == 201
    content = hold.content
    assert content["event"] == gala.slug
    assert [(seat["id"], seat["price_cents"]) for seat in content["seats"]] == [
        (gala.seats[0], 2400),
        (gala.seats[1], 1200),
    ]
    assert [(area["count"], area["price_cents"]) for area in content["areas"]] == [(2, 800)]
    assert content["total_cents"] == 2400 + 1200 + 2 * 800
    assert content["seconds_left"] in (599, 600)
    assert content["extensions_left"] == 4
    assert "together" not in content


def test_holding_again_adds_to_the_basket(bo: Program, gala: Gala) -> None:
    first = bo.hold(gala.slug, gala.seats[0]).content
    more = bo.hold(gala.slug, gala.seats[1], basket=first["basket"]).content

    assert (more["id"], more["basket"]) == (first["id"], first["basket"])
    assert [seat["id"] for seat in more["seats"]] == list(gala.seats[:2])
    assert more["expires_at"] == first["expires_at"]


def test_a_basket_holds_places_at_several_events(
    bo: Program, gala: Gala, office: BoxOffice
) -> None:
    other = open_event(office)
    first = bo.hold(gala.slug, gala.seats[0]).content
    second = bo.hold(other.slug, other.seats[0], basket=first["basket"]).content

    assert second["basket"] == first["basket"]
    assert second["id"] != first["id"]
    assert second["event"] == other.slug


def test_a_taken_seat_is_refused_with_its_name_and_nothing_is_kept(
    bo: Program, cy: Program, gala: Gala
) -> None:
    bo.hold(gala.slug, gala.seats[1])

    no = cy.hold(gala.slug, gala.seats[0], gala.seats[1], gala.seats[2])
    assert no.no == (409, "places_taken")
    assert (no.content["seats"], no.content["areas"]) == ([gala.seats[1]], [])
    assert bo.letters(gala.slug).startswith("fhf")


def test_a_full_area_is_refused_by_its_name(bo: Program, gala: Gala) -> None:
    bo.post(gala.path("holds"), {"areas": [{"id": "standing", "count": 7}]})

    no = bo.post(gala.path("holds"), {"areas": [{"id": "standing", "count": 4}]})
    assert no.no == (409, "places_taken")
    assert no.content["areas"] == ["standing"]


def test_one_of_many_buyers_gets_the_seat(bo: Program, gala: Gala) -> None:
    answers: list[tuple[int, str]] = []
    crowd = [
        threading.Thread(target=lambda: answers.append(bo.hold(gala.slug, gala.seats[0]).no))
        for _ in range(24)
    ]
    for buyer in crowd:
        buyer.start()
    for buyer in crowd:
        buyer.join()

    assert sorted(answers) == [(201, ""), *[(409, "places_taken")] * 23]


@pytest.mark.parametrize(
    ("ask", "no"),
    [
        ({"seats": ["nowhere"]}, (422, "unknown_place")),
        ({"areas": [{"id": "nowhere", "count": 1}]}, (422, "unknown_place")),
        ({"areas": [{"id": "standing", "count": 1, "ticket_type": "dog"}]}, (422, "unknown_place")),
        ({"seats": []}, (422, "invalid")),
        ({"seats": ["x"], "basket": "x"}, NOT_FOUND),
        ({"seats": ["x"], "basket": ""}, NOT_FOUND),
        ({"seats": ["x"], "basket": "0123456789abcdef0123.AAAAAAAAAAAAAAAAAAAAAA"}, NOT_FOUND),
    ],
)
def test_what_cannot_be_held_is_refused(
    bo: Program, gala: Gala, ask: dict[str, Any], no: tuple[int, str]
) -> None:
    assert bo.post(gala.path("holds"), ask).no == no


def test_a_seat_without_such_a_ticket_type_is_refused(bo: Program, gala: Gala) -> None:
    ask = {"seats": [{"id": gala.seats[0], "ticket_type": "dog"}]}

    assert bo.post(gala.path("holds"), ask).no == (422, "unknown_place")


def test_more_than_one_order_may_have_is_refused(bo: Program, office: BoxOffice) -> None:
    event = open_event(office, "sales = { order_limit = 3 }")
    basket = bo.hold(event.slug, *event.seats[:2]).content["basket"]

    no = bo.hold(event.slug, *event.seats[2:4], basket=basket)
    assert no.no == (422, "limit_reached")
    assert no.content["limit"] == 3


def test_a_lone_seat_is_refused_where_the_organizer_wants_it(
    bo: Program, office: BoxOffice
) -> None:
    event = open_event(office, "sales = { forbid_lone_seats = true }")

    assert bo.hold(event.slug, event.seats[1]).no == (422, "lone_seat")


def test_a_paused_event_sells_nothing(bo: Program, gala: Gala, office: BoxOffice) -> None:
    inventory = office.inventory_of(office.catalogue.by_slug(gala.slug).id)
    inventory.ask(ChangeStatus("paused", "Back soon.", "ada", 1))

    assert bo.hold(gala.slug, gala.seats[0]).no == (409, "not_on_sale")
    assert bo.post(gala.path("best"), {"count": 2}).no == (409, "not_on_sale")
    assert bo.get(f"/events/{gala.slug}").content["sale"] == "paused"


def test_an_event_that_sells_later_sells_nothing_now(bo: Program, office: BoxOffice) -> None:
    event = open_event(office, 'sales = { opens_at = "2039-01-01 10:00" }')

    assert bo.hold(event.slug, event.seats[0]).no == (409, "not_on_sale")


def test_a_blocked_seat_is_not_for_sale(bo: Program, gala: Gala, office: BoxOffice) -> None:
    inventory = office.inventory_of(office.catalogue.by_slug(gala.slug).id)
    inventory.ask(BlockPlaces("camera", "ada", (gala.seats[0],)))

    assert bo.hold(gala.slug, gala.seats[0]).no == (409, "places_taken")
    assert bo.letters(gala.slug)[0] == "b"


def test_the_best_seats_are_together(bo: Program, gala: Gala) -> None:
    best = bo.post(gala.path("best"), {"count": 4, "category": "front"})

    assert best.status == 201
    assert best.content["together"] is True
    assert len(best.content["seats"]) == 4


def test_more_best_seats_than_there_are_is_refused(bo: Program, office: BoxOffice) -> None:
    event = open_event(office, seats=3)

    assert bo.post(event.path("best"), {"count": 4}).no == (409, "places_taken")


@pytest.mark.parametrize("category", ["nowhere", "", "rear "])
def test_the_best_of_an_unknown_category_is_refused(bo: Program, gala: Gala, category: str) -> None:
    ask = {"count": 2, "category": category}

    assert bo.post(gala.path("best"), ask).no == (422, "unknown_place")


def test_a_hold_can_be_made_longer_four_times(bo: Program, gala: Gala) -> None:
    hold = bo.hold(gala.slug, gala.seats[0]).content
    own = {"Basket": hold["basket"]}
    for left in (3, 2, 1, 0):
        longer = bo.post(f"/holds/{hold['id']}/extensions", **own)
        assert (longer.status, longer.content["extensions_left"]) == (200, left)

    assert longer.content["seconds_left"] in (1799, 1800)
    assert bo.post(f"/holds/{hold['id']}/extensions", **own).no == (409, "no_extension_left")


def test_a_hold_given_back_is_free_and_may_be_given_back_again(bo: Program, gala: Gala) -> None:
    hold = bo.hold(gala.slug, gala.seats[0]).content
    own = {"Basket": hold["basket"]}

    assert bo.delete(f"/holds/{hold['id']}", **own).status == 204
    assert bo.letters(gala.slug)[0] == "f"
    assert bo.delete(f"/holds/{hold['id']}", **own).status == 204
    assert bo.get(f"/holds/{hold['id']}", **own).no == (409, "hold_ended")
    assert bo.post(f"/holds/{hold['id']}/extensions", **own).no == (409, "hold_ended")


def test_a_look_shows_what_is_held_and_changes_nothing(bo: Program, gala: Gala) -> None:
    hold = bo.hold(gala.slug, gala.seats[0])
    version = bo.get(gala.path("state")).content["version"]

    look = bo.get(f"/holds/{hold.content['id']}", Basket=hold.content["basket"])
    assert look.status == 200
    changing = {"seconds_left"}
    assert {k: v for k, v in look.content.items() if k not in changing} == {
        k: v for k, v in hold.content.items() if k not in changing
    }
    assert bo.get(gala.path("state")).content["version"] == version


@pytest.mark.parametrize(
    "hold_id", ["x", "1", "1-", "-1", "999999-0123", "99999999999-1", "1-x", "%00", "١-x", "1.5-x"]
)
def test_a_hold_that_never_was_is_not_found(bo: Program, gala: Gala, hold_id: str) -> None:
    own = {"Basket": bo.hold(gala.slug, gala.seats[0]).content["basket"]}

    assert bo.get(f"/holds/{hold_id}", **own).no == NOT_FOUND
    assert bo.post(f"/holds/{hold_id}/extensions", **own).no == NOT_FOUND
    assert bo.delete(f"/holds/{hold_id}", **own).no == NOT_FOUND


def test_a_hold_that_ran_out_says_so(
    bo: Program, gala: Gala, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = bo.hold(gala.slug, gala.seats[0]).content
    later_ms = house.now_ms() + 601_000
    monkeypatch.setattr(house, "now_ms", lambda: later_ms)

    own = {"Basket": hold["basket"]}
    assert bo.get(f"/holds/{hold['id']}", **own).no == (410, "hold_expired")
    assert bo.post(f"/holds/{hold['id']}/extensions", **own).no == (410, "hold_expired")
    assert bo.order(hold["basket"]).no == (410, "hold_expired")
    assert bo.delete(f"/holds/{hold['id']}", **own).status == 204
    assert bo.letters(gala.slug)[0] == "f"


def test_a_seat_whose_hold_ran_out_goes_to_the_next_buyer(
    bo: Program, cy: Program, gala: Gala, monkeypatch: pytest.MonkeyPatch
) -> None:
    bo.hold(gala.slug, gala.seats[0])
    later_ms = house.now_ms() + 601_000
    monkeypatch.setattr(house, "now_ms", lambda: later_ms)

    assert cy.hold(gala.slug, gala.seats[0]).status == 201
