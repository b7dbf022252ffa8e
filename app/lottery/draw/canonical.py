"""The one way in which a value is written as JSON: docs/draw-v1.md, a subset of RFC 8785."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

from app.lottery.draw.refused import BundleRefused

NUMBER_MAX: Final = 2**53 - 1  # what every language's JSON can hold exactly
BUNDLE_BYTES_LIMIT: Final = 256 * 1024 * 1024
DEPTH_LIMIT: Final = 8

_CONTROL = re.compile(r"[\x00-\x1f]")


def encode(value: Any) -> bytes:
    """UTF-8, keys sorted, nothing between the marks, text as it is (no normal form is applied).

    Raises BundleRefused for anything but objects, lists, text without control characters and whole
    numbers from 0 to 2^53 - 1.
    """
    _check(value, DEPTH_LIMIT)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise BundleRefused("A text in it is not Unicode.") from None


def decode(raw: bytes) -> Any:
    """The value of a document; refuses it unless its bytes are exactly how that value is written.

    So spaces, line ends, other escapes, other orders and a key given twice are all refused.
    """
    if len(raw) > BUNDLE_BYTES_LIMIT:
        raise BundleRefused("The file is larger than any record of a draw.")
    try:
        value = json.loads(raw.decode("utf-8"), parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BundleRefused("The file is not JSON in UTF-8 with whole numbers.") from None
    if encode(value) != raw:
        raise BundleRefused("The file is not written in the one way that draw/v1 allows.")
    return value


def _check(value: Any, depth: int) -> None:
    if not depth:
        raise BundleRefused("The file is nested more deeply than any record of a draw.")
    kind = type(value)
    if kind is dict:
        for name in value:
            _check_text(name)
            _check(value[name], depth - 1)
    elif kind is list:
        for entry in value:
            _check(entry, depth - 1)
    elif kind is str:
        _check_text(value)
    elif kind is not int or not 0 <= value <= NUMBER_MAX:
        raise BundleRefused("It holds something else than text and whole numbers.")


def _check_text(text: Any) -> None:
    if type(text) is not str or _CONTROL.search(text):
        raise BundleRefused("A text in it holds a control character.")


def _refuse(_text: str) -> NoReturn:
    raise ValueError
