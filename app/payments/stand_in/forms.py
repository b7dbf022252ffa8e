"""Stripe's way of writing nested parameters as a form: `a[b][0][c]=value`."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import parse_qsl

from app.payments.stand_in.problems import Json, invalid

FIELDS_LIMIT: Final = 2_000
DEPTH_LIMIT: Final = 8
NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
PART: Final = re.compile(r"\[([^\[\]]*)\]")


def read_form(text: str) -> Json:
    """Nested parameters: values are texts, lists still are dicts with the keys `0`, `1` ...

    Source of the format: https://docs.stripe.com/api, as the SDK's encoder writes it.
    """
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, max_num_fields=FIELDS_LIMIT, errors="strict"
        )
    except ValueError:
        raise invalid("The parameters cannot be read.", None) from None
    nested: Json = {}
    for name, value in pairs:
        _put(nested, name, value)
    return nested


def _put(nested: Json, name: str, value: str) -> None:
    found = NAME.fullmatch(name)
    if found is None:
        raise invalid(f"Invalid parameter name: {name}", name)
    path = [found[1], *PART.findall(found[2])]
    if len(path) > DEPTH_LIMIT:
        raise invalid("Parameters are nested too deeply.", name)
    place: Any = nested
    for part in path[:-1]:
        place = place.setdefault(part or str(len(place)), {})
        if not isinstance(place, dict):
            raise invalid(f"Invalid parameter: {name}", name)
    last = path[-1] or str(len(place))
    if last in place:
        raise invalid(f"Parameter given twice: {name}", name)
    place[last] = value
