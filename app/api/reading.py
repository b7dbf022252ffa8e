"""Reads JSON strictly: one object in UTF-8, each name once, every value of the right kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, NoReturn

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from app.errors import BadJson, TooLong, WrongContentType
from app.refusals import Invalid

BODY_LIMIT_BYTES: Final = 64 * 1024
LENGTH_DIGITS: Final = 10
TEXT_LIMIT: Final = 255
TOKEN_LIMIT: Final = 120
JSON_TYPE: Final = "application/json"

WRONG_OBJECT: Final = "Send a JSON object."
WANTED: Final = "This is needed."
WRONG_TEXT: Final = "Send a text."
WRONG_SIGNS: Final = "Control characters and half characters cannot be used here."
WRONG_SWITCH: Final = "Send true or false."
WRONG_LIST: Final = "Send a list."


def read_body() -> bytes:
    """The JSON body of this request. Raises `WrongContentType` and `TooLong`."""
    environ = request.environ
    if environ.get("CONTENT_TYPE") != JSON_TYPE and request.mimetype != JSON_TYPE:
        raise WrongContentType
    length = environ.get("CONTENT_LENGTH", "")
    if not length.isdigit():
        return _read_stream()
    if len(length) > LENGTH_DIGITS or int(length) > BODY_LIMIT_BYTES:
        raise TooLong
    raw: bytes = environ["wsgi.input"].read(int(length))
    return raw


def parse_object(raw: bytes) -> dict[str, Any]:
    """The object in these bytes."""
    if len(raw) > BODY_LIMIT_BYTES:
        raise TooLong
    try:
        found = _DECODER.decode(raw.decode())
    except (ValueError, RecursionError):  # also not UTF-8, a number too long, a name twice, NaN
        raise BadJson from None
    if type(found) is not dict:
        raise Invalid({"body": WRONG_OBJECT})
    return found


class Fields:
    """The fields of one object: each is taken by name; what is wrong is collected, then refused.

    Names that nobody takes are ignored, so that a client may be newer than its server.
    """

    __slots__ = ("_found", "_prefix", "faults")

    def __init__(
        self, found: dict[str, Any], faults: dict[str, str] | None = None, prefix: str = ""
    ) -> None:
        self._found = found
        self._prefix = prefix
        self.faults: dict[str, str] = {} if faults is None else faults

    def check(self) -> None:
        """Refuse with every fault found so far."""
        if self.faults:
            raise Invalid(self.faults)

    def fault(self, name: str, words: str) -> None:
        """Note what is wrong with a field."""
        self.faults.setdefault(self._prefix + name, words)

    def text(self, name: str, limit: int = TEXT_LIMIT) -> str:
        """A text that must be there; an empty one after a fault."""
        found = self.optional_text(name, limit)
        if found:
            return found
        self.fault(name, WANTED)
        return ""

    def optional_text(self, name: str, limit: int = TEXT_LIMIT) -> str | None:
        """A text, or None where it is absent or null."""
        found = self._found.get(name)
        if found is None:
            return None
        words = text_fault(found, limit)
        if words is None:
            return str(found)
        self.fault(name, words)
        return None

    def whole(self, name: str, least: int, most: int) -> int:
        """A whole number that must be there; `least` after a fault."""
        found = self._found.get(name)
        if type(found) is int and least <= found <= most:
            return found
        self.fault(
            name, WANTED if found is None else f"Send a whole number from {least} to {most}."
        )
        return least

    def switch(self, name: str) -> bool:
        """true or false; false where it is absent."""
        found = self._found.get(name, False)
        if found is True or found is False:
            return found
        self.fault(name, WRONG_SWITCH)
        return False

    def rows(self, name: str, limit: int) -> list[Any]:
        """A list of at most `limit` rows; empty where it is absent or null."""
        found = self._found.get(name)
        if found is None:
            return []
        if type(found) is not list:
            self.fault(name, WRONG_LIST)
            return []
        if len(found) > limit:
            self.fault(name, f"Send at most {limit} rows.")
            return []
        return found

    def row(self, name: str, at: int, found: Any) -> Fields:
        """The fields of one row of a list; notes a fault when it is no object."""
        if type(found) is not dict:
            self.fault(f"{name}[{at}]", WRONG_OBJECT)
            found = {}
        return Fields(found, self.faults, f"{self._prefix}{name}[{at}].")


def text_fault(found: Any, limit: int = TEXT_LIMIT) -> str | None:
    """What is wrong with a value that should be a text, or None."""
    if type(found) is not str:
        return WRONG_TEXT
    if len(found) > limit:
        return f"Send at most {limit} characters."
    if found.isprintable():  # surrogates and control characters are not
        return None
    if any(
        sign < " " or "\x7f" <= sign <= "\x9f" or "\ud800" <= sign <= "\udfff" for sign in found
    ):
        return WRONG_SIGNS
    return None


def _read_stream() -> bytes:
    """A body whose length was not announced."""
    request.max_content_length = BODY_LIMIT_BYTES
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise TooLong from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_object_hook: Final[Callable[[list[tuple[str, Any]]], dict[str, Any]]] = _unique
_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object_hook, parse_constant=_refuse_constant)
