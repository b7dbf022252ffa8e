"""The stand-in for Stripe on a free port, for tests of everything that takes money."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import stripe

from app.payments.stand_in.faults import Faults
from app.payments.stand_in.running import WORKERS, StandIn
from app.payments.stand_in.webhook import TYPES, Webhook

SECRET = "whsec_of_a_test"
KEY = "sk_test_of_a_test"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # plain HTTP: reading certificates takes time


class Stripe:
    """A running stand-in: `settings()` for a box office, and its control calls as methods."""

    def __init__(self, running: StandIn, control: httpx.Client) -> None:
        self.running = running
        self.url = running.url
        self.secret = SECRET
        self.key = KEY
        self.web = control  # for its pages as well; follows no redirect

    def settings(self) -> dict[str, str]:
        """What a box office needs to sell by this stand-in."""
        return {
            "STRIPE_API_BASE": self.url,
            "STRIPE_SECRET_KEY": self.key,
            "STRIPE_WEBHOOK_SECRET": self.secret,
        }

    def sdk(self, key: str = KEY, *, retries: int = 0) -> stripe.StripeClient:
        """The real SDK, talking to this stand-in."""
        return stripe.StripeClient(
            key, base_addresses={"api": self.url}, max_network_retries=retries
        )

    def open_session(self, cents: int = 2400, **changes: Any) -> stripe.checkout.Session:
        """A session of one line; what `changes` names is different, and left out where None."""
        return self.sdk().v1.checkout.sessions.create(a_session(cents, **changes))

    def paid_session(self, cents: int = 2400, how: str = "card") -> dict[str, Any]:
        """A session that is paid in one of the ways of `pay`."""
        return self.pay(self.open_session(cents).id, how)

    def send_webhooks_to(
        self, url: str, *, types: tuple[str, ...] = TYPES, retry_seconds: float = 0.5
    ) -> None:
        """Deliver events to a page of a box office from now on."""
        wanted = {"url": url, "secret": SECRET, "types": types, "retry_seconds": retry_seconds}
        self.control("webhook", wanted)

    def pay(self, session: str, how: str = "card") -> dict[str, Any]:
        """Pay without a browser: card, decline, three_d_secure or later; the session then."""
        return self.control("pay", {"session": session, "how": how})

    def authenticate(self, session: str, *, passes: bool = True) -> dict[str, Any]:
        """Let the buyer pass or fail 3-D Secure."""
        return self.control("authenticate", {"session": session, "passes": passes})

    def settle(self, session: str, *, paid: bool = True) -> dict[str, Any]:
        """Let the money of a delayed method come, or not."""
        return self.control("settle", {"session": session, "paid": paid})

    def end_refund(self, refund: str, status: str) -> dict[str, Any]:
        """Let a refund end as succeeded or failed."""
        return self.control("refund", {"refund": refund, "status": status})

    def advance(self, seconds: int) -> None:
        """Let the stand-in's time pass."""
        self.control("clock", {"advance_seconds": seconds})

    def faults(self, **wanted: Any) -> dict[str, Any]:
        """Change faults; `reset=True` first takes all away."""
        return self.control("faults", wanted)

    def break_next(self, path: str, how: str = "500", *, count: int = 1, **more: Any) -> None:
        """Break the next calls of a path, see `faults.HOWS`."""
        self.faults(breaks=[{"path": path, "how": how, "count": count, **more}])

    def state(self) -> dict[str, Any]:
        """All objects and the sums of money per currency."""
        return self.control("state")

    def deliveries(self) -> list[dict[str, Any]]:
        """All tries to deliver an event, oldest first."""
        made: list[dict[str, Any]] = self.control("deliveries")["deliveries"]
        return made

    def wait_until_delivered(self, *, within_seconds: float = 10) -> list[dict[str, Any]]:
        """All tries, once none waits any more; fails when some still do."""
        self.wait_for(lambda: not self.control("waiting")["waiting"], within_seconds)
        return self.deliveries()

    def wait_for(self, ready: Callable[[], bool], within_seconds: float = 10) -> None:
        """Wait until something is true; fails when it does not become so."""
        deadline = time.monotonic() + within_seconds
        while not ready():
            assert time.monotonic() < deadline, f"not within {within_seconds} s"
            time.sleep(0.02)

    def control(self, name: str, asked: dict[str, Any] | None = None) -> dict[str, Any]:
        """One control call (a GET without `asked`); a refused one fails with its words."""
        path = f"/stand-in/{name}"
        answer = self.web.get(path) if asked is None else self.web.post(path, json=asked)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


class Endpoint:
    """A page that takes webhooks: keeps bodies and signatures, and answers `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[bytes, str]] = []
        kept = self

        class Taker(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kept.got.append((body, self.headers["Stripe-Signature"]))
                self.send_response(kept.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
        self.server.daemon_threads = True
        self.server.block_on_close = False

    @property
    def url(self) -> str:
        """Where it takes webhooks."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/webhooks/stripe"

    def events(self) -> list[stripe.Event]:
        """What came, in its order, each checked by the SDK against the secret."""
        return [stripe.Webhook.construct_event(*each, SECRET) for each in list(self.got)]


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """A page that takes webhooks; it is gone afterwards."""
    taking = Endpoint()
    thread = threading.Thread(target=taking.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield taking
    finally:
        taking.server.shutdown()
        taking.server.server_close()
        thread.join(timeout=2)


def a_session(cents: int = 2400, **changes: Any) -> Any:
    """Parameters of a session as a box office would ask for one."""
    price = {"currency": "eur", "unit_amount": cents, "product_data": {"name": "Row A, seat 1"}}
    params = {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
        "success_url": "http://127.0.0.1:1/done?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:1/back",
        "client_reference_id": "ORDER123",
        "metadata": {"order": "ORDER123"},
        "customer_email": "bo@example.org",
    } | changes
    return {name: value for name, value in params.items() if value is not None}


@contextmanager
def stand_in(
    *,
    port: int = 0,
    webhook: str | None = None,
    faults: Faults | None = None,
    worker_count: int = WORKERS,
) -> Iterator[Stripe]:
    """A stand-in in threads of this process; it is gone afterwards."""
    to = None if webhook is None else Webhook(webhook, SECRET)
    with (
        StandIn(port, to, faults, worker_count) as running,
        httpx.Client(base_url=running.url, timeout=30, verify=NO_TLS, trust_env=False) as control,
    ):
        yield Stripe(running, control)
