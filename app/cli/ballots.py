"""ballot: a fair draw for the right to buy, from its file to the end of the waiting list."""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

from app.cli.asking import ask
from app.cli.files import read_file
from app.config import Settings
from app.refusals import Refusal


def open_(settings: Settings, words: dict[str, Any]) -> int:
    """Take entries; nothing is changed when anything in the file is wrong."""
    from app.ballot_files.reading import read_ballot_file
    from app.control_requests.ballots import FILE_PURPOSE
    from app.toml_files.reading import FILE_LIMIT_BYTES
    from app.toml_files.refused import FileRefused
    from app.vault import Vault

    path = Path(words["file"])
    raw = read_file(path, FILE_LIMIT_BYTES)
    try:
        read = read_ballot_file(raw)
    except FileRefused as refusal:
        raise _named(refusal, path) from None
    most = max(share.count for share in read.shares)
    if read.group_limit > most:
        print(f"Mind ballot.group_limit: no [[seats]] has more than {most}, so that a group of"
              f" {read.group_limit} could never win.", file=sys.stderr)  # fmt: skip
    if words["check"]:
        print(f"{path} is a good ballot file: {read.title}, {read.slug}. Its events and their seats"
              " were not looked up; opening it does.")  # fmt: skip
        return 0
    content = raw.decode("utf-8-sig").encode()
    sealed = Vault(settings.secret_key).seal(content, FILE_PURPOSE)  # it may wait in a postbox
    asked = {"sealed": b64encode(sealed).decode(), "by": words["by"]}
    done = ask(settings, "ballot.open", asked)
    print(f"{done['title']} takes entries: {done['url']}")
    print(f"Its commitment, to be published now: {done['commitment']}")
    return 0


def list_(settings: Settings, words: dict[str, Any]) -> int:
    """List every ballot, the newest first."""
    found = ask(settings, "ballot.list", {})["ballots"]
    if words["json"]:
        print(json.dumps(found))
        return 0
    if not found:
        print("There are no ballots yet: ./run ballot open FILE")
    for row in found:
        counts = f"{row['entries']:>6} entries, {row['waiting']:>5} waiting"
        print(f"{row['status']:<7} {row['ballot']:<32} {counts}  {row['title']}")
    return 0


def close(settings: Settings, words: dict[str, Any]) -> int:
    """Freeze the list."""
    done = ask(settings, "ballot.close", words)
    print(
        f"The list of {done['ballot']} is frozen: {done['entries']} entries for {done['people']}"
        f" people. Its hash, to be published now: {done['list_hash']}"
    )
    return 0


def value(settings: Settings, words: dict[str, Any]) -> int:
    """One of two people types the public value, or it is taken from the entrants."""
    done = ask(settings, "ballot.value", words)
    if done["is_value_fixed"]:
        print(f"The public value is fixed. Draw with: ./run ballot draw {done['ballot']}")
    else:
        print("Kept. Somebody else has to type the same value before it counts.")
    return 0


def draw(settings: Settings, words: dict[str, Any]) -> int:
    """Draw; letters follow by themselves."""
    done = ask(settings, "ballot.draw", words)
    print(
        f"{done['ballot']} is drawn; {done['waiting']} entries are on the waiting list, and"
        f" everybody gets a letter. Publish the secret with: ./run ballot reveal {done['ballot']}"
    )
    return 0


def reveal(settings: Settings, words: dict[str, Any]) -> int:
    """Publish the secret."""
    done = ask(settings, "ballot.reveal", words)
    url = f"{settings.base_url}/ballot/{done['ballot']}/proof.json"
    print(f"Anybody can repeat the draw now: {url}")
    return 0


def end(settings: Settings, words: dict[str, Any]) -> int:
    """End the waiting list."""
    done = ask(settings, "ballot.end", words)
    print(f"{done['ballot']} has ended; seats that nobody has a right to are on sale.")
    return 0


def _named(refusal: Refusal, path: Path) -> Refusal:
    """Its problems with the file's name before them, as editors understand it."""
    problems = [f"{path.name}, {problem}" for problem in refusal.details["problems"]]
    named = Refusal(refusal.happened, safe=refusal.safe, problems=problems)
    named.next_step = " ".join(problems)
    return named
