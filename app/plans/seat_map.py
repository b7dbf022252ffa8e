"""What the seat map's template shows: the drawing, its legend, the way through a large house."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from app.plans.drawing import CategoryOnMap
from app.plans.free_counts import FreeCounter
from app.plans.house_drawing import HouseDrawing
from app.plans.looks import Look, accessible_categories, look_of, wheelchair_look
from app.plans.overview import AreaOnMap, SectionFacts
from app.plans.plan import Feature, Section

WHEELCHAIR_ONLY = frozenset({Feature.WHEELCHAIR})
SECTIONS_LISTED = 12  # beside the overview, those with the best prices first; all are in the list


@dataclass(frozen=True, slots=True)
class LegendLine:
    """A price with its look and what is left of it."""

    position: int
    name: str
    price: str
    left_count: int
    look: Look


@dataclass(frozen=True, slots=True)
class SectionLine:
    """A section as a link, with its price and what is left."""

    name: str
    url: str
    from_price: str
    left_count: int
    look: Look


@dataclass(frozen=True, slots=True)
class SeatMap:
    """One drawing of one event at one version; `kind` is seats, sections or section.

    `svg` and `mini` are safe to show as they are: every word from the plan is escaped in them.
    """

    kind: str
    svg: str
    mini: str
    version: str
    slug: str
    legend: tuple[LegendLine, ...]
    prices: tuple[str, ...]  # of every category, as the seats' names say them
    category_runs: str = ""
    sections: tuple[SectionLine, ...] = ()
    opened: SectionLine | None = None
    left: SectionLine | None = None
    right: SectionLine | None = None


@dataclass(frozen=True, slots=True)
class SeatMapMaker:
    """Makes the maps of one event; kept as long as its plan and prices stay the same."""

    slug: str
    drawing: HouseDrawing
    categories: tuple[CategoryOnMap, ...]
    seat_categories: tuple[int, ...]
    looks: tuple[Look, ...]
    counter: FreeCounter

    @staticmethod
    def of(
        slug: str,
        drawing: HouseDrawing,
        categories: Sequence[CategoryOnMap],
        seat_categories: Sequence[int],
    ) -> SeatMapMaker:
        """A maker whose legend shows the wheelchair where a category is only for wheelchairs."""
        chairs = accessible_categories(drawing.plan, seat_categories, WHEELCHAIR_ONLY)
        looks = tuple(
            wheelchair_look(i) if i in chairs else look_of(i) for i in range(len(categories))
        )
        counter = FreeCounter(seat_categories, 0, len(seat_categories))
        return SeatMapMaker(
            slug, drawing, tuple(categories), tuple(seat_categories), looks, counter
        )

    def map(
        self,
        version: str,
        letters: bytes,
        mine: Collection[int] = (),
        *,
        section_id: str | None = None,
        areas: Sequence[AreaOnMap] = (),
    ) -> SeatMap:
        """The map for a reader: everything, the sections of a large house, or one of them."""
        drawing = self.drawing
        if not drawing.shows_sections:
            svg = drawing.whole(letters, mine, areas)
            legend = self._legend(letters)
            return SeatMap("seats", svg, drawing.mini(), version, self.slug, legend, self._prices())
        section = drawing.plan.section_by_id(section_id) if section_id else None
        if section is None:
            return self._sections(version, letters, areas)
        return self._opened(section, version, letters, mine)

    def _sections(self, version: str, letters: bytes, areas: Sequence[AreaOnMap]) -> SeatMap:
        facts = [fact for fact in self.drawing.overview.facts(letters) if fact.free_count]
        dearest = sorted(facts, key=lambda fact: -self.categories[fact.category].cents)
        return SeatMap(
            kind="sections",
            svg=self.drawing.sections(letters, areas),
            mini="",
            version=version,
            slug=self.slug,
            legend=self._legend(letters),
            prices=self._prices(),
            category_runs=" ".join(
                f"{len(list(run))}:{category}" for category, run in groupby(self.seat_categories)
            ),
            sections=tuple(self._line(fact) for fact in dearest[:SECTIONS_LISTED]),
        )

    def _opened(
        self, section: Section, version: str, letters: bytes, mine: Collection[int]
    ) -> SeatMap:
        facts = self.drawing.overview.facts(letters)
        beside = self.drawing.beside(section)
        left, right = (None if i is None else self._line(facts[i]) for i in beside)
        return SeatMap(
            kind="section",
            svg=self.drawing.section(section, letters, mine),
            mini=self.drawing.mini(section),
            version=version,
            slug=self.slug,
            legend=self._legend(letters, section),
            prices=self._prices(),
            opened=self._line(facts[section.seats[0].section]),
            left=left,
            right=right,
        )

    def _prices(self) -> tuple[str, ...]:
        return tuple(category.price for category in self.categories)

    def _line(self, fact: SectionFacts) -> SectionLine:
        return SectionLine(
            fact.section.name,
            f"/e/{quote(self.slug)}?section={quote(fact.section.id, safe='')}",
            fact.from_price,
            fact.free_count,
            self.looks[fact.category],
        )

    def _legend(self, letters: bytes, section: Section | None = None) -> tuple[LegendLine, ...]:
        drawing = self.drawing
        counts = (drawing.overview.counter(section) if section else self.counter).counts(letters)
        return tuple(
            LegendLine(i, self.categories[i].name, self.categories[i].short_price, left, look)
            for i, look in enumerate(self.looks)
            if (left := counts.get(i)) is not None
        )
