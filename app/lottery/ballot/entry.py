"""An entry of the ballot and the right that it may win."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from app.lottery.ballot.terms import Wish
from app.lottery.ballot.views import RightView

ENTERED: Final = "entered"
WON: Final = "won"  # has a right to buy, from the draw or from the waiting list
WAITING: Final = "waiting"
LOST: Final = "lost"  # not drawn, and did not want to wait
BOUGHT: Final = "bought"
DECLINED: Final = "declined"
LAPSED: Final = "lapsed"
LEFT: Final = "left"
MAY_JOIN: Final = (LOST, DECLINED, LAPSED, LEFT)  # the end of the waiting list


@dataclass(slots=True)
class Right:
    """So many seats kept for an entry until `until_ms`, house time."""

    wish: Wish
    count: int
    until_ms: int
    is_offer: bool
    is_guarded: bool = False  # a basket has the seats

    @property
    def view(self) -> RightView:
        """As its owner sees it."""
        return RightView(self.wish, self.count, self.until_ms, self.is_offer, self.is_guarded)


@dataclass(slots=True)
class Entry:
    """A group that wins together or not at all. `place` orders the draw and who joined later."""

    id: str
    email_key: str
    count: int
    wishes: tuple[Wish, ...]
    wants_to_wait: bool
    weight: int = 1
    contribution: str = ""
    status: str = ENTERED
    salted_hash: str = ""
    place: int = 0
    place_at_first: int = 0  # on the waiting list
    rights: int = 0  # how many it has had
    right: Right | None = None
    refused: set[Wish] = field(default_factory=set)  # offers it let pass
    bought: Wish | None = None
    bought_count: int = 0
    order_id: str | None = None

    @property
    def open_wishes(self) -> tuple[Wish, ...]:
        """What it would still take, in its own order."""
        return tuple(wish for wish in self.wishes if wish not in self.refused)
