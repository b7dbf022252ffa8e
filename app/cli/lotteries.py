"""lottery: prize draws from their file to their proof, their claims and their end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from app.cli.asking import ask, ask_to_the_end
from app.cli.files import named_after, read_file
from app.cli.progress import Shown
from app.config import Settings

Words = dict[str, Any]

NEXT: Final = {
    "value": "two people type the public value: ./run lottery value {draw} VALUE --by NAME",
    "gather": "gather what the buyers contributed: ./run lottery value {draw}",
    "draw": "./run lottery draw {draw}",
    "reveal": "publish the secret: ./run lottery reveal {draw}",
}


def open_(settings: Settings, words: Words) -> int:
    """Open the batch of a draw file; nothing is changed when anything in it is wrong."""
    from app.draw_files.reading import read_draw_file
    from app.draw_files.refused import DrawFileRefused
    from app.toml_files.reading import FILE_LIMIT_BYTES

    path = Path(words["file"])
    raw = read_file(path, FILE_LIMIT_BYTES)
    try:
        read = read_draw_file(raw)
    except DrawFileRefused as refusal:
        raise named_after(refusal, path) from None
    if words["check"]:
        print(f"{path} is a good draw file: {read.title}, {read.slug}.")
        return 0
    asked = {"file": raw.decode("utf-8-sig"), "batch": words["batch"], "by": words["by"]}
    with Shown(f"Opening a batch of {read.terms.size:,} tickets") as shown:
        done = ask_to_the_end(settings, "lottery.open", asked, shown.tell)
    print(f"Batch {done['batch']} is {done['status']}: {done['url']}")
    _say_warning(ask(settings, "lottery.show", {"draw": done["draw"]}))
    return 0


def list_(settings: Settings, words: Words) -> int:
    """List every draw, the newest first."""
    draws = ask(settings, "lottery.list", {})["draws"]
    if words["json"]:
        print(json.dumps(draws))
        return 0
    if not draws:
        print("There are no draws yet: ./run lottery open FILE.")
    for row in draws:
        batches = ", ".join(
            f"{one['number']}: {one['status']} {one['sold']:,}/{one['size']:,}"
            for one in row["batches"]
        )
        print(f"{row['status']:<6} {row['slug']:<32} {row['title']}  ({batches})")
    return 0


def show(settings: Settings, words: Words) -> int:
    """Everything about one draw."""
    found = ask(settings, "lottery.show", {"draw": words["draw"]})
    if words["json"]:
        print(json.dumps(found))
        return 0
    print(f"{found['title']}, {found['status']}: {found['url']}")
    if found["basis"]:
        basis = found["basis"]
        print(f"Legal basis: {basis['kind']}, {basis['number']}, {basis['region']}")
    for batch in found["batches"]:
        _show_batch(found, batch)
    _say_warning(found)
    return 0


def basis(settings: Settings, words: Words) -> int:
    """Record the legal basis."""
    done = ask(settings, "lottery.basis", words)
    print(f"{done['number']} is recorded for {done['draw']}. Page and tickets show it.")
    return 0


def close(settings: Settings, words: Words) -> int:
    """Sell no more of a batch."""
    done = ask(settings, "lottery.close", words)
    print(f"Batch {done['batch']} is closed: {done['sold']:,} tickets were sold.")
    if done["next"]:
        print(f"Next: {NEXT[done['next']].format(draw=words['draw'])}")
    return 0


def value(settings: Settings, words: Words) -> int:
    """Type the public value, or take it from the buyers."""
    done = ask(settings, "lottery.value", words)
    if not done["is_fixed"]:
        print(f"Kept: {done['value']}. Now somebody else types the same.")
        return 0
    print(f"The public value of batch {done['batch']} is fixed. Next: ./run lottery draw"
          f" {words['draw']}")  # fmt: skip
    return 0


def draw(settings: Settings, words: Words) -> int:
    """Draw a closed batch."""
    with Shown("Drawing") as shown:
        done = ask_to_the_end(settings, "lottery.draw", words, shown.tell)
    print(f"Batch {done['batch']} is drawn; whoever bought one of its tickets is told.")
    print(f"Next: {NEXT['reveal'].format(draw=words['draw'])}")
    return 0


def reveal(settings: Settings, words: Words) -> int:
    """Publish a batch's secret."""
    with Shown("Making the file that proves the draw") as shown:
        done = ask_to_the_end(settings, "lottery.reveal", words, shown.tell)
    print(f"The secret of batch {done['batch']} is public: {done['secret']}")
    return 0


def settle(settings: Settings, words: Words) -> int:
    """End a batch."""
    done = ask(settings, "lottery.settle", words)
    print(f"Batch {done['batch']} is settled.")
    return 0


def end(settings: Settings, words: Words) -> int:
    """End a whole draw."""
    done = ask(settings, "lottery.end", words)
    print(f"{done['draw']} has ended. Its page and its proof stay.")
    return 0


def claims(settings: Settings, words: Words) -> int:
    """Prizes that are claimed, or those that are not."""
    asked = {name: words[name] for name in ("draw", "unclaimed", "details")}
    found = ask(settings, "lottery.claims", asked)["claims"]
    if words["json"]:
        print(json.dumps(found))
        return 0
    if not found:
        print("Nothing waits to be claimed." if words["unclaimed"] else "Nobody claims a prize.")
    for one in found:
        line = f"{one['ticket']:<12} {one['prize']:<32}"
        if not words["unclaimed"]:
            given = "waits"
            if one["confirmed_by"]:
                done = "given out" if one["is_given"] else "confirmed"
                given = f"{done} by {one['confirmed_by']}"
            line += f" {given:<28} {one['name']} {one['email']}"
        print(line.rstrip())
        for more in (*one.get("details", ()), *_seats_words(one)):
            print(f"{'':<12} {more}")
    return 0


def confirm(settings: Settings, words: Words) -> int:
    """Record that a prize was given out."""
    done = ask(settings, "lottery.confirm", words)
    if done["waits"]:
        again = (
            "They are tried again by themselves."
            if done["is_tried_again"]
            else ("Agree with the winner on something else; confirming again tries once more.")
        )
        print(f"The claim of ticket {words['ticket']} is confirmed, but its seats are not given:"
              f" {done['why']} {again}")  # fmt: skip
        return 0
    print(f"Ticket {words['ticket']} has its prize ({done['prize']}).")
    return 0


def _seats_words(one: Words) -> list[str]:
    return [f"seats not given yet: {one['seats_words']}"] if one.get("seats") else []


def archive(settings: Settings, words: Words) -> int:
    """Remove tickets that need not be kept, or say which would go."""
    batches = ask(settings, "lottery.archive", {"dry_run": True})["batches"]
    if not words["dry_run"]:
        with Shown("Archiving") as shown:
            ask_to_the_end(settings, "lottery.archive", {}, shown.tell)
    if words["json"]:
        print(json.dumps(batches))
        return 0
    if not batches:
        print("No ticket need go.")
    what = "would go" if words["dry_run"] else "are gone; what proves the draw stays"
    for one in batches:
        print(f"{one['batch']:<40} {one['tickets']:>9,} tickets {what}")
    return 0


def vouchers(settings: Settings, words: Words) -> int:
    """Make codes for play credits and print them, one on a line."""
    asked = {name: words[name] for name in ("credits", "count", "note", "until", "by")}
    codes = ask(settings, "lottery.vouchers", asked)["codes"]
    print(json.dumps(codes) if words["json"] else "\n".join(codes))
    return 0


def _show_batch(found: Words, batch: Words) -> None:
    print(f"\nBatch {batch['number']}, {batch['mode']}, {batch['status']}:"
          f" {batch['sold']:,} of {batch['size']:,} sold")  # fmt: skip
    for prize in batch["prizes"]:
        left = "" if prize["left"] is None else f", {prize['left']:,} not won so far"
        print(f"  {prize['count']:>9,} × {prize['name']}{left}")
    for name, words in (
        ("commitment", "Commitment"), ("merkle_root", "Merkle root"), ("list_hash", "List hash"),
        ("public_value", "Public value"), ("secret", "Secret"), ("closes_at", "Closes"),
        ("claims_until", "Claims until"),
    ):  # fmt: skip
        if batch[name]:
            print(f"  {words}: {batch[name]}")
    if batch["next"]:
        print(f"  Next: {NEXT[batch['next']].format(draw=found['slug'])}")


def _say_warning(found: Words) -> None:
    if found["warning"]:
        print(f"{found['warning']} ./run lottery basis {found['slug']} …")
