"""A large house as sections, the small house in the corner, and standing areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from app.plans.drawing import CategoryOnMap
from app.plans.features import REACHED_WITHOUT_STEPS
from app.plans.free_counts import FreeCounter
from app.plans.geometry import centroid, frame_of, outline, seat_points
from app.plans.labels import MapLabels
from app.plans.looks import accessible_categories, look_of
from app.plans.plan import Decoration, Plan, Point, Section
from app.plans.svg import closed_path, num, placed, shape, text, words

LETTER_WIDTH_RATIO = 0.6  # of the size of letters: the width that one needs on average
TWO_LINES_RATIO = 2.6  # of the size of letters: the height that name and count need


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """What a section has to offer at this moment; `category` is the one most of it belongs to."""

    section: Section
    free_count: int
    category: int
    from_price: str


@dataclass(frozen=True, slots=True)
class AreaOnMap:
    """A standing area: drawn where the plan has a shape with its name in it."""

    key: str
    name: str
    price: str
    free_count: int
    category: int


class Overview:
    """The sections of a plan as outlines, prepared once."""

    def __init__(
        self,
        plan: Plan,
        categories: Sequence[CategoryOnMap],
        seat_categories: Sequence[int],
        labels: MapLabels,
    ) -> None:
        self._plan, self._labels, self._categories = plan, labels, categories
        self.outlines = [outline(seat_points(section)) for section in plan.sections]
        self._short_names = [short_name(section.name) for section in plan.sections]
        self._accessible = accessible_categories(plan, seat_categories, REACHED_WITHOUT_STEPS)
        self._counters = [
            FreeCounter(seat_categories, section.seats[0].index, section.seats[-1].index + 1)
            for section in plan.sections
        ]
        self.frame = frame_of([point for points in self.outlines for point in points], 20)
        self.letter_size = self.frame.width / 48
        self._paths = [f'<path d="{closed_path(points)}"/>' for points in self.outlines]
        self._middles = [centroid(points) for points in self.outlines]
        self._roomy = [_roomy(points, self.letter_size) for points in self.outlines]

    def facts(self, letters: bytes) -> list[SectionFacts]:
        """Every section in plan order with its free seats and lowest price that is left."""
        found = []
        for section, counter in zip(self._plan.sections, self._counters, strict=True):
            free = counter.counts(letters)
            main = max(free, key=counter.seat_counts.__getitem__, default=0)
            found.append(SectionFacts(section, sum(free.values()), main, self._from_price(free)))
        return found

    def _from_price(self, free: Mapping[int, int]) -> str:
        """The lowest price for anybody that is left, else of what there was."""
        for_anybody = [c for c in free if c not in self._accessible] or list(free)
        left = [category for category in for_anybody if free[category]] or for_anybody
        cheapest = min((self._categories[c] for c in left), key=_cents, default=None)
        return cheapest.short_price if cheapest else ""

    def counter(self, section: Section) -> FreeCounter:
        """What counts the free seats of one section."""
        return self._counters[section.seats[0].section]

    def blocks(self, letters: bytes) -> str:
        """Each section as a link that opens it."""
        facts = self.facts(letters)
        drawn = "".join(self._block(i, fact) for i, fact in enumerate(facts))
        return f'<g font-size="{num(self.letter_size)}">{drawn}</g>'

    def mini(self, on: int | None = None) -> str:
        """The small house: outlines only, one of them marked."""
        stage = "".join(
            placed(drawn, f'<g class="stage">{figure}</g>')
            for drawn in self._plan.decorations
            if (figure := shape(drawn))
        )
        drawn = "".join(
            f'<g class="on">{path}</g>' if i == on else path for i, path in enumerate(self._paths)
        )
        return (
            f'<svg class="mini-map" viewBox="{self.frame.view_box}" aria-hidden="true">'
            f'{stage}<g class="parts">{drawn}</g><rect class="here" rx="8"/></svg>'
        )

    def _block(self, i: int, fact: SectionFacts) -> str:
        section, labels = fact.section, self._labels
        values = {"section": section.name, "price": fact.from_price, "count": fact.free_count}
        label = labels.section_line if fact.free_count else labels.section_gone
        counter = self._counters[i]
        categories = " ".join(map(str, counter.seat_counts))
        return (
            f'<a class="blk {look_of(fact.category).colour}{"" if fact.free_count else " none"}"'
            f' href="?section={quote(section.id, safe="")}" data-name="{words(section.name)}"'
            f' data-from="{counter.start}" data-to="{counter.stop}"'
            f' data-price="{words(fact.from_price)}" data-c="{categories}"'
            f' aria-label="{words(label.format(**values))}">'
            f"{self._paths[i]}{self._block_words(i, fact)}</a>"
        )

    def _block_words(self, i: int, fact: SectionFacts) -> str:
        (x, y), size, labels = self._middles[i], self.letter_size, self._labels
        count = labels.left.format(count=fact.free_count) if fact.free_count else labels.sold_out
        if not self._roomy[i]:
            return text(self._short_names[i], (x, y), "bn")
        name = text(self._short_names[i], (x, y - size * 0.55), "bn")
        return name + text(count, (x, y + size * 0.65), "bl left")


def area_link(area: AreaOnMap, drawn: Decoration, labels: MapLabels) -> str:
    """A standing area as one shape with words, leading to its steppers."""
    count = labels.left.format(count=area.free_count) if area.free_count else labels.sold_out
    wide = drawn.size[0] if drawn.size else 200.0
    size = min(wide / (LETTER_WIDTH_RATIO * max(len(area.name), 8)), 44.0)
    x, y = drawn.text_at
    lines = (
        text(area.name, (x, y - size * 1.3), "an", size)
        + text(area.price, (x, y), "al", size * 0.75)
        + text(count, (x, y + size * 1.1), "al left", size * 0.75)
    )
    label = ", ".join(part for part in (area.name, area.price, count) if part)
    none = "" if area.free_count else " none"
    link = f'class="area {look_of(area.category).colour}{none}" href="#area-{quote(area.key)}"'
    return (
        f'<a {link} data-area="{words(area.key)}" data-name="{words(area.name)}"'
        f' aria-label="{words(label)}">'
        f"{placed(drawn, shape(drawn) + lines)}</a>"
    )


def areas_drawn(plan: Plan, areas: Sequence[AreaOnMap]) -> Mapping[int, AreaOnMap]:
    """Which decoration, by its place in the plan, is which area: those with the area's name."""
    by_name = {_folded(area.name): area for area in areas}
    return {
        i: by_name[_folded(drawn.text)]
        for i, drawn in enumerate(plan.decorations)
        if _folded(drawn.text) in by_name
    }


def short_name(name: str) -> str:
    """The number at the end of a section's name, or the whole name."""
    last = name.rpartition(" ")[2]
    return last if any(sign.isdigit() for sign in last) else name


def _roomy(points: Sequence[Point], letter_size: float) -> bool:
    frame = frame_of(points, 0)
    return min(frame.height, frame.width) >= letter_size * TWO_LINES_RATIO


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _cents(category: CategoryOnMap) -> int:
    return category.cents
