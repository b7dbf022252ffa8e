"""Send a crowd after one seat of a running server, then count its owners (fullhouse simulate)."""

from __future__ import annotations

import asyncio
import contextlib
import math
import resource
import secrets
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.wire import (
    Address,
    Answer,
    AnswerLostError,
    Connection,
    NotThisComputerError,
    loopback_address,
)

CROWD_LIMIT_COUNT = 5_000
CONNECT_AT_ONCE_COUNT = 200
ANSWER_LIMIT_SECONDS = 30.0
RUN_LIMIT_SECONDS = 120.0
ATTEMPT_LIMIT_COUNT = 20
SPARE_FILES_COUNT = 200

EXIT_ONE_OWNER = 0
EXIT_WRONG_OWNERS = 1
EXIT_NOT_RUN = 2


class CannotSimulateError(Exception):
    """The run cannot begin; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one simulated buyer was told in the end, and after how long."""

    status: int
    code: str
    seconds: float
    hold: dict[str, Any] | None = None


@dataclass(slots=True)
class Verdict:
    """What the crowd was told and what the server says about the seat afterwards."""

    seat: str
    told: list[Told] = field(default_factory=list)
    letter_after: str = "?"
    owner_count: int = 0

    @property
    def winners(self) -> list[Told]:
        """Return those who were told that the seat is theirs."""
        return [told for told in self.told if told.status == 201]

    @property
    def is_one_owner(self) -> bool:
        """Tell whether one buyer was told yes, and the server agrees that one owns the seat."""
        return len(self.winners) == 1 and self.owner_count == 1 and self.letter_after in "hs"


def run_simulation(base_url: str, seat: str, event_slug: str, buyer_count: int) -> int:
    """Let a crowd ask for one seat at once and print a verdict; return the exit code."""
    try:
        address = loopback_address(base_url)
        _check_size(buyer_count)
        verdict = asyncio.run(_bounded(rush_one_seat(address, seat, event_slug, buyer_count)))
    except (CannotSimulateError, NotThisComputerError, AnswerLostError, TimeoutError) as fault:
        print(f"The simulation did not run: {_sentence(fault)}", file=sys.stderr)
        return EXIT_NOT_RUN
    for line in words_for(verdict):
        print(line)
    return EXIT_ONE_OWNER if verdict.is_one_owner else EXIT_WRONG_OWNERS


def words_for(verdict: Verdict) -> list[str]:
    """Return the verdict as lines for a person, the conclusion last."""
    seconds = sorted(told.seconds for told in verdict.told)
    answers = Counter(f"{told.status} {told.code}".strip() for told in verdict.told)
    lines = [f"{len(verdict.told)} buyers asked for seat {verdict.seat} at the same moment."]
    lines += [
        f"  {count:>5} were told {_meaning(answer)}" for answer, count in answers.most_common()
    ]
    lines.append(
        f"  Half knew within {percentile(seconds, 50) * 1000:.0f} ms, "
        f"99 of 100 within {percentile(seconds, 99) * 1000:.0f} ms, "
        f"everybody within {percentile(seconds, 100) * 1000:.0f} ms."
    )
    lines.append(
        f"  Asked again, the server says the seat is {_letter_word(verdict.letter_after)}."
    )
    if any(told.status == 429 for told in verdict.told):
        lines.append(
            "  Some never reached the seat, because rate limits are on. "
            "Start the server with FULLHOUSE_RATE_LIMITS=off for a full crowd."
        )
    if verdict.is_one_owner:
        return [*lines, "Verdict: good. Exactly one owner. The hold ends by itself."]
    return [
        *lines,
        f"Verdict: BAD. {len(verdict.winners)} buyers were told yes, and the server knows "
        f"{verdict.owner_count} owners; there must be exactly one.",
    ]


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the value below which this many percent of the ordered values lie."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered), max(1, math.ceil(len(ordered) * percent / 100))) - 1]


def raise_file_limit(wanted_count: int) -> int:
    """Raise this process's limit of open files as far as allowed; return the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted_count:
        soft = wanted_count if hard == resource.RLIM_INFINITY else min(wanted_count, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


async def _bounded(run: Any) -> Verdict:
    async with asyncio.timeout(RUN_LIMIT_SECONDS):
        verdict: Verdict = await run
        return verdict


async def rush_one_seat(address: Address, name: str, slug: str, buyer_count: int) -> Verdict:
    """Let so many buyers ask for one free seat at once; say what they were told."""
    reader = Connection(address)
    seat = find_seat(await _seats_of(reader, slug), name)
    if seat["state"] != "f":
        raise CannotSimulateError(
            f"Seat {name} is {_letter_word(seat['state'])} already. Choose a free seat."
        )
    crowd = [Connection(address) for _ in range(buyer_count)]
    try:
        await _connect(crowd)
        verdict = Verdict(seat["id"])
        verdict.told = list(await asyncio.gather(*(_ask_for(c, slug, seat["id"]) for c in crowd)))
        verdict.letter_after = find_seat(await _seats_of(reader, slug), seat["id"])["state"]
        verdict.owner_count = await _count_owners(reader, verdict)
        return verdict
    finally:
        for connection in [reader, *crowd]:
            connection.close()


async def _seats_of(reader: Connection, slug: str) -> list[dict[str, Any]]:
    answer = await reader.ask("GET", f"/api/v1/events/{slug}/seats")
    if answer.status == 404:
        raise CannotSimulateError(f"There is no event {slug}. fullhouse event list shows them all.")
    if answer.status != 200:
        raise CannotSimulateError(f"The server answered {answer.status} when asked for its seats.")
    seats: list[dict[str, Any]] = answer.json()["seats"]
    return seats


def find_seat(seats: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    """Return the seat with this id, or the only one with this section, row and number."""
    for seat in seats:
        if seat["id"] == name:
            return seat
    wanted = _plain(name)
    named = [seat for seat in seats if wanted in _names_of(seat)]
    if len(named) == 1:
        return named[0]
    if named:
        ids = ", ".join(seat["id"] for seat in named[:5])
        raise CannotSimulateError(f"Several seats are called {name}. Use one of the ids: {ids}.")
    example = f" An example of an id here: {seats[0]['id']}." if seats else ""
    raise CannotSimulateError(f"There is no seat {name} in this event.{example}")


def _names_of(seat: dict[str, Any]) -> set[str]:
    row_and_number = f"{seat['row']}{seat['number']}"
    return {_plain(row_and_number), _plain(f"{seat['section']}{row_and_number}")}


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


async def _connect(crowd: Sequence[Connection]) -> None:
    if raise_file_limit(len(crowd) + SPARE_FILES_COUNT) < len(crowd) + 20:
        raise CannotSimulateError(
            f"This computer allows too few open files for {len(crowd)} buyers. "
            "Raise the limit with ulimit -n, or use fewer."
        )
    for start in range(0, len(crowd), CONNECT_AT_ONCE_COUNT):
        part = crowd[start : start + CONNECT_AT_ONCE_COUNT]
        await asyncio.gather(*(connection.connect() for connection in part))


async def _ask_for(connection: Connection, slug: str, seat_id: str) -> Told:
    started_at = time.monotonic()
    headers = {"Idempotency-Key": secrets.token_hex(16)}
    path, ask = f"/api/v1/events/{slug}/holds", {"seats": [seat_id]}
    told = Told(0, "no answer", 0.0)
    for _ in range(ATTEMPT_LIMIT_COUNT):
        left = ANSWER_LIMIT_SECONDS - (time.monotonic() - started_at)
        if left <= 0:
            break
        try:
            answer = await connection.ask("POST", path, ask, headers, timeout_seconds=left)
        except AnswerLostError:
            continue
        told = _told(answer, time.monotonic() - started_at)
        if not _asks_for_patience(told):
            return told
        await asyncio.sleep(min(left, float(answer.headers.get("retry-after", "1"))))
    return told


def _told(answer: Answer, seconds: float) -> Told:
    try:
        content = answer.json() or {}
    except ValueError:
        content = {}
    if answer.status == 201:
        return Told(201, "", seconds, content)
    return Told(answer.status, str(content.get("code", "")), seconds)


def _asks_for_patience(told: Told) -> bool:
    return told.status == 503 or told.code == "idempotency_in_flight"


async def _count_owners(reader: Connection, verdict: Verdict) -> int:
    """Ask the server about every hold that it said yes to, and count those with the seat."""
    count = 0
    for winner in verdict.winners:
        hold = winner.hold or {}
        answer = await reader.ask(
            "GET", f"/api/v1/holds/{hold['id']}", headers={"Basket": str(hold["basket"])}
        )
        if answer.status == 200:
            count += verdict.seat in seat_ids(answer.json()["seats"])
    return count


def seat_ids(seats: Sequence[Any]) -> list[str]:
    """Return the ids of seats that an answer lists as texts or as objects with an id."""
    return [seat["id"] if isinstance(seat, dict) else str(seat) for seat in seats]


def _check_size(buyer_count: int) -> None:
    if not 1 <= buyer_count <= CROWD_LIMIT_COUNT:
        raise CannotSimulateError(f"--users takes a number from 1 to {CROWD_LIMIT_COUNT}.")


def _sentence(fault: BaseException) -> str:
    if isinstance(fault, AnswerLostError):
        return f"No answer from the server ({fault}). Is it running? Start it with ./run."
    if isinstance(fault, TimeoutError):
        return f"It took longer than {RUN_LIMIT_SECONDS:.0f} seconds and was stopped."
    if isinstance(fault, NotThisComputerError):
        return f"{fault}. A crowd is only ever sent to a server on this computer."
    return str(fault)


def _meaning(answer: str) -> str:
    known = {
        "201": "yes, the seat is yours",
        "409 places_taken": "that somebody else has it",
        "429 too_many": "to slow down (rate limit)",
        "0 no answer": "nothing: no answer in time",
    }
    return known.get(answer, answer)


def _letter_word(letter: str) -> str:
    words = {"f": "free", "h": "held", "s": "sold", "b": "blocked"}
    return words.get(letter, f"in the unknown state {letter!r}")
