"""From the bytes of a file that somebody wrote to its top table, and what stands in every file."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from decimal import Decimal
from typing import Any, Final

from app.plans.refused import Problem
from app.toml_files.fields import SLUG_LIMIT, Fields, Problems
from app.toml_files.refused import FileRefused

FILE_LIMIT_BYTES: Final = 256 * 1024
NAME_LIMIT: Final = 120
LINE_LIMIT: Final = 300
TEXT_LIMIT: Final = 5_000
_LINE_OF_ERROR = re.compile(r"\(at line (\d+), column (\d+)\)|\(at end of document\)")


def top_of(raw: bytes, refused: type[FileRefused]) -> tuple[Fields, Problems]:
    """The file's top table, and where its problems are gathered; raises `refused`."""
    text = _decoded(raw, refused)
    problems = Problems(text, refused)
    return Fields(problems, "", _parsed(text, refused)), problems


def slug_of(title: str) -> str:
    """A slug made from a title: “Fête du Port” becomes fete-du-port."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LIMIT].rstrip("-")


def read_currency(table: Fields) -> tuple[str, int]:
    """The currency, and how many digits its minor unit has."""
    from babel.numbers import get_currency_precision, list_currencies  # slow to load

    currency = table.text("currency", 3)
    if currency and currency not in list_currencies("en"):
        if re.fullmatch("[A-Z]{3}", currency):
            table.refuse("currency", f"“{currency}” is not a known currency; GBP or EUR are.")
        else:
            table.refuse("currency", "must be three capital letters such as GBP or EUR.")
    return currency, get_currency_precision(currency or "EUR")


def _decoded(raw: bytes, refused: type[FileRefused]) -> str:
    if len(raw) > FILE_LIMIT_BYTES:
        raise _whole(refused, f"The file is larger than {FILE_LIMIT_BYTES // 1024} KiB.")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _whole(refused, "The text is not UTF-8. Save the file as UTF-8.", line) from None


def _parsed(text: str, refused: type[FileRefused]) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        where = _LINE_OF_ERROR.search(str(error))
        line = int(where.group(1)) if where and where.group(1) else text.count("\n") + 1
        words = _LINE_OF_ERROR.sub("", str(error)).strip()
        raise _whole(refused, f"This is not TOML: {words}.", line) from None
    except (ValueError, RecursionError):  # numbers of thousands of digits, endless nesting
        words = "A number in the file is too long, or it is nested too deeply."
        raise _whole(refused, words) from None


def _whole(refused: type[FileRefused], words: str, line: int | None = None) -> FileRefused:
    return refused((Problem("file", words, line),))
