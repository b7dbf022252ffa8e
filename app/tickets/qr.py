"""The QR code of a ticket: inline SVG for pages, PNG for letters, runs of modules for print."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from markupsafe import Markup

from app.tickets.codes import CODE_DIGIT_COUNT

if TYPE_CHECKING:
    from segno import QRCode

QR_VERSION = 5
MODULE_COUNT_MAX = 37
QUIET_ZONE_MODULES = 4
MASK = 4  # signed digits look like noise under any: trying all eight takes four fifths of the time
SIDE_MODULES = MODULE_COUNT_MAX + 2 * QUIET_ZONE_MODULES
PNG_SCALE_MAX = 32

_CODE = re.compile(rf"1[0-9]{{{CODE_DIGIT_COUNT - 1}}}", re.ASCII)
_SVG = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img"'
    ' shape-rendering="crispEdges"{css_class}><title>{title}</title>'
    '<rect width="{side}" height="{side}" fill="#fff"/>'
    '<path d="{path}" fill="#000"/></svg>'
)


def qr_svg(code: str, title: str = "Ticket code", css_class: str = "") -> Markup:
    """Inline SVG of 45 by 45 units with its own white ground and quiet zone, about 5 kB.

    Black on white by presentation attributes alone, so it is the same in a dark page and in
    print. It has no size of its own: the page gives it one (30 mm or 120 px at least).
    Raises ValueError for anything but 199 digits.
    """
    return svg_of(_symbol(code), title, css_class)


def svg_of(symbol: QRCode, title: str, css_class: str = "") -> Markup:
    """The same of any symbol: as many units wide as it has modules with the quiet zone."""
    path = "".join(
        f"M{x + QUIET_ZONE_MODULES} {y + QUIET_ZONE_MODULES}h{length}v1h-{length}z"
        for x, y, length in _runs(symbol)
    )
    class_attribute = Markup(' class="{}"').format(css_class) if css_class else ""
    side = len(symbol.matrix) + 2 * QUIET_ZONE_MODULES
    return _SVG.format(side=side, css_class=class_attribute, title=title, path=path)


def qr_png(code: str, scale: int = 8) -> bytes:
    """PNG with quiet zone, black on white; one module is `scale` (1 to 32) pixels wide."""
    if not 1 <= scale <= PNG_SCALE_MAX:
        raise ValueError(f"scale must be from 1 to {PNG_SCALE_MAX} pixels for a module")
    out = io.BytesIO()
    _symbol(code).save(out, kind="png", scale=scale, border=QUIET_ZONE_MODULES)
    return out.getvalue()


def module_runs(code: str) -> Iterator[tuple[int, int, int]]:
    """Every run of dark modules as (column, row, length), without the quiet zone, top first."""
    return _runs(_symbol(code))


def _runs(symbol: QRCode) -> Iterator[tuple[int, int, int]]:
    for y, row in enumerate(symbol.matrix):
        for run in re.finditer(b"\x01+", bytes(row)):
            yield run.start(), y, len(run.group())


def _symbol(code: str) -> QRCode:
    """Only ticket codes are drawn: nothing else fits the promised size."""
    import segno

    if not _CODE.fullmatch(code):
        raise ValueError(f"a ticket code has {CODE_DIGIT_COUNT} digits and begins with 1")
    symbol = segno.make_qr(
        code, error="m", version=QR_VERSION, mode="numeric", boost_error=False, mask=MASK
    )
    assert len(symbol.matrix) <= MODULE_COUNT_MAX, "a ticket's QR grew beyond 37 modules"
    return symbol
