"""Pages of a list, newest first, and ids that are shown as whole objects."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from app.payments.stand_in.events import matches
from app.payments.stand_in.ledger import Ledger
from app.payments.stand_in.problems import Json, invalid, no_such
from app.payments.stand_in.sessions import lines_list

LIMIT: Final = 10
LIMIT_MOST: Final = 100
DEPTH_LIMIT: Final = 4


def page_of(kept: dict[str, Json], params: Json, same: tuple[str, ...], url: str) -> Json:
    """One page of objects whose `same` fields and `created` are as asked."""
    wanted = {name: params[name] for name in same if name in params}
    fitting: Iterator[Json] = (
        each
        for each in reversed(kept.values())
        if all(each[name] == value for name, value in wanted.items())
        and _is_within(each["created"], params.get("created"))
    )
    for name in ("starting_after", "ending_before"):
        if name in params and params[name] not in kept:
            raise no_such("object", params[name], name)
    if "ending_before" in params:
        newer = list(
            itertools.takewhile(lambda each: each["id"] != params["ending_before"], fitting)
        )
        limit = _limit(params)
        return _page(newer[-limit:], len(newer) > limit, url)
    if "starting_after" in params:
        fitting = _after(fitting, kept, params["starting_after"])
    return _cut(fitting, params, url)


def page_of_events(ledger: Ledger, params: Json, url: str) -> Json:
    """One page of events."""
    after = params.get("starting_after")
    if after is not None and ledger.events.find(after) is None:
        raise no_such("event", after, "starting_after")
    types = params.get("types") or [params.get("type", "*")]
    fitting = (
        each
        for each in ledger.events.newest_first(older_than=after)
        if matches(each.type, types) and _is_within(each.created, params.get("created"))
    )
    limit = _limit(params)
    chosen = list(itertools.islice(fitting, limit + 1))
    return _page([json.loads(each.body) for each in chosen[:limit]], len(chosen) > limit, url)


def expanded(ledger: Ledger, shown: Json, paths: list[str]) -> Json:
    """A copy in which the ids at these paths are whole objects; `data.` means each of a list."""
    for path in paths:
        shown = _expand(ledger, shown, path.split(".")[:DEPTH_LIMIT], path)
    return shown


def _after(fitting: Iterable[Json], kept: dict[str, Json], last_id: str) -> Iterator[Json]:
    """Those that are older than the last one of the page before, whether or not that one fits."""
    places = {object_id: place for place, object_id in enumerate(kept)}
    return (each for each in fitting if places[each["id"]] < places[last_id])


def _cut(fitting: Iterable[Json], params: Json, url: str) -> Json:
    limit = _limit(params)
    chosen = list(itertools.islice(fitting, limit + 1))
    return _page(chosen[:limit], len(chosen) > limit, url)


def _page(data: list[Json], has_more: bool, url: str) -> Json:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _limit(params: Json) -> int:
    limit: int = params.get("limit", LIMIT)
    if not 1 <= limit <= LIMIT_MOST:
        words = f"Invalid integer: limit must be from 1 to {LIMIT_MOST}"
        raise invalid(words, "limit", "parameter_invalid_integer")
    return limit


def _is_within(created: int, asked: Any) -> bool:
    if asked is None:
        return True
    if isinstance(asked, int):
        return created == asked
    return bool(
        created > asked.get("gt", -1)
        and created >= asked.get("gte", 0)
        and created < asked.get("lt", created + 1)
        and created <= asked.get("lte", created)
    )


def _expand(ledger: Ledger, shown: Json, parts: list[str], path: str) -> Json:
    name, rest = parts[0], parts[1:]
    if shown["object"] == "checkout.session" and name == "line_items":
        return shown | {"line_items": lines_list(ledger, shown["id"])}
    if name not in shown or isinstance(shown[name], int):
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    value = shown[name]
    if isinstance(value, str):
        found = ledger.find(value)
        if found is None:
            raise invalid(f"This property cannot be expanded ({path}).", "expand")
        value = found
    if rest and isinstance(value, list):
        value = [_expand(ledger, each, rest, path) for each in value]
    elif rest and isinstance(value, dict):
        value = _expand(ledger, value, rest, path)
    return shown | {name: value}
