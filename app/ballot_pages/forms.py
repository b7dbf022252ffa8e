"""What entrants send: fields read once, cut to their limits, never trusted."""

from __future__ import annotations

from typing import Any, Final

from flask import request

from app.ballot_draws.entering import Wanted
from app.ballot_reading import terms_of
from app.buyers import EMAIL_LIMIT, NAME_LIMIT, read_email, read_name
from app.lottery.ballot.entering import check_group
from app.lottery.ballot.terms import BallotTerms, Wish
from app.refusals import Invalid

FIELDS: Final = ("email", "name", "count", "wish1")  # as they follow each other in the form
FIELD_LIMIT: Final = 20
KEY_LIMIT: Final = 64
CODE_TYPED_LIMIT: Final = 200


def typed_fields(terms: BallotTerms) -> dict[str, str]:
    """What was typed, to be shown again."""
    form = request.form
    wishes = {name: form.get(name, "")[:FIELD_LIMIT] for name in wish_names(terms)}
    return {
        "name": form.get("name", "")[: NAME_LIMIT + 1],
        "email": form.get("email", "")[: EMAIL_LIMIT + 1],
        "count": form.get("count", "")[:FIELD_LIMIT],
        "waits": form.get("waits", "")[:FIELD_LIMIT],
        **wishes,
    }


def typed_code() -> str:
    """A code that some people were given; it is never shown again."""
    return request.form.get("code", "")[:CODE_TYPED_LIMIT].strip()


def typed_contribution() -> str:
    """What the entrant's page adds to the public value."""
    return request.form.get("contribution", "")[:CODE_TYPED_LIMIT]


def press_key() -> str:
    """What makes a second press the same press."""
    return request.form.get("key", "")[:KEY_LIMIT]


def wish_names(terms: BallotTerms) -> tuple[str, ...]:
    """Names of the wishes' fields, the first best."""
    return tuple(f"wish{number}" for number in range(1, terms.wish_limit + 1))


def read_wanted(ballot: Any, typed: dict[str, str]) -> Wanted:
    """Who wants what; raises `Invalid` that names every field at fault."""
    faults: dict[str, str] = {}
    person = {"name": "", "email": ""}
    for field, read in (("email", read_email), ("name", read_name)):
        try:
            person[field] = read(typed[field])
        except Invalid as refusal:
            faults |= refusal.fields
    count, wishes, waits = _group(terms_of(ballot.terms), typed, faults)
    _refuse(faults)
    return Wanted(person["name"], person["email"], count, wishes, waits)


def read_group(ballot: Any, typed: dict[str, str]) -> tuple[int, tuple[Wish, ...], bool]:
    """How many come, what they would like, whether they wait; raises `Invalid`."""
    faults: dict[str, str] = {}
    found = _group(terms_of(ballot.terms), typed, faults)
    _refuse(faults)
    return found


def _refuse(faults: dict[str, str]) -> None:
    """Raise `Invalid` for what is at fault, the first field of the form first."""
    if faults:
        raise Invalid({name: faults[name] for name in sorted(faults, key=FIELDS.index)})


def _group(
    terms: BallotTerms, typed: dict[str, str], faults: dict[str, str]
) -> tuple[int, tuple[Wish, ...], bool]:
    count = int(typed["count"]) if _is_number(typed["count"]) else 0
    wishes: list[Wish] = []
    for name in wish_names(terms):
        chosen = typed[name]
        if not chosen:
            continue
        if _is_number(chosen) and int(chosen) < len(terms.supply):
            wishes.append(terms.supply[int(chosen)].wish)
        else:
            faults["wish1"] = "One of these is not in the ballot."
    try:
        check_group(terms, count, tuple(wishes))
    except Invalid as refusal:
        for key, words in refusal.fields.items():
            faults.setdefault("wish1" if key == "wishes" else key, words)
    return count, tuple(wishes), bool(typed["waits"])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
