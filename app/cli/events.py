"""event: make, publish, pause, cancel and list; block places, move tickets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from app.cli.asking import ask
from app.cli.files import named_after, read_file
from app.config import Settings
from app.refusals import Invalid

PLAN_LIMIT_BYTES: Final = 20 * 1024 * 1024
COUNT_LIMIT: Final = 100_000


def create(settings: Settings, words: dict[str, Any]) -> int:
    """Make a draft; nothing is changed when anything in the file is wrong."""
    from app.control_requests.asked import packed
    from app.event_files.drawing import check_prices, drawing_of, plan_bytes
    from app.event_files.reading import read_event_file
    from app.event_files.refused import EventFileRefused
    from app.toml_files.reading import FILE_LIMIT_BYTES

    path = Path(words["file"])
    raw = read_file(path, FILE_LIMIT_BYTES)
    plans: dict[str, bytes] = {}
    try:
        read = read_event_file(raw)
        if read.plan is not None and read.plan.file is not None:
            plans[read.plan.file] = read_file(path.parent / read.plan.file, PLAN_LIMIT_BYTES)
        if read.plan is not None and read.plan.imported is None:
            drawing = drawing_of(plan_bytes(read.plan, plans), read.plan)
            check_prices(read, drawing.seats_by_category)
    except EventFileRefused as refusal:
        raise named_after(refusal, path) from None
    if words["check"]:
        print(f"{path} is a good event file: {read.title}, {read.slug}.")
        return 0
    asked = {
        "file": raw.decode("utf-8-sig"),
        "plans": {name: packed(content) for name, content in plans.items()},
    }
    made = ask(settings, "event.create", asked)
    print(f"{read.title} is a draft now, {_size(made)}.")
    if words["publish"]:
        return publish(settings, {"event": made["event"]})
    print(f"Nobody sees it yet: ./run event publish {made['event']}")
    return 0


def publish(settings: Settings, words: dict[str, Any]) -> int:
    """Put it on the page."""
    done = ask(settings, "event.publish", {"event": words["event"]})
    print(f"Published: {done['url']}")
    return 0


def pause(settings: Settings, words: dict[str, Any]) -> int:
    """Stop sales for a while."""
    done = ask(settings, "event.pause", words)
    print(f"Sales of {done['event']} are paused. Go on with: ./run event publish {done['event']}")
    return 0


def cancel(settings: Settings, words: dict[str, Any]) -> int:
    """Stop sales for good; the orders to refund are listed."""
    done = ask(settings, "event.cancel", words)
    orders = done["orders"]
    print(f"{done['event']} is cancelled and sells nothing any more.")
    if not orders:
        print("Nothing was sold, so there is nothing to refund.")
        return 0
    print(f"{len(orders)} orders to refund:")
    for order in orders:
        amount = f"{order['total_cents'] / 100:.2f} {order['currency']}"
        print(f"  {order['id']}  {amount:>14}  {order['gateway']:<7} {order['email']}")
    return 0


def list_(settings: Settings, words: dict[str, Any]) -> int:
    """List every event, soonest first."""
    from app.cli.listing import all_events

    rows = all_events(settings)
    if words["json"]:
        print(json.dumps(rows))
        return 0
    if not rows:
        print("There are no events yet: ./run event create FILE, or ./run demo.")
    for row in rows:
        print(f"{row['starts']}  {row['status']:<10} {row['slug']:<32} {row['title']}")
    return 0


def block(settings: Settings, words: dict[str, Any]) -> int:
    """Take places off sale."""
    done = ask(settings, "event.block", words | {"areas": _areas(words["area"])})
    print(f"{_places(done['count'])} of {done['event']} blocked.")
    return 0


def unblock(settings: Settings, words: dict[str, Any]) -> int:
    """Put places back on sale."""
    done = ask(settings, "event.unblock", words | {"areas": _areas(words["area"])})
    print(f"{_places(done['count'])} of {done['event']} back on sale.")
    return 0


def move(settings: Settings, words: dict[str, Any]) -> int:
    """Give a ticket another seat; its buyer gets a letter."""
    asked = {"event": words["event"], "ticket": words["ticket"], "seats": [words["seat"]]}
    done = ask(settings, "event.move", asked)
    if done["count"]:
        print("The ticket has its new seat, and a new code: the buyer gets a letter with it.")
    else:
        print("The ticket has that seat already.")
    return 0


def _areas(texts: list[str]) -> list[tuple[str, int]]:
    areas = []
    for text in texts:
        area, _, count = text.partition("=")
        if not area or not count.isdigit() or not 1 <= int(count[:9]) <= COUNT_LIMIT:
            raise Invalid({"area": f"--area takes AREA=COUNT such as floor=20, not {text}."})
        areas.append((area, int(count)))
    return areas


def _places(count: int) -> str:
    return "1 place" if count == 1 else f"{count} places"


def _size(made: dict[str, Any]) -> str:
    parts = []
    if made["seats"]:
        parts.append(f"{made['seats']:,} seats")
    if made["area_places"]:
        parts.append(f"{made['area_places']:,} places without numbers")
    return " and ".join(parts)
