"""The pay page: plain HTML that says loudly what it is, and works without script."""

from __future__ import annotations

import base64
import hashlib
import html
from typing import Final
from urllib.parse import parse_qs

from app.payments.stand_in import paying
from app.payments.stand_in.exchange import HTML, Answer, Request, see
from app.payments.stand_in.fault_box import FaultBox
from app.payments.stand_in.ledger import Ledger
from app.payments.stand_in.problems import Json, ProblemError
from app.payments.stand_in.sessions import DELAYED_METHOD, session_by

STYLE: Final = (
    "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem;"
    "color:#1d1b19;background:#fff}h1{font-size:1.5rem}"
    ".loud{background:#7a1d12;color:#fff;padding:.75rem 1rem;font-weight:700}"
    "button{font:inherit;display:block;width:100%;margin:.5rem 0;padding:.75rem;cursor:pointer}"
    "td+td{text-align:right;padding-left:2rem}"
)
STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
# No form-action: browsers would apply it to the way back to the shop as well.
SAFE: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{STYLE_HASH}';"
    " frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
}
LOUD: Final = "This is a stand-in for Stripe. No money moves."
BUTTONS: Final = {
    "card": "Pay",
    "decline": "Pay with a card that is declined",
    "three_d_secure": "Pay with a card that asks the bank first (3-D Secure)",
    "later": "Pay by a method whose money comes later",
}
WITHOUT_DECIMALS: Final = ("jpy", "krw", "vnd", "clp", "isk")


class Pages:
    """Draws the pages and takes what is pressed on them."""

    def __init__(self, ledger: Ledger, faults: FaultBox) -> None:
        self._ledger = ledger
        self._faults = faults

    def answer(self, request: Request) -> Answer:
        """The page for a path, or what a button does."""
        _, _, rest = request.path.partition("/pay/")
        session_id, _, step = rest.partition("/")
        if request.path == "/" and request.method in ("GET", "HEAD"):
            return _page("Stand-in for Stripe", "<p>It is running.</p>")
        if not request.path.startswith("/pay/") or step not in ("", "authentication"):
            return _page("Nothing here", "<p>There is no such page.</p>", 404)
        self._ledger.catch_up()
        with self._ledger.guard:
            try:
                session = session_by(self._ledger, session_id)
                if request.method == "POST":
                    return self._pressed(session, step, request)
                return self._shown(session, step)
            except ProblemError as problem:
                return _page("Not possible", f"<p>{html.escape(str(problem))}</p>", problem.status)

    def _pressed(self, session: Json, step: str, request: Request) -> Answer:
        how = parse_qs(request.text, max_num_fields=10).get("how", [""])[0]
        pay_page = f"/pay/{session['id']}"
        if step and how in ("passes", "fails"):
            session = paying.authenticate(self._ledger, session["id"], how == "passes")
        elif not step and how in paying.HOWS:
            session = paying.pay(self._ledger, self._faults, session["id"], how)
        elif not step and how in ("paid", "unpaid"):
            paying.settle(self._ledger, session["id"], how == "paid")
            return see(pay_page)
        else:
            raise ProblemError("There is no such button.")
        if session["status"] == "complete":
            return see(paying.way_back(session))
        return see(f"{pay_page}/authentication" if how == "three_d_secure" else pay_page)

    def _shown(self, session: Json, step: str) -> Answer:
        intent = self._ledger.find(session["payment_intent"] or "") or {"status": ""}
        if session["status"] == "open":
            if step and intent["status"] == "requires_action":
                buttons = {"passes": "Yes, it is me", "fails": "No, I did not ask for this"}
                words = "<p>Your bank asks: do you want to pay this?</p>"
                return _page("Your bank", words + _form(session, "/authentication", buttons))
            return _page("Pay", self._open(session, intent))
        words = paying.ENDED[session["status"]]
        if intent["status"] == "processing":
            buttons = {"paid": "The money has come", "unpaid": "The money did not come"}
            words = "The money of this session is still to come."
            return _page("To come", f"<p>{words}</p>{_form(session, '', buttons)}")
        return _page("Over", f"<p>{words}</p>{_link_back(session)}", 410)

    def _open(self, session: Json, intent: Json) -> str:
        failed = intent.get("last_payment_error")
        said = f'<p role="alert">{html.escape(failed["message"])}</p>' if failed else ""
        rows = "".join(
            f"<tr><td>{line['quantity']} × {html.escape(line['description'])}</td>"
            f"<td>{_money(line['amount_total'], line['currency'])}</td></tr>"
            for line in self._ledger.lines_of[session["id"]]
        )
        total = _money(session["amount_total"], session["currency"])
        takes_later = DELAYED_METHOD in session["payment_method_types"]
        buttons = {how: BUTTONS[how] for how in BUTTONS if how != "later" or takes_later}
        buttons["card"] = f"Pay {total}"
        table = f"<table>{rows}<tr><td>Total</td><td>{total}</td></tr></table>"
        return f"{said}{table}{_form(session, '', buttons)}{_link_back(session)}"


def _form(session: Json, step: str, buttons: dict[str, str]) -> str:
    drawn = "".join(
        f'<button name="how" value="{how}">{html.escape(words)}</button>'
        for how, words in buttons.items()
    )
    return f'<form method="post" action="/pay/{session["id"]}{step}">{drawn}</form>'


def _link_back(session: Json) -> str:
    address = session["cancel_url"]
    return f'<p><a href="{html.escape(address)}">Back</a></p>' if address else ""


def _money(minor: int, currency: str) -> str:
    if currency in WITHOUT_DECIMALS:
        return f"{minor} {currency.upper()}"
    return f"{minor // 100}.{minor % 100:02d} {currency.upper()}"


def _page(title: str, content: str, status: int = 200) -> Answer:
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<style>{STYLE}</style><main><p class="loud">{LOUD}</p><h1>{title}</h1>{content}</main>'
    )
    return Answer(status, page.encode(), HTML, dict(SAFE))
