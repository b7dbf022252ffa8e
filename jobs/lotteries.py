"""Prize draws behind the scenes: tickets handed out in slices, results of an evening.

Whoever is killed in between goes on where it was: each step says how many were done before it. The
steps are carried out where the actors are, which may be another process.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Final

from app.box_office import BoxOffice
from app.control import NoServer, ask_server, code_of
from app.control_requests import carry_out
from app.effects import Done, Duty, Effect, Failed, Outcome
from app.lottery.refusals import NotPaid, NotThatFar
from app.postbox import post
from app.refusals import Busy, NotFound, Refusal
from app.tokens import new_id

Words = dict[str, Any]

HOPELESS: Final = (NotFound.code, NotPaid.code, NotThatFar.code)  # archived, never paid


def duties(office: BoxOffice) -> dict[str, Duty]:
    """How tickets and results come about."""
    return {
        "lottery.allocate": Duty(partial(allocate, office)),
        "lottery.results": Duty(partial(announce, office)),
    }


def allocate(office: BoxOffice, effect: Effect) -> Outcome:
    """Carry a paid purchase out to its last ticket."""
    return _in_steps(office, "lottery.allocate", effect, "purchase")


def announce(office: BoxOffice, effect: Effect) -> Outcome:
    """Tell every purchase of an evening what it won."""
    return _in_steps(office, "lottery.announce", effect, "batch")


def ask_actors(office: BoxOffice, name: str, words: Words) -> Words:
    """Have a request carried out where the actors are; `Busy` while no server is there."""
    if office.lock is not None:
        return carry_out(office, name, words)
    try:
        return ask_server(Path(office.settings.data_dir), name, words)
    except NoServer:
        if office.settings.is_sqlite:
            raise Busy from None
        return post(office.db, new_id(), name, words)


def _in_steps(office: BoxOffice, name: str, effect: Effect, key: str) -> Outcome:
    words = {"lottery": effect.payload["lottery"], key: effect.payload[key], "done": 0}
    try:
        told = ask_actors(office, name, words)
        while told["done"] < told["of"]:
            told = ask_actors(office, name, words | {"done": told["done"]})
    except Refusal as refusal:
        return Failed(refusal.words, is_final=code_of(refusal) in HOPELESS)
    return Done({"done": told["done"]})
