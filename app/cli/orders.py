"""order: money taken by hand, and money that goes back."""

from __future__ import annotations

import json
from typing import Any

from app.cli.asking import ask
from app.config import Settings
from app.money import sum_words
from app.refusals import Invalid
from app.tokens import new_id


def paid(settings: Settings, words: dict[str, Any]) -> int:
    """The money has come: tickets are issued, or all of it goes back when places are gone."""
    done = ask(settings, "order.paid", {"order": words["order"]})
    if done["status"] == "paid":
        print(f"Order {done['order']} is paid and its tickets are on their way.")
        return 0
    print(
        f"Order {done['order']} is {done['status']}: its places were gone, so give the money back."
    )
    return 1


def refund(settings: Settings, words: dict[str, Any]) -> int:
    """Money goes back for tickets, or a part of it without them."""
    done = ask(settings, "order.refund", {**words, "key": new_id()})
    if "refund" in done:
        print(f"A part of order {done['order']} goes back: {done['refund']}.")
    elif done["tickets"]:
        count = done["tickets"]
        print(
            f"{count} {'ticket' if count == 1 else 'tickets'} of order {done['order']} taken back;"
            " places are on sale again, and the money is on its way."
        )
    else:
        print(f"Order {done['order']} has no such valid ticket any more: nothing was changed.")
    return 0


def refund_again(settings: Settings, words: dict[str, Any]) -> int:
    """A refund that has failed is tried once more."""
    print(f"Tried again as {ask(settings, 'order.refund_again', words)['refund']}.")
    return 0


def paid_out(settings: Settings, words: dict[str, Any]) -> int:
    """A refund was paid out by hand."""
    done = ask(settings, "order.paid_out", words)
    print(f"Recorded: {done['refund']} was paid out by {done['by']}.")
    return 0


def list_refunds(settings: Settings, words: dict[str, Any]) -> int:
    """Refunds that wait for a person."""
    found = ask(settings, "order.refunds", {})["refunds"]
    if words["json"]:
        print(json.dumps(found, indent=2))
        return 0
    for line in found:
        print(_refund_words(line))
    if not found:
        print("No refund waits for anybody.")
    return 0


def refund_event(settings: Settings, words: dict[str, Any]) -> int:
    """All tickets of an event go back; the running box office does it in the background."""
    event = {"event": words["event"]}
    if not (words["report"] or words["json"]):
        if not words["because"]:
            raise Invalid({"because": "Say why with --because; the buyers read it."})
        ask(settings, "event.refund", event | {"because": words["because"]})
        print(
            f"All tickets of {words['event']} are being taken back."
            f" How far it is: ./run event refund {words['event']} --report"
        )
        return 0
    report = ask(settings, "event.refunds", event)
    if words["json"]:
        print(json.dumps(report, indent=2))
        return 0
    for line in report["refunds"]:
        print(_refund_words(line))
    state = "done" if report["done"] else "going on" if report["begun"] else "not begun"
    print(f"{len(report['refunds'])} refunds; the mass refund is {state}.")
    return 0


def _refund_words(line: dict[str, Any]) -> str:
    amount = sum_words(line["cents"], line["currency"])
    return (
        f"{line['order_id']}  {amount:>10}  {line['state']:<9}  {line['gateway']:<6}"
        f"  {line['name']}  {line['id']}"
    )
