"""Check the parameters of a call against the installed SDK and give them their types."""

from __future__ import annotations

import re
from typing import Any, Final

from app.payments.stand_in.problems import Json, invalid, missing_parameter, unknown_parameter
from app.payments.stand_in.shapes import Node, shape_of

METADATA_KEYS_LIMIT: Final = 50
METADATA_KEY_LIMIT: Final = 40
METADATA_VALUE_LIMIT: Final = 500
LIST_LIMIT: Final = 200
TEXT_LIMIT: Final = 5_000
WHOLE: Final = re.compile(r"-?\d{1,15}")
NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,12})?")


def check(given: Json, parameters: type[Any], inside: str = "") -> Json:
    """The same parameters with whole numbers, switches and lists; a wrong one is refused."""
    shape = shape_of(parameters)
    for name in given:
        if name not in shape.nodes:
            raise unknown_parameter(_name(inside, name))
    for name in sorted(shape.required - given.keys()):
        raise missing_parameter(_name(inside, name))
    return {
        name: _checked(value, shape.nodes[name], _name(inside, name))
        for name, value in given.items()
    }


def _name(inside: str, name: str) -> str:
    return f"{inside}[{name}]" if inside else name


def _checked(value: Any, node: Node, name: str) -> Any:
    if isinstance(value, str):
        return _single(value, node, name)
    if node.list_of is not None and all(key.isdigit() for key in value):
        return _list(value, node.list_of, name)
    if node.shape is not None:
        return check(value, node.shape, name)
    if node.free:
        return _free(value, name)
    raise invalid(f"Invalid {'array' if node.list_of else 'string'}: {name}", name)


def _single(value: str, node: Node, name: str) -> Any:
    if value in node.words:
        return value
    if value == "":
        words = f"You passed an empty string for '{name}', which cannot be unset."
        raise invalid(words, name, "parameter_invalid_empty")
    if node.flag and value in ("true", "false"):
        return value == "true"
    if node.whole and WHOLE.fullmatch(value):
        return int(value)
    if node.number and NUMBER.fullmatch(value):
        return value
    if node.words - {""}:  # also beside any text: the SDK's list is that of the pinned version
        words = f"Invalid {name}: must be one of {', '.join(sorted(node.words - {''}))}"
        raise invalid(words, name)
    if node.text:
        return _text(value, name)
    raise _wrong_kind(value, node, name)


def _text(value: str, name: str) -> str:
    if len(value) > TEXT_LIMIT:
        words = f"Invalid string: {name} may have {TEXT_LIMIT} characters"
        raise invalid(words, name, "parameter_invalid_string")
    return value


def _wrong_kind(value: str, node: Node, name: str) -> Exception:
    if node.whole or node.number:
        return invalid(f"Invalid integer: {value[:40]}", name, "parameter_invalid_integer")
    if node.flag:
        return invalid(f"Invalid boolean: {value[:40]}", name)
    kind = "array" if node.list_of else "object"
    return invalid(f"Invalid {kind}: {name}", name)


def _list(value: Json, node: Node, name: str) -> list[Any]:
    if len(value) > LIST_LIMIT:
        raise invalid(f"Array {name} may have {LIST_LIMIT} elements", name)
    keys = sorted(value, key=int)
    return [_checked(value[key], node, f"{name}[{key}]") for key in keys]


def _free(value: Json, name: str) -> dict[str, str]:
    if len(value) > METADATA_KEYS_LIMIT:
        raise invalid(f"{name} may have {METADATA_KEYS_LIMIT} keys", name)
    for key, text in value.items():
        if not isinstance(text, str):
            raise invalid(f"Metadata values must be strings: {name}[{key}]", f"{name}[{key}]")
        if len(key) > METADATA_KEY_LIMIT or len(text) > METADATA_VALUE_LIMIT:
            words = (
                f"Metadata keys have up to {METADATA_KEY_LIMIT} characters and values up to"
                f" {METADATA_VALUE_LIMIT}: {name}[{key[:60]}]"
            )
            raise invalid(words, f"{name}[{key[:60]}]")
    return {key: text for key, text in value.items() if text}
