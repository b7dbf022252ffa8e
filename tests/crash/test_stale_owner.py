"""A server that slept while another took over its house must not sell anything when it wakes."""

from __future__ import annotations

import http.client
from pathlib import Path

import pytest

from tests.crash.demo_event import demo_seats
from tests.model.api import Api
from tests.services.box_office import box_office

pytestmark = pytest.mark.crash
FENCED_SECONDS = 15.0


def test_a_woken_server_cannot_write_after_another_took_over(
    tmp_path: Path, database_url: str
) -> None:
    shared = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "the same secret for both of them, 40 long",
    }
    with box_office(tmp_path / "first", settings=shared) as sleeper:
        seats = demo_seats(sleeper, "shared", 20)
        path = "/events/shared/holds"
        assert Api(sleeper.url).post(path, {"seats": seats[:1]}).status == 201
        sleeper.freeze()
        with box_office(tmp_path / "second", settings=shared) as owner:
            assert Api(owner.url).post(path, {"seats": seats[1:2]}).status == 201
            sleeper.thaw()

            assert not _is_told_yes(Api(sleeper.url), path, seats[2:3])
            assert not _is_told_yes(Api(sleeper.url), path, seats[1:2])

            assert sleeper.program.wait(within_seconds=FENCED_SECONDS) != 0
            assert Api(owner.url).post(path, {"seats": seats[2:3]}).status == 201
            letters = Api(owner.url).get("/events/shared/state").content["seats"]
            assert letters.count("h") == 3


def _is_told_yes(api: Api, path: str, seats: list[str]) -> bool:
    """Whether a hold was promised; a server that ends meanwhile promises nothing."""
    try:
        return api.post(path, {"seats": seats}).status == 201
    except (OSError, http.client.HTTPException):
        return False
