"""demo-stripe: a stand-in for Stripe on this computer, to try everything but the money."""

from __future__ import annotations

import argparse
import errno
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from app.config import Settings

PORT: Final = 12111
PORT_MOST: Final = 65535
DEMO_KEY: Final = "sk_test_demo"
SECRET_START: Final = "whsec_"  # noqa: S105  how all of them begin
FAULTS: Final = (
    ("--webhook-delay", "webhook_delay_seconds", "SECONDS", "tell of payments this much later"),
    ("--webhook-copies", "webhook_copies", "N", "tell everything N times more"),
    ("--webhook-shuffle", "webhook_shuffle", "N", "gather N messages and mix their order"),
    ("--webhook-drop", "webhook_drop_share", "SHARE", "lose this share of messages: 0 to 1"),
    ("--decline", "decline_next", "N", "decline the next N payments"),
    ("--refunds", "refunds", "HOW", "succeed (at once), pending, later, or fail"),
    ("--down", "down_seconds", "SECONDS", "answer nobody for a while at first"),
    ("--seed", "seed", "N", "the same accidents again with the same N"),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """What can be typed after `demo-stripe`."""
    parser.add_argument(
        "--port",
        type=_port,
        default=PORT,
        metavar="N",
        help=f"where it listens, on this computer only ({PORT})",
    )
    parser.add_argument(
        "--webhook",
        type=_webhook,
        metavar="URL",
        help="where to tell of payments (the box office on this computer)",
    )
    parser.add_argument(
        "--webhook-secret", type=_secret, metavar="SECRET", help="what to sign that with"
    )
    parser.add_argument("--no-webhooks", action="store_true", help="tell nobody of payments")
    for option, name, letter, words in FAULTS:
        parser.add_argument(option, dest=name, type=_fault(name), metavar=letter, help=words)


def demo_stripe(settings: Settings, words: dict[str, Any]) -> int:
    """Run the stand-in until it is stopped."""
    import secrets

    from app.config import BadSetting

    if settings.live_key:
        raise BadSetting(
            "STRIPE_SECRET_KEY is a live key, which moves real money: a stand-in never runs beside"
            " one. Take it out of the environment first."
        )
    from app.payments.stand_in.faults import Faults
    from app.payments.stand_in.running import StandIn
    from app.payments.stand_in.webhook import Webhook

    given = {name: words[name] for _, name, _, _ in FAULTS if words[name] is not None}
    faults = Faults(webhooks=not words["no_webhooks"], **given)
    url = words["webhook"] or f"http://127.0.0.1:{settings.port}/webhooks/stripe"
    secret = words["webhook_secret"] or settings.stripe_webhook_secret
    webhook = Webhook(url, secret or f"{SECRET_START}{secrets.token_hex(16)}")
    try:
        running = StandIn(words["port"], webhook, faults)
    except OSError as error:
        raise BadSetting(_port_words(words["port"], error)) from None
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stopping.set())
    with running:
        key = settings.stripe_secret_key or DEMO_KEY
        print(_welcome(running.url, key, webhook.secret, url, faults.webhooks), flush=True)
        stopping.wait()
    return 0


def _welcome(base: str, key: str, secret: str, url: str, tells: bool) -> str:
    told = f"It tells {url} of every payment." if tells else "It tells nobody of payments."
    return f"""\
This is a stand-in for Stripe, to try things out: no money moves, and no card is asked for.
It answers at {base}, only on this computer, and forgets everything when it is stopped (Ctrl+C).

Start the box office in another window with these three settings:

  STRIPE_API_BASE={base}
  STRIPE_SECRET_KEY={key}
  STRIPE_WEBHOOK_SECRET={secret}

{told} Buyers then see a pay page that says the same as this."""


def _port_words(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is already in use on this machine: choose another one with --port."
    return f"Port {port} cannot be used ({error.strerror}): choose another one with --port."


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= PORT_MOST):
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {PORT_MOST}")
    return int(text)


def _secret(text: str) -> str:
    if not text.startswith(SECRET_START) or not text.isascii() or not text.isprintable():
        raise argparse.ArgumentTypeError(f"must start with {SECRET_START}")
    return text


def _webhook(text: str) -> str:
    from app.payments.stand_in.webhook import BadWebhookError, Webhook

    try:
        return Webhook(text, SECRET_START).url
    except BadWebhookError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def _fault(name: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        from app.payments.stand_in.faults import BadFaultError, read_fault

        try:
            return read_fault(name, text)
        except BadFaultError as wrong:
            raise argparse.ArgumentTypeError(str(wrong)) from None

    return read
