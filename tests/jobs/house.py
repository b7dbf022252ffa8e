"""A box office whose letters a test watches: opened in this process, drained here or beside it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.box_office import BoxOffice, open_box_office
from app.config import read_settings
from app.db import Database
from app.inventory.commands import HoldBest
from app.models import OutboxRow
from app.orders.placed import Buyer
from app.orders.placing import place_order
from app.refusals import NotFound
from app.runner import Runner
from app.tokens import new_id
from tests.jobs.shows import add_show
from tests.services.box_office import OwnProgram
from tests.services.environment import clean_env
from tests.services.processes import Program

ROOT = Path(__file__).parents[2]
STEP_SECONDS = 0.05
WAIT_SECONDS = 20.0
# What `fullhouse work` and `fullhouse serve` run, without what these tests do not look at.
WORK = "from app.config import read_settings; from app.runner import work; work(read_settings())"
DRAIN = (
    "import time; from app.box_office import open_box_office; from app.config import read_settings;"
    " from app.runner import Runner; Runner(open_box_office(read_settings())).start();"
    " time.sleep(600)"
)


class House:
    """One installation of a test. Without `redis_url` letters leave from inside the server."""

    def __init__(self, folder: Path, database_url: str, smtp_url: str, redis_url: str = "") -> None:
        self.folder = folder
        self.env = {
            "FULLHOUSE_DATA_DIR": str(folder / "data"),
            "DATABASE_URL": database_url,
            "SMTP_URL": smtp_url,
            "REDIS_URL": redis_url,
            "FULLHOUSE_BASE_URL": "https://tickets.example.org",
        }
        self.uses_redis = bool(redis_url)
        self._office: BoxOffice | None = None
        self._runner: Runner | None = None
        self._programs: list[Program] = []

    @property
    def office(self) -> BoxOffice:
        """The box office, opened when first asked for."""
        if self._office is None:
            self._office = open_box_office(read_settings(self.env))
        return self._office

    @property
    def gala(self) -> int:
        """The event that people buy tickets for; made when first asked for."""
        try:
            return self.office.catalogue.any_by_slug("gala").id
        except NotFound:
            return add_show(self.office)

    def hold(self, count: int = 2, event_id: int | None = None, basket: str = "") -> str:
        """Hold the best seats; the basket."""
        event_id = event_id or self.gala
        basket = basket or new_id()
        self.office.inventory_of(event_id).ask(HoldBest(basket, f"{event_id}-{new_id()}", count))
        return basket

    def buy(
        self,
        email: str = "bo@example.org",
        count: int = 2,
        name: str = "Bo Buyer",
        event_id: int | None = None,
    ) -> str:
        """Buy seats with the demo gateway; the order's code."""
        basket = self.hold(count, event_id)
        return place_order(self.office, basket, Buyer(name, email), "demo", "paid").order_id

    def rows(self) -> list[Any]:
        """The outbox, in order."""
        if self._office is None:
            db = Database(read_settings(self.env))
            try:
                return _rows(db)
            finally:
                db.close()
        return _rows(self._office.db)

    def states(self) -> list[str]:
        """The states of the outbox's rows."""
        return [str(row.state) for row in self.rows()]

    def work(self) -> None:
        """Carry out effects: inside this process, or by a dispatcher here and a worker beside."""
        self.start_runner()
        if self.uses_redis:
            self.start_worker()

    def start_runner(self) -> None:
        """What the server does by itself."""
        assert self._runner is None
        self._runner = Runner(self.office)
        self._runner.start()

    def stop_runner(self) -> None:
        """Stop what the server does by itself."""
        if self._runner is not None:
            self._runner.stop(within_seconds=40)
        self._runner = None

    def start_worker(self, **settings: str) -> Program:
        """An RQ worker beside the server."""
        return self._start("worker", WORK, settings)

    def start_drain(self, **settings: str) -> Program:
        """A server of its own that only drains; the one here is closed for it."""
        for program in self._programs:
            program.kill()
        self.close()
        return self._start("drain", DRAIN, settings)

    def wait_until(
        self, ready: Callable[[], bool], what: str, within_seconds: float = WAIT_SECONDS
    ) -> None:
        """Wait for something to come true, or fail with what the outbox and programs say."""
        deadline = time.monotonic() + within_seconds
        while not ready():
            if time.monotonic() > deadline:
                rows = [(r.id, r.kind, str(r.state), r.tries, r.last_error) for r in self.rows()]
                logs = "\n".join(program.log_tail() for program in self._programs)
                raise AssertionError(f"{what}: not within {within_seconds} s\n{rows}\n{logs}")
            time.sleep(STEP_SECONDS)

    def wait_until_done(self, within_seconds: float = WAIT_SECONDS) -> None:
        """Wait until every effect was carried out."""
        self.wait_until(
            lambda: set(self.states()) == {"done"}, "everything is done", within_seconds
        )

    def close(self) -> None:
        """Close the box office in this process."""
        self.stop_runner()
        if self._office is not None:
            self._office.close()
        self._office = None

    def end(self) -> None:
        """Stop everything."""
        for program in self._programs:
            program.kill()
        self.close()

    def _start(self, name: str, code: str, settings: dict[str, str]) -> Program:
        program = OwnProgram(
            [sys.executable, "-c", code],
            log=self.folder / f"{name}.log",
            env=clean_env() | self.env | settings | {"PYTHONPATH": str(ROOT)},
            cwd=self.folder,
        )
        self._programs.append(program)
        program.start()
        return program


def _rows(db: Database) -> list[Any]:
    with db.read() as connection:
        return list(connection.execute(select(OutboxRow.__table__).order_by(OutboxRow.id)))
