"""A box office in memory with seeded flaws, only to prove that the checkers see them."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from enum import StrEnum

from tests.crash.history import History, Kind

TTL_SECONDS = 4.0
RUN_SECONDS = 40.0
CLIENT_COUNT = 8
SEAT_COUNT = 6
DELAY_SECONDS = 0.05


class Flaw(StrEnum):
    """One way to be wrong; each is used now and then, not always."""

    STOLEN_HOLD = "a held seat is given to the next buyer"
    SOLD_AGAIN = "a sold seat is held again"
    FORGOTTEN_HOLD = "a hold is acknowledged but never kept"
    FORGOTTEN_ORDER = "an order is acknowledged but its seats stay free"
    LOST_RELEASE = "a release is acknowledged but nothing is freed"
    HALF_A_HOLD = "a refused hold keeps those of its seats that were free"
    EARLY_EXPIRY = "a hold ends well before its time"
    IMMORTAL_HOLD = "a hold never ends by itself"
    LOST_EXTENSION = "an extension is acknowledged but the old end stands"
    STALE_STATE = "the public state shows what was true a while ago"
    WRONG_REFUSAL = "a free seat is refused as taken"


@dataclass(slots=True)
class _Held:
    basket: str
    ends_at: float
    sold: bool = False


@dataclass
class FakeBox:
    """Holds, sells and forgets seats in simulated time and records what each buyer saw."""

    flaw: Flaw | None
    seed: int
    flawed_count: int = 0
    now: float = 0.0
    history: History = field(default_factory=lambda: History(TTL_SECONDS))

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.seats = [f"S{number}" for number in range(SEAT_COUNT)]
        self.held: dict[str, _Held] = {}
        self.letters: list[tuple[float, dict[str, str]]] = []

    def run(self) -> History:
        """Play one whole run and return its history."""
        waiting: list[tuple[float, int, Generator[float, None, None]]] = []
        for client in range(CLIENT_COUNT):
            waiting.append((self.random.random() / 10, client, self._shop(client)))
        heapq.heapify(waiting)
        while waiting:
            self.now, client, steps = heapq.heappop(waiting)
            self._expire()
            pause = next(steps, None)
            if pause is not None:
                heapq.heappush(waiting, (self.now + pause, client, steps))
        self._look_at_all_in_the_end()
        return self.history

    def _look_at_all_in_the_end(self) -> None:
        self.now += 3 * TTL_SECONDS
        self._expire()
        for seat in self.seats:
            letter = self._letter(seat)
            self.history.add(
                Kind.SEE_LETTER, [seat], "", self.now, self.now + DELAY_SECONDS, letter=letter
            )

    def _shop(self, client: int) -> Generator[float, None, None]:
        visit = 0
        while self.now < RUN_SECONDS:
            visit += 1
            basket = f"c{client}-{visit}"
            seats = self.random.sample(self.seats, self.random.choice((1, 1, 2, 3)))
            yield from self._look(self.random.choice(self.seats))
            got = yield from self._take(basket, seats)
            if got:
                yield from self._go_on(basket, seats)
            yield self.random.uniform(0.05, 0.5)

    def _go_on(self, basket: str, seats: list[str]) -> Generator[float, None, None]:
        if self.random.random() < 0.3:
            yield self.random.uniform(1.5, 2.8)
            yield from self._keep(basket, seats)
            yield self.random.uniform(1.5, 2.8)
            yield from self._look_own(basket, seats)
        draw = self.random.random()
        if draw < 0.1:
            yield from self._sell(basket, seats)
        elif draw < 0.4:
            yield from self._give(basket, seats)
        elif draw < 0.7:
            yield self.random.uniform(0.2, 2.0)
            yield from self._look_own(basket, seats)
        else:
            yield TTL_SECONDS * 2 + 8
            for seat in seats:
                yield from self._look(seat)

    def _step(
        self, effect: Callable[[], object]
    ) -> Generator[float, None, tuple[float, float, object]]:
        invoked_at = self.now
        yield self.random.uniform(0, DELAY_SECONDS)
        found = effect()
        yield self.random.uniform(0, DELAY_SECONDS)
        return invoked_at, self.now, found

    def _take(self, basket: str, seats: list[str]) -> Generator[float, None, bool]:
        began, ended, taken = yield from self._step(lambda: self._decide_take(basket, seats))
        assert isinstance(taken, list)
        if taken:
            self.history.add(Kind.SEE_TAKEN, taken, basket, began, ended)
            return False
        self.history.add_grant(Kind.TAKE, seats, basket, began, ended, TTL_SECONDS, TTL_SECONDS)
        return True

    def _decide_take(self, basket: str, seats: list[str]) -> list[str]:
        taken = [seat for seat in seats if seat in self.held]
        if taken and self._flawed(Flaw.STOLEN_HOLD, not any(self.held[s].sold for s in taken)):
            taken = []
        if taken and self._flawed(Flaw.SOLD_AGAIN, all(self.held[s].sold for s in taken)):
            taken = []
        if not taken and self._flawed(Flaw.WRONG_REFUSAL):
            return seats[:1]
        half = bool(taken) and self._flawed(Flaw.HALF_A_HOLD, len(taken) < len(seats))
        if not taken and self._flawed(Flaw.FORGOTTEN_HOLD):
            return []
        ends_at = self.now + TTL_SECONDS
        if not taken and self._flawed(Flaw.EARLY_EXPIRY):
            ends_at = self.now + TTL_SECONDS / 4
        if not taken and self._flawed(Flaw.IMMORTAL_HOLD):
            ends_at = self.now + 1_000
        for seat in seats if not taken else [s for s in seats if half and s not in taken]:
            self._put(seat, _Held(basket, ends_at))
        return taken

    def _keep(self, basket: str, seats: list[str]) -> Generator[float, None, None]:
        began, ended, kept = yield from self._step(lambda: self._decide_keep(basket, seats))
        if kept:
            self.history.add_grant(
                Kind.KEEP, seats, basket, began, ended, TTL_SECONDS, 2 * TTL_SECONDS
            )
        else:
            self.history.add(Kind.SEE_GONE, seats[:1], basket, began, ended)

    def _decide_keep(self, basket: str, seats: list[str]) -> bool:
        if not self._owns(basket, seats):
            return False
        if not self._flawed(Flaw.LOST_EXTENSION):
            for seat in seats:
                self.held[seat].ends_at = self.now + TTL_SECONDS
        return True

    def _sell(self, basket: str, seats: list[str]) -> Generator[float, None, None]:
        began, ended, sold = yield from self._step(lambda: self._decide_sell(basket, seats))
        kind = Kind.SELL if sold else Kind.SEE_GONE
        self.history.add(kind, seats if sold else seats[:1], basket, began, ended)

    def _decide_sell(self, basket: str, seats: list[str]) -> bool:
        if not self._owns(basket, seats):
            return False
        forget = self._flawed(Flaw.FORGOTTEN_ORDER)
        for seat in seats:
            if forget:
                self._free(seat)
            else:
                self._put(seat, _Held(basket, float("inf"), sold=True))
        return True

    def _give(self, basket: str, seats: list[str]) -> Generator[float, None, None]:
        began, ended, _ = yield from self._step(lambda: self._decide_give(basket, seats))
        self.history.add(Kind.GIVE, seats, basket, began, ended)

    def _decide_give(self, basket: str, seats: list[str]) -> None:
        owned = [seat for seat in seats if self._owns(basket, [seat])]
        if owned and self._flawed(Flaw.LOST_RELEASE):
            for seat in owned:
                self.held[seat].ends_at = self.now + 1_000
            return
        for seat in owned:
            self._free(seat)

    def _look_own(self, basket: str, seats: list[str]) -> Generator[float, None, None]:
        began, ended, own = yield from self._step(lambda: self._owns(basket, seats))
        kind = Kind.SEE_OWN if own else Kind.SEE_GONE
        self.history.add(kind, seats if own else seats[:1], basket, began, ended)

    def _look(self, seat: str) -> Generator[float, None, None]:
        began, ended, letter = yield from self._step(lambda: self._letter(seat))
        self.history.add(Kind.SEE_LETTER, [seat], "", began, ended, letter=str(letter))

    def _letter(self, seat: str) -> str:
        held = self.held.get(seat)
        letter = "f" if held is None else "s" if held.sold else "h"
        for at, letters in self.letters:
            if at < self.now - 0.3 and letters[seat] != letter and self._flawed(Flaw.STALE_STATE):
                return letters[seat]
        return letter

    def _owns(self, basket: str, seats: list[str]) -> bool:
        return all(
            seat in self.held and self.held[seat].basket == basket and not self.held[seat].sold
            for seat in seats
        )

    def _put(self, seat: str, held: _Held) -> None:
        self.held[seat] = held
        self._publish()

    def _free(self, seat: str) -> None:
        self.held.pop(seat, None)
        self._publish()

    def _publish(self) -> None:
        if self.flaw is Flaw.STALE_STATE:
            now = {s: "s" if self.held[s].sold else "h" for s in self.held}
            self.letters.append((self.now, {s: now.get(s, "f") for s in self.seats}))
            self.letters = [row for row in self.letters if row[0] > self.now - 2]

    def _expire(self) -> None:
        for seat in [seat for seat, held in self.held.items() if held.ends_at <= self.now]:
            self._free(seat)

    def _flawed(self, flaw: Flaw, possible: bool = True) -> bool:
        if self.flaw is not flaw or not possible:
            return False
        if self.flawed_count > 0 and self.random.random() > 0.3:
            return False
        self.flawed_count += 1
        return True
