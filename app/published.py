"""What everybody may see of one event: committed facts, ready as bytes."""

from __future__ import annotations

import gzip
import json
import re
from collections import deque
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from app.inventory.offer import Offer
from app.inventory.state import FREE

HISTORY_LIMIT: Final = 1024  # versions for which changes can be told
GZIP_LEVEL: Final = 5
GZIP_LEAST_BYTES: Final = 400
VERSION: Final = re.compile(r"([0-9]{1,15})\.([0-9]{1,15})", re.ASCII)


class StateBytes:
    """One body for everybody, compressed once."""

    __slots__ = ("_gzipped", "etag", "plain")

    def __init__(self, plain: bytes, etag: str) -> None:
        self.plain = plain
        self.etag = etag
        self._gzipped: bytes | None = None

    @property
    def gzipped(self) -> bytes | None:
        """The compressed body, or None when compressing would not pay."""
        if len(self.plain) < GZIP_LEAST_BYTES:
            return None
        if self._gzipped is None:
            self._gzipped = gzip.compress(self.plain, GZIP_LEVEL, mtime=0)
        return self._gzipped


class Published:
    """The state of one event after one commit. Immutable; safe to read from any thread."""

    def __init__(
        self,
        offer: Offer,
        epoch: int,
        number: int,
        letters: bytes,
        areas: Mapping[str, int],
        history: deque[tuple[int, tuple[int, ...]]],
    ) -> None:
        self.offer = offer
        self.epoch = epoch
        self.number = number
        self.version = f"{epoch}.{number}"
        self.letters = letters
        self.areas = areas
        self._history = history
        self._since: dict[int, StateBytes] = {}

    @cached_property
    def whole(self) -> StateBytes:
        """Version, one letter per seat and free places per area."""
        body = {"version": self.version, "seats": self.letters.decode(), "areas": self.areas}
        return StateBytes(_json(body), f'"{self.version}"')

    @cached_property
    def counts(self) -> dict[str, int]:
        """Free seats and places per price category."""
        counts = dict.fromkeys((category.key for category in self.offer.categories), 0)
        for seat in self.offer.seats:
            if self.letters[seat.index] == FREE:
                counts[seat.category] = counts.get(seat.category, 0) + 1
        for key, free in self.areas.items():
            category = self.offer.areas[key].category
            counts[category] = counts.get(category, 0) + free
        return counts

    @property
    def places_free(self) -> int:
        """How many places can be held."""
        return self.letters.count(FREE) + sum(self.areas.values())

    def since(self, version: str) -> StateBytes:
        """Changes since a version; the whole when it is not known any more."""
        found = VERSION.fullmatch(version)
        if found is None or int(found[1]) != self.epoch or int(found[2]) > self.number:
            return self.whole
        since = int(found[2])
        known = self._since.get(since)
        if known is None:
            known = self._changes(since)
            if known is not self.whole:
                self._since[since] = known
        return known

    def _changes(self, since: int) -> StateBytes:
        history = tuple(self._history)  # at once: the actor goes on writing its end
        if since < self.number and (not history or history[0][0] > since + 1):
            return self.whole
        touched: set[int] = set()
        for number, indexes in history:
            if since < number <= self.number:
                touched.update(indexes)
        letters = self.letters
        changes = [[index, chr(letters[index])] for index in sorted(touched)]
        body = {"version": self.version, "changes": changes, "areas": self.areas}
        plain = _json(body)
        if len(plain) > len(self.whole.plain):
            return self.whole
        return StateBytes(plain, f'"{self.version}-{since}"')


def _json(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
