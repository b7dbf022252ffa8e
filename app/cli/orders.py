"""order: money taken by hand, and money that goes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from app.cli.asking import ask
from app.cli.files import read_file
from app.config import Settings
from app.money import sum_words
from app.refusals import Invalid
from app.tokens import new_id

MATCH_WORDS: Final = {
    "fits": "fits",
    "wrong_sum": "another sum",
    "other_currency": "another currency",
    "several_orders": "names several orders",
    "which_column": "which sum came in?",
    "paid_already": "paid already",
    "over": "order is over",
}


def paid(settings: Settings, words: dict[str, Any]) -> int:
    """The money has come: tickets are issued, or it goes back."""
    done = ask(settings, "order.paid", words)
    if done["goes_back"]:
        print(
            f"This payment buys nothing: {done['goes_back']}. Order {done['order']} is"
            f" {done['status']}. Give the money back; it is listed by: ./run order refunds"
        )
        return 1
    if done["status"] == "paid":
        print(f"Order {done['order']} is paid and its tickets are on their way.")
        return 0
    print(f"The payment is entered. Order {done['order']} is still {done['status']}: look again.")
    return 1


def match(settings: Settings, words: dict[str, Any]) -> int:
    """The orders that a bank's list names: which fit, and what is wrong with the others."""
    from app.control_requests.asked import packed
    from app.orders.statement_files import FILE_LIMIT_BYTES

    raw = read_file(Path(words["file"]), FILE_LIMIT_BYTES)
    asked = {name: words[name] for name in ("record", "by", "column")}
    done = ask(settings, "order.match", {"file": packed(raw), **asked})
    if words["json"]:
        print(json.dumps(done, indent=2))
        return 0
    for found in done["found"]:
        amount = sum_words(found["cents"], found["currency"])
        says = MATCH_WORDS[found["match"]]
        print(
            f"row {found['row']:>4}  {found['order_id']}  {amount:>10}  {says:<26}{found['name']}"
        )
    if any(found["match"] == "which_column" for found in done["found"]):
        names = ", ".join(done["columns"]) or "there is none"
        print(f"Say with --column which sums came in: {names}.")
    return _say_recorded(done) if words["record"] else _say_fitting(done)


def calls_again(settings: Settings, words: dict[str, Any]) -> int:
    """What Stripe told is acted on once more."""
    count = ask(settings, "order.calls_again", {})["count"]
    print(f"{count} calls wait to be acted on." if count else "No call has failed.")
    return 0


def _say_fitting(done: dict[str, Any]) -> int:
    fitting = sum(found["match"] == "fits" for found in done["found"])
    if fitting:
        print(f"{fitting} fit. Nothing was changed: add --record to record them as paid.")
    else:
        print("No row fits an order that waits for its money.")
    return 0


def _say_recorded(done: dict[str, Any]) -> int:
    """How each went; 1 where one did not become tickets."""
    paid_ones = [one for one in done["recorded"] if one["status"] == "paid"]
    for one in done["recorded"]:
        if one["words"]:
            print(f"{one['order_id']} was not recorded: {one['words']}")
        elif one["status"] != "paid":
            print(f"{one['order_id']} is {one['status']}: its places were gone. See: order refunds")
    print(f"{len(paid_ones)} recorded as paid; their tickets are on their way.")
    return int(len(paid_ones) != len(done["recorded"]))


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


def list_disputes(settings: Settings, words: dict[str, Any]) -> int:
    """Payments that buyers' banks have asked back."""
    found = ask(settings, "order.disputes", {})["disputes"]
    if words["json"]:
        print(json.dumps(found, indent=2))
        return 0
    for line in found:
        amount = sum_words(line["cents"], line["currency"])
        admits = f", let in by {line['lifted_by']}" if line["lifted_by"] else ""
        due = f", answer by {line['respond_by'][:10]}" if line["respond_by"] else ""
        print(
            f"{line['order_id']}  {amount:>10}  {line['state']:<4}  {line['name']}"
            f"  ({line['reason']}{due}{admits})"
        )
    if not found:
        print("No payment is disputed.")
    return 0


def admit(settings: Settings, words: dict[str, Any]) -> int:
    """Disputed tickets let their people in."""
    done = ask(settings, "order.admit", words)
    if not done["tickets"]:
        print(f"The dispute is lifted, but order {done['order']} has no valid ticket any more.")
        return 1
    print(f"{done['tickets']} tickets of order {done['order']} are valid.")
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
