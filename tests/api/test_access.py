"""Who may do what: every route for its owner, without a token, with a wrong and a foreign one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from app.box_office import BoxOffice
from app.tokens import new_id
from tests.api.client import Answer, Program
from tests.api.conftest import Gala
from tests.lottery.house_draws import add_draw, terms_for

NOT_FOUND = (404, "not_found")
YES = (200, "")
MADE = (201, "")


@dataclass(frozen=True)
class Things:
    """What Bo owns, and the keys that people come with."""

    gala: Gala
    hold_id: str
    code: str
    draw: str
    purchase: str


@dataclass(frozen=True)
class Keys:
    """A basket's token and an order's secret; None sends neither."""

    basket: str | None
    secret: str | None
    purchase: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """As headers."""
        found = {"Basket": self.basket, "Order-Secret": self.secret}
        return {name: text for name, text in found.items() if text is not None}


@dataclass(frozen=True)
class Call:
    """One route, and what is answered to: the owner, nobody, a forger, a stranger."""

    ask: Callable[[Program, Things, Keys], Answer]
    owner: tuple[int, str]
    nobody: tuple[int, str]
    forger: tuple[int, str]
    stranger: tuple[int, str]


def _public(path: str) -> Call:
    def ask(program: Program, things: Things, keys: Keys) -> Answer:
        named = path.format(slug=things.gala.slug, draw=things.draw)
        return program.get(named, **keys.headers)

    return Call(ask, YES, YES, YES, YES)


def _own(ask: Callable[[Program, Things, Keys], Answer], owner: tuple[int, str]) -> Call:
    return Call(ask, owner, NOT_FOUND, NOT_FOUND, NOT_FOUND)


def _hold(program: Program, things: Things, keys: Keys) -> Answer:
    ask: dict[str, Any] = {"seats": [things.gala.seats[9]]}
    if keys.basket is not None:
        ask["basket"] = keys.basket
    return program.post(things.gala.path("holds"), ask)


def _best(program: Program, things: Things, keys: Keys) -> Answer:
    ask: dict[str, Any] = {"count": 1}
    if keys.basket is not None:
        ask["basket"] = keys.basket
    return program.post(things.gala.path("best"), ask)


def _order(program: Program, things: Things, keys: Keys) -> Answer:
    ask = {"name": "Cy", "email": "cy@example.org", "payment": "demo", "demo_outcome": "paid"}
    return program.post("/orders", {**ask, "basket": keys.basket})


def _notice(program: Program, things: Things, keys: Keys) -> Answer:
    ask = {"order": things.code, "outcome": "paid"}
    return program.post("/demo/payments", ask, **keys.headers)


def _draw_tickets(program: Program, things: Things, keys: Keys) -> Answer:
    ask = {"name": "Cy", "email": "cy@example.org", "payment": "free", "count": 1}
    return program.post(f"/draws/{things.draw}/purchases", ask)


def _purchase(rest: str) -> Call:
    def ask(program: Program, things: Things, keys: Keys) -> Answer:
        secret = {} if keys.purchase is None else {"Order-Secret": keys.purchase}
        return program.get(f"/purchases/{things.purchase}{rest}", **secret)

    return _own(ask, YES)


CALLS: dict[str, Call] = {
    "api.list_events": _public("/events"),
    "api.show_event": _public("/events/{slug}"),
    "api.list_seats": _public("/events/{slug}/seats"),
    "api.show_state": _public("/events/{slug}/state"),
    "api.show_openapi": _public("/openapi.json"),
    # Anybody may begin a basket; a token must be the token of one. A stranger's own basket works.
    "api.create_hold": Call(_hold, MADE, MADE, NOT_FOUND, MADE),
    "api.create_best_hold": Call(_best, MADE, MADE, NOT_FOUND, MADE),
    "api.show_hold": _own(
        lambda program, things, keys: program.get(f"/holds/{things.hold_id}", **keys.headers), YES
    ),
    "api.create_extension": _own(
        lambda program, things, keys: program.post(
            f"/holds/{things.hold_id}/extensions", **keys.headers
        ),
        YES,
    ),
    "api.delete_hold": _own(
        lambda program, things, keys: program.delete(f"/holds/{things.hold_id}", **keys.headers),
        (204, ""),
    ),
    # A stranger pays for the stranger's own basket, which is empty.
    "api.create_order": Call(_order, MADE, (422, "invalid"), NOT_FOUND, (409, "basket_empty")),
    "api.show_order": _own(
        lambda program, things, keys: program.get(f"/orders/{things.code}", **keys.headers), YES
    ),
    "api.create_demo_payment": _own(_notice, YES),
    "api.list_draws": _public("/draws"),
    "api.show_draw": _public("/draws/{draw}"),
    "api.create_purchase": Call(_draw_tickets, MADE, MADE, MADE, MADE),
    "api.show_purchase": _purchase(""),
    "api.list_results": _purchase("/results"),
}


def test_every_route_is_in_the_table(app: Flask) -> None:
    served = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint[:4] == "api."}

    assert served == set(CALLS)


@pytest.mark.parametrize("endpoint", CALLS)
@pytest.mark.parametrize("who", ["nobody", "forger", "stranger", "owner"])
def test_a_route_answers_each_as_the_table_says(
    endpoint: str, who: str, bo: Program, cy: Program, make_gala: Callable[[], Gala],
    office: BoxOffice,
) -> None:  # fmt: skip
    things, keys = made(bo, cy, make_gala(), office)
    call = CALLS[endpoint]

    answer = call.ask(cy, things, keys[who])
    assert answer.no == getattr(call, who)
    if who != "owner":
        still_bo_s(bo, things, keys["owner"])


def made(bo: Program, cy: Program, gala: Gala, office: BoxOffice) -> tuple[Things, dict[str, Keys]]:
    """A hold and an order of Bo's, a basket and an order of Cy's, and a forged pair."""
    own = bo.order(bo.hold(gala.slug, gala.seats[0]).content["basket"], None).content
    hold = bo.hold(gala.slug, gala.seats[1]).content
    foreign = cy.order(cy.hold(gala.slug, gala.seats[2]).content["basket"]).content
    basket_id, _, proof = hold["basket"].rpartition(".")
    forged = f"{basket_id}.{('A' if proof[0] != 'A' else 'B') + proof[1:]}"
    draw = f"draw-{gala.slug}"
    add_draw(office, terms_for(price_cents=0), slug=draw)
    wanted = {"name": "Bo", "email": "bo@example.org", "payment": "free", "count": 1}
    bought = bo.post(f"/draws/{draw}/purchases", wanted).content
    keys = {
        "owner": Keys(hold["basket"], own["secret"], bought["secret"]),
        "nobody": Keys(None, None),
        "forger": Keys(forged, own["secret"][::-1], bought["secret"][::-1]),
        "stranger": Keys(office.tokens.basket(new_id()), foreign["secret"], foreign["secret"]),
    }
    return Things(gala, hold["id"], own["code"], draw, bought["code"]), keys


def still_bo_s(bo: Program, things: Things, keys: Keys) -> None:
    """Nothing of Bo's has changed."""
    hold = bo.get(f"/holds/{things.hold_id}", **keys.headers)
    assert [seat["id"] for seat in hold.content["seats"]] == [things.gala.seats[1]]
    assert hold.content["extensions_left"] == 4
    order = bo.get(f"/orders/{things.code}", **keys.headers)
    assert order.content["status"] == "paying"


@pytest.mark.parametrize(
    "token", ["", ".", "x", "x.", ".x", "ä.ä", "a" * 5000, "0" * 20 + ".", "%00", "../x.y"]
)
def test_a_token_of_any_shape_is_refused_quietly(bo: Program, gala: Gala, token: str) -> None:
    hold = bo.hold(gala.slug, gala.seats[0]).content
    spelled = token.encode().decode("latin-1")

    assert bo.get(f"/holds/{hold['id']}", Basket=spelled).no == NOT_FOUND
    assert bo.get("/orders/8WD3RX2Q", Order_Secret=spelled).no == NOT_FOUND


def test_a_ticket_s_or_basket_s_token_opens_no_order(
    bo: Program, gala: Gala, office: BoxOffice
) -> None:
    basket = bo.hold(gala.slug, gala.seats[0]).content["basket"]
    order = bo.order(basket).content
    code, ticket = order["code"], order["tickets"][0]["id"]
    proofs = (basket, office.tokens.ticket(ticket), office.tokens.basket(code),
              office.tokens.of("ticket", code), order["tickets"][0]["code"])  # fmt: skip

    for proof in proofs:
        assert bo.get(f"/orders/{code}", Order_Secret=proof).no == NOT_FOUND
