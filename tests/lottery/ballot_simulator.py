"""A seeded simulator of the ballot: random commands, every promise after each of them."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from app.inventory.commands import Command
from app.inventory.outcome import Moment
from app.lottery.ballot import commands as c
from app.lottery.ballot import records as r
from app.lottery.ballot.decide import decide
from app.lottery.ballot.entry import Entry
from app.lottery.ballot.invariants import broken
from app.lottery.ballot.plain import outcome_from_plain, plain_outcome
from app.lottery.ballot.state import CLOSED, DRAFT, OPEN, BallotState
from app.lottery.ballot.terms import BallotTerms, Share, Wish
from app.refusals import Refusal
from tests.lottery.ballots import CIRCLE, SATURDAY, STALLS, picture
from tests.lottery.draws import NOON_MS
from tests.lottery.pool_simulator import Broken

WISHES: Final = (STALLS, CIRCLE, SATURDAY)
STRANGE: Final = Wish(99, "nowhere")
ENTRIES: Final = 25
CRASH_SHARE: Final = 0.01  # how often all memory is lost between two commands
STEPS_MS: Final = (0, 0, 1, 1000, 600_000, 3_600_000)


@dataclass(slots=True)
class BallotSimulation:
    """One ballot, one seed, as many commands as wanted."""

    seed: int
    state: BallotState = field(init=False)
    chance: random.Random = field(init=False)
    now_ms: int = NOON_MS
    step: int = 0
    serial: int = 0
    facts: list[r.Record] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)  # effects by their key

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.state = BallotState(9)

    @property
    def moment(self) -> Moment:
        """Now; the wall is some seconds off."""
        return Moment(self.now_ms, self.now_ms + 5000)

    def run(self, command_count: int) -> Counter[str]:
        """Carry out that many commands; raises `Broken` at the first broken promise."""
        for _ in range(command_count):
            self.one()
        self._replay()
        return self.counts

    def one(self) -> None:
        """Let time pass, end due rights, ask for something, and look at everything."""
        self.step += 1
        self.now_ms += self.chance.choice(STEPS_MS)
        if self.often(CRASH_SHARE):
            self.state = self._read()
        due = decide(self.state, c.Expire(), self.moment).records
        self._ended_in_time(due, None)
        self._offered_in_order(due)
        self._write(due)
        command = self.chance.choice(_MAKERS[self.state.status])(self)
        before = picture(self.state)
        try:
            decision = decide(self.state, command, self.moment)
        except Refusal as refusal:
            self.counts[f"no {refusal.code}"] += 1
            self._must(before == picture(self.state), f"{refusal.code} changed something")
            return
        self._must(before == picture(self.state), "deciding changed the state")
        self._ended_in_time(decision.records, command)
        self._offered_in_order(decision.records)
        if isinstance(command, c.RecordOrder):
            self._allotted_by_the_order(command, decision.records)
        kept = json.loads(json.dumps(plain_outcome(decision.outcome)))
        for _ in ("told", "told again"):
            same = outcome_from_plain(kept) == decision.outcome
            self._must(same, "a kept answer is another one")
        self._write(decision.records)
        self.counts[type(command).__name__] += 1
        for words in broken(self.state):
            self._must(False, words)

    def _write(self, facts: tuple[r.Record, ...]) -> None:
        for fact in facts:
            if isinstance(fact, r.EffectDue):
                self.told[fact.dedupe_key] += 1
                self._must(self.told[fact.dedupe_key] == 1, f"{fact.dedupe_key} twice")
        self.facts.extend(facts)
        self.state.apply(facts)

    def _ended_in_time(self, facts: tuple[r.Record, ...], command: Command[Any] | None) -> None:
        """A right ends when its time has come, or by its owner; frozen lists stay as they are."""
        for fact in facts:
            if isinstance(fact, r.RightEnded | r.RightUsed):
                entry = self.state.entries[fact.entry_id]
                is_own = getattr(command, "email_key", None) == entry.email_key
                right = entry.right
                is_over = right is not None and right.until_ms <= self.now_ms
                is_due = is_over and right is not None and not right.is_guarded
                if isinstance(command, c.DropEvent) and right is not None:
                    is_own = right.wish.event_id == command.event_id and not right.is_guarded
                self._must(is_own if command else is_due, "a right was stolen")
            if isinstance(fact, r.RightStretched):
                right = self.state.entries[fact.entry_id].right
                self._must(right is not None and fact.until_ms > right.until_ms, "a shorter right")
            if isinstance(fact, r.EntryKept | r.EntryWithdrawn):
                closes_ms = self.state.terms.closes_ms if self.state.terms else None
                in_time = closes_ms is None or self.moment.wall_ms < closes_ms
                self._must(self.state.status == OPEN and in_time, "a frozen list changed")
                known = self.state.entries.get(fact.entry_id)
                email_key = getattr(command, "email_key", None)
                self._must(known is None or known.email_key == email_key, "somebody else's entry")

    def _offered_in_order(self, facts: tuple[r.Record, ...]) -> None:
        """Nobody is offered what somebody before them on the list could have taken."""
        offers = [f for f in facts if isinstance(f, r.RightGranted) and f.is_offer]
        offered = {fact.entry_id for fact in offers}
        for fact in offers:
            place = self.state.entries[fact.entry_id].place
            for before, entry_id in self.state.waiting:
                entry = self.state.entries[entry_id]
                could = fact.wish in entry.open_wishes and entry.count <= fact.count
                self._must(
                    before >= place or not could or entry_id in offered, "somebody was passed over"
                )

    def _allotted_by_the_order(self, command: c.RecordOrder, facts: tuple[r.Record, ...]) -> None:
        """The same by another, simpler way."""
        if not facts:
            return
        self._must(self.state.status == CLOSED and bool(self.state.seal.public_value), "too early")
        room = self.state.room_to_give()
        expected: dict[str, Wish] = {}
        for entry_id in command.order:
            entry = self.state.entries[entry_id]
            fitting = [wish for wish in entry.wishes if room.get(wish, 0) >= entry.count]
            if fitting:
                expected[entry_id] = fitting[0]
                room[fitting[0]] -= entry.count
        given = {f.entry_id: f.wish for f in facts if isinstance(f, r.RightGranted)}
        self._must(given == expected, "seats were not given out by the order")

    def _replay(self) -> None:
        """The records alone make the same state, and so do the rows that a store would read."""
        again = BallotState(9)
        again.apply(self.facts)
        self._must(_contents(again) == _contents(self.state), "records make another state")
        self._must(_contents(self._read()) == _contents(self.state), "rows make another state")

    def _read(self) -> BallotState:
        """The state after a crash: read again from what was durable."""
        kept, read = copy.deepcopy(self.state), BallotState(9)
        for name in ("terms", "seal", "status", "list_hash", "order", "announced", "last_place",
                     "is_called_off"):  # fmt: skip
            setattr(read, name, getattr(kept, name))
        read.restore_supply(kept.supply, kept.closed_events)
        read.restore_entries(kept.entries.values())
        return read

    def _must(self, holds: bool, words: str) -> None:
        if not holds:
            raise Broken(f"seed {self.seed}, step {self.step}: {words}")

    def often(self, share: float) -> bool:
        """True in so many cases."""
        return self.chance.random() < share

    def email(self) -> str:
        """One of few addresses, so that they meet."""
        return f"a{self.chance.randrange(ENTRIES)}"

    def wishes(self) -> tuple[Wish, ...]:
        """Some wishes, now and then impossible ones."""
        if self.often(0.05):
            return self.chance.choice(((), (STRANGE,), (STALLS, STALLS)))
        return tuple(self.chance.sample(WISHES, self.chance.randint(1, 3)))

    def count(self) -> int:
        """How many come, now and then an impossible number."""
        return (
            self.chance.choice((0, -1, 5, 10_001))
            if self.often(0.05)
            else self.chance.randint(1, 4)
        )

    def entry(self, *statuses: str) -> Entry | None:
        """An entry, mostly of one of these statuses if there is one."""
        entries = list(self.state.entries.values())
        fitting = [entry for entry in entries if entry.status in statuses]
        if fitting and self.often(0.9):
            return self.chance.choice(fitting)
        return self.chance.choice(entries) if entries else None

    def owned(self, *statuses: str) -> tuple[str, str]:
        """An entry and its address, now and then somebody else's."""
        entry = self.entry(*statuses)
        if entry is None:
            return "none", "eve"
        return entry.id, entry.email_key if self.often(0.93) else "eve"


def _contents(state: BallotState) -> dict[str, object]:
    return {key: kept for key, kept in vars(state).items() if key != "_due"}


def _open(s: BallotSimulation) -> Command[Any]:
    shares = tuple(Share(wish, s.chance.choice((1, 3, 6, 9))) for wish in WISHES)
    terms = BallotTerms(
        shares if s.often(0.9) else (),
        closes_ms=s.moment.wall_ms + 86_400_000 if s.often(0.5) else None,
        weight_limit=s.chance.choice((1, 3)),
        right_ms=s.chance.choice((3_600_000, 86_400_000)),
        offer_ms=s.chance.choice((1000, 3_600_000)),
        source=s.chance.choice(("staff", "buyers")),
    )
    return c.OpenBallot(terms, "seal", "ada", s.moment.wall_ms)


def _enter(s: BallotSimulation) -> Command[Any]:
    s.serial += 1
    known = s.entry()
    entry_id = known.id if known is not None and s.often(0.05) else f"e{s.serial}"
    weight = s.chance.choice((1, 1, 1, 2, 0))
    return c.EnterBallot(entry_id, s.email(), s.count(), s.wishes(), s.often(0.8), weight)


def _change(s: BallotSimulation) -> Command[Any]:
    return c.ChangeEntry(*s.owned("entered"), s.count(), s.wishes(), s.often(0.8))


def _withdraw(s: BallotSimulation) -> Command[Any]:
    return c.WithdrawEntry(*s.owned("waiting"))


def _close(s: BallotSimulation) -> Command[Any]:
    if s.state.status == OPEN and len(s.state.entries) < ENTRIES * s.chance.random():
        return _enter(s)
    hashes = [(entry_id, f"h-{entry_id}") for entry_id in s.state.entries]
    if s.often(0.1):
        hashes = hashes[1:]
    return c.CloseBallot(tuple(hashes), "list", "ada", s.moment.wall_ms)


def _value(s: BallotSimulation) -> Command[Any]:
    value = s.chance.choice(("4711", "4711", "4711", "12", ""))
    source = s.chance.choice(("staff", "buyers"))
    return c.FixValue(source, value, s.chance.choice(("dee", "max")), s.moment.wall_ms)


def _order(s: BallotSimulation) -> Command[Any]:
    order = list(s.state.order) or list(s.state.entries)
    if not s.state.order or s.often(0.1):
        s.chance.shuffle(order)
    if s.often(0.1):
        order = order[1:]
    return c.RecordOrder(tuple(order), "ada", s.moment.wall_ms)


def _announce(s: BallotSimulation) -> Command[Any]:
    done = s.state.announced if s.often(0.8) else 0
    return c.AnnounceResults(done, s.chance.choice((0, 3, 5, 500)))


def _publish(s: BallotSimulation) -> Command[Any]:
    secret = s.chance.choice(("secret", "secret", "other", ""))
    seal = "seal" if s.often(0.8) else "other"
    return c.PublishSecret(secret, seal, "ada", s.moment.wall_ms)


def _keep(s: BallotSimulation) -> Command[Any]:
    return c.KeepRight(*s.owned("won"))


def _free(s: BallotSimulation) -> Command[Any]:
    return c.FreeRight(s.owned("won")[0])


def _use(s: BallotSimulation) -> Command[Any]:
    entry_id, email_key = s.owned("won", "bought")
    return c.UseRight(entry_id, email_key, s.chance.choice(("o1", f"o-{entry_id}")), s.count())


def _decline(s: BallotSimulation) -> Command[Any]:
    return c.DeclineRight(*s.owned("won"), keeps_place=s.often(0.5))


def _join(s: BallotSimulation) -> Command[Any]:
    return c.JoinList(*s.owned("lapsed", "declined", "lost", "left"))


def _return(s: BallotSimulation) -> Command[Any]:
    return c.ReturnSeats(*s.owned("bought"), s.chance.choice((-1, 0, 0, 1, 2, 3)))


def _stretch(s: BallotSimulation) -> Command[Any]:
    return c.StretchRights(s.chance.choice((*WISHES, STRANGE)).event_id)


def _end(s: BallotSimulation) -> Command[Any]:
    because = "Snow." if s.often(0.1) else ""
    if s.often(0.1):
        return c.EndBallot("ada", s.moment.wall_ms, because)
    event_id = s.chance.choice((*WISHES, STRANGE)).event_id
    return c.CloseEvent(event_id, "system") if s.often(0.05) else _show(s)


def _drop(s: BallotSimulation) -> Command[Any]:
    event_id = s.chance.choice((WISHES[0], WISHES[2], STRANGE)).event_id
    if event_id != STRANGE.event_id and not s.often(0.03):
        return _show(s)
    return c.DropEvent(event_id, "Snow.", "ada", s.moment.wall_ms)


def _show(s: BallotSimulation) -> Command[Any]:
    return c.ShowEntry(*s.owned()) if s.often(0.8) else c.ShowBallot()


_ANY: Final = (
    _open, _enter, _change, _withdraw, _close, _value, _order, _announce, _publish, _keep, _free,
    _use, _decline, _join, _return, _stretch, _end, _drop, _show,
)  # fmt: skip
_AFTERWARDS: Final = (
    *_ANY, *(_announce,) * 2, *(_keep,) * 2, *(_free,) * 2, *(_use,) * 4, *(_decline,) * 4,
    *(_join,) * 4, *(_withdraw,) * 2, *(_return,) * 4,
)  # fmt: skip
_MAKERS: Final[dict[str, Any]] = {
    DRAFT: (*_ANY, *(_open,) * 6),
    OPEN: (*_ANY, *(_enter,) * 20, *(_change,) * 5, *(_withdraw,) * 2),
    CLOSED: (*_ANY, *(_value,) * 9, *(_order,) * 4),
    "drawn": _AFTERWARDS,
    "ended": _AFTERWARDS,
}
