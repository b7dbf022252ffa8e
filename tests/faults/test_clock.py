"""Somebody sets the machine's clock: no hold is stolen and none lives for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.budget import seldom
from tests.conftest import Serve
from tests.crash.demo_event import demo_seats
from tests.model.api import Api, Reply
from tests.services.box_office import BoxOffice
from tests.services.programs import libfaketime

pytestmark = pytest.mark.faults
HOLD_SECONDS = 6
LONG_HOLD_SECONDS = 120
DRIFT_NOTED_SECONDS = 12.0  # the house writes down every 10 s how far the wall has moved
TOLERANCE_SECONDS = 1.0
JUMPS = ("+1h", *seldom("-1h", "+1d", "-1d"))


class Wall:
    """The clock on the server's wall; the house's own steady clock is not touched."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.set("+0")

    @property
    def settings(self) -> dict[str, str]:
        """What makes a server look at this wall."""
        return {
            "LD_PRELOAD": str(libfaketime()),
            "FAKETIME_TIMESTAMP_FILE": str(self.path),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, jump: str) -> None:
        """Move the hands, as in +1h or -1d."""
        fresh = self.path.with_suffix(".fresh")
        fresh.write_text(f"{jump}\n")
        fresh.rename(self.path)


@pytest.fixture
def wall(tmp_path: Path) -> Wall:
    if libfaketime() is None:
        pytest.skip("libfaketime is not installed")
    return Wall(tmp_path / "wall")


@pytest.mark.parametrize("jump", JUMPS)
def test_a_hold_keeps_its_time_when_the_clock_jumps(serve: Serve, wall: Wall, jump: str) -> None:
    _, api, seat, path = _open(serve, wall)
    hold = api.post(path, {"seats": [seat]})

    wall.set(jump)

    _expect_held_to_the_end(api, hold, path, seat)


@pytest.mark.parametrize("jump", ["+1h", *seldom("-1h")])
def test_a_hold_keeps_its_time_when_the_clock_jumps_and_comes_back(
    serve: Serve, wall: Wall, jump: str
) -> None:
    _, api, seat, path = _open(serve, wall)
    wall.set(jump)
    hold = api.post(path, {"seats": [seat]})

    wall.set("+0")

    _expect_held_to_the_end(api, hold, path, seat)


@pytest.mark.parametrize("jump", ["-1h", *seldom("+1h")])
def test_a_hold_outlives_a_restart_on_a_machine_with_another_clock(
    serve: Serve, wall: Wall, jump: str
) -> None:
    office, api, seat, path = _open(serve, wall, LONG_HOLD_SECONDS)
    hold = api.post(path, {"seats": [seat]})
    wall.set(jump)
    time.sleep(DRIFT_NOTED_SECONDS)

    office.restart()

    look = api.get(f"/holds/{hold.content['id']}", Basket=hold.content["basket"])
    assert look.status == 200, look
    left = float(look.content["seconds_left"])
    assert hold.sent_at + LONG_HOLD_SECONDS - look.came_at - TOLERANCE_SECONDS <= left
    assert left <= LONG_HOLD_SECONDS
    assert api.post(path, {"seats": [seat]}).code == "places_taken"


def test_an_order_and_a_page_work_while_the_clock_is_wrong(serve: Serve, wall: Wall) -> None:
    _, api, seat, path = _open(serve, wall)
    wall.set("+1h")
    hold = api.post(path, {"seats": [seat]}).content
    wall.set("-1h")

    ask = {"basket": hold["basket"], "name": "Bo", "email": "bo@example.org", "payment": "demo"}
    order = api.post("/orders", ask | {"demo_outcome": "paid"})

    assert (order.status, order.content["status"]) == (201, "paid")
    look = api.get(f"/orders/{order.content['code']}", Order_Secret=order.content["secret"])
    assert (look.status, look.content["status"]) == (200, "paid")


def _open(
    serve: Serve, wall: Wall, hold_seconds: int = HOLD_SECONDS
) -> tuple[BoxOffice, Api, str, str]:
    """Open a house under the true clock, then start it again under the wall's."""
    office = serve({"FULLHOUSE_HOLD_SECONDS": str(hold_seconds)})
    seats = demo_seats(office, "clock", 20)
    office.program.env |= wall.settings
    office.restart()
    return office, Api(office.url), seats[0], "/events/clock/holds"


def _expect_held_to_the_end(api: Api, hold: Reply, path: str, seat: str) -> None:
    """Nobody else gets the seat before its end; its owner sees it; then it is free."""
    own, basket = f"/holds/{hold.content['id']}", str(hold.content["basket"])
    earliest, latest = hold.sent_at + HOLD_SECONDS, hold.came_at + HOLD_SECONDS
    while time.monotonic() < earliest - TOLERANCE_SECONDS:
        other = api.post(path, {"seats": [seat]})
        look = api.get(own, Basket=basket)
        if look.came_at < earliest:
            assert other.code == "places_taken", other
            assert look.status == 200, look
            left = float(look.content["seconds_left"])
            assert earliest - look.came_at - TOLERANCE_SECONDS <= left
            assert left <= latest - look.sent_at + TOLERANCE_SECONDS
        time.sleep(0.3)
    _wait_until(lambda: api.get(own, Basket=basket).status == 410, latest + TOLERANCE_SECONDS)
    assert api.post(path, {"seats": [seat]}).status == 201


def _wait_until(is_so: Callable[[], bool], until: float) -> None:
    while not is_so():
        assert time.monotonic() < until, "not in time"
        time.sleep(0.1)
