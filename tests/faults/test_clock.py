"""Somebody sets the machine's clock: no hold is stolen and none lives for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Serve
from tests.crash.demo_event import demo_seats
from tests.model.api import Api
from tests.services.box_office import BoxOffice
from tests.services.programs import libfaketime

pytestmark = pytest.mark.faults
HOLD_SECONDS = 6
TOLERANCE_SECONDS = 1.0
JUMPS = ("+1h", "-1h", "+1d", "-1d")


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
            "FULLHOUSE_HOLD_SECONDS": str(HOLD_SECONDS),
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
    office = serve(wall.settings)
    api, seat, path = _open(office)
    hold = api.post(path, {"seats": [seat]})
    began_at = time.monotonic()

    wall.set(jump)

    _expect_held_until(api, hold.content, path, seat, began_at + HOLD_SECONDS)
    assert api.post(path, {"seats": [seat]}).status == 201


@pytest.mark.parametrize("jump", ["+1h", "-1h"])
def test_a_hold_keeps_its_time_when_the_clock_jumps_and_comes_back(
    serve: Serve, wall: Wall, jump: str
) -> None:
    office = serve(wall.settings)
    api, seat, path = _open(office)
    wall.set(jump)
    hold = api.post(path, {"seats": [seat]})
    began_at = time.monotonic()

    wall.set("+0")

    _expect_held_until(api, hold.content, path, seat, began_at + HOLD_SECONDS)
    assert api.post(path, {"seats": [seat]}).status == 201


@pytest.mark.parametrize("jump", ["+1h", "-1h"])
def test_a_hold_outlives_a_restart_on_a_machine_with_another_clock(
    serve: Serve, wall: Wall, jump: str
) -> None:
    office = serve(wall.settings)
    api, seat, path = _open(office)
    hold = api.post(path, {"seats": [seat]}).content
    wall.set(jump)
    time.sleep(1.5)  # the house writes down now and then how far the wall has moved

    office.restart()

    look = api.get(f"/holds/{hold['id']}", Basket=hold["basket"])
    assert look.status == 200, look
    assert 0 < look.content["seconds_left"] <= HOLD_SECONDS
    until = time.monotonic() + HOLD_SECONDS + TOLERANCE_SECONDS
    _wait_until(lambda: api.post(path, {"seats": [seat]}).status == 201, until)


def test_an_order_and_a_page_work_while_the_clock_is_wrong(serve: Serve, wall: Wall) -> None:
    office = serve(wall.settings)
    api, seat, path = _open(office)
    wall.set("+1h")
    hold = api.post(path, {"seats": [seat]}).content
    wall.set("-1h")

    ask = {"basket": hold["basket"], "name": "Bo", "email": "bo@example.org", "payment": "demo"}
    order = api.post("/orders", ask | {"demo_outcome": "paid"})

    assert (order.status, order.content["status"]) == (201, "paid")
    look = api.get(f"/orders/{order.content['code']}", Order_Secret=order.content["secret"])
    assert (look.status, look.content["status"]) == (200, "paid")


def _open(office: BoxOffice) -> tuple[Api, str, str]:
    seats = demo_seats(office, "clock", 20)
    return Api(office.url), seats[0], "/events/clock/holds"


def _expect_held_until(api: Api, hold: dict[str, object], path: str, seat: str, end: float) -> None:
    """Nobody else gets the seat before its end; its owner sees it; then it is free."""
    own = f"/holds/{hold['id']}"
    while time.monotonic() < end - TOLERANCE_SECONDS:
        assert api.post(path, {"seats": [seat]}).code == "places_taken"
        look = api.get(own, Basket=str(hold["basket"]))
        left = end - time.monotonic()
        assert look.status == 200, look
        assert abs(float(look.content["seconds_left"]) - left) <= TOLERANCE_SECONDS + 0.5
        time.sleep(0.3)
    _wait_until(lambda: api.get(own, Basket=str(hold["basket"])).status == 410, end + 1)


def _wait_until(is_so: Callable[[], bool], until: float) -> None:
    while not is_so():
        assert time.monotonic() < until, "not in time"
        time.sleep(0.1)
