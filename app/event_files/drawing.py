"""The drawing under an event: read, checked against the prices, ready to be kept."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from app.event_files.event_file import EventFile, PlanChoice
from app.event_files.refused import EventFileRefused
from app.plans.features import REACHED_WITHOUT_STEPS
from app.plans.plan import Feature, Plan
from app.plans.pretix import read_plan
from app.plans.refused import Problem
from app.plans.samples import sample_plan

COMPRESSION_LEVEL = 6
SEATS_NAMED_COUNT = 5


@dataclass(frozen=True, slots=True)
class Drawing:
    """A plan as the seating_plans table keeps it; `features` by seat id."""

    name: str
    digest: str
    source: bytes
    seat_count: int
    features: Mapping[str, list[str]]
    seats_by_category: Mapping[str, int]


def drawing_of(raw: bytes, choice: PlanChoice) -> Drawing:
    """Read a plan file with the features chosen for it. Raises PlanRefused, EventFileRefused."""
    plan = read_plan(raw).plan
    features = _features(plan, choice)
    return Drawing(
        name=plan.name,
        digest=_digest(raw, features),
        source=zlib.compress(raw, COMPRESSION_LEVEL),
        seat_count=len(plan.seats),
        features=features,
        seats_by_category=seats_by_category(plan),
    )


def plan_bytes(choice: PlanChoice, files: Mapping[str, bytes]) -> bytes:
    """The plan's JSON: the sample, or the file that was sent with the event file."""
    if choice.sample:
        return sample_plan(choice.sample)
    name = choice.file or ""
    if name not in files:
        raise EventFileRefused((Problem("plan.file", f"The file {name} cannot be read."),))
    return files[name]


def seats_by_category(plan: Plan) -> dict[str, int]:
    """How many seats each price category of the plan has; categories without seats are left out."""
    counts = Counter(plan.categories[seat.category] for seat in plan.seats)
    return dict(counts)


def check_prices(read: EventFile, seats: Mapping[str, int]) -> None:
    """Refuse an event in which a seat of the plan would have no price."""
    priced = {name for category in read.categories for name in category.plan_names}
    problems = [
        Problem(
            "price_categories",
            f"The plan has {count} seats in “{name}”, which lies in no [[price_categories]].",
        )
        for name, count in seats.items()
        if name not in priced
    ]
    if problems:
        raise EventFileRefused(tuple(problems))


def _features(plan: Plan, choice: PlanChoice) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for seat in plan.seats if choice.suggest else ():
        if seat.features:
            found[seat.id] = {feature.value for feature in seat.features}
    known = {seat.id for seat in plan.seats}
    problems: list[Problem] = []
    for name, seats in choice.features.items():
        unknown = [seat for seat in seats if seat not in known]
        if unknown:
            named = ", ".join(unknown[:SEATS_NAMED_COUNT])
            problems.append(Problem(f"plan.features.{name}", f"The plan has no seat {named}."))
        for seat_id in seats:
            found.setdefault(seat_id, set()).update(_with_step_free(name))
    if problems:
        raise EventFileRefused(tuple(problems))
    if not found:  # an empty table would mean that nobody has confirmed anything yet
        return {plan.seats[0].id: []}
    return {seat_id: sorted(names) for seat_id, names in sorted(found.items())}


def _with_step_free(name: str) -> set[str]:
    return {name, Feature.STEP_FREE} if name in REACHED_WITHOUT_STEPS else {name}


def _digest(raw: bytes, features: Mapping[str, list[str]]) -> str:
    return hashlib.sha256(raw + b"\0" + json.dumps(features, sort_keys=True).encode()).hexdigest()
