"""Plan files: what is read, what is only odd, and what is refused at which place."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.plans.plan import Feature, Plan, Shape
from app.plans.pretix import FILE_LIMIT_BYTES, read_plan
from app.plans.refused import PROBLEM_LIMIT, PlanRefused, Problem
from app.plans.samples import SAMPLES, sample_plan
from tests.plans.files import Json, a_plan, a_row, a_seat, read, two_rows, warnings_of


def refusal_of(document: object) -> PlanRefused:
    raw = document if isinstance(document, bytes) else json.dumps(document, indent=1).encode()
    with pytest.raises(PlanRefused) as caught:
        read_plan(raw)
    return caught.value


def plan_or_refusal(raw: bytes) -> Plan | PlanRefused:
    try:
        return read_plan(raw).plan
    except PlanRefused as refusal:
        return refusal


def problems_of(document: object) -> tuple[Problem, ...]:
    return refusal_of(document).problems


@pytest.mark.parametrize(
    ("name", "seats", "sections"),
    [
        ("studio-theatre", 123, 1),
        ("town-hall", 621, 4),
        ("town-hall-standing", 216, 3),
        ("arena", 5054, 45),
    ],
)
def test_every_sample_is_read_whole_and_without_warnings(
    name: str, seats: int, sections: int
) -> None:
    result = read_plan(sample_plan(name))

    assert (len(result.plan.seats), len(result.plan.sections)) == (seats, sections)
    assert result.warnings == ()


def test_seats_keep_the_order_of_the_file_and_know_where_they_stand() -> None:
    plan = read_plan(sample_plan("arena")).plan

    for i, seat in enumerate(plan.seats):
        assert seat.index == i
        assert seat in plan.sections[seat.section].rows[seat.row].seats


def test_positions_of_zone_row_and_seat_add_up() -> None:
    document = two_rows()
    document["zones"][0]["position"] = {"x": 100, "y": 10}

    seat = next(s for s in read(document).seats if s.id == "B-2")

    assert (seat.x, seat.y) == (150, 40)


def test_the_arena_is_read_well_under_half_a_second() -> None:
    raw = sample_plan("arena")
    taken = []
    for _ in range(3):
        start = time.process_time()
        read_plan(raw)
        taken.append(time.process_time() - start)

    assert min(taken) < 0.3


def test_an_older_file_is_read() -> None:
    document: Json = {
        "name": "Old hall",
        "categories": [{"name": "Stalls", "color": "red"}],
        "zones": [
            {
                "name": "Floor",
                "displayed": True,
                "position": {"x": 0, "y": 0},
                "rows": [
                    {
                        "row_number": "1",
                        "number_of_seats": 2,
                        "seats_spacing": 20,
                        "seats": [a_seat("1-1", 10), a_seat("1-2", 30)],
                    }
                ],
                "areas": [
                    {"width": 80, "height": 20, "position": {"x": 5, "y": 6}, "text": "Stage"}
                ],
            }
        ],
    }
    result = read_plan(json.dumps(document).encode())
    stage = result.plan.decorations[0]

    assert [problem.words for problem in result.warnings] == [
        "The plan states no size; it was measured from its seats."
    ]
    assert (stage.shape, stage.size, stage.text) == (Shape.RECTANGLE, (80, 20), "Stage")
    assert stage.text_at == (40, 10)
    assert result.plan.width == 30 + 40


def test_every_shape_of_an_area_becomes_a_decoration() -> None:
    spot = {"position": {"x": 10, "y": 20}, "rotation": -90}
    document = two_rows()
    document["zones"][0]["areas"] = [
        {"shape": "rectangle", "rectangle": {"width": 4, "height": 5}, **spot},
        {"shape": "circle", "circle": {"radius": 6}, **spot},
        {"shape": "ellipse", "ellipse": {"radius": {"x": 7, "y": 8}}, **spot},
        {"shape": "polygon", "polygon": {"points": [{"x": 0, "y": 0}, {"x": 9, "y": 1}]}, **spot},
        {"shape": "text", "text": {"text": "Bar", "size": 12, "position": {"x": 1, "y": 2}}},
    ]
    drawn = read(document).decorations

    assert [d.shape.value for d in drawn] == ["rectangle", "circle", "ellipse", "polygon", "text"]
    assert [d.size for d in drawn[:3]] == [(4, 5), (6,), (7, 8)]
    assert (drawn[0].x, drawn[0].y, drawn[0].rotation) == (60, 70, 270)
    assert drawn[3].points == ((0, 0), (9, 1))
    assert (drawn[4].text, drawn[4].text_at, drawn[4].text_size) == ("Bar", (1, 2), 12)


def test_unknown_keys_are_left_out_with_one_warning_for_each_kind() -> None:
    document = two_rows()
    document["engine"] = "v8"
    for row in document["zones"][0]["rows"]:
        for seat in row["seats"]:
            seat["cushion"] = True

    words = [(p.place, p.words) for p in warnings_of(document)]

    assert words == [
        ("", "“engine” of a plan is not known and was left out."),
        (
            "zones[0].rows[0].seats[0]",
            "“cushion” of a seat is not known and was left out. (6 times, this is the first)",
        ),
    ]


def test_an_unknown_shape_is_left_out_with_a_warning() -> None:
    document = two_rows()
    document["zones"][0]["areas"] = [{"shape": "star", "position": {"x": 0, "y": 0}}]

    assert read(document).decorations == ()
    assert warnings_of(document)[0].place == "zones[0].areas[0]"


def test_two_seats_with_the_same_words_are_a_warning() -> None:
    document = a_plan(a_row("A", [a_seat("left-1", 0), a_seat("right-1", 25)]))

    assert "Stalls, A, 1" in warnings_of(document)[0].words


def test_two_zones_of_one_name_get_different_ids() -> None:
    document = two_rows()
    zone = {"name": "Stalls", "position": {"x": 0, "y": 0}, "rows": [a_row("C", [a_seat("C-1")])]}
    document["zones"].append(zone)

    assert [section.id for section in read(document).sections] == ["Stalls", "Stalls-2"]


def test_a_zone_without_seats_gives_only_its_decorations() -> None:
    document = two_rows()
    stage = {"shape": "circle", "circle": {"radius": 5}, "position": {"x": 0, "y": 0}}
    document["zones"].insert(
        0, {"name": "Stage", "position": {"x": 9, "y": 9}, "rows": [], "areas": [stage]}
    )
    plan = read(document)

    assert [section.name for section in plan.sections] == ["Stalls"]
    assert {seat.section for seat in plan.seats} == {0}
    assert plan.decorations[0].x == 9


@pytest.mark.parametrize(
    ("category", "label", "features"),
    [
        ("Wheelchair", "Row A", {Feature.WHEELCHAIR, Feature.STEP_FREE}),
        ("Stalls", "Row A (step-free)", {Feature.STEP_FREE}),
        ("Stalls", "Row A, restricted view", {Feature.RESTRICTED}),
        ("Stalls", "Companion seats", {Feature.COMPANION, Feature.STEP_FREE}),
        ("Stalls", "Row A", set()),
    ],
)
def test_features_are_suggested_from_words(
    category: str, label: str, features: set[Feature]
) -> None:
    row = a_row("A", [a_seat("A-1", category=category)], row_label=label)

    assert read(a_plan(row)).seats[0].features == features


def test_a_duplicate_seat_id_is_refused_with_both_places_and_the_line() -> None:
    document = two_rows()
    document["zones"][0]["rows"][1]["seats"][2]["seat_guid"] = "A-1"
    raw = json.dumps(document, indent=1).encode()
    problem = problems_of(raw)[0]

    assert problem.place == "zones[0].rows[1].seats[2].seat_guid"
    assert "first at zones[0].rows[0].seats[0]" in problem.words
    assert raw.decode().splitlines()[(problem.line or 0) - 1].strip() == '"seat_guid": "A-1",'


def test_an_unknown_category_is_refused_at_every_seat_that_has_it() -> None:
    document = two_rows()
    for seat in document["zones"][0]["rows"][0]["seats"]:
        seat["category"] = "Boxes"

    assert [p.place for p in problems_of(document)] == [
        f"zones[0].rows[0].seats[{i}].category" for i in range(3)
    ]


def test_a_seat_outside_the_plan_is_refused() -> None:
    document = two_rows()
    document["zones"][0]["rows"][0]["seats"][1]["position"] = {"x": 551, "y": 0}

    assert [p.place for p in problems_of(document)] == ["zones[0].rows[0].seats[1].position"]


def test_text_that_is_not_utf_8_is_refused_with_its_line() -> None:
    raw = json.dumps(two_rows(), indent=1).encode().replace(b"Lantern", b"L\xe4ntern")
    problem = problems_of(raw)[0]

    assert problem.line == 2
    assert "UTF-8" in problem.words
    assert "UTF-8" in problems_of(json.dumps(two_rows()).encode("utf-16"))[0].words


def test_a_byte_order_mark_is_accepted() -> None:
    assert read_plan(b"\xef\xbb\xbf" + json.dumps(two_rows()).encode()).plan.name


def test_more_than_20_000_seats_are_refused() -> None:
    rows = [
        a_row(str(r), [a_seat(f"{r}-{n}", n / 10) for n in range(1000)], y=r) for r in range(20)
    ]
    assert len(read(a_plan(*rows)).seats) == 20_000

    rows.append(a_row("last", [a_seat("one-too-many")]))
    assert "20,000 seats" in problems_of(a_plan(*rows))[-1].words


def test_a_file_over_20_mib_is_refused_unread() -> None:
    assert "20 MiB" in problems_of(b" " * (FILE_LIMIT_BYTES + 1))[0].words


def test_a_plan_without_seats_is_refused() -> None:
    assert "no seat" in problems_of(a_plan())[0].words


@pytest.mark.parametrize("name", ["name", "categories", "zones"])
def test_a_missing_part_is_named(name: str) -> None:
    document = two_rows()
    del document[name]

    assert any(p.words == f"“{name}” is missing." for p in problems_of(document))


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("name",), 5, "text in quotes"),
        (("name",), "x" * 191, "191 characters"),
        (("name",), "Hall\x07", "control character"),
        (("name",), "Hall \ud800", "control character"),
        (("name",), "Hall \u202egnp", "control character"),
        (("name",), "  ", "is empty"),
        (("size",), {"width": 0, "height": 4}, "above 0"),
        (("size",), {"width": True, "height": 4}, "true or false"),
        (("size",), {"width": 1e9, "height": 4}, "too large"),
        (("size",), "large", "object in braces"),
        (("zones",), {}, "must be a list"),
        (("zones",), [7], "object in braces"),
        (("categories",), [{"name": "Stalls"}, {"name": "Stalls"}], "stands twice"),
        (("zones", 0, "position"), None, "x and y in braces"),
        (("zones", 0, "rows", 0, "row_number"), 5, "text in quotes"),
        (("zones", 0, "rows", 0, "seats"), None, "must be a list"),
        (("zones", 0, "rows", 0, "seats", 0), "A-1", "object in braces"),
        (("zones", 0, "rows", 0, "seats", 0, "seat_guid"), None, "text in quotes"),
        (("zones", 0, "rows", 0, "seats", 0, "seat_number"), 12, "text in quotes"),
        (("zones", 0, "rows", 0, "seats", 0, "seat_number"), "", "is empty"),
        (("zones", 0, "rows", 0, "seats", 0, "seat_number"), "1" * 41, "41 characters"),
        (("zones", 0, "rows", 0, "seats", 0, "position", "x"), "12", "must be a number"),
        (("zones", 0, "rows", 0, "seats", 0, "position", "x"), 10**400, "too large"),
        (("zones", 0, "rows", 0, "seats", 0, "radius"), 0, "above 0"),
    ],
)
def test_a_wrong_value_is_refused_at_its_place(
    path: tuple[str | int, ...], value: object, words: str
) -> None:
    document: Any = two_rows()
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")

    found = problems_of(document)

    assert any(p.place.startswith(place) and words in p.words for p in found), found


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "object in braces"),
        (b"null", "object in braces"),
        (b'{"size": NaN}', "NaN"),
        (b'{"size": -Infinity}', "Infinity"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"size": ' + b"9" * 10_000 + b"}", "too long"),
        (b'{"zones": [], "zones": []}', "twice in the same object"),
    ],
)
def test_a_file_that_is_no_plan_at_all_gets_words(raw: bytes, words: str) -> None:
    assert words in problems_of(raw)[0].words


def test_1e999_is_too_large_and_not_infinite() -> None:
    raw = json.dumps(two_rows()).replace('"width": 600', '"width": 1e999').encode()

    assert "too large" in problems_of(raw)[0].words


def test_problems_are_listed_up_to_a_limit_and_then_counted() -> None:
    seats = [a_seat(f"A-{n}", n, category="Boxes") for n in range(PROBLEM_LIMIT + 12)]
    refusal = refusal_of(a_plan(a_row("A", seats)))

    assert len(refusal.problems) == PROBLEM_LIMIT
    assert refusal.more_count == 12
    assert "There are 12 more." in refusal.words


def test_a_hostile_object_with_many_keys_is_answered_quickly() -> None:
    pairs = ",".join(f'"k{i}":0' for i in range(300_000))
    start = time.process_time()
    refused = problems_of(f'{{{pairs},"k7":0}}'.encode())
    problems_of(f"{{{pairs}}}".encode())

    assert "k7" in refused[0].words
    assert time.process_time() - start < 5


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def places_in(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            found += places_in(inner, (*path, key))
    return found


def whole_plan() -> Json:
    document = two_rows()
    document["zones"][0]["areas"] = [
        {
            "shape": "polygon",
            "polygon": {"points": [{"x": 0, "y": 0}]},
            "position": {"x": 0, "y": 0},
        },
        {"shape": "ellipse", "ellipse": {"radius": {"x": 1, "y": 1}}, "text": {"text": "Bar"}},
        {"width": 3, "height": 4, "text": "Stage"},
    ]
    return document


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    changes=st.lists(
        st.tuples(st.sampled_from(places_in(whole_plan())), JSON_VALUES), min_size=1, max_size=4
    )
)
def test_a_plan_bent_anywhere_is_read_or_refused_but_never_a_fault(
    changes: list[tuple[tuple[str | int, ...], Any]],
) -> None:
    document: Any = whole_plan()
    for path, value in changes:
        inner = document
        try:
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    answer = plan_or_refusal(json.dumps(document).encode())
    if isinstance(answer, PlanRefused):
        assert answer.problems
        assert answer.words.encode()
    else:
        assert all(0 <= s.x <= answer.width and 0 <= s.y <= answer.height for s in answer.seats)
        assert len({s.id for s in answer.seats}) == len(answer.seats) > 0


@settings(max_examples=300, deadline=None)
@given(raw=st.binary(max_size=60) | st.text(max_size=60).map(lambda t: t.encode("utf-8", "ignore")))
def test_any_bytes_are_refused_with_words(raw: bytes) -> None:
    assert refusal_of(raw).problems[0].words


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_torn_or_flipped_sample_never_faults(data: st.DataObject) -> None:
    raw = bytearray(sample_plan("studio-theatre"))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    del raw[data.draw(st.integers(len(raw) // 2, len(raw))) :]
    answer = plan_or_refusal(bytes(raw))
    assert answer.problems if isinstance(answer, PlanRefused) else answer.sections


def test_every_sample_is_listed() -> None:
    assert {name for name in SAMPLES if read_plan(sample_plan(name))} == set(SAMPLES)
    with pytest.raises(ValueError, match="no sample plan"):
        sample_plan("../arena")
