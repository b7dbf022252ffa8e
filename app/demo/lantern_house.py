"""Lantern House, the sample house: what it plays, as event files written in code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.event_files.event_file import (
    AreaWords,
    CategoryWords,
    EventFile,
    PlanChoice,
    SalesTerms,
    SeriesWords,
    TypeWords,
)
from app.toml_files.houses import HouseWords, VenueWords
from app.toml_files.times import instant_of

MAIN_SLUG: Final = "the-salt-road"
HOUSE_SLUG: Final = "lantern-house"
ZONE: Final = ZoneInfo("Europe/London")
CURRENCY: Final = "GBP"

HOUSE: Final = HouseWords(HOUSE_SLUG, "Lantern House", "boxoffice@lantern-house.example")
_VISIT: Final = {
    "help": "or the counter, from 90 minutes before every show",
    "access": "Level entrance on Market Street. Wheelchair places are in rows A, K and R; the seat"
    " beside each is for a companion. Guide dogs are welcome.",
    "visit": "Doors open an hour before the show. The bar takes cards and coins.",
    "tax": "VAT number GB 123 4567 89 (a sample)",
    "refund": "You can return tickets on the page of your booking until a day before the show.",
    "privacy": "Your address is used for these tickets and for nothing else.",
}
MAIN_HOUSE: Final = VenueWords(
    "lantern-house", "Lantern House", ZONE.key, "14 Market Street", "01632 960 417",
    "help@lantern-house.example", _VISIT,
)  # fmt: skip
ARENA: Final = replace(
    MAIN_HOUSE, slug="riverside-arena", name="Riverside Arena", address="2 Wharf Road"
)

RETURNS_CLOSE_HOURS: Final = 24
TRANSFER: Final = {
    "quota": 20,
    "days": 3,
    "closes_hours": 72,
    "holder": "Lantern House",
    "iban": "",
    "account": "Sort code 00-00-00, account 00000000 (a sample: send nothing)",
    "words": "",
}
TAX_RATE: Final = 2000  # basis points within all prices
FULL: Final = TypeWords("full", "Full price", tax_rate=TAX_RATE)
YOUNG: Final = TypeWords("under-26", "Under 26", "Bring something that shows your age.", TAX_RATE)
CHILD: Final = TypeWords("child", "Child", "Aged 3 to 12.", TAX_RATE)
ADULT: Final = TypeWords("adult", "Adult", tax_rate=TAX_RATE)
ENTRY: Final = TypeWords("entry", "Free entry")


@dataclass(frozen=True, slots=True)
class Sample:
    """An event of the sample house, and how much of it is taken already.

    `seat_share` of the seats and `area_counts` of the areas are sold; whole `blocked_sections` are
    off sale for the reason given.
    """

    event: EventFile
    seat_share: float = 0.0
    area_counts: Mapping[str, int] = field(default_factory=dict)
    blocked_sections: tuple[str, ...] = ()
    block_reason: str = ""


def samples(now: datetime) -> list[Sample]:
    """Everything that is on, on dates that follow today's."""
    today = now.astimezone(ZONE).date()

    def at(days: int, clock: str) -> datetime:
        return instant_of(f"{today + timedelta(days=days)} {clock}", ZONE)

    on = [
        *_salt_road(at),
        _tiny_planets(at),
        _harbour_singers(at),
        _ask_me_standing(at),
        _lamplighters(at),
        _loud_weather(at),
        _brass(at),
        _midwinter(at),
    ]
    return [replace(sample, event=_with_returns(sample.event)) for sample in on]


def _with_returns(event: EventFile) -> EventFile:
    return replace(event, sales=replace(event.sales, returns_close_hours=RETURNS_CLOSE_HOURS))


At = Callable[[int, str], datetime]

_SALT_ROAD_PRICES: Final = (
    CategoryWords("stalls", "Stalls", {"full": 2400, "under-26": 1200}, ("Stalls front",)),
    CategoryWords("stalls-rear", "Stalls rear", {"full": 2000, "under-26": 1000}, ("Stalls rear",)),
    CategoryWords("balcony", "Balcony", {"full": 1600, "under-26": 800}, ("Balcony",)),
    CategoryWords("side", "Balcony, side", {"full": 1200, "under-26": 600}, ("Restricted view",)),
    CategoryWords("wheelchair", "Wheelchair", {"full": 1200, "under-26": 600}, ("Wheelchair",)),
)
_TOWN_HALL: Final = PlanChoice(
    sample="town-hall", features={"companion": ("stalls-R-8", "stalls-R-15")}
)


def _salt_road(at: At) -> list[Sample]:
    first = EventFile(
        house=HOUSE,
        venue=MAIN_HOUSE,
        slug=MAIN_SLUG,
        title="The Salt Road",
        summary="A harbour, a debt, one night to leave.",
        description="A new play in two acts. A ship's cook comes home with money that is not hers,"
        " and the tide turns at eleven.",
        tags=("theatre",),
        art="sail",
        room="Main house",
        stock="straw",
        starts_at=at(1, "19:30"),
        doors_at=at(1, "18:30"),
        ends_at=at(1, "21:40"),
        time_zone=ZONE.key,
        currency=CURRENCY,
        ticket_types=(FULL, YOUNG),
        categories=_SALT_ROAD_PRICES,
        plan=_TOWN_HALL,
        series=SeriesWords("the-salt-road", "The Salt Road"),
        sales=SalesTerms(
            order_limit=8,
            buyer_limit=16,
            payments={
                "manual": {
                    "quota": 20,
                    "closes_hours": 12,
                    "words": "Pay at the counter, at the latest an hour before the show.",
                }
            },
        ),
        notes={"running": "2 h 10 min with interval"},
    )
    later = replace(
        first,
        sales=replace(first.sales, payments=dict(first.sales.payments) | {"transfer": TRANSFER}),
        slug="the-salt-road-second-night",
        starts_at=at(7, "19:30"),
        doors_at=at(7, "18:30"),
        ends_at=at(7, "21:40"),
    )
    matinee = replace(
        first,
        slug="the-salt-road-matinee",
        starts_at=at(8, "14:30"),
        doors_at=at(8, "13:30"),
        ends_at=at(8, "16:40"),
        tags=("theatre", "access", "Captioned"),
        notes={"running": "2 h 10 min with interval", "access": "With captions beside the stage."},
    )
    return [Sample(first, seat_share=0.45), Sample(later, seat_share=0.15), Sample(matinee)]


def _tiny_planets(at: At) -> Sample:
    prices = {"adult": 800, "child": 600}
    return Sample(
        EventFile(
            house=HOUSE,
            venue=MAIN_HOUSE,
            slug="tiny-planets",
            title="Tiny Planets",
            summary="Puppets, torches and a very small moon. Ages 3 to 7.",
            tags=("children", "access", "Relaxed"),
            art="planet",
            room="Studio",
            stock="sky",
            starts_at=at(2, "11:00"),
            doors_at=at(2, "10:40"),
            ends_at=at(2, "11:50"),
            time_zone=ZONE.key,
            currency=CURRENCY,
            ticket_types=(ADULT, CHILD),
            categories=(
                CategoryWords("front", "Front rows", prices, ("Front",)),
                CategoryWords("main", "Other rows", prices, ("Main",)),
                CategoryWords("wheelchair", "Wheelchair", prices, ("Wheelchair",)),
                CategoryWords("companion", "Companion", {"adult": 0, "child": 0}, ("Companion",)),
            ),
            plan=PlanChoice(sample="studio-theatre"),
            sales=SalesTerms(order_limit=8, buyer_limit=12, forbid_lone_seats=True),
            notes={"running": "50 min", "age": "Ages 3 to 7"},
        ),
        seat_share=0.6,
    )


def _harbour_singers(at: At) -> Sample:
    return Sample(
        EventFile(
            house=HOUSE,
            venue=MAIN_HOUSE,
            slug="harbour-singers",
            title="Harbour Singers",
            summary="An open rehearsal. Come in, sit down, sing along if you like.",
            tags=("music", "children"),
            art="lantern",
            room="Studio",
            stock="sage",
            starts_at=at(4, "18:00"),
            doors_at=at(4, "17:30"),
            ends_at=at(4, "19:30"),
            time_zone=ZONE.key,
            currency=CURRENCY,
            ticket_types=(ENTRY,),
            categories=(
                CategoryWords(
                    "seat", "Any seat", {"entry": 0}, ("Front", "Main", "Wheelchair", "Companion")
                ),
            ),
            plan=PlanChoice(sample="studio-theatre"),
            sales=SalesTerms(order_limit=6, buyer_limit=6),
            notes={"running": "90 min"},
        ),
        seat_share=0.2,
    )


def _standing(at: At, days: int, clock: str, ends: str) -> EventFile:
    return EventFile(
        house=HOUSE,
        venue=MAIN_HOUSE,
        slug="",
        title="",
        starts_at=at(days, clock),
        ends_at=at(days, ends),
        time_zone=ZONE.key,
        currency=CURRENCY,
        ticket_types=(ADULT,),
        categories=(CategoryWords("floor", "Standing", {"adult": 1000}),),
        areas=(AreaWords("floor", "Standing", "floor", 150, "Anywhere on the floor"),),
        sales=SalesTerms(order_limit=6, buyer_limit=6),
    )


def _ask_me_standing(at: At) -> Sample:
    event = replace(
        _standing(at, 6, "20:30", "22:30"),
        slug="ask-me-standing",
        title="Ask Me Standing",
        summary="Five comics, one microphone, no encore.",
        tags=("comedy", "Age 16+"),
        art="microphone",
        room="Studio",
        stock="rose",
        notes={"running": "2 h", "age": "From 16"},
    )
    return Sample(event, area_counts={"floor": 141})


def _lamplighters(at: At) -> Sample:
    event = replace(
        _standing(at, 5, "19:00", "23:00"),
        slug="the-lamplighters-ball",
        title="The Lamplighters' Ball",
        summary="A ceilidh with a caller who forgives everybody. No seats, just floor.",
        tags=("dance",),
        art="rings",
        room="Main house floor",
        stock="lilac",
        categories=(CategoryWords("floor", "Floor", {"adult": 1100}),),
        areas=(AreaWords("floor", "Dance floor", "floor", 160),),
    )
    return Sample(event, area_counts={"floor": 160})


def _loud_weather(at: At) -> Sample:
    event = EventFile(
        house=HOUSE,
        venue=MAIN_HOUSE,
        slug="loud-weather",
        title="Loud Weather",
        summary="Two drummers, one cello, rain machine.",
        tags=("music", "Age 14+"),
        art="storm",
        room="Town hall",
        stock="rose",
        starts_at=at(14, "20:00"),
        doors_at=at(14, "19:00"),
        ends_at=at(14, "22:30"),
        time_zone=ZONE.key,
        currency=CURRENCY,
        ticket_types=(ADULT, YOUNG),
        categories=(
            CategoryWords("floor", "Standing", {"adult": 1800, "under-26": 1200}),
            CategoryWords("platform", "Wheelchair platform", {"adult": 1800}),
            CategoryWords("balcony", "Balcony", {"adult": 2400, "under-26": 1600}, ("Balcony",)),
            CategoryWords(
                "side",
                "Side, less of the stage",
                {"adult": 1800, "under-26": 1200},
                ("Restricted view",),
            ),
        ),
        plan=PlanChoice(sample="town-hall-standing"),
        areas=(
            AreaWords("floor", "Standing floor", "floor", 420, "Anywhere on the floor"),
            AreaWords(
                "platform",
                "Wheelchair platform",
                "platform",
                8,
                "Raised, at the side of the floor. A companion stands free, on the same code.",
            ),
        ),
        sales=SalesTerms(order_limit=8, buyer_limit=8),
        notes={"age": "From 14"},
    )
    return Sample(event, seat_share=0.4, area_counts={"floor": 278, "platform": 3})


def _brass(at: At) -> Sample:
    event = EventFile(
        house=HOUSE,
        venue=ARENA,
        slug="brass-at-the-arena",
        title="Brass at the Arena",
        summary="Eleven bands, four conductors, one very large drum.",
        tags=("music", "children"),
        art="horn",
        room="Riverside Arena",
        stock="buff",
        starts_at=at(21, "18:00"),
        doors_at=at(21, "16:30"),
        ends_at=at(21, "22:00"),
        time_zone=ZONE.key,
        currency=CURRENCY,
        ticket_types=(ADULT, YOUNG),
        categories=(
            CategoryWords("floor", "Floor", {"adult": 5200, "under-26": 3900}, ("Floor",)),
            CategoryWords(
                "side", "Lower, side", {"adult": 4400, "under-26": 3300}, ("Lower side",)
            ),
            CategoryWords("end", "Lower, end", {"adult": 3400, "under-26": 2600}, ("Lower end",)),
            CategoryWords("upper", "Upper", {"adult": 1800, "under-26": 1400}, ("Upper",)),
            CategoryWords(
                "wheelchair", "Wheelchair", {"adult": 3400, "under-26": 2600}, ("Wheelchair",)
            ),
        ),
        plan=PlanChoice(sample="arena"),
        sales=SalesTerms(order_limit=10, buyer_limit=20),
    )
    return Sample(
        event,
        seat_share=0.06,
        blocked_sections=("U211", "U212", "U213", "U214", "U215"),
        block_reason="Behind the stage",
    )


def _midwinter(at: At) -> Sample:
    event = EventFile(
        house=HOUSE,
        venue=MAIN_HOUSE,
        slug="midwinter-tale",
        title="A Midwinter Tale",
        summary="The year's longest night, told by the fire.",
        tags=("theatre", "children"),
        art="moon",
        room="Main house",
        stock="lilac",
        starts_at=at(40, "18:00"),
        doors_at=at(40, "17:00"),
        ends_at=at(40, "19:45"),
        time_zone=ZONE.key,
        currency=CURRENCY,
        ticket_types=(FULL, YOUNG),
        categories=_SALT_ROAD_PRICES,
        plan=_TOWN_HALL,
        sales=SalesTerms(opens_at=at(5, "10:00"), order_limit=8, buyer_limit=16),
        notes={"running": "1 h 45 min"},
    )
    return Sample(event)
