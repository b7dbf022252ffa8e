"""How a command reaches the box office: the running server, else alone, else by letter."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from app.config import Settings
from app.control import NoServer, ask_server
from app.refusals import Busy

SERVER_WITHIN_SECONDS: Final = 12.0
LOOK_AGAIN_SECONDS: Final = 0.3
LOCK_WITHIN_SECONDS: Final = 1.0  # longer than a command that is just ending


def ask(settings: Settings, name: str, words: dict[str, Any]) -> dict[str, Any]:
    """What the request comes to, wherever the actors are; raises its refusal.

    A server on this data carries it out. Without one this process takes the actors' lock and does
    it itself. On PostgreSQL, where the server may be on another machine, a letter goes to it.
    """
    data_dir = Path(settings.data_dir)
    try:
        return ask_server(data_dir, name, words)
    except NoServer:
        pass
    from app.box_office import SecondServer

    try:
        return _alone(settings, name, words)
    except SecondServer:
        if settings.is_sqlite:
            return _ask_patiently(data_dir, name, words)
        return _by_letter(settings, name, words)


def ask_to_the_end(
    settings: Settings,
    name: str,
    words: dict[str, Any],
    tell: Callable[[int, int], None],
) -> dict[str, Any]:
    """The same for long work, asked again until it is done; `tell` hears how far it is."""
    data_dir = Path(settings.data_dir)
    try:
        return _repeated(lambda: ask_server(data_dir, name, words), tell)
    except NoServer:
        pass
    from app.box_office import SecondServer, open_box_office
    from app.control_requests import carry_out

    try:
        office = open_box_office(settings, takes_over=False, wait_seconds=LOCK_WITHIN_SECONDS)
    except SecondServer:
        return _repeated(lambda: ask(settings, name, words), tell)
    try:
        return _repeated(lambda: carry_out(office, name, words), tell)
    finally:
        office.close()


def _repeated(
    ask_once: Callable[[], dict[str, Any]], tell: Callable[[int, int], None]
) -> dict[str, Any]:
    while True:
        told = ask_once()
        if told["is_done"]:
            return told
        tell(told["done"], told["of"])


def _alone(settings: Settings, name: str, words: dict[str, Any]) -> dict[str, Any]:
    from app.box_office import open_box_office
    from app.control_requests import carry_out

    office = open_box_office(settings, takes_over=False, wait_seconds=LOCK_WITHIN_SECONDS)
    try:
        return carry_out(office, name, words)
    finally:
        office.close()


def _ask_patiently(data_dir: Path, name: str, words: dict[str, Any]) -> dict[str, Any]:
    """A server that is just starting or ending has the lock but does not listen."""
    deadline = time.monotonic() + SERVER_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            return ask_server(data_dir, name, words)
        except NoServer:
            time.sleep(LOOK_AGAIN_SECONDS)
    raise Busy(f"Another process has the data in {data_dir} open but does not answer.")


def _by_letter(settings: Settings, name: str, words: dict[str, Any]) -> dict[str, Any]:
    from app.db import Database
    from app.postbox import post
    from app.tokens import new_id

    database = Database(settings)
    try:
        return post(database, new_id(), name, words)
    finally:
        database.close()
