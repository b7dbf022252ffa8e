"""Logs keep no secret, no person, and no line that a visitor wrote."""

from __future__ import annotations

import io
import json
import logging
import time
from pathlib import Path

import pytest

from app import logs
from app.logs import MASK, AccessLog, JsonLines, access_line, mask_path, scrub
from app.tokens import Tokens, new_id, new_order_id

TOKENS = Tokens(b"k" * 32)


def line_of(path: str, method: str = "GET") -> str:
    return access_line((time.time(), method, path, 200, 0.0123, 17))


def test_an_order_link_keeps_its_code_and_loses_its_secret() -> None:
    order = new_order_id()
    secret = TOKENS.order_secret(order)

    assert mask_path(f"/o/{order}/{secret}/calendar.ics") == f"/o/{order}/{MASK}/calendar.ics"


@pytest.mark.parametrize(
    "before", ["/t/", "//t/", "/%74/", "/t//", "/pay/", "/confirm/", "/setup/", "/unknown/"]
)
def test_a_token_is_masked_however_its_path_is_spelled(before: str) -> None:
    for _ in range(200):
        token = TOKENS.ticket(new_id())

        assert token not in mask_path(before + token)
        assert token.split(".")[1] not in mask_path(before + token.replace(".", "%2E"))


def test_every_part_of_a_payment_page_after_its_name_is_masked() -> None:
    assert mask_path("/pay/8WD3RX2Q/short1/return") == f"/pay/{MASK}/{MASK}/return"


def test_a_query_never_reaches_the_log() -> None:
    assert mask_path("/find?email=bo@example.org&secret=1") == "/find"


def test_an_address_in_a_path_is_masked() -> None:
    assert mask_path("/find/bo@example.org") == f"/find/{MASK}"


@pytest.mark.parametrize("path", ["/", "/e/the-salt-road", "/api/v1/holds/3-0123456789abcdef0123"])
def test_an_ordinary_path_stays_readable(path: str) -> None:
    assert mask_path(path) == path


def test_a_path_cannot_begin_a_line_of_its_own() -> None:
    line = line_of('/e/x\n{"at":"forged"}\r\x1b[31m')

    assert line.count("\n") == 1
    assert json.loads(line)["path"].startswith("/e/x")


def test_an_invented_method_is_not_repeated() -> None:
    assert json.loads(line_of("/", method='GET","status":1,"x":"'))["method"] == "OTHER"


def test_an_endless_path_is_cut() -> None:
    assert len(json.loads(line_of("/" + "a/" * 5000))["path"]) == logs.PATH_LIMIT


def test_words_lose_addresses_links_and_tokens() -> None:
    token = TOKENS.basket(new_id())
    words = scrub(f"letter to <bo.b@mail.example.org>: http://x.example/o/8WD3RX2Q/{token} {token}")

    assert "bo.b" not in words
    assert token not in words
    assert token.split(".")[1] not in words


@pytest.mark.parametrize(
    "proof", ["KODYFRbTTHdPOMINfddPKQ", "abcdefghijklmnopqrstuV", "ABCDEFGHIJKLMNOPQRS_-v"]
)
def test_a_proof_without_digits_is_one_all_the_same(proof: str) -> None:
    assert scrub(f"key {proof} and {proof},") == f"key {MASK} and {MASK},"


@pytest.mark.parametrize("proof", ["a" * 22, "1234567890123456789012"])
def test_a_whole_token_is_one_whatever_it_is_made_of(proof: str) -> None:
    assert scrub(f"basket 1a1fd2febdfdbd02eabb.{proof}") == f"basket {MASK}"


@pytest.mark.parametrize("name", ["FULLHOUSE_HOLD_SECONDS", "test_that_is_so_longish"])
def test_names_in_words_stay_readable(name: str) -> None:
    assert scrub(f"because of {name}") == f"because of {name}"


def test_a_trace_is_one_line_without_the_address_in_it() -> None:
    stream = io.StringIO()
    writer = logging.StreamHandler(stream)
    writer.setFormatter(JsonLines())
    logger = logging.Logger("fullhouse.test")
    logger.addHandler(writer)

    try:
        raise ValueError("no such mailbox: bo@example.org\nforged line")
    except ValueError:
        logger.exception("incident %s", "K7-2041")

    assert stream.getvalue().count("\n") == 1
    line = json.loads(stream.getvalue())
    assert line["words"] == "incident K7-2041"
    assert "ValueError" in line["trace"]
    assert "bo@example.org" not in stream.getvalue()


def test_the_access_log_writes_what_it_was_told_and_counts_polls(tmp_path: Path) -> None:
    access = AccessLog(tmp_path)
    access.start()
    access.note("POST", "/api/v1/orders", 201, 0.01, 500)
    for _ in range(3):
        access.note("GET", "/api/v1/events/gala/state", 304, 0.0, 0)
    access.note("GET", "/api/v1/events/gala/state", 404, 0.0, 0)
    access.close()

    lines = [json.loads(line) for line in (tmp_path / logs.ACCESS_FILE).read_text().splitlines()]
    assert [line.get("path") for line in lines] == [
        "/api/v1/orders",
        "/api/v1/events/gala/state",
        None,
    ]
    assert lines[-1]["polls"] == 3


def test_a_flood_of_requests_is_counted_instead_of_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "WAITING_LINES_LIMIT", 10)
    access = AccessLog(tmp_path)
    for _ in range(25):
        access.note("GET", "/", 200, 0.001, 1)
    access.close()

    lines = (tmp_path / logs.ACCESS_FILE).read_text().splitlines()
    assert len(lines) == 11
    assert json.loads(lines[-1])["dropped"] == 15


def test_old_lines_move_over_and_the_oldest_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "FILE_LIMIT_BYTES", 50)
    access = AccessLog(tmp_path)
    for number in range(8):
        access.note("GET", f"/page/{number}", 200, 0.001, 1)
        access.close()

    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["access.jsonl", *(f"access.jsonl.{n}" for n in (1, 2, 3, 4))]
    assert "/page/7" in (tmp_path / "access.jsonl").read_text()
    assert "/page/3" in (tmp_path / "access.jsonl.4").read_text()


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    access = AccessLog(tmp_path / "file" / "logs")
    (tmp_path / "file").write_text("in the way")
    access.note("GET", "/", 200, 0.001, 1)

    access.close()

    assert not (tmp_path / "file" / "logs").exists()
