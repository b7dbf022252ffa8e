"""What a decision answers: what somebody holds, owes or now owns."""

from __future__ import annotations

from app.frozen import frozen


@frozen
class HeldSeat:
    """One seat of a hold, at its all-in price."""

    seat: str
    ticket_type: str
    category: str
    cents: int


@frozen
class HeldArea:
    """Some places of an area in a hold; `cents` is the price of one."""

    area: str
    ticket_type: str
    category: str
    count: int
    cents: int


@frozen
class HoldView:
    """A hold as its owner sees it. `expires_ms` is house time; `state` is live or paying.

    `expires_wall_ms` is the same moment on the wall, as it was when this was decided.
    """

    id: str
    basket: str
    event_id: int
    seats: tuple[HeldSeat, ...]
    areas: tuple[HeldArea, ...]
    expires_ms: int
    extensions_left: int
    total_cents: int
    currency: str
    state: str
    order_id: str | None = None
    together: bool | None = None
    expires_wall_ms: int = 0

    def on_the_wall(self, drift_ms: int) -> HoldView:
        """The same, with its end told in wall time."""
        return HoldView(  # `replace` takes three times as long, and every hold comes by here
            self.id, self.basket, self.event_id, self.seats, self.areas, self.expires_ms,
            self.extensions_left, self.total_cents, self.currency, self.state, self.order_id,
            self.together, self.expires_ms + drift_ms,
        )  # fmt: skip

    @property
    def place_count(self) -> int:
        """How many people this hold is for."""
        return len(self.seats) + sum([area.count for area in self.areas])


@frozen
class LineView:
    """One line of an order at one event."""

    id: str
    event_id: int
    seat: str | None
    area: str | None
    ticket_type: str
    category: str
    cents: int


@frozen
class Frozen:
    """An order's places at one event, kept while it is paid for."""

    order_id: str
    event_id: int
    lines: tuple[LineView, ...]
    deadline_ms: int


@frozen
class Sold:
    """An order's places at one event are sold; `ticket_ids` in the order of its lines."""

    order_id: str
    event_id: int
    lines: tuple[LineView, ...]
    ticket_ids: tuple[str, ...]


@frozen
class Arranged:
    """A ballot's seats after they were arranged.

    `held` are entries whose seats a basket has; `sold` says entry, order and how many, `unsold` how
    many of each category nobody has bought. `served` got seats now, `lacking` found none; until
    `is_done` there are more to serve.
    """

    held: tuple[str, ...]
    sold: tuple[tuple[str, str, int], ...]
    unsold: tuple[tuple[str, int], ...]
    served: int
    lacking: int
    is_done: bool


@frozen
class Changed:
    """How many places a command of the house changed."""

    count: int
