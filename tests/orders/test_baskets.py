"""A basket over several shows, seen together."""

from __future__ import annotations

import pytest

from app.orders.baskets import basket_view, ended_holds, event_of_hold, how_ended
from app.refusals import NotFound
from tests.orders.buying import Tour, give_back
from tests.orders.conftest import Later


def test_a_basket_shows_all_its_holds_by_event(tour: Tour) -> None:
    basket = basket_view(tour.office, "bo")

    assert [hold.event_id for hold in basket.holds] == sorted(show.id for show in tour.shows)
    assert (basket.place_count, basket.total_cents) == (6, tour.total_cents)
    assert basket.expires_ms == min(hold.expires_ms for hold in basket.holds)


def test_a_basket_that_nobody_has_is_empty(tour: Tour) -> None:
    basket = basket_view(tour.office, "nobody")

    assert (basket.holds, basket.expires_ms, basket.total_cents) == ((), None, 0)


def test_what_ran_out_is_told_with_its_places(tour: Tour, later: Later) -> None:
    later(601)
    assert basket_view(tour.office, "bo").holds == ()

    ended = ended_holds(tour.office, "bo")

    assert how_ended(tour.office, "bo") == {"expired"}
    assert sorted(event_id for event_id, _over in ended) == sorted(s.id for s in tour.shows)
    assert all(len(over.seats) == 2 for _event_id, over in ended)


def test_a_show_where_something_is_held_again_has_not_ended(tour: Tour) -> None:
    give_back(tour.shows[0], "bo")
    tour.shows[0].hold("bo", 5)

    assert ended_holds(tour.office, "bo") == ()


def test_after_a_restart_it_is_known_how_holds_ended_but_not_which_seats(tour: Tour) -> None:
    for show in tour.shows:
        give_back(show, "bo")
        tour.office.inventories._rest(show.id, show.inventory)
        assert show.inventory.offer.slug == show.slug

    assert how_ended(tour.office, "bo") == {"released"}
    assert ended_holds(tour.office, "bo") == ()


@pytest.mark.parametrize(
    "hold_id", ["", "7", "-7", "7-", "x-7", "²-7", "٣-7", "1234567890-7", " 7-8"]
)
def test_what_names_no_event_is_no_hold(hold_id: str) -> None:
    with pytest.raises(NotFound):
        event_of_hold(hold_id)


def test_a_hold_names_its_event() -> None:
    assert event_of_hold("7-abc-def") == 7
