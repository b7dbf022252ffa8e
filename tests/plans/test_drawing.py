"""The seat map as SVG: what is drawn, with which words, in which state, how fast."""

from __future__ import annotations

import re
import time
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.plans.drawing import CategoryOnMap
from app.plans.house_drawing import HouseDrawing
from app.plans.looks import LETTERS, look_of
from app.plans.overview import AreaOnMap, short_name
from app.plans.plan import Plan
from app.plans.pretix import read_plan
from app.plans.samples import sample_plan
from app.plans.seat_map import SeatMap, SeatMapMaker
from tests.plans.files import Json, a_plan, a_row, a_seat, read, two_rows


def categories_of(plan: Plan) -> list[CategoryOnMap]:
    return [
        CategoryOnMap(name, f"£{10 + i}.00", f"£{10 + i}", 1000 + 100 * i)
        for i, name in enumerate(plan.categories)
    ]


def maker_of(plan: Plan, seat_categories: list[int] | None = None) -> SeatMapMaker:
    positions = seat_categories or [seat.category for seat in plan.seats]
    categories = categories_of(plan)
    drawing = HouseDrawing(plan, categories, positions)
    return SeatMapMaker.of("the-salt-road", drawing, categories, positions)


def tree(svg: str) -> ElementTree.Element:
    """Parsed strictly: an unescaped word would not parse."""
    return ElementTree.fromstring(svg)  # noqa: S314  our own drawing


def seats_in(svg: str) -> dict[str, dict[str, str]]:
    return {
        node.attrib["data-seat"]: dict(node.attrib)
        for node in tree(svg).iter("use")
        if "data-seat" in node.attrib
    }


def drawn(document: Json, letters: bytes, mine: tuple[int, ...] = ()) -> dict[str, dict[str, str]]:
    return seats_in(maker_of(read(document)).map("1.1", letters, mine).svg)


def test_a_free_seat_is_a_checkbox_with_its_price_in_its_name() -> None:
    seat = drawn(two_rows(), b"ffffff")["B-2"]

    assert seat["role"] == "checkbox"
    assert seat["aria-checked"] == "false"
    assert seat["aria-label"] == "Stalls row B seat 2, £10.00"
    assert (seat["class"], seat["href"], seat["data-i"]) == ("s a", "#ga", "4")
    assert "aria-hidden" not in seat


def test_taken_seats_are_drawn_but_not_reached() -> None:
    seats = drawn(two_rows(), b"hsbfff")

    assert [seats[i]["class"] for i in ("A-1", "A-2", "A-3")] == [
        "s a held",
        "s a gone",
        "s a gone",
    ]
    assert [seats[i]["href"] for i in ("A-1", "A-2", "A-3")] == ["#s-held", "#s-gone", "#s-gone"]
    for seat in ("A-1", "A-2", "A-3"):
        assert seats[seat]["aria-hidden"] == "true"
        assert "tabindex" not in seats[seat]


def test_ones_own_seats_are_checked_whatever_the_letter_says() -> None:
    seat = drawn(two_rows(), b"fhffff", (1,))["A-2"]

    assert (seat["class"], seat["href"], seat["aria-checked"]) == ("s a mine", "#s-mine", "true")


def test_a_wheelchair_place_has_its_symbol_and_says_so() -> None:
    row = a_row("A", [a_seat("A-1", 0, "Wheelchair"), a_seat("A-2", 40)])
    seats = drawn(a_plan(row), b"ff")

    assert seats["A-1"]["aria-label"] == "Stalls row A seat 1, £11.00, wheelchair place"
    assert (seats["A-1"]["href"], seats["A-1"]["class"]) == ("#gw", "s b")
    assert float(seats["A-1"]["width"]) == 24
    assert float(seats["A-2"]["width"]) == 20


def test_a_seat_that_nothing_sells_is_a_dot_without_a_name() -> None:
    plan = read(two_rows())
    svg = maker_of(plan, [-1, 0, 0, 0, 0, 0]).map("1.1", b"ffffff").svg

    assert "A-1" not in seats_in(svg)
    assert len(list(tree(svg).iter("use"))) == 6


def test_a_row_says_how_many_are_free_in_it() -> None:
    svg = maker_of(read(two_rows())).map("1.1", b"fsfsss").svg
    rows = [n.attrib["aria-label"] for n in tree(svg).iter("g") if "data-row" in n.attrib]

    assert rows == ["Stalls row A, 2 free", "Stalls row B, 0 free"]


def test_row_numbers_stand_where_the_plan_wants_them() -> None:
    document = two_rows()
    document["zones"][0]["rows"][0]["row_number_position"] = "both"
    svg = maker_of(read(document)).map("1.1", b"ffffff").svg
    labels = [(n.text, n.attrib["x"]) for n in tree(svg).iter("text") if n.get("class") == "rl"]

    assert [text for text, _ in labels] == ["A", "A"]
    assert float(labels[0][1]) < 75 < 125 < float(labels[1][1])


def test_without_any_such_wish_every_row_has_its_number_once() -> None:
    svg = maker_of(read(two_rows())).map("1.1", b"ffffff").svg

    assert [n.text for n in tree(svg).iter("text") if n.get("class") == "rl"] == ["A", "B"]


def test_every_shape_is_drawn_where_it_stands_and_turned() -> None:
    document = two_rows()
    document["zones"][0]["areas"] = [
        {
            "shape": "rectangle",
            "rectangle": {"width": 4, "height": 5},
            "position": {"x": 10, "y": 20},
            "rotation": 45,
            "text": {"text": "Bar & grill", "size": 30, "position": {"x": 1, "y": 2}},
        },
        {"shape": "circle", "circle": {"radius": 6}, "position": {"x": 1, "y": 1}},
        {"shape": "ellipse", "ellipse": {"radius": {"x": 7, "y": 8}}},
        {"shape": "polygon", "polygon": {"points": [{"x": 0, "y": 0}, {"x": 9, "y": 1}]}},
    ]
    svg = maker_of(read(document)).map("1.1", b"ffffff").svg

    assert 'transform="translate(60 70) rotate(45)"' in svg
    assert ">Bar &amp; grill</text>" in svg
    assert '<rect width="4" height="5"' in svg
    assert '<circle r="6"/>' in svg
    assert '<ellipse rx="7" ry="8"/>' in svg
    assert 'd="M0 0L9 1z"' in svg


@settings(max_examples=150, deadline=None)
@given(
    words=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=12),
        min_size=5,
        max_size=5,
    )
)
def test_words_of_a_plan_are_never_markup(words: list[str]) -> None:
    nasty = [f"{word}<script>\"'&" for word in words]
    zone, row, number, category, decoration = nasty
    document = a_plan(
        a_row(row, [a_seat("x", 0, category, seat_number=number, seat_guid=number + zone)]),
        categories=[{"name": category}],
    )
    document["zones"][0]["name"] = zone
    document["zones"][0]["areas"] = [{"shape": "text", "text": {"text": decoration}}]
    plan = read(document)
    found = maker_of(plan).map("1.1", b"f")

    assert "<script" not in found.svg + found.mini
    assert set(seats_in(found.svg)) == {plan.seats[0].id}
    assert tree(found.mini) is not None


def test_no_colour_stands_in_the_drawing() -> None:
    for name in ("town-hall", "arena"):
        plan = read_plan(sample_plan(name)).plan
        found = maker_of(plan).map("1.1", b"f" * len(plan.seats))

        assert not re.search(r"(fill|stroke|style)=|#[0-9a-fA-F]{6}", found.svg + found.mini)


def test_25_categories_look_different_from_each_other() -> None:
    looks = [look_of(i) for i in range(25)]

    assert len(set(looks)) == 25
    assert [look_of(i).shape for i in range(5)] == list(LETTERS)
    assert [look_of(i).colour for i in range(5)] == list(LETTERS)


# ---- a large house ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def arena() -> SeatMapMaker:
    return maker_of(read_plan(sample_plan("arena")).plan)


def arena_map(arena: SeatMapMaker, section: str | None = None, taken: str = "") -> SeatMap:
    plan = arena.drawing.plan
    letters = bytearray(b"f" * len(plan.seats))
    for part in plan.sections:
        if part.id == taken:
            for seat in part.seats:
                letters[seat.index] = ord("s")
    return arena.map("1.1", bytes(letters), section_id=section)


def test_a_large_house_is_shown_by_sections_that_are_links(arena: SeatMapMaker) -> None:
    found = arena_map(arena, taken="L104")
    links = {n.attrib["href"]: dict(n.attrib) for n in tree(found.svg).iter("a")}

    assert found.kind == "sections"
    assert len(links) == 45
    assert links["?section=L101"]["aria-label"] == "Lower 101, from £12, 107 left"
    assert links["?section=L104"]["aria-label"] == "Lower 104, sold out"
    assert "none" in links["?section=L104"]["class"]
    assert not seats_in(found.svg)


def test_the_overview_knows_the_category_of_every_seat(arena: SeatMapMaker) -> None:
    runs = [run.split(":") for run in arena_map(arena).category_runs.split()]
    unpacked = [int(category) for count, category in runs for _ in range(int(count))]

    assert tuple(unpacked) == arena.seat_categories


def test_the_table_beside_it_lists_sections_with_seats_the_dearest_first(
    arena: SeatMapMaker,
) -> None:
    lines = arena_map(arena, taken="L104").sections

    assert "Lower 104" not in [line.name for line in lines]
    assert lines[0].url == "/e/the-salt-road?section=U201"


def test_an_opened_section_has_its_seats_and_its_neighbours(arena: SeatMapMaker) -> None:
    found = arena_map(arena, "L104")
    section = arena.drawing.plan.section_by_id("L104")
    assert section is not None

    assert found.kind == "section"
    assert set(seats_in(found.svg)) == {seat.id for seat in section.seats}
    assert found.left is not None
    assert found.right is not None
    assert (found.left.name, found.right.name) == ("Lower 105", "Lower 103")
    assert found.opened is not None
    assert found.opened.left_count == len(section.seats)
    assert 'class="on"' in found.mini


def test_an_unknown_section_is_the_whole_house(arena: SeatMapMaker) -> None:
    assert arena_map(arena, "nowhere").kind == "sections"


def test_a_small_house_ignores_the_wish_for_a_section() -> None:
    plan = read(two_rows())

    assert maker_of(plan).map("1.1", b"ffffff", section_id="Stalls").kind == "seats"


def test_the_legend_counts_what_is_left_and_shows_the_wheelchair() -> None:
    row = a_row("A", [a_seat("A-1", 0, "Wheelchair"), a_seat("A-2", 40), a_seat("A-3", 65)])
    legend = maker_of(read(a_plan(row))).map("1.1", b"ffs").legend

    assert [(line.name, line.price, line.left_count, line.look.shape) for line in legend] == [
        ("Stalls", "£10", 1, "a"),
        ("Wheelchair", "£11", 1, "w"),
    ]


def test_a_section_costs_what_anybody_pays_not_its_wheelchair_places() -> None:
    document = a_plan(a_row("A", [a_seat("A-1", 0), a_seat("A-2", 30, "Wheelchair")]))
    document["categories"].reverse()  # the wheelchair place becomes the cheaper one
    plan = read(document)

    assert maker_of(plan).drawing.overview.facts(b"ff")[0].from_price == "£11"


def test_a_standing_area_is_one_shape_with_words_that_leads_to_its_tickets() -> None:
    plan = read_plan(sample_plan("town-hall-standing")).plan
    area = AreaOnMap("floor", "Standing  FLOOR", "£18", 142, 2)
    letters = b"f" * len(plan.seats)
    svg = maker_of(plan).map("1.1", letters, areas=[area]).svg
    link = next(n for n in tree(svg).iter("a") if n.get("data-area") == "floor")

    assert link.attrib["href"] == "#area-floor"
    assert link.attrib["aria-label"] == "Standing  FLOOR, £18, 142 left"
    assert [n.text for n in link.iter("text")] == ["Standing  FLOOR", "£18", "142 left"]
    assert len(list(link.iter("rect"))) == 1


@pytest.mark.parametrize(
    ("name", "short"),
    [("Lower 104", "104"), ("Block A", "Block A"), ("Floor", "Floor"), ("", "")],
)
def test_a_section_is_called_by_its_number_on_the_drawing(name: str, short: str) -> None:
    assert short_name(name) == short


# ---- speed --------------------------------------------------------------------------------------


def test_5_000_seats_are_painted_in_2_ms() -> None:
    plan = read_plan(sample_plan("arena")).plan
    positions = [seat.category for seat in plan.seats]
    drawing = HouseDrawing(plan, categories_of(plan), positions)
    letters = b"fffhsfb" * 722
    drawing.whole(letters)
    assert drawing._whole is not None
    taken = []
    for _ in range(7):
        start = time.process_time()
        drawing._whole.paint(letters, (1, 2, 3))
        taken.append(time.process_time() - start)

    assert min(taken) < 0.005  # 1.5 ms on an idle machine


def test_the_overview_of_5_000_seats_is_drawn_in_a_few_milliseconds(arena: SeatMapMaker) -> None:
    taken = []
    for _ in range(5):
        start = time.process_time()
        arena_map(arena)
        taken.append(time.process_time() - start)

    assert min(taken) < 0.015  # 2.5 ms on an idle machine
