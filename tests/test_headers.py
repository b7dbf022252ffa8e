"""Every answer carries the policy; only our own name is answered to."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, Response, request

from app import headers
from app.config import Settings, read_settings

POLICY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'; manifest-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def settings_of(folder: Path, **given: str) -> Settings:
    return read_settings({"FULLHOUSE_DATA_DIR": str(folder), **given})


def app_of(settings: Settings) -> Flask:
    app = Flask(__name__)
    headers.init_app(app, settings)

    @app.get("/")
    def show_home() -> Response:
        response = Response(f"{request.remote_addr} {request.scheme}")
        headers.set_cookie(response, settings, "basket", "b1", 60)
        return response

    @app.get("/kept")
    def show_kept() -> Response:
        return Response("kept", headers={"cache-control": "max-age=60"})

    @app.get("/healthz")
    def show_health() -> str:
        return "ok"

    @app.post("/form")
    def take_form() -> str:
        return str(len(request.form))

    return app


@pytest.mark.parametrize("path", ["/", "/no-such-page", "/healthz"])
def test_every_answer_carries_the_policy(path: str, tmp_path: Path) -> None:
    answer = app_of(settings_of(tmp_path)).test_client().get(path)

    assert POLICY.items() <= dict(answer.headers).items()
    assert "camera=()" in answer.headers["Permissions-Policy"]


def test_nothing_is_said_twice(tmp_path: Path) -> None:
    answer = app_of(settings_of(tmp_path)).test_client().get("/kept")
    names = [name.lower() for name, _ in answer.headers]

    assert len(names) == len(set(names))
    assert answer.headers["Cache-Control"] == "max-age=60"


def test_https_is_insisted_on_only_where_there_is_https(tmp_path: Path) -> None:
    plain = app_of(settings_of(tmp_path)).test_client().get("/")
    secure = app_of(settings_of(tmp_path, FULLHOUSE_BASE_URL="https://tickets.example.org"))
    answer = secure.test_client().get("/", headers={"Host": "tickets.example.org"})

    assert "Strict-Transport-Security" not in plain.headers
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_cookie_over_https_is_tied_to_this_host(tmp_path: Path) -> None:
    secure = app_of(settings_of(tmp_path, FULLHOUSE_BASE_URL="https://tickets.example.org"))
    cookie = (
        secure.test_client().get("/", headers={"Host": "tickets.example.org"}).headers["Set-Cookie"]
    )

    assert cookie.startswith("__Host-basket=b1;")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_a_cookie_over_http_has_a_plain_name(tmp_path: Path) -> None:
    cookie = app_of(settings_of(tmp_path)).test_client().get("/").headers["Set-Cookie"]

    assert cookie.startswith("basket=b1;")
    assert "Secure" not in cookie
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


@pytest.mark.parametrize(
    "host",
    ["tickets.example.org", "Tickets.Example.org", "127.0.0.1:9", "localhost", "[::1]:8000"],
)
def test_our_own_names_are_answered_to(host: str, tmp_path: Path) -> None:
    app = app_of(settings_of(tmp_path, FULLHOUSE_BASE_URL="https://tickets.example.org"))

    assert app.test_client().get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "tickets.example.org.evil.example", "tickets.example.org:444", ""),
        *("127.0.0.1:x", "evil.example:127.0.0.1", "localhost.evil.example:80"),
        "evil.example@localhost",
    ],
)
def test_a_foreign_name_is_refused_with_words_and_headers(host: str, tmp_path: Path) -> None:
    app = app_of(settings_of(tmp_path, FULLHOUSE_BASE_URL="https://tickets.example.org"))
    answer = app.test_client().get("/", headers={"Host": host})

    assert answer.status_code == 400
    assert "This box office is at https://tickets.example.org" in answer.text
    assert POLICY.items() <= dict(answer.headers).items()


def test_health_may_be_asked_for_by_any_address(tmp_path: Path) -> None:
    answer = (
        app_of(settings_of(tmp_path)).test_client().get("/healthz", headers={"Host": "10.0.0.5"})
    )

    assert answer.status_code == 200


FORWARDED = {
    "X-Forwarded-For": "198.51.100.1, 203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
}


def test_forwarded_headers_are_ignored_without_a_trusted_proxy(tmp_path: Path) -> None:
    answer = app_of(settings_of(tmp_path)).test_client().get("/", headers=FORWARDED)

    assert answer.text == "127.0.0.1 http"


def test_one_trusted_proxy_tells_the_last_address_and_no_host(tmp_path: Path) -> None:
    app = app_of(settings_of(tmp_path, FULLHOUSE_TRUSTED_PROXIES="1"))

    assert app.test_client().get("/", headers=FORWARDED).text == "203.0.113.9 https"


def test_a_form_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    client = app_of(settings_of(tmp_path)).test_client()

    assert client.post("/form", data={"a": "x" * 300_000}).status_code == 413
    assert client.post("/form", data={"a": "x" * 1000}).text == "1"
