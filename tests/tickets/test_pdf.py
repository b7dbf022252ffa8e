"""Printed tickets: every word inside its paper, every code readable, nothing from outside."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from app.tickets.pdf import (
    TICKETS_PER_DOCUMENT,
    Sheet,
    TicketLabels,
    tickets_pdf,
)
from tests.tickets.builders import codes_seen, printed_ticket, ticket_code

POINTS_PER_MM = 72 / 25.4
A6_MM, A4_MM = (105, 148), (210, 297)
CARD_MM = (5.9, 99.1)
QR_MM = (12.0, 58.0, 73.0, 119.0)  # left, right, top, bottom of the white ground on a ticket
LONG_WORDS = {
    "event_title": "The Extraordinarily Long Title of a Play About the Sea, the Sky and All "
    "That Lies Between Them, in Seven Acts, with Two Intervals and a Procession Afterwards",
    "name": "Wolfeschlegelsteinhausenbergerdorff Maximiliana-Konstantinopolitanska the Younger",
    "section": "Upper Balcony Left Side Restricted View",
    "row": "Row AA (step-free)",
    "seat": "112a wheelchair",
    "ticket_type": "Concession for people under 26, over 60, unwaged, or carers of anybody",
    "address": "The Old Corn Exchange, 14 to 22 Market Street, Upper Nether Wallop, Hampshire",
    "notes": "Use the left-hand foyer door. " * 20,
    "legal_line": "Sold by Lantern House Trust, a registered charity. " * 9,
    "validity": "from Saturday 21 November 18:00 until Sunday 22 November 02:30",
    "organizer": "The Worshipful Company of Lantern Makers, Lamplighters and Candle Snuffers",
}

any_words = st.text(st.characters(), max_size=120)  # lone surrogates too


@dataclass(frozen=True)
class Glyph:
    """One character on a page: its box in mm from the page's top left."""

    text: str
    left: float
    right: float
    top: float
    bottom: float


@pytest.mark.parametrize("sheet", list(Sheet))
def test_every_code_is_read_from_paper_at_100_dpi(sheet: Sheet) -> None:
    tickets = [printed_ticket(number, stock=stock) for number, stock in enumerate(_stocks())]

    seen = [code for page in _pictures(tickets_pdf(tickets, sheet)) for code in codes_seen(page)]

    assert sorted(seen) == sorted(ticket.code for ticket in tickets)


@pytest.mark.parametrize("degrees", [11, 90, 180, 305])
@pytest.mark.parametrize("radius", [0.0, 1.0])
def test_a_code_is_read_from_paper_turned_and_out_of_focus(degrees: int, radius: float) -> None:
    (page,) = _pictures(tickets_pdf([printed_ticket()]))
    turned = page.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="black")

    assert codes_seen(turned.filter(ImageFilter.GaussianBlur(radius))) == [ticket_code()]


def test_a_code_is_read_from_a_page_printed_at_half_size() -> None:
    (page,) = _pictures(tickets_pdf([printed_ticket()]), dpi=50)

    assert codes_seen(page) == [ticket_code()]


def test_the_qr_has_its_white_ground_and_is_wide_enough() -> None:
    (page,) = _pictures(tickets_pdf([printed_ticket()]), dpi=254)
    left, right, top, bottom = (round(edge * 10) for edge in QR_MM)
    quiet = 38  # four modules, tenths of a millimetre

    assert right - left >= 300
    for x in range(left + 12, right - 12):
        assert page.getpixel((x, top + quiet // 2)) == (255, 255, 255)
        assert page.getpixel((x, bottom - quiet // 2)) == (255, 255, 255)
    assert page.getpixel((left - 10, top + 100)) == (0xF2, 0xE0, 0xA6)


def test_one_ticket_fills_an_a6_page_and_four_an_a4_page() -> None:
    tickets = [printed_ticket(number) for number in range(5)]

    assert _page_sizes_mm(tickets_pdf(tickets)) == [A6_MM] * 5
    assert _page_sizes_mm(tickets_pdf(tickets, Sheet.A4_SEVERAL)) == [A4_MM] * 2


@pytest.mark.parametrize("sheet", ["one_per_page", "a4_several"])
def test_a_sheet_is_chosen_by_its_name(sheet: str) -> None:
    assert tickets_pdf([printed_ticket()], Sheet(sheet)).startswith(b"%PDF-")


def test_all_the_words_of_a_ticket_can_be_copied_from_it() -> None:
    text = _text(tickets_pdf([printed_ticket()]))

    for words in (
        "The Salt Road",
        "Saturday 21 November 2026",
        "Doors 19:00, starts 19:30",
        "Lantern House, 14 Market Street",
        "Stalls",
        "Adult",
        "£24.00",
        "Bo Buyer",
        "7KQ2M9",
        "00000-00000",
        "21 November, from 18:00",
        "Use the left-hand foyer door for stalls. Step-free from the foyer.",
        "Lantern House Trust. One scan lets one person in.",
    ):
        assert words in text


@pytest.mark.parametrize(
    "words",
    [
        "Zażółć gęślą jaźń",
        "Ξεσκεπάζω την ψυχοφθόρα",
        "Съешь ещё этих булок",
        "12,50 €",
        "Þórunn Ægisdóttir",
        "Ngũ, Nguyễn, Çağla, Łódź",
        "“Quoted” – dashed… and ½",
    ],
)
def test_letters_of_many_languages_are_copied_as_they_were(words: str) -> None:
    ticket = printed_ticket(event_title=words, name=words, price=words, notes=words)

    assert _text(tickets_pdf([ticket])).count(words) == 4


def test_a_decomposed_letter_is_printed_as_one() -> None:
    assert "Zoë" in _text(tickets_pdf([printed_ticket(name="Zoe\u0308")]))


@pytest.mark.parametrize(
    "strange", ["漢字", "😀", "\U0001f468\u200d\U0001f469", "\ud800", "\ue000"]
)
def test_a_character_without_a_shape_is_shown_as_missing(strange: str) -> None:
    words = f"Bo {strange} Buyer"
    ticket = printed_ticket(name=words, event_title=words, place=words, organizer=words)

    text = _text(tickets_pdf([ticket]))

    assert text.count("Bo \ufffd") == 3
    assert "Buyer" in text


def test_control_characters_and_line_ends_become_spaces_or_nothing() -> None:
    ticket = printed_ticket(name="Bo\r\n\t Buy\x00er\u200e\u00ad", notes="one\ntwo\u2028three")

    text = _text(tickets_pdf([ticket]))

    assert "Bo Buyer" in text
    assert "one two three" in text


@given(st.fixed_dictionaries(dict.fromkeys(("event_title", "name", "notes"), any_words)))
def test_whatever_people_type_the_ticket_is_printed_and_read(words: dict[str, Any]) -> None:
    document = tickets_pdf([printed_ticket(**words)])

    (page,) = _pictures(document)
    assert codes_seen(page) == [ticket_code()]


@pytest.mark.parametrize("sheet", list(Sheet))
def test_long_words_stay_on_the_card_and_off_the_code(sheet: Sheet) -> None:
    tickets = [printed_ticket(number, **LONG_WORDS) for number in range(4)]
    document = tickets_pdf(tickets, sheet)
    glyphs = list(_glyphs(document))

    assert len(glyphs) > 4 * 500
    for page, glyph in glyphs:
        column = int(glyph.left > 105) if sheet is Sheet.A4_SEVERAL else 0
        row = int(glyph.top > 148.5) if sheet is Sheet.A4_SEVERAL else 0
        left, right = glyph.left - 105 * column, glyph.right - 105 * column
        top, bottom = glyph.top - 148.5 * row, glyph.bottom - 148.5 * row
        assert CARD_MM[0] < left < right < CARD_MM[1], (page, glyph)
        assert 5 < top < bottom < 145, (page, glyph)
        beside = right < QR_MM[0] or left > QR_MM[1] or bottom < QR_MM[2] or top > QR_MM[3]
        assert beside, (page, glyph)


@pytest.mark.parametrize("words", [{}, LONG_WORDS, {"section": "", "row": "", "seat": ""}])
def test_no_letter_lies_on_another(words: dict[str, Any]) -> None:
    glyphs = [glyph for _, glyph in _glyphs(tickets_pdf([printed_ticket(**words)]))]

    for number, one in enumerate(glyphs):
        for other in glyphs[number + 1 :]:
            across = min(one.right, other.right) - max(one.left, other.left)
            down = min(one.bottom, other.bottom) - max(one.top, other.top)
            assert across < 0.25 or down < 0.25, (one, other)


def test_the_whole_of_a_long_title_and_name_is_there() -> None:
    title, name = LONG_WORDS["event_title"], LONG_WORDS["name"]

    text = _text(tickets_pdf([printed_ticket(event_title=title, name=name)]))

    assert title in text
    assert name.replace(" ", "") in text.replace(" ", "")


def test_what_cannot_fit_at_any_size_ends_in_an_ellipsis() -> None:
    text = _text(tickets_pdf([printed_ticket(notes="many words " * 80, event_title="x" * 900)]))

    assert text.count("…") == 2


def test_a_standing_place_is_printed_in_one_line() -> None:
    text = _text(tickets_pdf([printed_ticket(place="Standing floor", section="", row="", seat="")]))

    assert "Where Standing floor" in text
    assert "Row" not in text


def test_empty_words_leave_no_label_behind() -> None:
    text = _text(tickets_pdf([printed_ticket(name="", validity="", notes="", legal_line="")]))

    assert "Name" not in text
    assert "Valid" not in text


def test_labels_and_language_can_be_translated() -> None:
    labels = TicketLabels(where="Wo", row="Reihe", seat="Platz", price="Preis")

    document = tickets_pdf([printed_ticket()], language="de-DE", labels=labels)

    assert "Reihe F" in _text(document)
    assert b"/Lang (de-DE)" in document


def test_the_document_has_a_title_and_a_language_but_no_names_in_its_properties() -> None:
    document = tickets_pdf([printed_ticket(event_title="Zażółć", name="Bo Buyer")])
    properties = pypdfium2.PdfDocument(document).get_metadata_dict()

    assert properties["Title"] == "Zażółć (7KQ2M9)"
    assert properties["Author"] == "Lantern House"
    assert b"/Lang (en-GB)" in document
    assert b"/DisplayDocTitle true" in document
    assert "Bo" not in " ".join(properties.values())


def test_every_font_is_inside_the_document() -> None:
    document = tickets_pdf([printed_ticket(event_title="Ωμέγα", name="Юлия")])

    assert document.count(b"/FontFile2") >= 3
    assert b"Helvetica" not in document


@pytest.mark.parametrize("stock", ["", "plaid"])
def test_an_unknown_stock_prints_on_white(stock: str) -> None:
    (page,) = _pictures(tickets_pdf([printed_ticket(stock=stock)]))

    assert page.getpixel((page.width // 2, 55)) == (255, 255, 255)


def test_the_same_tickets_give_the_same_bytes_in_every_process() -> None:
    here = tickets_pdf([printed_ticket(number) for number in range(3)])
    script = (
        "import sys; from app.tickets.pdf import tickets_pdf;"
        "from tests.tickets.builders import printed_ticket;"
        "sys.stdout.buffer.write(tickets_pdf([printed_ticket(n) for n in range(3)]))"
    )

    there = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "7"},
    ).stdout

    assert there == here == tickets_pdf([printed_ticket(number) for number in range(3)])


def test_documents_drawn_at_the_same_time_do_not_mix() -> None:
    names = ["Bo Buyer", "Юлия", "Ωμέγα", "Żółć"]
    alone = [tickets_pdf([printed_ticket(name=name)]) for name in names]
    together: dict[str, bytes] = {}

    def draw(name: str) -> None:
        for _ in range(5):
            together[name] = tickets_pdf([printed_ticket(name=name)])

    threads = [threading.Thread(target=draw, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert [together[name] for name in names] == alone


@pytest.mark.parametrize("count", [0, TICKETS_PER_DOCUMENT + 1])
def test_a_document_has_a_sensible_number_of_tickets(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 200 tickets"):
        tickets_pdf([printed_ticket()] * count)


def test_a_ticket_without_a_real_code_is_not_printed() -> None:
    with pytest.raises(ValueError, match="199 digits"):
        tickets_pdf([printed_ticket(code="12345")])


def _stocks() -> list[str]:
    return ["straw", "rose", "sage", "sky", "lilac", "buff", ""]


def _pictures(document: bytes, dpi: int = 100) -> list[Image.Image]:
    pages = pypdfium2.PdfDocument(document)
    return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in pages]


def _text(document: bytes) -> str:
    """All text, with lines joined by single spaces."""
    pages = pypdfium2.PdfDocument(document)
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pages)


def _page_sizes_mm(document: bytes) -> list[tuple[int, int]]:
    return [
        (round(page.get_width() / POINTS_PER_MM), round(page.get_height() / POINTS_PER_MM))
        for page in pypdfium2.PdfDocument(document)
    ]


def _glyphs(document: bytes) -> Iterator[tuple[int, Glyph]]:
    """(page, glyph) for every visible character."""
    for number, page in enumerate(pypdfium2.PdfDocument(document)):
        text, height = page.get_textpage(), page.get_height()
        for index in range(text.count_chars()):
            character = text.get_text_range(index, 1)
            if character.strip():
                left, bottom, right, top = text.get_charbox(index)
                box = (left, right, height - top, height - bottom)
                yield number, Glyph(character, *(edge / POINTS_PER_MM for edge in box))
