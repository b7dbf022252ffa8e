"""Every drawn state of every page at an address of its own, for eyes, axe and the parser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template
from flask_babel import Babel
from werkzeug.serving import make_server

from app import assets
from app.shop.views.order import FindPage
from tests.shop import samples

ROOT = Path(__file__).parents[2]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
Shown = tuple[str, Callable[[], dict[str, Any]]]


def _page(template: str, make: Callable[[], Any], **more: Any) -> Shown:
    return template, lambda: {"page": make(), "basket": samples.basket_empty(), **more}


STATES: dict[str, Shown] = {
    "home": _page("shop/home.html", samples.home),
    "home-nothing": _page("shop/home.html", samples.home_without_events),
    "home-not-found": _page("shop/home.html", samples.home_nothing_found),
    "standing": _page("shop/event.html", samples.event_page),
    "standing-held": (
        "shop/event.html",
        lambda: {
            "page": samples.event_page(),
            "basket": samples.basket_over_two_events(),
            "notice": samples.NOTICES["taken"],
        },
    ),
    "seats": (
        "shop/seats.html",
        lambda: {
            "page": samples.seats_page(),
            "basket": samples.basket(),
            "notice": samples.NOTICES["lone"],
        },
    ),
    "seats-overview": _page("shop/seats.html", samples.seats_overview),
    "seats-no-match": _page("shop/seats.html", samples.seats_no_match),
    "basket": ("shop/basket.html", lambda: {"basket": samples.basket(), "back_url": "/"}),
    "basket-ending": ("shop/basket.html", lambda: {"basket": samples.basket(114), "back_url": "/"}),
    "basket-ended": (
        "shop/basket.html",
        lambda: {"basket": samples.basket_ended(), "back_url": "/"},
    ),
    "basket-empty": (
        "shop/basket.html",
        lambda: {"basket": samples.basket_empty(), "back_url": "/"},
    ),
    "checkout": _page("shop/checkout.html", samples.checkout),
    "checkout-errors": _page("shop/checkout.html", samples.checkout_with_errors),
    "checkout-free": _page("shop/checkout.html", samples.checkout_free),
    "checkout-refused": _page("shop/checkout.html", samples.checkout, notice=samples.CARD_REFUSED),
    "checkout-ended": _page("shop/checkout_ended.html", samples.ended),
    "checkout-one-gone": _page("shop/checkout_ended.html", lambda: samples.ended(True)),
    "pay-demo": _page("shop/pay_demo.html", samples.pay_demo),
    "order": _page("shop/order.html", samples.order_paid),
    "ticket": _page("shop/ticket.html", samples.ticket),
    "ticket-void": _page("shop/ticket.html", lambda: samples.ticket(True)),
    "ticket-standing": _page("shop/ticket.html", samples.ticket_standing),
    "find": _page("shop/find.html", FindPage),
    "find-error": _page(
        "shop/find.html", lambda: FindPage("bo@", "The end of the address is missing.")
    ),
    "find-sent": _page("shop/find.html", lambda: FindPage(sent_to="bo@example.org")),
    "visit": _page("shop/visit.html", dict),
    "welcome": _page("welcome.html", samples.welcome),
    "welcome-wrong": _page(
        "welcome.html", lambda: samples.welcome({"code": "That is not the set-up code."})
    ),
    "sign-in": _page("sign_in.html", samples.sign_in),
    **{
        f"instead-{name}": _page("shop/event.html", lambda name=name: samples.instead(name))
        for name in samples.INSTEADS
    },
    **{
        f"order-{name}": _page("shop/order.html", lambda state=state: samples.order_in(state))
        for name, state in samples.ORDER_STATES.items()
    },
    **{
        f"plate-{name}": ("plate.html", lambda plate=plate: {"plate": plate})
        for name, plate in samples.PLATES.items()
    },
}


def gallery() -> Flask:
    """An app that shows each state under its name."""
    app = Flask("gallery", template_folder=ROOT / "templates", static_folder=ROOT / "static")
    Babel(app)
    assets.init_app(app)
    app.jinja_env.globals.update(
        csrf_token=lambda: "csrf-token",
        new_key=lambda: "k" * 20,
        page_language="en-GB",
        house=samples.HOUSE,
    )

    @app.get("/")
    def list_states() -> str:
        return "".join(f"<p><a href='/{name}'>{name}</a></p>" for name in STATES)

    @app.get("/<name>")
    def show_state(name: str) -> str | tuple[str, int]:
        if name not in STATES:
            return "", 404
        template, context = STATES[name]
        return render_template(template, **context())

    @app.after_request
    def guard(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    return app


@contextmanager
def served() -> Iterator[str]:
    """The gallery on a free port of this computer."""
    server = make_server("127.0.0.1", 0, gallery(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join(5)
