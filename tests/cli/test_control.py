"""control.sock: private, bounded, honest about refusals and faults."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import control, control_requests
from app.box_office import BoxOffice, open_box_office
from app.config import read_settings
from app.control import (
    SOCKET_NAME,
    AnswerLost,
    ControlServer,
    NoServer,
    ToldRefusal,
    ask_server,
)
from app.control_requests.asked import Words, packed, unpacked
from app.plans.pretix import FILE_LIMIT_BYTES


@pytest.fixture(params=["short", "a path that is much too long for the name of a socket/" * 3])
def office(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[BoxOffice]:
    """An open box office, in a folder with a short or a very long name."""
    settings = read_settings({"FULLHOUSE_DATA_DIR": str(tmp_path / request.param)})
    opened = open_box_office(settings)
    server = ControlServer(opened)
    server.start()
    yield opened
    server.stop()
    opened.close()


def test_only_its_owner_can_ask(office: BoxOffice) -> None:
    mode = (office.settings.data_dir / SOCKET_NAME).stat().st_mode

    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


def test_it_says_who_it_is(office: BoxOffice) -> None:
    found = ask_server(office.settings.data_dir, "ping", {})

    assert found == {"pid": os.getpid(), "base_url": "http://127.0.0.1:8000", "port": 8000}


def test_a_refusal_comes_in_its_own_words(office: BoxOffice) -> None:
    with pytest.raises(ToldRefusal, match="no event called 'none'") as told:
        ask_server(office.settings.data_dir, "event.publish", {"event": "none"})

    assert told.value.told_code == "not_found"


def test_an_unknown_request_changes_nothing(office: BoxOffice) -> None:
    with pytest.raises(ToldRefusal, match="does not know this command"):
        ask_server(office.settings.data_dir, "event.explode", {})


def test_a_fault_is_told_by_its_number_only(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(office: BoxOffice, words: Words) -> Words:
        raise ZeroDivisionError("secret words")

    monkeypatch.setitem(control_requests.REQUESTS, "ping", break_down)

    with pytest.raises(AnswerLost, match=r"Something broke in the server \(number \w") as told:
        ask_server(office.settings.data_dir, "ping", {})
    assert "secret words" not in told.value.words


def test_rubbish_is_ignored_and_the_next_one_is_answered(office: BoxOffice) -> None:
    for rubbish in (b"GET / HTTP/1.1\r\n\r\n", b"\xff\xfe\n", b"{}\n", b"[1]\n", b""):
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.settimeout(5)
            with control._address(office.settings.data_dir / SOCKET_NAME) as address:
                stranger.connect(address)
            stranger.sendall(rubbish)
            stranger.shutdown(socket.SHUT_WR)
            assert stranger.recv(100) == b""

    assert ask_server(office.settings.data_dir, "ping", {})["pid"] == os.getpid()


def test_too_many_at_once_wait_for_their_turn(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, guard = threading.Event(), threading.Lock()
    inside = most = 0

    def wait(office: BoxOffice, words: Words) -> Words:
        nonlocal inside, most
        with guard:
            inside += 1
            most = max(most, inside)
        go_on.wait(20)
        with guard:
            inside -= 1
        return {"answered": True}

    monkeypatch.setitem(control_requests.REQUESTS, "ping", wait)
    answers: list[Words] = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(ask_server(office.settings.data_dir, "ping", {}))
        )
        for _ in range(control.CONNECTIONS_LIMIT + 3)
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 10
    while inside < control.CONNECTIONS_LIMIT and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    go_on.set()
    for thread in threads:
        thread.join(10)

    assert len(answers) == len(threads)
    assert most == control.CONNECTIONS_LIMIT


def test_a_socket_left_behind_by_a_killed_server_is_replaced(tmp_path: Path) -> None:
    settings = read_settings({"FULLHOUSE_DATA_DIR": str(tmp_path / "data")})
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(settings.data_dir / SOCKET_NAME))
    with pytest.raises(NoServer):
        ask_server(settings.data_dir, "ping", {})
    office = open_box_office(settings)
    server = ControlServer(office)

    server.start()

    assert ask_server(settings.data_dir, "ping", {})
    server.stop()
    office.close()
    assert not (settings.data_dir / SOCKET_NAME).exists()


def test_an_answer_that_never_comes_is_not_called_a_no(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def wait(office: BoxOffice, words: Words) -> Words:
        go_on.wait(20)
        return {}

    monkeypatch.setitem(control_requests.REQUESTS, "ping", wait)

    with pytest.raises(AnswerLost, match="did not answer") as lost:
        ask_server(office.settings.data_dir, "ping", {}, wait_seconds=0.2)
    assert "may still carry this out" in lost.value.words
    go_on.set()


def test_a_packed_file_comes_out_as_it_went_in_and_never_larger_than_allowed() -> None:
    content = json.dumps(list(range(10_000))).encode()

    assert unpacked(packed(content)) == content
    assert len(unpacked(packed(bytes(FILE_LIMIT_BYTES * 2)))) == FILE_LIMIT_BYTES + 1
