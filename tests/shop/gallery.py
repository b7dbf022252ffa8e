"""Every drawn state of every page at an address of its own, for eyes, axe and the parser."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, render_template
from werkzeug.serving import make_server

from app import assets, notices, words
from app.draws.views.draw import DrawList
from app.headers import CONTENT_POLICY
from app.home_parts import DrawnPart
from app.me.views import PastPage
from app.shop.views.order import FindPage
from app.shop.views.programme import VisitPage
from tests.shop.samples import (
    ballots,
    basket,
    draw_tickets,
    draws,
    event,
    me,
    order,
    programme,
    welcome,
)
from tests.source import ROOT

Context = Mapping[str, Any]
Shown = tuple[str, Callable[[], Context]]


def _page(template: str, make: Callable[[], object], **more: object) -> Shown:
    def context() -> Context:
        return {"page": make(), "basket": basket.basket_empty(), **more}

    return template, context


def _basket(make: Callable[[], object], **more: object) -> Shown:
    return "shop/basket.html", lambda: {"basket": make(), "back_url": "/", **more}


def _plate(name: str) -> Shown:
    return "plate.html", lambda: {"plate": programme.PLATES[name]}


def _order(name: str) -> Shown:
    return _page("shop/order.html", lambda: order.order_in(order.ORDER_STATES[name]))


STATES: dict[str, Shown] = {
    "home": _page("shop/home.html", programme.home),
    "home-nothing": _page("shop/home.html", programme.home_without_events),
    "home-not-found": _page("shop/home.html", programme.home_nothing_found),
    "standing": _page("shop/event.html", event.event_page),
    "standing-held": _page(
        "shop/event.html",
        event.event_page,
        basket=basket.basket_over_two_events(),
        notice=basket.NOTICES["taken"],
    ),
    "seats": _page(
        "shop/seats.html", event.seats_page, basket=basket.basket(), notice=basket.NOTICES["lone"]
    ),
    "seats-overview": _page("shop/seats.html", event.seats_overview),
    "seats-no-match": _page("shop/seats.html", event.seats_no_match),
    "basket": _basket(basket.basket),
    "basket-ending": _basket(lambda: basket.basket(114)),
    "basket-ended": _basket(basket.basket_ended),
    "basket-empty": _basket(basket.basket_empty),
    "basket-paying": _basket(lambda: basket.basket(is_paying=True)),
    "checkout": _page("shop/checkout.html", basket.checkout),
    "checkout-errors": _page("shop/checkout.html", basket.checkout_with_errors),
    "checkout-free": _page("shop/checkout.html", basket.checkout_free),
    "checkout-refused": _page("shop/checkout.html", basket.checkout, notice=basket.CARD_REFUSED),
    "checkout-ended": _page("shop/checkout_ended.html", basket.ended),
    "checkout-one-gone": _page("shop/checkout_ended.html", lambda: basket.ended(one_gone=True)),
    "pay-demo": _page("shop/pay_demo.html", basket.pay_demo),
    "order": _page("shop/order.html", order.order_paid),
    "returns": _page("shop/returns.html", order.returns),
    "returns-error": _page(
        "shop/returns.html", lambda: order.returns("Choose at least one ticket.")
    ),
    "returns-over": _page("shop/returns.html", order.returns_over),
    "receipt": (
        "shop/receipt.html",
        lambda: {"receipt": order.receipt(), "path": "/o/8WD3RX7K/secret"},
    ),
    "confirm": _page(
        "shop/confirm.html",
        lambda: order.order_in(order.ORDER_STATES["counter"]),
        token="x.y",
    ),
    "ticket": _page("shop/ticket.html", order.ticket),
    "ticket-void": _page("shop/ticket.html", lambda: order.ticket(is_void=True)),
    "ticket-standing": _page("shop/ticket.html", order.ticket_standing),
    "find": _page("shop/find.html", FindPage),
    "find-error": _page("shop/find.html", lambda: FindPage("bo@", "The end is missing.")),
    "find-sent": _page("shop/find.html", lambda: FindPage(sent_to="bo@example.org")),
    "me-sign-in": _page("me/sign_in.html", me.sign_in),
    "me-sign-in-error": _page("me/sign_in.html", lambda: me.sign_in("The end is missing.")),
    "me-link-over": _page("me/sign_in.html", me.sign_in, notice=me.LINK_OVER),
    "me-too-often": _page("me/sign_in.html", me.sign_in, notice=me.TOO_OFTEN),
    "me-sign-in-back": _page("me/sign_in.html", lambda: me.sign_in(back="/draw/roof/tickets")),
    "me-asked": _page("me/asked.html", me.asked),
    "me-wrong-code": _page("me/asked.html", lambda: me.asked("That is not the code.")),
    "me-kept": _page("me/asked.html", lambda: me.asked(kept_words="An admin can read it.")),
    "me-opened": _page("me/opened.html", me.opened),
    "me": _page("me/mine.html", me.mine),
    "me-empty": _page("me/mine.html", me.mine_empty),
    "me-past-only": _page("me/mine.html", me.mine_past_only),
    "me-before": _page("me/before.html", me.before),
    "me-before-nothing": _page("me/before.html", lambda: PastPage(me.EMAIL, ())),
    "me-deletion": _page("me/deletion.html", me.deletion),
    "draw": _page("draws/draw.html", draws.draw),
    "draw-blind": _page("draws/draw.html", draws.draw_blind),
    "draw-batches": _page("draws/draw.html", draws.draw_batches),
    "draw-early": _page("draws/draw.html", draws.draw_early),
    "draw-ended": _page("draws/draw.html", draws.draw_ended),
    "draws": _page("draws/list.html", draws.draw_list),
    "draws-none": _page("draws/list.html", lambda: DrawList(())),
    "home-draws": _page(
        "shop/home.html",
        programme.home,
        parts=(
            DrawnPart("draws/_home.html", "css/draws.css", draws.draw_list().current),
            ballots.home(),
        ),
    ),
    "draw-buy": _page("draws/buy.html", draw_tickets.buy),
    "draw-buy-errors": _page("draws/buy.html", draw_tickets.buy_with_errors),
    "draw-buy-stranger": _page("draws/buy.html", draw_tickets.buy_stranger),
    "draw-buy-closed": _page("draws/closed.html", draw_tickets.closed),
    "draw-buy-closed-told": _page(
        "draws/closed.html", draw_tickets.closed, notice=basket.NOTICES["taken"]
    ),
    "draw-tickets": _page("draws/purchase.html", draw_tickets.purchase),
    "draw-tickets-won": _page("draws/purchase.html", draw_tickets.purchase_won),
    "draw-tickets-claimed": _page(
        "draws/purchase.html", draw_tickets.purchase_won, notice=draw_tickets.CLAIMED
    ),
    "draw-claims": _page("draws/claims.html", draw_tickets.claims),
    "draw-claims-errors": _page("draws/claims.html", draw_tickets.claims_with_errors),
    "draw-tickets-lost": _page("draws/purchase.html", draw_tickets.purchase_lost),
    "draw-tickets-unpaid": _page("draws/purchase.html", draw_tickets.purchase_unpaid),
    "draw-tickets-all": _page(
        "draws/tickets.html", draw_tickets.purchase_won, tickets=draw_tickets.tickets()
    ),
    "me-draws": _page("me/mine.html", draw_tickets.mine),
    "me-draws-errors": _page("me/mine.html", draw_tickets.mine_with_errors),
    "me-draws-done": _page(
        "me/mine.html", draw_tickets.mine_on_the_way, notice=draw_tickets.BREAK_BEGUN
    ),
    "me-draws-only": _page("me/mine.html", draw_tickets.mine_without_shows),
    "me-break": _page("draws/break.html", draw_tickets.break_page),
    "proof": _page("draws/proof.html", draws.proof),
    "proof-early": _page("draws/proof.html", draws.proof_early),
    "proof-no-ticket": _page("draws/proof.html", draws.proof_no_ticket),
    "proof-unsold": _page("draws/proof.html", draws.proof_unsold),
    "visit": _page("shop/visit.html", lambda: VisitPage(legal=("Marsh Hall Trust.",))),
    "welcome": _page("welcome.html", welcome.welcome),
    "welcome-wrong": _page("welcome.html", lambda: welcome.welcome({"code": "Not the code."})),
    "welcome-again": _page("welcome.html", welcome.welcome_again),
    "welcome-done": _page("welcome_done.html", welcome.welcome_done),
    "set-password": _page("set_password.html", welcome.set_password),
    "sign-in": _page("sign_in.html", welcome.sign_in),
    **{
        f"notice-{name}": _basket(basket.basket_empty, notice=notice)
        for name, notice in basket.NOTICES.items()
    },
    **{
        f"instead-{name}": _page("shop/event.html", lambda name=name: event.instead(name))  # type: ignore[misc]
        for name in event.INSTEADS
    },
    **{f"order-{name}": _order(name) for name in order.ORDER_STATES},
    **{f"plate-{name}": _plate(name) for name in programme.PLATES},
    "ballot": _page("ballot/ballot.html", ballots.ballot),
    "ballot-refused": _page("ballot/ballot.html", ballots.refused),
    "ballot-closed": _page("ballot/ballot.html", ballots.closed),
    "me-ballots": _page("me/mine.html", ballots.mine),
    "ballot-asked": _page("ballot/asked.html", ballots.asked),
    **{
        f"ballot-{name}": _page("ballot/entry.html", lambda page=page: page)  # type: ignore[misc]
        for name, page in ballots.ENTRIES.items()
    },
}


def gallery() -> Flask:
    """An app that shows each state under its name."""
    app = Flask(
        "gallery",
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    words.init_app(app)
    assets.init_app(app)
    notices.init_app(app)
    app.jinja_env.globals.update(
        csrf_token=lambda: "csrf-token",
        new_key=lambda: "k" * 24,
        is_signed_in=lambda: False,
        house=programme.HOUSE,
    )

    @app.get("/<name>")
    def show_state(name: str) -> str | tuple[str, int]:
        if name not in STATES:
            return "", 404
        template, context = STATES[name]
        return render_template(template, **context())

    @app.after_request
    def guard(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = CONTENT_POLICY
        return answer

    return app


@contextmanager
def served() -> Iterator[str]:
    """The gallery on a free port of this computer."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, gallery(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join(5)
