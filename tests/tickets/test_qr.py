"""The QR code is small, black on its own white ground, and readable in bad conditions."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from itertools import product

import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import Browser, Page

from app.tickets.codes import public_key_of, verify
from app.tickets.qr import module_runs, qr_png, qr_svg
from tests.tickets.builders import FACTS, KEY, codes_seen, ticket_code

SVG = "{http://www.w3.org/2000/svg}"
DARK = "#111218"
DARK_PAGE = (
    "<!doctype html><html lang='en'><head><title>Ticket</title>"
    "<meta name='color-scheme' content='light dark'>"
    "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\"></head>"
    f"<body bgcolor='{DARK}' text='#f1f0eb'>{{}}</body></html>"
)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(color_scheme="dark")
    yield page
    page.close()


def test_the_symbol_has_37_modules_with_a_quiet_zone_of_four() -> None:
    runs = list(module_runs(ticket_code()))
    picture = Image.open(io.BytesIO(qr_png(ticket_code(), scale=1)))

    assert max(column + length for column, _, length in runs) == 37
    assert max(row for _, row, _ in runs) == 36
    assert picture.size == (45, 45)
    border = [
        picture.convert("L").getpixel((x, y))
        for x in range(45)
        for y in range(45)
        if not (4 <= x < 41 and 4 <= y < 41)
    ]
    assert set(border) == {255}


def test_svg_and_png_show_the_same_modules() -> None:
    picture = Image.open(io.BytesIO(qr_png(ticket_code(), scale=1))).convert("L")
    dark = {
        (column + 4 + step, row + 4)
        for column, row, length in module_runs(ticket_code())
        for step in range(length)
    }

    assert dark == {(x, y) for x in range(45) for y in range(45) if not picture.getpixel((x, y))}


def test_the_svg_is_one_path_on_a_white_ground_with_a_name() -> None:
    svg = _parsed(qr_svg(ticket_code(), title="Ticket code", css_class="qr"))
    title, ground, modules = svg

    assert (svg.get("role"), svg.get("viewBox"), svg.get("class")) == ("img", "0 0 45 45", "qr")
    assert (title.tag, title.text) == (f"{SVG}title", "Ticket code")
    assert ground.attrib == {"width": "45", "height": "45", "fill": "#fff"}
    assert (modules.tag, modules.get("fill")) == (f"{SVG}path", "#000")
    assert modules.get("d", "").startswith("M4 4h7v1")


def test_the_svg_needs_no_style_and_escapes_its_words() -> None:
    svg = qr_svg(ticket_code(), title="</title><script>x</script>", css_class='"><b onload="x')

    assert "style" not in svg
    assert "<script" not in svg
    assert _parsed(svg).get("class") == '"><b onload="x'
    assert svg.__html__() == svg


@pytest.mark.parametrize("text", ["", "1", "2" * 199, "1" * 198 + "x", "1" * 200, "１" * 199])
def test_nothing_but_ticket_codes_is_drawn(text: str) -> None:
    with pytest.raises(ValueError, match="199 digits"):
        qr_svg(text)


@pytest.mark.parametrize("scale", [0, -1, 33])
def test_a_png_has_a_sensible_size(scale: int) -> None:
    with pytest.raises(ValueError, match="scale"):
        qr_png(ticket_code(), scale)


@pytest.mark.parametrize("number", range(20))
def test_what_a_scanner_reads_verifies(number: int) -> None:
    (seen,) = codes_seen(Image.open(io.BytesIO(qr_png(ticket_code(number), scale=3))))

    facts = verify(seen, {(FACTS.event, FACTS.key_id): public_key_of(KEY)})
    assert facts.serial == FACTS.serial + number


@pytest.mark.parametrize(
    ("scale", "degrees"),
    [*product([3, 4, 8, 16], [0, 7, 45, 90, 133, 180, 270]), *product([2], [0, 90, 180, 270])],
)
def test_a_png_is_read_at_any_angle_on_a_dark_ground(scale: int, degrees: int) -> None:
    upright = Image.open(io.BytesIO(qr_png(ticket_code(), scale))).convert("L")
    dark = Image.new("L", (upright.width * 2, upright.height * 2), 17)
    dark.paste(upright, (upright.width // 2, upright.height // 2))

    turned = dark.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=17)

    assert codes_seen(turned) == [ticket_code()]


@pytest.mark.parametrize("radius", [0.5, 1.0, 2.0, 3.0])
def test_a_png_is_read_out_of_focus(radius: float) -> None:
    sharp = Image.open(io.BytesIO(qr_png(ticket_code(), scale=8))).convert("L")

    assert codes_seen(sharp.filter(ImageFilter.GaussianBlur(radius))) == [ticket_code()]


def test_a_png_is_read_in_bad_light() -> None:
    bright = Image.open(io.BytesIO(qr_png(ticket_code(), scale=5))).convert("L")

    assert codes_seen(bright.point(lambda level: 60 + level // 8)) == [ticket_code()]


@pytest.mark.browser
@pytest.mark.parametrize("side", [100, 120, 160, 312])
def test_the_svg_is_read_from_a_dark_page_under_a_strict_policy(page: Page, side: int) -> None:
    screen = _screen(page, side)

    assert screen.getpixel((2, 2)) == (0x11, 0x12, 0x18)
    assert codes_seen(screen) == [ticket_code()]


@pytest.mark.browser
@pytest.mark.parametrize("degrees", [10, 45, 90, 200])
def test_the_svg_is_read_small_turned_and_blurred(page: Page, degrees: int) -> None:
    screen = _screen(page, 180).convert("L")

    turned = screen.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=17)

    assert codes_seen(turned.filter(ImageFilter.GaussianBlur(0.8))) == [ticket_code()]


@pytest.mark.browser
@pytest.mark.parametrize("forced", ["active", "none"])
@pytest.mark.parametrize("media", ["screen", "print"])
def test_the_ground_stays_white_with_forced_colours_and_in_print(
    page: Page, forced: str, media: str
) -> None:
    page.emulate_media(
        media="print" if media == "print" else "screen",
        forced_colors="active" if forced == "active" else "none",
    )
    screen = _screen(page, 180)

    assert screen.getpixel((8 + 4, 8 + 4)) == (255, 255, 255)
    assert screen.getpixel((8 + 18, 8 + 18)) == (0, 0, 0)
    assert codes_seen(screen) == [ticket_code()]


def _parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314  our own markup


def _screen(page: Page, side: int) -> Image.Image:
    """A dark page whose width leaves the code `side` pixels between margins of 8."""
    page.set_viewport_size({"width": side + 16, "height": side + 16})
    page.set_content(DARK_PAGE.format(qr_svg(ticket_code())))
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")
