"""Whether a hold would work right now, part by part."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable
from typing import Final

from flask import Blueprint, Flask, Response, current_app
from flask.typing import ResponseReturnValue

from app.box_office import BoxOffice
from app.clock import house
from app.models import HouseTime
from app.refusals import Refusal
from app.rows import upsert

PROBE_SECONDS: Final = 2.0  # how long one look is good for, however often it is asked
QUIET_SECONDS: Final = 10.0  # an actor with letters waiting has moved within this
DISK_LEAST_BYTES: Final = 16 * 1024 * 1024
RETRY_SECONDS: Final = 5
OK: Final = "ok"

bp: Final = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    """Serve /healthz."""
    app.register_blueprint(bp)
    app.extensions["fullhouse.looks"] = Looks(lambda: look_at(app, app.extensions["fullhouse"]))


@bp.get("/healthz")
def show_health() -> ResponseReturnValue:
    """200 only when a hold would work; else 503 with what is wrong."""
    looks: Looks = current_app.extensions["fullhouse.looks"]
    found = looks.latest()
    is_well = all(words == OK for words in found.values())
    body = {"status": OK if is_well else "bad", **found}
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    if not is_well:
        headers["Retry-After"] = str(RETRY_SECONDS)
    return Response(json.dumps(body), 200 if is_well else 503, headers)


def look_at(app: Flask, office: BoxOffice) -> dict[str, str]:
    """Every part: ok, or a sentence that says what is wrong."""
    return {
        "actors": _look_at_actors(office),
        "database": _look_at_database(office),
        "runner": _look_at_runner(app),
        "disk": _look_at_disk(office),
    }


class Looks:
    """The last look, so that asking often costs nothing."""

    def __init__(self, look: Callable[[], dict[str, str]]) -> None:
        self._look = look
        self._turn = threading.Lock()
        self._found: dict[str, str] = {}
        self._good_until = 0.0

    def latest(self) -> dict[str, str]:
        """What is known, looked up again when it is too old."""
        with self._turn:
            if time.monotonic() >= self._good_until:
                self._found = self._look()
                self._good_until = time.monotonic() + PROBE_SECONDS
            return self._found


def _look_at_actors(office: BoxOffice) -> str:
    if not office.inventories.is_swept:
        return "The sweeper does not move: holds do not end by themselves."
    for inventory in office.inventories.running():
        actor = inventory.actor
        if not actor.alive:
            return f"The actor of event {inventory.offer.event_id} has died."
        if actor.waiting and time.monotonic() - actor.beat_at > QUIET_SECONDS:
            return f"The actor of event {inventory.offer.event_id} does not move."
    return OK


def _look_at_database(office: BoxOffice) -> str:
    """Really writes: a full disk or a locked file only shows then."""
    try:
        with office.db.write() as connection:
            connection.execute(
                upsert(connection, HouseTime, ["id"], ["house_ms", "drift_ms"]),
                {"id": 1, "house_ms": house.now_ms(), "drift_ms": house.drift_ms()},
            )
    except Refusal:
        return "The database cannot be written."
    except Exception as error:  # noqa: BLE001  whatever it is, a hold would meet it too
        return f"The database cannot be written ({type(error).__name__})."
    return OK


def _look_at_runner(app: Flask) -> str:
    background = app.extensions.get("fullhouse.background")
    if background is None:
        return "The runner of the outbox has not been started."
    return OK if background.is_well else "The runner of the outbox does not move."


def _look_at_disk(office: BoxOffice) -> str:
    try:
        free = shutil.disk_usage(office.settings.data_dir).free
    except OSError:
        return "The data folder cannot be read."
    if free < DISK_LEAST_BYTES:
        return f"Only {free // 1024} kB are free where the data folder is."
    return OK
