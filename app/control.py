"""The way from a command to the running server: JSON lines over control.sock, mode 0600."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from app.box_office import BoxOffice
from app.refusals import Refusal

SOCKET_NAME: Final = "control.sock"
LINE_LIMIT_BYTES: Final = 32 * 1024 * 1024  # a plan of 20 MiB, packed and written as text
CONNECTIONS_LIMIT: Final = 4
BACKLOG: Final = 8
READ_SECONDS: Final = 30.0
CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 120.0
PATH_LIMIT_BYTES: Final = 100  # of a socket's address; Linux has 108
STOP_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 0.5

log = logging.getLogger("fullhouse.control")


class NoServer(Exception):  # noqa: N818  the caller then does it alone
    """No server listens on this data."""


class AnswerLost(Refusal):
    """The server took the request but did not say how it ended."""

    code, status = "answer_lost", 503
    happened = "The server did not answer."
    safe = "It may still carry this out."
    next_step = "Look at what is there (./run event list, ./run doctor) before you repeat it."


class ToldRefusal(Refusal):
    """A refusal that came over the wire, in its own words."""

    def __init__(self, plain: dict[str, Any]) -> None:
        super().__init__(
            str(plain.get("happened", "")),
            safe=str(plain.get("safe", "")),
            next_step=str(plain.get("next_step", "")),
            **plain.get("details", {}),
        )
        self.told_code = str(plain.get("code", "refused"))


def code_of(refusal: Refusal) -> str:
    """The code of a refusal, wherever it was decided."""
    return refusal.told_code if isinstance(refusal, ToldRefusal) else refusal.code


class ControlServer:
    """Answers commands inside the server process, each connection in a thread of its own."""

    def __init__(self, office: BoxOffice, _app: object = None) -> None:
        self._office = office
        self._path = Path(office.settings.data_dir) / SOCKET_NAME
        self._places = threading.BoundedSemaphore(CONNECTIONS_LIMIT)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._accept, name="control", daemon=True)

    def start(self) -> None:
        """Listen; a socket that a killed server left behind is replaced."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        os.fchmod(self._listener.fileno(), stat.S_IRUSR | stat.S_IWUSR)  # before it has a name
        with _address(self._path) as address:
            self._listener.bind(address)
        self._path.chmod(0o600)  # where the line above does not count
        self._listener.listen(BACKLOG)
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests."""
        self._ended.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with contextlib.suppress(OSError):
            self._path.unlink()
        if self._thread.is_alive():
            self._thread.join(timeout=STOP_SECONDS)

    def _accept(self) -> None:
        """Take connections while there is a place; more of them wait in the listener's queue."""
        while not self._ended.is_set():
            if not self._places.acquire(timeout=LOOK_SECONDS):
                continue
            try:
                connection, _ = self._listener.accept()
            except OSError as error:
                self._places.release()
                if not self._ended.wait(LOOK_SECONDS):
                    log.warning("control.sock: %s", error)
                continue
            threading.Thread(
                target=self._serve, args=(connection,), name="control-answer", daemon=True
            ).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                connection.settimeout(READ_SECONDS)
                asked = json.loads(_read_line(connection))
                _send(connection, answer_of(self._office, str(asked["do"]), asked["words"]))
        except (OSError, ValueError, KeyError, TypeError):
            return  # no request at all, or the command has gone away: what it asked for stands
        finally:
            self._places.release()


def ask_server(
    data_dir: Path, name: str, words: dict[str, Any], wait_seconds: float = ANSWER_SECONDS
) -> dict[str, Any]:
    """What the running server answers. Raises `NoServer`, its refusal, or `AnswerLost`."""
    line = json.dumps({"do": name, "words": words}).encode() + b"\n"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(CONNECT_SECONDS)
        try:
            with _address(data_dir / SOCKET_NAME) as address:
                connection.connect(address)
        except OSError as error:
            raise NoServer(str(error)) from None
        connection.settimeout(wait_seconds)
        try:
            connection.sendall(line)
            answer = json.loads(_read_line(connection))
        except (OSError, ValueError):
            raise AnswerLost from None
    return outcome_of(answer)


def outcome_of(answer: dict[str, Any]) -> dict[str, Any]:
    """The outcome in an answer; raises the refusal in it, or `AnswerLost` after a fault."""
    if "outcome" in answer:
        found: dict[str, Any] = answer["outcome"]
        return found
    if "refusal" in answer:
        raise ToldRefusal(answer["refusal"])
    raise AnswerLost(
        f"Something broke in the server (number {answer.get('incident', 'unknown')}).",
        safe="Its log says what.",
    )


def answer_of(office: BoxOffice, name: str, words: dict[str, Any]) -> dict[str, Any]:
    """What the request comes to, as it goes over the wire: outcome, refusal or fault."""
    from app.control_requests import carry_out  # needs all features; a mere client does not
    from app.errors import new_incident

    try:
        return {"outcome": carry_out(office, name, words)}
    except Refusal as refusal:
        return {"refusal": plain_refusal(refusal)}
    except Exception as fault:
        incident = new_incident()
        log.error("incident %s at %s", incident, name, exc_info=fault)
        return {"fault": True, "incident": incident}


def plain_refusal(refusal: Refusal) -> dict[str, Any]:
    """A refusal as it goes over the wire."""
    return {
        "code": refusal.code,
        "status": refusal.status,
        "happened": refusal.happened,
        "safe": refusal.safe,
        "next_step": refusal.next_step,
        "details": {
            name: value for name, value in refusal.details.items() if isinstance(value, list | str)
        },
    }


def _read_line(connection: socket.socket) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        part = connection.recv(1 << 20)
        parts.append(part)
        size += len(part)
        if not part or part.endswith(b"\n"):
            return b"".join(parts)
        if size > LINE_LIMIT_BYTES:
            raise OSError("the line is too long")


def _send(connection: socket.socket, answer: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(answer).encode() + b"\n")


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """The socket's address: a long path goes by its open folder."""
    if len(os.fsencode(path)) <= PATH_LIMIT_BYTES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
