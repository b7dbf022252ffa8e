"""Holds: keep places, look at them, keep them longer, give them back."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from app.answers import KeptKey
from app.api.blueprint import basket_of, bp, json_answer, kept_key, own_basket
from app.api.forms import best_form, hold_form
from app.api.reading import parse_object, read_body
from app.api.shapes import hold_shape
from app.box_office import BoxOffice, office
from app.inventory.commands import Command, ExtendHold, HoldBest, HoldSeats, ReleaseHold, ShowHold
from app.inventory.views import HoldView
from app.later import json_later
from app.orders.baskets import event_of_hold
from app.rate_limits import limit
from app.tokens import new_id


@bp.post("/events/<slug>/holds")
def create_hold(slug: str) -> ResponseReturnValue:
    """Keep the chosen places, all or none."""
    box = office()
    event = box.catalogue.by_slug(slug)
    body = read_body()
    form = hold_form(parse_object(body))
    basket = basket_of(box, form.basket)
    limit("hold", basket=form.basket and basket)
    command = HoldSeats(basket, f"{event.id}-{new_id()}", form.seats, form.areas)
    return _later(box, event.id, command, kept_key(body), 201)


@bp.post("/events/<slug>/best")
def create_best_hold(slug: str) -> ResponseReturnValue:
    """Keep the best free seats for so many people."""
    box = office()
    event = box.catalogue.by_slug(slug)
    body = read_body()
    form = best_form(parse_object(body))
    basket = basket_of(box, form.basket)
    limit("hold", basket=form.basket and basket)
    command = HoldBest(basket, f"{event.id}-{new_id()}", form.count, form.category, form.step_free)
    return _later(box, event.id, command, kept_key(body), 201)


@bp.get("/holds/<hold_id>")
def show_hold(hold_id: str) -> ResponseReturnValue:
    """One's own hold as it is now."""
    box = office()
    basket, event_id = own_basket(box), _event_of(box, hold_id)
    hold = box.inventory_of(event_id).ask(ShowHold(hold_id, basket))
    return json_answer(_shape(box, hold))


@bp.post("/holds/<hold_id>/extensions")
def create_extension(hold_id: str) -> ResponseReturnValue:
    """More time for one's own hold."""
    box = office()
    basket, event_id = own_basket(box), _event_of(box, hold_id)
    limit("hold", basket=basket)
    return _later(box, event_id, ExtendHold(hold_id, basket), kept_key(owner=basket))


@bp.delete("/holds/<hold_id>")
def delete_hold(hold_id: str) -> ResponseReturnValue:
    """Give everything back; again is as good as once."""
    box = office()
    basket, event_id = own_basket(box), _event_of(box, hold_id)
    limit("hold", basket=basket)
    box.inventory_of(event_id).ask(ReleaseHold(hold_id, basket))
    return Response(status=204)


def _event_of(box: BoxOffice, hold_id: str) -> int:
    """The event that a hold's id names; `NotFound` before anything is started for it."""
    return box.catalogue.by_id(event_of_hold(hold_id)).id


def _later(
    box: BoxOffice,
    event_id: int,
    command: Command[HoldView],
    kept: KeptKey | None,
    status: int = 200,
) -> Response:
    question = box.question(event_id, command, kept)
    return json_later(question, lambda hold: _shape(box, hold), status)


def _shape(box: BoxOffice, hold: HoldView) -> dict[str, Any]:
    slug = box.inventory_of(hold.event_id).offer.slug
    return hold_shape(hold, slug, box.tokens.basket(hold.basket))
