"""A million random commands, and every rule looked at after each of them."""

from __future__ import annotations

import pytest

from app.inventory.commands import HoldSeats, SeatChoice
from app.inventory.state import EventInventory
from tests.inventory.simulator import Broken, Simulation

HOUSE_COMMANDS = 2000
QUICK_HOUSES = 50
LONG_HOUSES = 500


def simulate(seed: int, house_count: int) -> int:
    """Run that many houses; the number of commands carried out or refused."""
    return sum(Simulation(seed + n).run(HOUSE_COMMANDS).total() for n in range(house_count))


def test_a_hundred_thousand_commands_break_no_rule(seed: int) -> None:
    assert simulate(seed, QUICK_HOUSES) == QUICK_HOUSES * HOUSE_COMMANDS


@pytest.mark.long
def test_a_million_commands_break_no_rule(seed: int) -> None:
    assert simulate(seed, LONG_HOUSES) == LONG_HOUSES * HOUSE_COMMANDS


def test_every_kind_of_command_is_carried_out_and_refused() -> None:
    counts = Simulation(1).run(20_000)

    carried_out = {name for name in counts if not name.startswith("no ")}
    assert carried_out >= {
        "HoldSeats", "HoldBest", "ExtendHold", "ReleaseHold", "ReleasePlaces",
        "ChangeTicketType", "StartPayment", "EndPayment", "Refreeze", "Sell", "BuyNow",
        "CancelTickets", "MoveTicket", "BlockPlaces", "UnblockPlaces", "KeepOffer",
    }  # fmt: skip
    assert {"no places_taken", "no hold_expired", "no limit_reached"} <= set(counts)


def test_the_simulator_notices_a_stolen_seat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.inventory.holding._refuse_taken", lambda *parts: None)

    with pytest.raises(Broken):
        Simulation(1).run(5000)


def test_the_simulator_notices_a_lost_release(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = EventInventory._free_seat
    monkeypatch.setitem(
        __import__("app.inventory.state", fromlist=["x"])._CHANGES,
        __import__("app.inventory.records", fromlist=["x"]).SeatFreed,
        lambda state, fact: kept(state, fact) if fact.seat != "A1" else None,
    )

    with pytest.raises(Broken):
        Simulation(1).run(20_000)


def test_two_runs_of_a_seed_are_the_same() -> None:
    first, second = Simulation(5), Simulation(5)

    assert first.run(3000) == second.run(3000)
    assert bytes(first.state.letters) == bytes(second.state.letters)
    assert HoldSeats("b", "h", (SeatChoice("A1"),)) == HoldSeats("b", "h", (SeatChoice("A1"),))
