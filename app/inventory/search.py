"""One question to a house: which seats may be given, and how good a choice of them is."""

from __future__ import annotations

from app.frozen import frozen
from app.inventory.house import House, both, either

FREE = ord("f")
FREE_AS_ONE = bytes(1 if letter == FREE else 0 for letter in range(256))


@frozen
class Search:
    """One question to one house: which seats are free, and which of them may be given."""

    house: House
    count: int
    free: bytes
    given: bytes
    accessible: bool

    def rank(self, start: int, stop: int) -> tuple[int, int, float]:
        """Better is smaller: the right kind of place, nobody stranded, near the best place."""
        kind = self._kind(start, stop) if self.accessible else 0
        cost = self.house.cost_sums[stop] - self.house.cost_sums[start]
        return kind, self.strands(start, stop), cost

    def strands(self, start: int, stop: int) -> int:
        """How many ordinary seats would stay free alone beside seats `start` to `stop`."""
        house, free = self.house, self.free
        stranded = 0
        if not house.first[start]:
            i = start - 1
            if free[i] and house.ordinary[i] and (house.first[i] or not free[i - 1]):
                stranded += 1
        if not house.last[stop - 1]:
            i = stop
            if free[i] and house.ordinary[i] and (house.last[i] or not free[i + 1]):
                stranded += 1
        return stranded

    def _kind(self, start: int, stop: int) -> int:
        chairs = self.house.wheelchair.count(1, start, stop)
        companions = self.house.companion.count(1, start, stop)
        if chairs == 1:
            return 0 if companions or stop - start == 1 else 1
        if chairs:
            return 2
        return 4 if companions else 3


def search_for(
    house: House, letters: bytes | bytearray, count: int, category: str | None, step_free: bool
) -> Search:
    """The question of one party; an unknown category has no seats."""
    free = bytes(letters.translate(FREE_AS_ONE))
    given, accessible = free, step_free
    if category is not None:
        nobody = bytes(len(free))
        of_category = house.categories.get(category, nobody)
        accessible = step_free or not any(both(of_category, house.ordinary))
        if accessible:  # a wheelchair place is given together with its companion's
            of_category = either(of_category, house.companions_of.get(category, nobody))
        given = both(given, of_category)
    if step_free:
        given = both(given, house.step_free)
    elif not accessible:
        given = both(given, house.ordinary)
    return Search(house, count, free, given, accessible)
