"""What everybody may see: one letter a seat, changes since a version, never too few of them."""

from __future__ import annotations

import gzip
import json
from collections import deque
from typing import Any

import pytest

from app import published as module
from app.published import HISTORY_LIMIT, Published, StateBytes
from tests.inventory.houses import offer

ROWS, SEATS = 3, 40
FREE = b"f" * ROWS * SEATS


def published(number: int = 3, letters: bytes = FREE, **history: Any) -> Published:
    """The gala in this version; `touched` are the seats that its versions changed."""
    touched = history.get("touched", [(2, (0,)), (3, (1, 2))])
    areas = {"floor": 8, "bar": 3}
    return Published(
        offer(ROWS, SEATS), 5, number, letters, areas, deque(touched, maxlen=HISTORY_LIMIT)
    )


def told(state: StateBytes) -> dict[str, Any]:
    """The body."""
    found: dict[str, Any] = json.loads(state.plain)
    return found


def test_the_whole_is_one_letter_a_seat() -> None:
    whole = told(published().whole)

    assert whole == {"version": "5.3", "seats": FREE.decode(), "areas": {"floor": 8, "bar": 3}}


def test_changes_are_those_since_a_version() -> None:
    letters = b"hhs" + FREE[3:]

    assert told(published(letters=letters).since("5.1"))["changes"] == [
        [0, "h"],
        [1, "h"],
        [2, "s"],
    ]
    assert told(published(letters=letters).since("5.2"))["changes"] == [[1, "h"], [2, "s"]]


def test_nothing_changed_since_the_newest() -> None:
    assert told(published().since("5.3"))["changes"] == []


@pytest.mark.parametrize(
    "version", ["", "x", "5", "5.", ".3", "4.3", "5.4", "5.0", "²•²", "².²", "٥.٣", "5.3.1", "5.-1"]
)
def test_an_unknown_version_gets_the_whole(version: str) -> None:
    gala = published()

    assert gala.since(version) is gala.whole


def test_a_version_that_history_forgot_gets_the_whole() -> None:
    gala = published(number=9, touched=[(8, (0,)), (9, (1,))])

    assert "changes" in told(gala.since("5.7"))
    assert gala.since("5.6") is gala.whole


def test_history_that_moves_on_while_it_is_read_loses_no_change() -> None:
    history: deque[tuple[int, tuple[int, ...]]] = deque([(2, (0,)), (3, (1,))], maxlen=2)
    gala = Published(offer(ROWS, SEATS), 5, 3, FREE, {}, history)
    history.append((4, (2,)))

    assert gala.since("5.1") is gala.whole


def test_later_changes_are_not_told_early() -> None:
    gala = published(touched=[(3, (1,)), (4, (2,))])

    assert told(gala.since("5.2"))["changes"] == [[1, "f"]]


def test_many_changes_are_told_as_the_whole() -> None:
    gala = published(touched=[(3, tuple(range(len(FREE))))])

    assert gala.since("5.2") is gala.whole


def test_strange_versions_fill_no_memory() -> None:
    gala = published(number=10_000, touched=[(10_000, (0,))])
    for number in range(5000):
        gala.since(f"5.{number}")

    assert gala._since == {}


def test_an_entity_tag_names_version_and_beginning() -> None:
    gala = published()

    assert gala.whole.etag == '"5.3"'
    assert gala.since("5.2").etag == '"5.3-2"'


def test_long_bodies_are_compressed_once() -> None:
    long = StateBytes(b"f" * 5000, '"1"')

    assert long.gzipped is long.gzipped
    assert gzip.decompress(long.gzipped or b"") == long.plain
    assert StateBytes(b"f" * (module.GZIP_LEAST_BYTES - 1), '"1"').gzipped is None


def test_free_places_are_counted_by_price() -> None:
    letters = b"hsb" + FREE[3:]

    assert published(letters=letters).counts == {"front": 37, "back": 80, "standing": 11}
    assert published(letters=letters).places_free == 117 + 11
