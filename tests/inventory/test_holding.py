"""Promises of holding: all or none, never stolen, never shorter, given back exactly."""

from __future__ import annotations

import pytest

from app.inventory.commands import (
    AreaChoice,
    ChangeTicketType,
    ExtendHold,
    HoldBest,
    HoldSeats,
    ReleaseHold,
    ReleasePlaces,
    SeatChoice,
    ShowBasket,
    ShowHold,
)
from app.inventory.state import FREE
from app.refusals import (
    HoldEnded,
    HoldExpired,
    LimitReached,
    LoneSeat,
    NoExtensionLeft,
    NotFound,
    NotOnSale,
    PlacesTaken,
    UnknownPlace,
)
from tests.inventory.houses import ADULT, CHILD, NOON_MS, gala, holds, told


def test_a_held_seat_is_refused_to_the_next_buyer() -> None:
    house = gala()
    holds(house, "bo", "A1")

    with pytest.raises(PlacesTaken) as refusal:
        holds(house, "cy", "A1")

    assert refusal.value.details["seats"] == ["A1"]


def test_a_refused_hold_keeps_none_of_its_seats() -> None:
    house = gala()
    holds(house, "ada", "A1")

    with pytest.raises(PlacesTaken):
        holds(house, "bo", "A2", "A1", "A3")

    assert house.seat_letter("A2") == house.seat_letter("A3") == FREE


def test_a_second_hold_of_a_basket_adds_to_the_first() -> None:
    house = gala()
    first = holds(house, "bo", "A1")

    second = holds(house, "bo", "B1", seconds=60)

    assert second.id == first.id
    assert [seat.seat for seat in second.seats] == ["A1", "B1"]
    assert second.expires_ms == first.expires_ms


def test_holding_ones_own_seat_again_changes_nothing() -> None:
    house = gala()
    first = holds(house, "bo", "A1")

    assert holds(house, "bo", "A1").seats == first.seats


def test_an_expired_hold_gives_its_seats_to_the_next_buyer() -> None:
    house = gala()
    holds(house, "bo", "A1")

    assert holds(house, "cy", "A1", seconds=600).basket == "cy"


def test_a_hold_lasts_to_its_last_millisecond() -> None:
    house = gala()
    holds(house, "bo", "A1")

    with pytest.raises(PlacesTaken):
        holds(house, "cy", "A1", seconds=599.999)


def test_four_extensions_and_not_a_fifth() -> None:
    house = gala()
    hold = holds(house, "bo", "A1")
    for _ in range(4):
        hold = told(house, ExtendHold(hold.id, "bo"))

    assert hold.expires_ms == NOON_MS + (600 + 4 * 300) * 1000
    assert hold.extensions_left == 0
    with pytest.raises(NoExtensionLeft):
        told(house, ExtendHold(hold.id, "bo"))


def test_no_extension_goes_beyond_an_hour_from_the_first_seat() -> None:
    house = gala(extension_ms=1_500_000)
    hold = holds(house, "bo", "A1")
    told(house, ExtendHold(hold.id, "bo"))

    last = told(house, ExtendHold(hold.id, "bo"))

    assert last.expires_ms == NOON_MS + 3_600_000


@pytest.mark.parametrize("command", [ExtendHold, ReleaseHold, ShowHold])
def test_somebody_elses_hold_looks_like_none(command: type) -> None:
    house = gala()
    hold = holds(house, "bo", "A1")

    with pytest.raises(NotFound):
        told(house, command(hold.id, "cy"))


def test_a_release_frees_every_place_and_can_be_repeated() -> None:
    house = gala()
    hold = told(
        house,
        HoldSeats("bo", "7-bo", (SeatChoice("A1"),), (AreaChoice("floor", 3),)),
    )

    for _ in range(2):
        told(house, ReleaseHold(hold.id, "bo"))

    assert house.seat_letter("A1") == FREE
    assert house.area_free("floor") == 8


def test_a_released_hold_has_ended_and_an_expired_one_expired() -> None:
    house = gala()
    first = holds(house, "bo", "A1")
    second = holds(house, "cy", "A2")
    told(house, ReleaseHold(first.id, "bo"))

    with pytest.raises(HoldEnded):
        told(house, ShowHold(first.id, "bo"))
    with pytest.raises(HoldExpired):
        told(house, ExtendHold(second.id, "cy"), seconds=601)


def test_giving_back_the_last_place_ends_the_hold() -> None:
    house = gala()
    hold = holds(house, "bo", "A1", "A2")

    left = told(house, ReleasePlaces(hold.id, "bo", ("A1",)))
    assert left is not None
    assert [seat.seat for seat in left.seats] == ["A2"]
    assert told(house, ReleasePlaces(hold.id, "bo", ("A2",))) is None
    assert told(house, ShowBasket("bo")) is None


def test_a_ticket_type_changes_the_price() -> None:
    house = gala()
    hold = holds(house, "bo", "A1")

    cheaper = told(house, ChangeTicketType(hold.id, "bo", CHILD, seat="A1"))

    assert (hold.total_cents, cheaper.total_cents) == (2400, 1200)


def test_a_ticket_type_that_is_not_sold_there_is_refused() -> None:
    house = gala()

    with pytest.raises(UnknownPlace):
        told(house, HoldSeats("bo", "7-bo", (), (AreaChoice("floor", 1, CHILD),)))


def test_an_area_is_never_overfull() -> None:
    house = gala()
    told(house, HoldSeats("bo", "7-bo", (), (AreaChoice("floor", 5),)))

    with pytest.raises(PlacesTaken) as refusal:
        told(house, HoldSeats("cy", "7-cy", (), (AreaChoice("floor", 2), AreaChoice("floor", 2))))

    assert refusal.value.details["areas"] == ["floor"]
    assert house.area_free("floor") == 3


@pytest.mark.parametrize("count", [0, -1])
def test_fewer_than_one_place_is_refused(count: int) -> None:
    with pytest.raises(UnknownPlace):
        told(gala(), HoldSeats("bo", "7-bo", (), (AreaChoice("floor", count),)))


def test_the_order_limit_counts_everything_held() -> None:
    house = gala(order=3)
    holds(house, "bo", "A1", "A2")

    with pytest.raises(LimitReached):
        told(house, HoldSeats("bo", "x", (SeatChoice("A3"),), (AreaChoice("floor", 1),)))


def test_a_choice_that_strands_a_seat_is_refused_where_the_event_says_so() -> None:
    with pytest.raises(LoneSeat) as refusal:
        holds(gala(forbid_lone_seats=True), "bo", "A2")

    assert refusal.value.details["seats"] == ["A1"]
    assert holds(gala(), "bo", "A2").place_count == 1


def test_the_best_seats_are_together_and_said_to_be() -> None:
    best = told(gala(), HoldBest("bo", "7-bo", 3))

    assert best.together
    assert [seat.seat[0] for seat in best.seats] == ["A"] * 3


def test_the_best_of_a_torn_house_says_that_it_is_split() -> None:
    house = gala(rows=1, seats=4)
    holds(house, "cy", "A2")

    best = told(house, HoldBest("bo", "7-bo", 3))

    assert best.together is False


def test_a_house_without_enough_seats_gives_none() -> None:
    house = gala(rows=1, seats=4)

    with pytest.raises(PlacesTaken):
        told(house, HoldBest("bo", "7-bo", 5))

    assert house.free_count == 4


def test_nothing_is_held_before_the_sale_opens_or_after_it_closes() -> None:
    for seconds in (-90_000, 31 * 86_400):
        with pytest.raises(NotOnSale):
            holds(gala(), "bo", "A1", seconds=seconds)


def test_an_unknown_seat_is_refused_with_its_name() -> None:
    with pytest.raises(UnknownPlace) as refusal:
        holds(gala(), "bo", "Z1")

    assert refusal.value.details["seats"] == ["Z1"]


def test_types_default_to_the_first_that_is_sold() -> None:
    assert holds(gala(), "bo", "A1").seats[0].ticket_type == ADULT
