"""Reading event files: what is right is read exactly, what is wrong is named by line and key."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.event_files.drawing import check_prices, drawing_of, plan_bytes
from app.event_files.reading import ART, read_event_file
from app.event_files.refused import EventFileRefused
from app.toml_files.fields import Fields
from app.toml_files.reading import FILE_LIMIT_BYTES, slug_of
from tests.event_files.written import WHOLE, with_line, with_more

ROOT = Path(__file__).parents[2]


def problems_of(raw: bytes) -> list[str]:
    with pytest.raises(EventFileRefused) as refused:
        read_event_file(raw)
    return [str(problem) for problem in refused.value.problems]


def test_the_example_of_the_documentation_is_an_event_with_a_price_for_every_seat() -> None:
    page = (ROOT / "docs/event-file.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert example is not None

    read = read_event_file(example.group(1).encode())

    assert read.plan is not None
    check_prices(read, drawing_of(plan_bytes(read.plan, {}), read.plan).seats_by_category)
    assert read.sales.payments["manual"]["quota"] == 20
    assert read.sales.returns_close_hours == 24


def test_the_documentation_names_every_key(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs/event-file.md").read_text(encoding="utf-8")
    asked: set[str] = set()
    monkeypatch.setattr(Fields, "end", lambda self: asked.update(self._asked))

    read_event_file(with_more("[sales]\n[returns]\n[payments.card]\n[payments.manual]\n"
                              "[payments.transfer]\nholder='H'\naccount='1'\n[[areas]]\nname='A'\ncapacity=1\n"
                              "category='balcony'\n[event.series]\ntitle='S'"))  # fmt: skip

    assert len(asked) > 40
    assert [key for key in sorted(asked) if key not in page] == []


def test_every_drawing_that_may_be_named_is_drawn() -> None:
    drawings = (ROOT / "templates/shop/_art.html").read_text(encoding="utf-8")

    assert [name for name in ART if name and f'"{name}":' not in drawings] == []


def test_local_times_become_instants() -> None:
    read = read_event_file(with_line("2030-12-12 19:30", "2030-07-12 19:30"))

    assert read.starts_at == datetime(2030, 7, 12, 18, 30, tzinfo=UTC)


def test_prices_are_exact_to_the_cent() -> None:
    read = read_event_file(with_line("adult = 24.00", "adult = 0.29"))

    assert read.categories[0].prices == {"adult": 29}


def test_a_currency_without_cents_has_whole_prices() -> None:
    read = read_event_file(with_line("24.00", "2400").replace(b"GBP", b"JPY"))

    assert read.categories[0].prices == {"adult": 2400}


def test_what_is_left_out_is_made_from_what_is_there() -> None:
    read = read_event_file(WHOLE.encode())

    assert (read.slug, read.house.slug) == ("winter-concert", "marsh-hall")
    assert read.ticket_types[0].key == "adult"
    assert slug_of("Fête du Port, 2e soirée") == "fete-du-port-2e-soiree"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    raw = b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode()

    assert read_event_file(raw).title == "Winter Concert"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (with_line('title = "Winter Concert"', "title = 3"), "event.title, line 10: must be text"),
        (with_line('title = "Winter Concert"\n', ""), "event.title, line 9: is missing"),
        (with_line("title =", "titel ="), "Did you mean “title”?"),
        (with_line("19:30", "25:30"), "event.starts_at, line 11: must be a date and a time"),
        (with_line("2030-12-12 19:30", "2030-12-12"), "event.starts_at, line 11: must be a date"),
        (with_line("2030-12-12 19:30", "2030-03-31 01:30"), "does not exist in Europe/London"),
        (with_line("2030-12-12 19:30", "2030-10-27 01:30"), "2030-10-27T01:30+01:00"),
        (with_line("Europe/London", "Europe/Lundon"), "venue.time_zone, line 7: “Europe/Lundon”"),
        (with_line("Europe/London", "../../etc/passwd"), "is not a time zone"),
        (with_line("GBP", "XQZ"), "event.currency, line 12: “XQZ” is not a known currency"),
        (with_line("GBP", "gbp"), "event.currency, line 12: must be three capital letters"),
        (with_line("24.00", "24.005"), "[0].prices.adult, line 22: must be a price"),
        (with_line("24.00", "-1"), "must be a price"),
        (with_line("24.00", "true"), "must be a price"),
        (with_line("24.00", "inf"), "must be a price"),
        (with_line("24.00", "1e400"), "must be a price"),
        (with_line("adult = 24.00", "child = 24.00"), "“child” is not the key of any"),
        (with_line('sample = "town-hall-standing"', 'sample = "moon"'), "“moon” is not known"),
        (with_line('sample = "town-hall-standing"', ""), "plan, line 14: needs exactly one of"),
        (with_line("tickets@marshhall.example", "tickets"), "house.email, line 3: is not"),
        (with_line("Winter Concert", "Winter\\u202eConcert"), "title, line 10: has a control"),
        (with_line("Winter Concert", "W" * 121), "is 121 characters long; at most 120 fit"),
        (with_line("[plan]", "[[plan]]"), "plan, line 14: must be a table"),
        (with_line("[[ticket_types]]", "[ticket_types]"), "must be written as [[ticket_types]]"),
        (with_more("[sales]\norder_limit = 0"), "sales.order_limit, line 29: must be a whole"),
        (with_more("[sales]\norder_limit = 50"), "must not be less than order_limit"),
        (with_more('[sales]\nopens_at = "2031-01-01 10:00"'), "is after sales have closed"),
        (with_more("[[areas]]\nname='F'\ncapacity=5\ncategory='No'"), "not the key of"),
        (with_more("[[ticket_types]]\nname = 'Adult'"), "ticket_types[1].name, line 29: “adult”"),
        (with_more("[surprise]\na = 1"), "surprise, line 28: is not known here."),
        (with_line('name = "Restricted view"', "name='R'\nplan=['Balcony']"), "lies in another"),
        (b"title = ", "file, line 1: This is not TOML"),
        (b"[a]\nb = 1\nb = 2", "file, line 3: This is not TOML"),
        (b"\n\xff", "file, line 2: The text is not UTF-8"),
        (b"a = " + b"[" * 5000, "file"),
        (b"a = " + b"9" * 10000, "file"),
        (b"#" * (FILE_LIMIT_BYTES + 1), "larger than 256 KiB"),
        (b"", "house: This part is missing."),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_by_line_and_key(raw: bytes, words: str) -> None:
    assert any(words in problem for problem in problems_of(raw)), problems_of(raw)


def test_every_problem_is_told_at_once_and_in_order() -> None:
    raw = with_line("Europe/London", "Nowhere").replace(b"GBP", b"GB").replace(b"24.00", b"x")

    found = problems_of(raw.replace(b"= x", b'= "x"'))

    assert [problem.split(",")[0] for problem in found] == [
        "venue.time_zone",
        "event.currency",
        "price_categories[0].prices.adult",
    ]


def test_an_event_without_places_is_refused() -> None:
    raw = WHOLE.replace('[plan]\nsample = "town-hall-standing"\n', "").encode()

    assert problems_of(raw) == [
        "plan: There are no places: add a [plan] or at least one [[areas]]."
    ]


def test_a_category_of_the_plan_without_a_price_is_refused() -> None:
    read = read_event_file(WHOLE.replace("Restricted view", "Restricted").encode())
    assert read.plan is not None
    drawing = drawing_of(plan_bytes(read.plan, {}), read.plan)

    with pytest.raises(EventFileRefused) as refused:
        check_prices(read, drawing.seats_by_category)

    assert "16 seats in “Restricted view”" in refused.value.words


def test_a_feature_of_an_unknown_seat_is_refused() -> None:
    read = read_event_file(with_more('[plan.features]\nwheelchair = ["balcony-Z-99"]'))
    assert read.plan is not None

    with pytest.raises(EventFileRefused) as refused:
        drawing_of(plan_bytes(read.plan, {}), read.plan)

    assert "no seat balcony-Z-99" in refused.value.words


def test_a_wheelchair_place_is_reached_without_steps() -> None:
    read = read_event_file(with_more('[plan.features]\nwheelchair = ["balcony-A-1"]'))
    assert read.plan is not None

    drawing = drawing_of(plan_bytes(read.plan, {}), read.plan)

    assert drawing.features["balcony-A-1"] == ["step_free", "wheelchair"]


@pytest.mark.parametrize(
    ("written", "points"),
    [('"20"', 2000), ("20", 2000), ("5.5", 550), ('"0.25"', 25), ('"0"', 0), ("100", 10_000)],
)
def test_tax_is_read_in_per_cent(written: str, points: int) -> None:
    read = read_event_file(with_line('name = "Adult"', f'name = "Adult"\ntax = {written}'))

    assert read.ticket_types[0].tax_rate == points


def test_a_ticket_type_without_tax_has_none() -> None:
    assert read_event_file(WHOLE.encode()).ticket_types[0].tax_rate is None


@pytest.mark.parametrize(
    "written",
    ['"20%"', '"a fifth"', "-1", "101", "5.555", "true", "[20]", '"nan"', '"1e9"', '"9e999999"'],
)
def test_a_tax_that_is_none_is_refused(written: str) -> None:
    (problem,) = problems_of(with_line('name = "Adult"', f'name = "Adult"\ntax = {written}'))

    assert 'must be per cent from 0 to 100 such as "20" or "5.5"' in problem


def test_terms_of_a_transfer_are_read() -> None:
    read = read_event_file(
        with_more(
            "[payments.transfer]\nholder = 'Marsh Hall'\niban = 'de89 3704 0044 0532 0130 00'"
        )
    )

    assert read.sales.payments == {
        "transfer": {
            "quota": 20, "days": 7, "closes_hours": 72, "holder": "Marsh Hall",
            "iban": "DE89370400440532013000", "account": "", "words": "",
        }
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("holder = 'H'", "say iban or account"),
        ("account = '1'", "is missing"),
        ("holder = 'H'\niban = 'DE89 3704 0044 0532 0130 01'", "is not an IBAN"),
        ("holder = 'H'\niban = 'DE89 3704'", "is not an IBAN"),
        ("holder = 'H'\naccount = '1'\ndays = 0", "from 1 to 60"),
        ("holder = 'H'\naccount = '1'\nbic = 'X'", "not known"),
    ],
)
def test_terms_of_a_transfer_that_lead_nowhere_are_refused(lines: str, words: str) -> None:
    assert words in "\n".join(problems_of(with_more(f"[payments.transfer]\n{lines}")))


def test_no_returns_without_the_part_that_allows_them() -> None:
    assert read_event_file(with_more("")).sales.returns_close_hours is None
    assert read_event_file(with_more("[returns]")).sales.returns_close_hours == 24
    assert "from 0 to" in "".join(problems_of(with_more("[returns]\ncloses_hours = -1")))
