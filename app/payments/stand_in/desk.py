"""What the calls of the API do, each given its parameters and the id in its path."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.payments.stand_in.fault_box import FaultBox
from app.payments.stand_in.ledger import KINDS, Ledger
from app.payments.stand_in.lists import page_of, page_of_events
from app.payments.stand_in.problems import Json, no_such, not_done_here
from app.payments.stand_in.refunds import create_refund
from app.payments.stand_in.sessions import create_session, expire_session
from app.payments.stand_in.sums import balance

PAGING: Final = ("limit", "starting_after", "ending_before", "created", "expand")
Does = Callable[["Desk", Json, str], Json]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a call works on."""

    ledger: Ledger
    faults: FaultBox
    pages: str


def open_session(desk: Desk, params: Json, _: str) -> Json:
    return create_session(desk.ledger, params, desk.pages)


def end_session(desk: Desk, _: Json, session_id: str) -> Json:
    return expire_session(desk.ledger, session_id)


def give_back(desk: Desk, params: Json, _: str) -> Json:
    return create_refund(desk.ledger, desk.faults, params)


def show_balance(desk: Desk, _params: Json, _id: str) -> Json:
    return balance(desk.ledger)


def list_of(prefix: str, same: tuple[str, ...], url: str) -> Does:
    def carry_out(desk: Desk, params: Json, _: str) -> Json:
        for name in params:
            if name not in (*same, *PAGING):
                raise not_done_here(name)
        return page_of(desk.ledger.all_of(prefix), params, same, url)

    return carry_out


def list_events(desk: Desk, params: Json, _: str) -> Json:
    for name in ("delivery_success", "ending_before"):
        if name in params:
            raise not_done_here(name)
    return page_of_events(desk.ledger, params, "/v1/events")


def show_event(desk: Desk, _: Json, event_id: str) -> Json:
    found = desk.ledger.events.find(event_id)
    if found is None:
        raise no_such("event", event_id)
    event: Json = json.loads(found.body)
    return event


def one_of(prefix: str) -> Does:
    def carry_out(desk: Desk, _: Json, object_id: str) -> Json:
        found = desk.ledger.all_of(prefix).get(object_id)
        if found is None:
            raise no_such(KINDS[prefix], object_id)
        return found

    return carry_out


def update_of(prefix: str) -> Does:
    def carry_out(desk: Desk, params: Json, object_id: str) -> Json:
        for name in params:
            if name not in ("metadata", "expand"):
                raise not_done_here(name)
        found = desk.ledger.all_of(prefix).get(object_id)
        if found is None:
            raise no_such(KINDS[prefix], object_id)
        found["metadata"] = found["metadata"] | (params.get("metadata") or {})
        return found

    return carry_out


def show_account(_desk: Desk, _params: Json, _id: str) -> Json:
    return {
        "id": "acct_standin",
        "object": "account",
        "charges_enabled": True,
        "country": "DE",
        "default_currency": "eur",
        "details_submitted": True,
        "payouts_enabled": False,
        "settings": {"dashboard": {"display_name": "Stand-in, no money moves"}},
        "type": "standard",
    }
