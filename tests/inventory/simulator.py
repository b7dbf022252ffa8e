"""A seeded simulator of the pure core: random commands, every invariant after each of them."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from app.inventory import commands as c
from app.inventory import records as r
from app.inventory.decide import decide
from app.inventory.outcome import Moment
from app.inventory.state import BLOCKED, FREE, HELD, SOLD, EventInventory, Hold
from app.refusals import Refusal
from tests.inventory.houses import ADULT, CHILD, NOON_MS, gala

BASKETS = tuple(f"b{n}" for n in range(9))
ENTRIES = ("e1", "e2", "e3")
BUYERS = ("ada", "bo", "cy")
STRANGE = ("Z9", "", "A1'")


class Broken(AssertionError):  # noqa: N818
    """An invariant does not hold; the message carries seed and step."""


@dataclass(slots=True)
class Simulation:
    """One house, one seed, as many commands as wanted."""

    seed: int
    state: EventInventory = field(init=False)
    chance: random.Random = field(init=False)
    now_ms: int = NOON_MS
    step: int = 0
    serial: int = 0
    orders: dict[str, str] = field(default_factory=dict)  # order -> basket
    buyers: dict[str, str] = field(default_factory=dict)  # order -> who pays it
    by_hand: dict[str, str] = field(default_factory=dict)  # orders that a person takes money for
    sold: set[str] = field(default_factory=set)  # an order is sold once, whatever comes later
    lines: dict[str, Any] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    paid_for: set[str] = field(default_factory=set)  # holds that an open payment has prolonged

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        forbid = self.chance.random() < 0.3
        self.state = gala(3, 8, order=6, buyer=12, forbid_lone_seats=forbid)

    def run(self, command_count: int) -> Counter[str]:
        """Carry out that many commands; raises `Broken` at the first broken invariant."""
        for _ in range(command_count):
            self.one()
        return self.counts

    def one(self) -> None:
        """Let time pass, end due holds, ask for something, and look at everything."""
        self.step += 1
        self.now_ms += self.chance.choice((0, 0, 1, 50, 500, 5000, 60_000))
        moment = Moment(self.now_ms, self.now_ms)
        due = decide(self.state, c.Expire(), moment)
        self._nothing_stolen(due.records, c.Expire())
        self.state.apply(due.records)
        command = self.chance.choice(_MAKERS)(self)
        before = self._picture()
        try:
            decision = decide(self.state, command, moment)
        except Refusal as refusal:
            self.counts[f"no {refusal.code}"] += 1
            self._must(before == self._picture(), f"{refusal.code} changed something")
            return
        self._must(before == self._picture(), "deciding changed the state")
        self._nothing_stolen(decision.records, command)
        self.state.apply(decision.records)
        self.counts[type(command).__name__] += 1
        self._remember(command, decision.outcome)
        self.check()

    def check(self) -> None:
        """Every rule that must hold between the parts of the state."""
        self._seats_have_one_owner()
        self._areas_add_up()
        self._indexes_agree()
        self._holds_keep_their_times()

    def _seats_have_one_owner(self) -> None:
        state = self.state
        expected: dict[int, tuple[int, str]] = {}
        index = state.offer.seat_index
        for hold in state.holds.values():
            for seat in hold.seats:
                self._must(index[seat] not in expected, f"{seat} is owned twice")
                expected[index[seat]] = (HELD, hold.id)
        for ticket in state.tickets.values():
            if ticket.seat is not None:
                self._must(index[ticket.seat] not in expected, f"{ticket.seat} is owned twice")
                expected[index[ticket.seat]] = (SOLD, ticket.id)
        for at, letter in enumerate(state.letters):
            if letter in (FREE, BLOCKED):
                self._must(at not in expected and state.owners[at] == "", "an owner too many")
            else:
                self._must(expected.get(at) == (letter, state.owners[at]), "an owner is missing")
        for seat in state.kept:
            self._must(state.seat_letter(seat) != FREE, f"{seat} is kept and free")
        self._must(state.free_count == state.letters.count(FREE), "free seats miscounted")

    def _areas_add_up(self) -> None:
        state = self.state
        for key, area in state.offer.areas.items():
            held = sum(
                count
                for hold in state.holds.values()
                for (name, _), count in hold.areas.items()
                if name == key
            )
            sold = sum(ticket.area == key for ticket in state.tickets.values())
            blocked = sum(n for (name, _), n in state.area_blocks.items() if name == key)
            self._must(state.area_taken[key] == held + sold + blocked, f"{key} does not add up")
            self._must(0 <= state.area_taken[key] <= area.capacity, f"{key} is oversold")

    def _indexes_agree(self) -> None:
        state = self.state
        self._must(
            state.basket_holds == {hold.basket: hold.id for hold in state.holds.values()},
            "baskets and holds disagree",
        )
        self._must(
            state.order_holds
            == {hold.order_id: hold.id for hold in state.holds.values() if hold.order_id},
            "orders and holds disagree",
        )
        buyers = Counter(ticket.buyer for ticket in state.tickets.values())
        self._must(state.buyer_counts == dict(buyers), "buyers miscounted")
        for hold in state.holds.values():
            self._must(hold.place_count > 0, "an empty hold")

    def _holds_keep_their_times(self) -> None:
        limits = self.state.offer.limits
        for hold in self.state.holds.values():
            if hold.state == "live":
                most = limits.hold_ms + hold.extensions * limits.extension_ms
                self._must(hold.expires_ms <= self.now_ms + most, "a hold has too much time")
                life_ends_ms = hold.first_ms + limits.hold_life_ms
                self._must(
                    hold.expires_ms <= life_ends_ms or hold.id in self.paid_for,
                    "a hold lives too long",
                )
                self._must(hold.order_id is None, "a live hold belongs to an order")
            else:
                self._must(hold.order_id is not None, "a paying hold without an order")

    def _nothing_stolen(self, facts: tuple[r.Record, ...], command: c.Command[Any]) -> None:
        for fact in facts:
            if isinstance(fact, r.HoldOver) and fact.hold_id in self.state.holds:
                hold = self.state.holds[fact.hold_id]
                due = hold.expires_ms <= self.now_ms and not hold.guarded
                self._must(due or self._is_own(hold, command), "a hold was stolen")
            if isinstance(fact, r.SeatHeld):
                free = BLOCKED if fact.keeper else FREE
                self._must(self.state.seat_letter(fact.seat) == free, f"{fact.seat} was not free")
                keeper = self.state.kept.get(fact.seat, "")
                self._must(keeper == fact.keeper, f"{fact.seat} was kept for somebody else")
            if isinstance(fact, r.SeatKept | r.SeatFreed) and fact.seat in self.state.kept:
                is_blocked = self.state.seat_letter(fact.seat) == BLOCKED
                is_ballot = isinstance(command, c.ArrangeKept | c.SetAside)
                self._must(is_ballot or not is_blocked, f"{fact.seat} was kept no more")

    def _is_own(self, hold: Hold, command: c.Command[Any]) -> bool:
        order = getattr(command, "order", None)
        order_id = getattr(command, "order_id", None) or getattr(order, "id", None)
        return getattr(command, "basket", None) == hold.basket or (
            order_id is not None and order_id == hold.order_id
        )

    def _picture(self) -> tuple[object, ...]:
        state = self.state
        return (
            bytes(state.letters),
            tuple(state.owners),
            tuple(state.area_taken.values()),
            tuple((h.id, h.expires_ms, h.state, h.extensions) for h in state.holds.values()),
            len(state.tickets),
        )

    def _remember(self, command: c.Command[Any], outcome: Any) -> None:
        if isinstance(command, c.StartPayment | c.Refreeze) and (
            command.order_id in self.state.order_holds
        ):
            self.paid_for.add(self.state.order_holds[command.order_id])
        if isinstance(command, c.StartPayment):
            if command.later and command.order_id not in self.orders:
                self.by_hand[command.order_id] = command.later
            self.orders[command.order_id] = command.basket
            self.buyers.setdefault(command.order_id, command.buyer)
            self.lines[command.order_id] = outcome.lines
        if isinstance(command, c.Sell | c.BuyNow):
            self.sold.add(outcome.order_id)
            cents = sum(line.cents for line in outcome.lines)
            paid = sum(
                ticket.cents
                for ticket in self.state.tickets.values()
                if ticket.order_id == outcome.order_id
            )
            self._must(paid <= cents, "sold for more than it cost")

    def _must(self, holds: bool, words: str) -> None:
        if not holds:
            raise Broken(f"seed {self.seed}, step {self.step}: {words}")

    def fresh(self, prefix: str) -> str:
        """A new id."""
        self.serial += 1
        return f"{prefix}{self.serial}"

    def tickets(self, count: int) -> tuple[c.NewTicket, ...]:
        """New ticket identities."""
        return tuple(
            c.NewTicket(self.fresh("t"), self.serial, f"code{self.serial}") for _ in range(count)
        )

    def seat(self) -> str:
        """A seat, now and then one that does not exist."""
        if self.chance.random() < 0.02:
            return self.chance.choice(STRANGE)
        return self.chance.choice(self.state.offer.seats).id

    def basket(self) -> str:
        """One of few baskets, so that they meet."""
        return self.chance.choice(BASKETS)

    def order(self) -> str:
        """An order that exists, most of the time."""
        known = list(self.orders)[-12:]
        order = self.chance.choice(known) if known else "none"
        is_over = order in self.sold and order not in self.state.order_tickets
        return "none" if is_over else order

    def cents_of(self, basket: str) -> int:
        """What the basket's places cost."""
        view = decide(self.state, c.ShowBasket(basket), Moment(self.now_ms, self.now_ms)).outcome
        return 0 if view is None else view.total_cents

    def hold_id(self, basket: str) -> str:
        """The basket's hold, now and then somebody else's."""
        if self.chance.random() < 0.1 and self.state.holds:
            return self.chance.choice(list(self.state.holds))
        return self.state.basket_holds.get(basket, "7-none")


def _hold_seats(s: Simulation) -> c.Command[Any]:
    seats = tuple(
        c.SeatChoice(s.seat(), s.chance.choice((None, ADULT, CHILD)))
        for _ in range(s.chance.randint(0, 3))
    )
    areas = tuple(
        c.AreaChoice(s.chance.choice(("floor", "bar")), s.chance.randint(0, 3))
        for _ in range(s.chance.randint(0, 1))
    )
    return c.HoldSeats(s.basket(), s.fresh("7-h"), seats, areas)


def _hold_best(s: Simulation) -> c.Command[Any]:
    category = s.chance.choice((None, "front", "back", "nowhere"))
    return c.HoldBest(s.basket(), s.fresh("7-h"), s.chance.randint(0, 4), category)


def _extend(s: Simulation) -> c.Command[Any]:
    basket = s.basket()
    return c.ExtendHold(s.hold_id(basket), basket)


def _release(s: Simulation) -> c.Command[Any]:
    basket = s.basket()
    return c.ReleaseHold(s.hold_id(basket), basket)


def _release_places(s: Simulation) -> c.Command[Any]:
    basket = s.basket()
    hold = s.state.hold_of(basket)
    seats = tuple(hold.seats)[:1] if hold else (s.seat(),)
    return c.ReleasePlaces(s.hold_id(basket), basket, seats, (c.AreaChoice("floor", 1, ADULT),))


def _retype(s: Simulation) -> c.Command[Any]:
    basket = s.basket()
    kind = s.chance.choice((ADULT, CHILD, "nobody"))
    return c.ChangeTicketType(s.hold_id(basket), basket, kind, seat=s.seat())


def _start_payment(s: Simulation) -> c.Command[Any]:
    basket = s.basket()
    running = list(s.state.order_holds)
    order = s.chance.choice(running) if running and s.chance.random() < 0.2 else s.fresh("o")
    cents = s.cents_of(basket)
    chance = s.chance.random()
    return c.StartPayment(
        order,
        basket,
        s.chance.choice(BUYERS),
        s.now_ms + s.chance.choice((1000, 1_800_000)),
        cents if s.chance.random() < 0.95 else cents + 1,
        later="manual" if chance < 0.1 else "transfer" if chance < 0.2 else "",
        guarded=chance > 0.9,
    )


def _end_payment(s: Simulation) -> c.Command[Any]:
    return c.EndPayment(s.order(), release=s.chance.random() < 0.4)


def _refreeze(s: Simulation) -> c.Command[Any]:
    order = s.order()
    basket = s.orders.get(order, "none")
    lines = s.lines.get(order, ())
    buyer = s.buyers.get(order, "bo")
    return c.Refreeze(order, basket, buyer, s.fresh("7-r"), lines, s.now_ms + 300_000)


def _sell(s: Simulation) -> c.Command[Any]:
    order = s.order()
    lines = s.lines.get(order, ())
    return c.Sell(order, lines, s.tickets(len(lines)), 1, s.now_ms)


def _buy_now(s: Simulation) -> c.Command[Any]:
    basket = s.basket()
    cents = s.cents_of(basket)
    order = c.NewOrder(s.fresh("o"), "demo", "Bo", "bo@example.org", "bo", "en", True, s.now_ms)
    return c.BuyNow(order, basket, cents, s.fresh("ref"), s.tickets(6), 1)


def _cancel(s: Simulation) -> c.Command[Any]:
    tickets = list(s.state.tickets.values())
    if not tickets:
        return c.CancelTickets("none", ("none",), "test", "dee", s.now_ms)
    ticket = s.chance.choice(tickets)
    own = tuple(s.state.order_tickets[ticket.order_id])
    return c.CancelTickets(ticket.order_id, own if s.chance.random() < 0.7 else own[:1], "test",
                           "dee", s.now_ms)  # fmt: skip


def _move(s: Simulation) -> c.Command[Any]:
    tickets = list(s.state.tickets)
    ticket = s.chance.choice(tickets) if tickets else "none"
    return c.MoveTicket(ticket, s.seat(), "dee", s.now_ms)


def _block(s: Simulation) -> c.Command[Any]:
    areas = (c.AreaChoice("bar", 1),) if s.chance.random() < 0.3 else ()
    return c.BlockPlaces("house", "ada", (s.seat(),), areas)


def _unblock(s: Simulation) -> c.Command[Any]:
    seats = tuple(seat.id for seat in s.state.offer.seats if s.chance.random() < 0.5)
    return c.UnblockPlaces("ada", "house", seats, (c.AreaChoice("bar", 2),))


def _set_aside(s: Simulation) -> c.Command[Any]:
    return c.SetAside(3, s.chance.choice(("front", "back", "nowhere")), s.chance.randint(0, 9), "a")


def _arrange(s: Simulation) -> c.Command[Any]:
    rights = tuple(
        c.KeptRight(entry, s.chance.choice(("front", "back")), s.chance.randint(1, 3))
        for entry in ENTRIES
        if s.chance.random() < 0.7
    )
    return c.ArrangeKept(3, rights, to_sale=s.chance.random() < 0.1)


def _hold_kept(s: Simulation) -> c.Command[Any]:
    entry = s.chance.choice(ENTRIES)
    return c.HoldKept(s.basket(), s.fresh("7-h"), 3, entry, s.chance.randint(0, 3))


def _offer(s: Simulation) -> c.Command[Any]:
    lines = s.lines.get(s.order(), ())
    return c.KeepOffer(s.fresh("offer"), s.fresh("7-k"), lines, 600)


_MAKERS = (
    *(_hold_seats,) * 6, *(_hold_best,) * 2, _extend, *(_release,) * 2, _release_places, _retype,
    *(_start_payment,) * 3, _end_payment, *(_refreeze,) * 2, *(_sell,) * 2, *(_buy_now,) * 2,
    *(_cancel,) * 3, _move, _block, _unblock, _offer, _set_aside,
    _arrange, *(_hold_kept,) * 2,
)  # fmt: skip
