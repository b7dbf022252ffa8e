"""An actor that a test settles by hand, so that it knows what lies in one batch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import func, select

from app.answers import KeptKey
from app.event_actor import event_actor
from app.invariants import check
from app.inventory.commands import Command, HoldSeats, SeatChoice
from app.inventory_store import EventStore
from app.letters import Letter
from app.models import HoldRow
from app.tokens import new_id
from tests.opened import Show

T = TypeVar("T")


class Desk:
    """A show whose actor is this test's own."""

    def __init__(self, show: Show) -> None:
        self.show = show
        self.deaths: list[BaseException] = []
        self.store = EventStore(show.id, show.office.db, show.office.settings)
        self.actor = event_actor(self.store, on_death=self.deaths.append)

    def settle(self, *commands: Command[Any] | Letter) -> list[Letter]:
        """Let these be one batch; their letters, answered."""
        letters = [c if isinstance(c, Letter) else Letter(c, None) for c in commands]
        for letter in letters:
            letter.take()
        self.actor._settle(letters)
        return letters

    def ask(self, command: Command[T], kept: KeptKey | None = None) -> T:
        """Ask as everybody does, and wait."""
        outcome: T = self.actor.ask(command, kept).outcome
        return outcome

    def hold(self, basket: str, *numbers: int) -> HoldSeats:
        """The command that holds these seats."""
        return hold_of(self.show, basket, *numbers)

    def letters(self, *numbers: int) -> str:
        """What everybody sees of these seats."""
        published = self.actor.published
        index = published.offer.seat_index
        return "".join(chr(published.letters[index[self.show.seats[n]]]) for n in numbers)

    def live_count(self) -> int:
        """How many holds the database says are live."""
        with self.show.office.db.read() as connection:
            query = select(func.count()).select_from(HoldRow).where(HoldRow.state == "live")
            return int(connection.execute(query).scalar_one())

    def broken(self) -> list[str]:
        """Every rule between rows that does not hold."""
        with self.show.office.db.read() as connection:
            return check(connection)


def hold_of(show: Show, basket: str, *numbers: int) -> HoldSeats:
    """The command that holds the seats of a show with these numbers."""
    choices = tuple(SeatChoice(show.seats[number]) for number in numbers)
    return HoldSeats(basket, f"{show.id}-{new_id()}", choices)


def in_thread(work: Callable[[], T]) -> Callable[[], T | BaseException]:
    """Begin in a thread; the function waits and gives what came of it."""
    found: list[T | BaseException] = []

    def carry_out() -> None:
        try:
            found.append(work())
        except Exception as fault:  # noqa: BLE001  given to whoever waits
            found.append(fault)

    thread = threading.Thread(target=carry_out, daemon=True)
    thread.start()

    def wait() -> T | BaseException:
        thread.join(20)
        return found[0]

    return wait
