"""Words on and around the map, as sentences with names to fill in, so that they translate."""

from __future__ import annotations

from dataclasses import dataclass

from app.plans.plan import Feature, Row, Seat, Section


@dataclass(frozen=True, slots=True)
class MapLabels:
    """English as it stands; a translated page passes its own."""

    section_row_seat: str = "{section} row {row} seat {seat}"
    row_seat: str = "Row {row} seat {seat}"
    section_seat: str = "{section} seat {seat}"
    section_row: str = "{section} row {row}"
    row: str = "Row {row}"
    seat: str = "Seat {seat}"
    row_free: str = "{row}, {count} free"
    wheelchair: str = "wheelchair place"
    companion: str = "companion seat"
    restricted: str = "restricted view"
    step_free: str = "without steps"
    seats_map: str = (
        "Seat map, {free} of {all} seats free. Arrow keys move between seats, space chooses."
    )
    section_map: str = "{section}, {free} seats free. Arrow keys move between seats, space chooses."
    sections_map: str = "Whole house by sections. Tab moves between sections, Enter opens one."
    section_line: str = "{section}, from {price}, {count} left"
    section_gone: str = "{section}, sold out"
    left: str = "{count} left"
    sold_out: str = "sold out"
    to_the_stage: str = "To the stage"
    yours: str = "{count} yours"

    def place(self, section: Section, row: Row, seat: Seat) -> str:
        """Stalls row F seat 15; parts that the plan leaves empty are left out."""
        words = {
            (True, True): self.section_row_seat,
            (False, True): self.row_seat,
            (True, False): self.section_seat,
            (False, False): self.seat,
        }[bool(section.name), bool(row.number)]
        return words.format(section=section.name, row=row.number, seat=seat.number)

    def row_name(self, section: Section, row: Row) -> str:
        """Stalls row F."""
        if not row.number:
            return section.name
        words = self.section_row if section.name else self.row
        return words.format(section=section.name, row=row.number)

    def features(self, seat: Seat) -> list[str]:
        """What to know about a seat; that a wheelchair place has no steps goes without saying."""
        accessible = seat.features & {Feature.WHEELCHAIR, Feature.COMPANION}
        return [
            getattr(self, feature.value)
            for feature in Feature
            if feature in seat.features and not (feature is Feature.STEP_FREE and accessible)
        ]
