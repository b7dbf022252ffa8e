"""Promises of seats that a ballot keeps: never free in between, never anybody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.inventory import commands as c
from app.inventory.decide import decide, settle
from app.inventory.house_rules import KeptByBallot
from app.inventory.outcome import Moment
from app.inventory.records import EffectDue, Record, SeatFreed
from app.inventory.state import EventInventory
from app.inventory.views import Arranged
from app.refusals import Invalid, NotFound, PlacesTaken
from tests.inventory.houses import NOON_MS, gala

NOON = Moment(NOON_MS, NOON_MS)
LATER = Moment(NOON_MS + 3_600_000, NOON_MS + 3_600_000)
BALLOT = 3
TWO = (c.KeptRight("e1", "back", 2), c.KeptRight("e2", "back", 3))


def set_aside(count: int = 8, category: str = "back") -> EventInventory:
    """A house with seats that wait for the ballot."""
    house = gala(3, 8)
    settle(house, c.SetAside(BALLOT, category, count, "ada"), NOON)
    return house


def arranged(house: EventInventory, *rights: c.KeptRight, to_sale: bool = False) -> Arranged:
    """Seats for these rights."""
    return settle(house, c.ArrangeKept(BALLOT, rights, to_sale), NOON).outcome


def kept(house: EventInventory, entry: str = "") -> list[str]:
    """Seats that are kept for an entry, or wait for one."""
    word = f"ballot:{BALLOT}:{entry}" if entry else f"ballot:{BALLOT}"
    return sorted(seat for seat, keeper in house.kept.items() if keeper == word)


def taking(entry: str, basket: str = "bo", count: int = 2) -> c.HoldKept:
    """An entry's seats into a basket."""
    return c.HoldKept(basket, f"7-{basket}", BALLOT, entry, count)


def test_seats_that_are_set_aside_are_sold_to_nobody() -> None:
    house = set_aside()
    seat = kept(house)[0]

    assert len(kept(house)) == 8
    with pytest.raises(PlacesTaken):
        settle(house, c.HoldSeats("cy", "7-cy", (c.SeatChoice(seat),)), NOON)
    with pytest.raises(KeptByBallot):
        settle(house, c.UnblockPlaces("ada", seats=(seat,)), NOON)
    with pytest.raises(Invalid):
        settle(house, c.BlockPlaces("ballot:3:e1", "ada", ("A1",)), NOON)


def test_setting_aside_again_makes_it_exactly_so_many() -> None:
    house = set_aside(8)
    for count in (8, 5, 16):
        settle(house, c.SetAside(BALLOT, "back", count, "ada"), NOON)
        assert len(kept(house)) == count

    with pytest.raises(PlacesTaken):
        settle(house, c.SetAside(BALLOT, "back", 17, "ada"), NOON)


def test_a_group_sits_together_and_asking_again_changes_nothing() -> None:
    house = set_aside()
    assert arranged(house, *TWO).served == 2
    seats = kept(house, "e2")

    assert len(kept(house, "e1")) == 2
    numbers = [house.offer.seat_index[seat] for seat in seats]
    assert max(numbers) - min(numbers) == 2
    assert settle(house, c.ArrangeKept(BALLOT, TWO), NOON).records == ()


def test_seats_of_a_right_that_is_over_wait_for_the_next() -> None:
    house = set_aside(5)
    arranged(house, *TWO)
    last = c.KeptRight("e3", "back", 3)
    assert arranged(house, *TWO, last).lacking == 1

    arranged(house, TWO[0], last)

    assert kept(house, "e2") == []
    assert len(kept(house, "e3")) == 3


def test_kept_seats_are_never_free_on_their_way_through_a_basket() -> None:
    house = set_aside()
    arranged(house, *TWO)
    seats = kept(house, "e1")

    held = settle(house, taking("e1"), NOON)
    assert sorted(seat.seat for seat in held.outcome.seats) == seats
    assert settle(house, taking("e1"), NOON).records == ()
    assert arranged(house, *TWO).held == ("e1",)

    ended = settle(house, c.Expire(), LATER)
    assert not any(isinstance(fact, SeatFreed) for fact in ended.records)
    assert [f.kind for f in ended.records if isinstance(f, EffectDue)] == ["ballot.seats"]
    assert kept(house, "e1") == seats
    assert house.seat_letter(seats[0]) == ord("b")


def test_given_back_seats_stay_with_their_entry() -> None:
    house = set_aside()
    arranged(house, *TWO)
    hold = settle(house, taking("e1"), NOON).outcome
    seat = hold.seats[0].seat

    settle(house, c.ReleasePlaces(hold.id, "bo", (seat,)), NOON)
    assert len(kept(house, "e1")) == 2
    settle(house, c.ReleaseHold(hold.id, "bo"), NOON)

    assert arranged(house, *TWO).held == ()
    assert house.letters.count(b"b") == 8


def test_only_the_entrys_own_seats_go_into_one_basket() -> None:
    house = set_aside()
    arranged(house, *TWO)
    settle(house, taking("e1"), NOON)

    for command, refusal in (
        (taking("e1", "cy"), PlacesTaken),
        (taking("e3"), NotFound),
        (taking("e2", "cy", 4), Invalid),
        (taking("e2", "cy", 0), Invalid),
    ):
        with pytest.raises(refusal):
            decide(house, command, NOON)


def bought(house: EventInventory, count: int = 1) -> tuple[Record, ...]:
    """The first entry buys so many of its two seats; what became true for it."""
    arranged(house, *TWO)
    held = settle(house, taking("e1", count=count), NOON).outcome
    order = c.NewOrder("o1", "demo", "Bo", "bo@example.org", "bo", "en", True, NOON_MS)
    tickets = tuple(c.NewTicket(f"t{n}", n, f"code{n}") for n in range(1, count + 1))
    return settle(house, c.BuyNow(order, "bo", held.total_cents, "ref", tickets, 1), NOON).records


def returned(house: EventInventory, *tickets: str) -> tuple[Record, ...]:
    """Tickets of the first entry are voided; what became true for it."""
    command = c.CancelTickets("o1", tickets, "ill", "ada", NOON_MS)
    return settle(house, command, NOON).records


def test_what_was_sold_is_told_and_never_given_again() -> None:
    house = set_aside(5)
    sold = bought(house)

    assert "ballot.seats" in [f.kind for f in sold if isinstance(f, EffectDue)]
    assert arranged(house, *TWO).sold == (("e1", "o1", 1),)
    assert len(kept(house, "e1")) == 2  # the other one is kept until the ballot has heard

    assert arranged(house, TWO[1]).sold == (("e1", "o1", 1),)
    assert len(kept(house)) == 1


def test_what_the_ballot_needs_no_more_is_on_sale_again() -> None:
    house = set_aside()
    arranged(house, TWO[0])

    arranged(house, TWO[0], to_sale=True)

    assert kept(house) == []
    assert house.letters.count(b"b") == 2


def test_a_returned_seat_waits_in_the_ballot_for_the_next() -> None:
    house = set_aside(5)
    bought(house, 2)
    seats = kept(house, "e1")
    assert arranged(house, TWO[1]).unsold == (("back", 3),)

    facts = returned(house, "t1")

    assert [f.kind for f in facts if isinstance(f, EffectDue)] == ["ballot.seats"]
    assert not any(isinstance(fact, SeatFreed) for fact in facts)
    assert len(kept(house)) == 1
    assert set(kept(house)) < set(seats)
    told = arranged(house, TWO[1])
    assert (told.sold, told.unsold) == ((("e1", "o1", 1),), (("back", 4),))
    arranged(house, TWO[1], to_sale=True)
    assert kept(house) == []


@pytest.mark.parametrize("how", ["cancelled", "over", "never kept"])
def test_a_returned_seat_that_the_ballot_cannot_give_is_free(how: str) -> None:
    house = set_aside(5)
    bought(house)
    if how == "cancelled":
        settle(house, c.ChangeStatus("cancelled", "snow", "ada", NOON_MS), NOON)
    if how == "over":
        house.offer = replace(house.offer, sales_close_ms=NOON_MS)
    if how == "never kept":
        house.kept.clear()
    seat = house.tickets["t1"].seat
    assert seat is not None

    returned(house, "t1")

    assert house.seat_letter(seat) == ord("f")
    assert seat not in house.kept


def test_the_ballots_word_goes_along_to_a_seat_of_the_same_price_only() -> None:
    house = set_aside(5)
    bought(house)
    free = {
        seat.category: seat.id
        for seat in house.offer.seats
        if house.seat_letter(seat.id) == ord("f")
    }
    before = house.tickets["t1"].seat

    settle(house, c.MoveTicket("t1", free["back"], "ada", NOON_MS), NOON)
    assert arranged(house, *TWO).sold == (("e1", "o1", 1),)
    assert (free["back"] in house.kept, before in house.kept) == (True, False)
    assert house.seat_letter(str(before)) == ord("f")
    settle(house, c.MoveTicket("t1", free["front"], "ada", NOON_MS), NOON)

    assert arranged(house, *TWO).sold == ()
    returned(house, "t1")
    assert house.seat_letter(free["front"]) == ord("f")
