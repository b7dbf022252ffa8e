"""A plan compared with its next version."""

from __future__ import annotations

from app.plans.plan import Feature, changes_between, missing_seats, with_features
from tests.plans.files import a_seat, read, two_rows


def test_a_seat_that_the_new_plan_drops_is_named() -> None:
    document = two_rows()
    old = read(document)
    del document["zones"][0]["rows"][1]["seats"][0]

    assert missing_seats(old, read(document)) == ("B-1",)


def test_a_plan_drops_nothing_of_itself() -> None:
    plan = read(two_rows())

    assert missing_seats(plan, plan) == ()
    assert not any(changes_between(plan, plan).__getattribute__(f) for f in ("moved", "renamed"))


def test_changes_tell_added_renamed_recategorised_and_moved_seats_apart() -> None:
    document = two_rows()
    old = read(document)
    first, second, third = document["zones"][0]["rows"][0]["seats"]
    first["seat_number"] = "1a"
    second["category"] = "Wheelchair"
    third["position"]["x"] += 3
    document["zones"][0]["rows"][1]["seats"].append(a_seat("B-4", 100))

    changes = changes_between(old, read(document))

    assert changes.renamed == ("A-1",)
    assert changes.recategorised == ("A-2",)
    assert changes.moved == ("A-3",)
    assert changes.added == ("B-4",)
    assert changes.missing == ()


def test_confirmed_features_take_the_place_of_suggested_ones() -> None:
    document = two_rows()
    document["zones"][0]["rows"][0]["row_label"] = "Row A (step-free)"
    plan = with_features(read(document), {"B-1": ["wheelchair", "step_free"]})

    features = {seat.id: seat.features for seat in plan.seats if seat.features}

    assert features == {"B-1": {Feature.WHEELCHAIR, Feature.STEP_FREE}}


def test_a_row_words_its_seats_as_the_plan_wants() -> None:
    document = two_rows()
    document["zones"][0]["rows"][0]["seat_label"] = "Platz %s, 100 %"
    rows = read(document).sections[0].rows

    assert rows[0].words_for("7") == "Platz 7, 100 %"
    assert rows[1].words_for("7") == "7"
