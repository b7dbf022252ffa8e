"""`fullhouse demo-stripe`: says what it is and what to set, and never runs beside a live key."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import stripe

from tests.services.box_office import FULLHOUSE, OwnProgram, run_command
from tests.services.environment import clean_env
from tests.services.ports import answers, free_port
from tests.services.stand_in import a_session

LIVE = {"STRIPE_SECRET_KEY": "sk_live_of_a_venue", "STRIPE_WEBHOOK_SECRET": "whsec_live"}


class Command:
    """`fullhouse demo-stripe` on a free port."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        command: list[str | Path] = [FULLHOUSE, "demo-stripe", "--port", str(self.port), *options]
        self.program = OwnProgram(
            command, log=folder / "demo-stripe.log", env=clean_env(), cwd=folder
        )
        self.program.start()
        self.program.wait_until(lambda: answers(self.port), within_seconds=20, what="it listens")

    @property
    def words(self) -> str:
        """What it has printed."""
        return self.program.log_text()

    @property
    def settings(self) -> dict[str, str]:
        """What it tells people to set."""
        return dict(re.findall(r"^ +(STRIPE_\w+)=(\S+)$", self.words, re.MULTILINE))


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    """The command, started with two faults."""
    running = Command(tmp_path, "--no-webhooks", "--decline", "1")
    yield running
    running.program.kill()


def test_it_says_what_it_is_and_what_to_set(command: Command) -> None:
    command.program.wait_until(
        lambda: len(command.settings) == 3, within_seconds=5, what="it says what to set"
    )

    base = f"http://127.0.0.1:{command.port}"
    assert "no money moves" in command.words
    assert command.settings["STRIPE_API_BASE"] == base
    key = command.settings["STRIPE_SECRET_KEY"]
    client = stripe.StripeClient(key, base_addresses={"api": base}, max_network_retries=0)
    session = client.v1.checkout.sessions.create(a_session())
    declined = httpx.post(f"{base}/stand-in/pay", json={"session": session.id})
    assert declined.json()["status"] == "open"
    assert command.program.stop() == 0


def test_a_port_in_use_is_said_in_a_sentence(command: Command, tmp_path: Path) -> None:
    code, words = run_command(["demo-stripe", "--port", str(command.port)], folder=tmp_path)

    assert code == 78
    assert f"Port {command.port} is already in use" in words
    assert "Traceback" not in words


@pytest.mark.parametrize("by_file", [False, True])
def test_it_never_runs_beside_a_live_key(tmp_path: Path, by_file: bool) -> None:
    settings = dict(LIVE)
    if by_file:
        (tmp_path / "key").write_text(settings.pop("STRIPE_SECRET_KEY"))
        settings["STRIPE_SECRET_KEY_FILE"] = str(tmp_path / "key")
    port = free_port()

    code, words = run_command(
        ["demo-stripe", "--port", str(port)], folder=tmp_path, settings=settings
    )

    assert code == 78
    assert "a live key" in words
    assert words.count("\n") == 1
    assert LIVE["STRIPE_SECRET_KEY"] not in words


@pytest.mark.parametrize(
    "options",
    [
        *(["--port", "0"], ["--port", "99999"], ["--port", "x"], ["--seed", "-1"]),
        *(["--webhook", "http://tickets.example.org/"], ["--webhook-secret", "abc"]),
        *(["--webhook-drop", "2"], ["--webhook-delay", "nan"], ["--webhook-copies", "1.5"]),
        *(["--refunds", "maybe"], ["--decline", "many"], ["--colour"]),
    ],
)
def test_a_bad_option_is_refused_in_a_sentence(tmp_path: Path, options: list[str]) -> None:
    code, words = run_command(["demo-stripe", *options], folder=tmp_path)

    assert code == 2
    assert words.count("\n") == 1
    assert "--help” explains." in words
