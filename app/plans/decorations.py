"""Reads the areas of a pretix plan, its stage, doors and words, as decorations."""

from __future__ import annotations

from typing import Any

from app.plans.plan import Decoration, Point, Shape
from app.plans.reading import Reading, excerpt

DECORATION_LIMIT = 2_000  # in one plan
POINT_LIMIT = 1_000  # corners of one polygon
TEXT_LIMIT = 190  # characters
TEXT_SIZE_LIMIT = 1_000.0  # plan units

KEYS = frozenset(
    {"uuid", "shape", "color", "border_color", "rotation", "position", "text", "width", "height"}
    | {"rectangle", "circle", "ellipse", "polygon"}
)
TEXT_KEYS = frozenset({"text", "color", "size", "position"})


def read_decoration(
    reading: Reading, value: object, place: str, origin: Point
) -> Decoration | None:
    """One decoration with its place in the plan, or None when there is nothing to draw."""
    area = reading.thing(value, place, "An area")
    if area is None:
        return None
    reading.known(area, KEYS, place, "area")
    x, y = reading.point(area, "position", place, required=False)
    shape = _shape(reading, area, place)
    if shape is None:
        return None
    size = _size(reading, area, shape, place)
    text, text_at, text_size = _text(reading, area, place, size)
    if shape is Shape.TEXT and not text:
        return None
    return Decoration(
        shape=shape,
        x=round(origin[0] + x, 2),
        y=round(origin[1] + y, 2),
        rotation=reading.number(area, "rotation", place, 0.0) % 360,
        size=size,
        points=_points(reading, area, place) if shape is Shape.POLYGON else (),
        text=text,
        text_at=text_at,
        text_size=text_size,
    )


def _shape(reading: Reading, area: dict[str, Any], place: str) -> Shape | None:
    name = area.get("shape")
    if name is None:
        # Older files: a flat area with width and height is a rectangle, else only its words.
        return Shape.RECTANGLE if "width" in area and "height" in area else Shape.TEXT
    if not isinstance(name, str) or name not in tuple(Shape):
        reading.warn(place, f"The shape “{excerpt(str(name))}” is not known and was left out.")
        return None
    return Shape(name)


def _size(reading: Reading, area: dict[str, Any], shape: Shape, place: str) -> tuple[float, ...]:
    if shape in (Shape.POLYGON, Shape.TEXT):
        return ()
    if "shape" not in area:
        return _lengths(reading, area, place, "width", "height")
    inner_place = f"{place}.{shape}"
    inner = reading.thing(area.get(shape), inner_place, f"“{shape}”")
    if inner is None:
        return ()
    if shape is Shape.RECTANGLE:
        return _lengths(reading, inner, inner_place, "width", "height")
    if shape is Shape.CIRCLE:
        return _lengths(reading, inner, inner_place, "radius")
    radius = reading.thing(inner.get("radius"), f"{inner_place}.radius", "“radius”")
    return (
        _lengths(reading, radius, f"{inner_place}.radius", "x", "y") if radius is not None else ()
    )


def _lengths(reading: Reading, thing: dict[str, Any], place: str, *keys: str) -> tuple[float, ...]:
    lengths = tuple(reading.number(thing, key, place) for key in keys)
    if any(length < 0 for length in lengths):
        reading.refuse(place, "has a length below zero.")
    return lengths


def _points(reading: Reading, area: dict[str, Any], place: str) -> tuple[Point, ...]:
    where = f"{place}.polygon"
    polygon = reading.thing(area.get("polygon"), where, "“polygon”")
    if polygon is None:
        return ()
    points = []
    for i, value in enumerate(reading.list_of(polygon, "points", where, POINT_LIMIT)):
        point = reading.thing(value, f"{where}.points[{i}]", "A point")
        if point is not None:
            spot = f"{where}.points[{i}]"
            points.append((reading.number(point, "x", spot), reading.number(point, "y", spot)))
    return tuple(points)


def _text(
    reading: Reading, area: dict[str, Any], place: str, size: tuple[float, ...]
) -> tuple[str, Point, float]:
    value = area.get("text")
    if value is None or value == "":
        return "", (0.0, 0.0), 16.0
    if isinstance(value, str):
        words = reading.text(
            {"text": " ".join(value.split())}, "text", place, TEXT_LIMIT, default=""
        )
        middle = (size[0] / 2, size[1] / 2) if len(size) == 2 else (0.0, 0.0)
        return words, middle, 16.0
    where = f"{place}.text"
    text = reading.thing(value, where, "“text”")
    if text is None:
        return "", (0.0, 0.0), 16.0
    reading.known(text, TEXT_KEYS, where, "text")
    if isinstance(text.get("text"), str):
        text = {**text, "text": " ".join(text["text"].split())}
    words = reading.text(text, "text", where, TEXT_LIMIT, default="")
    text_size = reading.number(text, "size", where, 16.0)
    at = reading.point(text, "position", where, required=False)
    return words, at, min(max(text_size, 1.0), TEXT_SIZE_LIMIT)
