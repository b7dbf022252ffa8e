"""The private instances do what the tests rely on, and are gone afterwards."""

import contextlib
import importlib.util
import os
import signal
import smtplib
import socket
import sys
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest
import redis
from playwright.sync_api import Browser

from tests.services.box_office import FULLHOUSE, OwnProgram
from tests.services.browser import PHONE, visitor
from tests.services.environment import clean_env
from tests.services.ports import answers, free_port
from tests.services.postgres import Postgres
from tests.services.processes import Program
from tests.services.redis_server import RedisServer
from tests.services.smtp import Behaviour, MailServer
from tests.services.warm import PRELOADED


def test_each_test_gets_an_empty_database(postgres_server: Postgres) -> None:
    with postgres_server.database() as first, psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE seats (id text)")
        with postgres_server.database() as second, psycopg.connect(second) as other:
            found = other.execute("SELECT to_regclass('seats')").fetchone()

    assert found == (None,)


def test_a_template_is_prepared_once_and_copied(postgres_server: Postgres) -> None:
    prepared: list[str] = []

    def prepare(url: str) -> None:
        prepared.append(url)
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE seats AS SELECT 'A1' AS id")

    for _ in range(2):
        with (
            postgres_server.database(template="seats", prepare=prepare) as url,
            psycopg.connect(url) as connection,
        ):
            assert connection.execute("SELECT id FROM seats").fetchall() == [("A1",)]
    assert len(prepared) == 1


def test_postgres_really_syncs(postgres_server: Postgres) -> None:
    names = ("fsync", "synchronous_commit", "full_page_writes")

    assert [postgres_server.setting(name) for name in names] == ["on", "on", "on"]


def test_postgres_comes_back_after_a_crash(postgres_server: Postgres) -> None:
    with postgres_server.database() as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE seats AS SELECT 'A1' AS id")
        postgres_server.kill()
        assert not answers(postgres_server.port)

        postgres_server.start()

        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT id FROM seats").fetchall() == [("A1",)]


@pytest.mark.parametrize("round_", [1, 2])
def test_redis_starts_empty_even_after_a_kill(redis_instance: RedisServer, round_: int) -> None:
    with redis.Redis.from_url(redis_instance.url) as client:
        assert client.dbsize() == 0
        client.set("kept", "no")
    redis_instance.kill()

    assert not answers(redis_instance.port)


def test_a_frozen_redis_accepts_and_says_nothing(redis_instance: RedisServer) -> None:
    redis_instance.freeze()
    with (
        redis.Redis.from_url(redis_instance.url, socket_timeout=0.2) as client,
        pytest.raises(redis.TimeoutError),
    ):
        client.ping()
    redis_instance.thaw()

    with redis.Redis.from_url(redis_instance.url) as client:
        assert client.ping()


def test_the_mail_server_keeps_what_it_takes(mail: MailServer) -> None:
    send(mail)

    (kept,) = mail.wait_for(1)
    assert kept["Subject"] == "Zwei Plätze"
    assert [message["To"] for message in mail.messages_to("bo@example.org")] == ["bo@example.org"]


@pytest.mark.parametrize(("behaviour", "code"), [(Behaviour.REJECT, 550), (Behaviour.DEFER, 451)])
def test_the_mail_server_says_no_on_request(
    mail: MailServer, behaviour: Behaviour, code: int
) -> None:
    mail.behaviour = behaviour

    with pytest.raises((smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)) as refused:
        send(mail)

    assert str(code) in str(refused.value)
    assert mail.messages == []


def test_the_mail_server_hangs_on_request(mail: MailServer) -> None:
    mail.behaviour = Behaviour.HANG

    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send(mail, timeout=0.3)

    assert mail.messages == []


def test_the_mail_server_may_keep_a_message_and_never_say_so(mail: MailServer) -> None:
    mail.behaviour = Behaviour.DROP

    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(mail)

    assert len(mail.wait_for(1)) == 1


def test_a_stopped_mail_server_refuses_and_comes_back(mail: MailServer) -> None:
    mail.stop()
    with pytest.raises(ConnectionRefusedError):
        send(mail)

    mail.start()
    send(mail)

    assert len(mail.wait_for(1)) == 1


def test_a_killed_program_takes_its_children_along(tmp_path: Path) -> None:
    script = (
        "import subprocess as s; p = s.Popen(['sleep', '60']); print(p.pid, flush=True); p.wait()"
    )
    parent = Program([sys.executable, "-c", script], log=tmp_path / "log", env=dict(os.environ))
    with parent:
        parent.wait_until(lambda: parent.log_text() != "", within_seconds=10, what="a child")
        child = int(parent.log_text())

    assert ended(child, within_seconds=5)


def test_a_program_that_ignores_the_wish_to_end_fails_the_test(tmp_path: Path) -> None:
    script = "import signal, time; signal.signal(15, 1); print('up', flush=True); time.sleep(60)"
    stubborn = Program([sys.executable, "-c", script], log=tmp_path / "log", env=dict(os.environ))
    with stubborn:
        stubborn.wait_until(lambda: stubborn.log_text() != "", within_seconds=10, what="up")

        with pytest.raises(AssertionError, match="did not end within"):
            stubborn.stop(within_seconds=0.2)

    assert stubborn.code == -signal.SIGKILL


def test_a_port_that_is_taken_is_not_called_free() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        assert free_port() != taken.getsockname()[1]
        assert answers(taken.getsockname()[1])


@pytest.fixture
def page_url() -> Iterator[str]:
    """Where one small page with two faults and one broken label is served."""

    class OnePage(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            with contextlib.suppress(BrokenPipeError):  # the window may be closed already
                self.wfile.write(FAULTY_PAGE if self.path == "/" else b"")

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", free_port()), OnePage) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


FAULTY_PAGE = b"""<!doctype html><html lang="en"><title>Faulty</title><main><h1>Faulty</h1>
<img src="http://127.0.0.1:9/seat.png"><script>throw new Error("no seats")</script></main></html>"""


@pytest.mark.browser
def test_a_visitor_notices_errors_and_other_origins(chromium: Browser, page_url: str) -> None:
    with visitor(chromium, base_url=page_url, viewport=PHONE) as person:
        person.page.goto("/")

        with pytest.raises(AssertionError) as complaints:
            person.assert_content()

    assert "asked another origin: http://127.0.0.1:9/seat.png" in str(complaints.value)
    assert "raised: no seats" in str(complaints.value)


@pytest.mark.browser
def test_a_visitor_notices_a_picture_without_words(chromium: Browser, page_url: str) -> None:
    with visitor(chromium, base_url=page_url, colours="dark") as person:
        person.page.goto("/")

        with pytest.raises(AssertionError, match="image-alt"):
            person.assert_accessible()


@pytest.mark.browser
def test_a_visitor_may_have_no_javascript(chromium: Browser, page_url: str) -> None:
    with visitor(chromium, base_url=page_url, javascript=False) as person:
        person.page.goto("/")

        assert not any("no seats" in complaint for complaint in person.complaints)


def ended(pid: int, within_seconds: float) -> bool:
    """Whether a process that is not ours to wait for goes away in time."""
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def send(mail: MailServer, timeout: float = 10) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "house@example.org", "bo@example.org"
    message["Subject"] = "Zwei Plätze"
    message.set_content("Row A, seats 1 and 2")
    with smtplib.SMTP("127.0.0.1", mail.port, timeout=timeout) as client:
        client.send_message(message)


def test_what_is_imported_before_a_fork_exists() -> None:
    assert [name for name in PRELOADED if importlib.util.find_spec(name) is None] == []


def test_forked_programs_make_ids_of_their_own(tmp_path: Path) -> None:
    code = "from app import tokens; print(tokens._chance.getrandbits(64))"
    programs = [
        OwnProgram([sys.executable, "-c", code], log=tmp_path / f"log-{n}", env=clean_env())
        for n in range(2)
    ]

    for program in programs:
        program.start()
        assert program.wait(within_seconds=20) == 0, program.log_text()

    assert programs[0].log_text() != programs[1].log_text()


def test_a_forked_command_ends_and_speaks_like_a_fresh_one(tmp_path: Path) -> None:
    told = []
    for is_fresh in (False, True):
        program = OwnProgram(
            [FULLHOUSE, "event", "nonsense"],
            log=tmp_path / f"log-{is_fresh}",
            env=clean_env(),
            cwd=tmp_path,
        )
        program.is_fresh = is_fresh
        program.start()
        told.append((program.wait(within_seconds=20), program.log_text()))

    assert told[0] == told[1]
    assert told[0][0] != 0
