"""Prizes that were claimed: seats are issued, keys are cut; staff hands out the rest."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection

from app.box_office import BoxOffice
from app.effects import Done, Duty, Effect, Facts, Failed, Outcome
from app.lottery.pool.terms import ENTITLEMENT, SEAT
from app.prize_draws.entitlements import entitlement_of, keep_entitlement
from app.prize_draws.seat_gifts import give_open_again
from app.refusals import NotFound, Refusal
from jobs.lotteries import ask_actors


def duties(office: BoxOffice) -> dict[str, Duty]:
    """How a prize is carried out."""
    return {"lottery.prize": Duty(partial(carry_out_prize, office), settle=keep_key)}


def carry_out_prize(office: BoxOffice, effect: Effect) -> Outcome:
    """Seats and entitlements come by themselves; money and things were handed over."""
    batch_id, position = effect.payload["batch"], effect.payload["position"]
    try:
        if effect.payload["kind"] == SEAT:
            return Done(ask_actors(office, "lottery.seats", {"batch": batch_id, "at": position}))
        if effect.payload["kind"] == ENTITLEMENT:
            return Done({"key": entitlement_of(office, batch_id, position)})
    except NotFound as refusal:
        return Failed(refusal.words, is_final=True)
    except Refusal as refusal:
        return Failed(refusal.words)
    return Done({})


def keep_key(connection: Connection, _payload: Facts, facts: Facts) -> None:
    """Write what the prize opens."""
    if facts.get("key"):
        keep_entitlement(connection, facts["key"])


def give_seats_again(office: BoxOffice) -> None:
    """Seats that were won and could not be given: perhaps they can be by now."""
    give_open_again(office)
