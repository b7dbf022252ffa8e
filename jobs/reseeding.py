"""Reseeding: the next batch of a prize draw, with the same odds and a commitment of its own."""

from __future__ import annotations

from functools import partial

from app.box_office import BoxOffice
from app.control import code_of
from app.effects import Done, Duty, Effect, Failed, Outcome
from app.lottery.refusals import NotThatFar
from app.refusals import Refusal
from jobs.lotteries import ask_actors


def duties(office: BoxOffice) -> dict[str, Duty]:
    """How a successor comes about."""
    return {"lottery.reseed": Duty(partial(reseed, office))}


def reseed(office: BoxOffice, effect: Effect) -> Outcome:
    """Open it, once however often and by however many it is asked for."""
    words = {"lottery": effect.payload["lottery"], "batch": effect.payload["batch"]}
    try:
        return Done(ask_actors(office, "lottery.reseed", words))
    except Refusal as refusal:
        if code_of(refusal) == NotThatFar.code:  # closed meanwhile: none is due any more
            return Done({"left_out": refusal.words})
        return Failed(refusal.words)
