"""Small pieces of SVG text; every word from a plan passes through `words`."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from app.plans.plan import Decoration, Point, Shape

LEAST_TEXT_SIZE = 12.0  # plan units; smaller lettering cannot be read on a screen


def num(value: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def words(text: str) -> str:
    """Text from outside, safe inside an element or a quoted attribute."""
    return escape(text, quote=True)


def closed_path(points: Iterable[Point]) -> str:
    """The `d` of a closed path through points."""
    return "M" + "L".join(f"{num(x)} {num(y)}" for x, y in points) + "z"


def shape(drawn: Decoration) -> str:
    """The figure of a decoration around its own position, without its words."""
    if drawn.shape is Shape.POLYGON and len(drawn.points) > 1:
        return f'<path d="{closed_path(drawn.points)}"/>'
    if drawn.shape is Shape.RECTANGLE and drawn.size:
        width, height = drawn.size
        return f'<rect width="{num(width)}" height="{num(height)}" rx="4"/>'
    if drawn.shape is Shape.CIRCLE and drawn.size:
        return f'<circle r="{num(drawn.size[0])}"/>'
    if drawn.shape is Shape.ELLIPSE and drawn.size:
        return f'<ellipse rx="{num(drawn.size[0])}" ry="{num(drawn.size[1])}"/>'
    return ""


def placed(drawn: Decoration, inner: str) -> str:
    """Something drawn around a decoration's position, moved and turned with it."""
    turn = f" rotate({num(drawn.rotation)})" if drawn.rotation else ""
    return f'<g transform="translate({num(drawn.x)} {num(drawn.y)}){turn}">{inner}</g>'


def text(value: str, at: Point, css_class: str, size: float | None = None) -> str:
    """One line of words around a point."""
    font = "" if size is None else f' font-size="{num(max(size, LEAST_TEXT_SIZE))}"'
    spot = f'x="{num(at[0])}" y="{num(at[1])}"'
    return f'<text class="{css_class}" {spot}{font}>{words(value)}</text>'


def decoration(drawn: Decoration) -> str:
    """A stage, bar, door or word as it stands on the map."""
    figure = shape(drawn)
    inner = f'<g class="stage">{figure}</g>' if figure else ""
    if drawn.text:
        inner += text(drawn.text, drawn.text_at, "deco-t", drawn.text_size)
    return placed(drawn, inner) if inner else ""
