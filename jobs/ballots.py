"""Ballots behind the scenes: seats that follow the rights, results announced, letters.

Each step may be repeated: whoever is killed in between goes on where it was. Seats are arranged
where the actors are, which may be another process.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Connection

from app.ballot_draws.ballot_letters import ballot_letter
from app.box_office import BoxOffice
from app.effects import Done, Duty, Effect, Facts, Failed, Outcome
from app.lottery.ballot.entry import LAPSED
from app.mail.post import Post
from app.outbox import add_effect
from app.refusals import Busy, Refusal
from jobs.lotteries import ask_actors


def duties(office: BoxOffice, post: Post) -> dict[str, Duty]:
    """What follows from a ballot."""
    return {
        "ballot.seats": Duty(partial(arrange, office)),
        "ballot.right": Duty(partial(arrange, office), tell_of_offer),
        "ballot.right_over": Duty(partial(arrange, office), tell_of_end),
        "ballot.results": Duty(partial(announce, office)),
        "mail.ballot": Duty(partial(send, office, post)),
    }


def arrange(office: BoxOffice, effect: Effect) -> Outcome:
    """Seats are kept for whoever has a right to them, and for nobody else."""
    return _carried_out(lambda: _arranged(office, effect.payload))


def announce(office: BoxOffice, effect: Effect) -> Outcome:
    """Every winner has seats, then everybody is told, in slices."""

    def tell() -> Outcome:
        words = {"ballot": effect.payload["ballot"]}
        arranged = _arranged(office, effect.payload)
        if isinstance(arranged, Failed):
            return arranged
        told = ask_actors(office, "ballot.announce", words | {"done": 0})
        while told["done"] < told["of"]:
            told = ask_actors(office, "ballot.announce", words | {"done": told["done"]})
        return Done({"told": told["done"]})

    return _carried_out(tell)


def tell_of_offer(connection: Connection, payload: Facts, facts: Facts) -> None:
    """Winners of the draw get their letter with everybody else; who moved up gets one now."""
    if payload["is_offer"]:
        _write(connection, payload, "offer")


def tell_of_end(connection: Connection, payload: Facts, facts: Facts) -> None:
    """Whose time ran out is told; who let the seats go knows."""
    if payload["status"] == LAPSED:
        _write(connection, payload, "over")


def send(office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    """One letter, or none where it would say what is not true any more."""
    write = ballot_letter(office, effect)
    if write is None:
        return Done({"left_out": "it is not so any more"})
    return post.deliver(write)


def _arranged(office: BoxOffice, payload: Any) -> Outcome:
    lacking = ask_actors(office, "ballot.arrange", {"ballot": payload["ballot"]})["lacking"]
    if lacking:
        return Failed(f"{lacking} rights of ballot {payload['ballot']} have no seats.")
    return Done()


def _carried_out(step: Callable[[], Outcome]) -> Outcome:
    try:
        return step()
    except Busy as refusal:
        return Failed(refusal.words)
    except Refusal as refusal:
        return Failed(f"{refusal.code}: {refusal.words}")


def _write(connection: Connection, payload: Facts, letter: str) -> None:
    entry_id, number = payload["entry"], payload["number"]
    words = {"ballot": payload["ballot"], "entry": entry_id, "letter": letter, "number": number}
    add_effect(connection, "mail.ballot", f"mail.ballot:{entry_id}:{letter}:{number}", words)
