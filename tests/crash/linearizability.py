"""Is there one order of events that explains what everybody was told about a seat?

Each seat is a register of its own, and linearizability is local: a whole history is
linearizable when every seat's is. The search follows Wing and Gong with Lowe's memo of
(what is done, state), the algorithm of the Porcupine checker. Facts that change nothing are
taken as soon as they fit, since taking them early never rules anything out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.crash.history import NEVER, History, Kind, SeatFact

STEP_LIMIT_COUNT = 2_000_000


@dataclass(frozen=True, slots=True)
class SeatState:
    """free (no basket), held by a basket under its newest grant, or sold."""

    letter: str = "f"
    basket: str = ""
    grant: int = -1


FREE = SeatState()


class TooHardError(Exception):
    """The search gave up before it knew; never counted as a pass."""


def unexplained_seats(history: History) -> list[str]:
    """Return one line per seat whose history no order of events explains."""
    found = []
    for seat, facts in sorted(history.by_seat().items()):
        if not is_explained(facts):
            found.append(f"{seat}: {len(facts)} facts cannot be put in any order")
    return found


def is_explained(facts: Sequence[SeatFact], start: SeatState = FREE) -> bool:
    """Tell whether some order within the given times explains all facts of one seat."""
    return _Search(facts).run(start)


def after(state: SeatState, fact: SeatFact) -> SeatState | None:
    """Return the state after this fact, or None when it cannot happen in this state."""
    own = state.letter == "h" and state.basket == fact.basket
    match fact.kind:
        case Kind.TAKE:
            taken = SeatState("h", fact.basket, fact.number)
            return taken if own or state.letter == "f" else None
        case Kind.KEEP:
            return SeatState("h", fact.basket, fact.number) if own else None
        case Kind.GIVE:
            return FREE if own else state
        case Kind.SELL:
            return SeatState("s", fact.basket) if own else None
        case Kind.SEE_TAKEN:
            return state if state.letter != "f" and not own else None
        case Kind.SEE_OWN:
            return state if own else None
        case Kind.SEE_GONE:
            return state if not own else None
        case Kind.SEE_LETTER:
            return state if state.letter == fact.letter else None
        case Kind.EXPIRE:
            return FREE if own and state.grant == fact.grant else state


class _Search:
    """One seat's search; facts are known by their place in the order of their beginnings."""

    def __init__(self, facts: Sequence[SeatFact]) -> None:
        self.facts = sorted(facts, key=lambda fact: (fact.invoked_at, fact.returned_at))
        self.places = {fact.number: place for place, fact in enumerate(self.facts)}
        self.needed = sum(
            1 << place for place, fact in enumerate(self.facts) if fact.returned_at != NEVER
        )

    def run(self, start: SeatState) -> bool:
        seen: set[tuple[int, SeatState]] = set()
        waiting = [(0, 0, start)]
        for _ in range(STEP_LIMIT_COUNT):
            if not waiting:
                return False
            first, done, state = waiting.pop()
            first, done = self._take_what_changes_nothing(first, done, state)
            if done & self.needed == self.needed:
                return True
            if (done, state) in seen:
                continue
            seen.add((done, state))
            for place in self._open(first, done):
                following = self._after(place, done, state)
                if following is not None and following != state:
                    waiting.append((first, done | 1 << place, following))
        raise TooHardError(f"{self.facts[0].seat}: {len(self.facts)} facts")

    def _take_what_changes_nothing(
        self, first: int, done: int, state: SeatState
    ) -> tuple[int, int]:
        again = True
        while again:
            again = False
            while first < len(self.facts) and done >> first & 1:
                first += 1
            for place in self._open(first, done):
                if self._after(place, done, state) == state:
                    done |= 1 << place
                    again = True
        return first, done

    def _open(self, first: int, done: int) -> list[int]:
        """Return what may come next: nothing undone had returned before it began."""
        found: list[int] = []
        horizon = NEVER
        for place in range(first, len(self.facts)):
            fact = self.facts[place]
            if fact.invoked_at >= horizon:
                break
            if not done >> place & 1:
                found.append(place)
                horizon = min(horizon, fact.returned_at)
        return found

    def _after(self, place: int, done: int, state: SeatState) -> SeatState | None:
        fact = self.facts[place]
        if fact.kind is Kind.EXPIRE and not done >> self.places[fact.grant] & 1:
            return None
        return after(state, fact)
