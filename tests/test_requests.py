"""A short form gives the same fields, read our way or werkzeug's."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask, Request

from app.requests import SHORT_BYTES, FormRequest

FORM = "application/x-www-form-urlencoded"
PARTS = b'--b\r\nContent-Disposition: form-data; name="seat"\r\n\r\nA 1\r\n--b--\r\n'

app = Flask(__name__)


def asked(body: bytes, content_type: str = FORM, length: str | None = None) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "wsgi.url_scheme": "http",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)) if length is None else length,
        "wsgi.input": io.BytesIO(body),
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"seat=A+1&seat=A+2&key=x",
        b"seat=%C3%BC&empty=&=nameless&bare",
        b"seat=A-1&&seat=A-2&empty=&=nameless&bare&twice=a=b&",
        b"seat=%ff%fe&key=%zz",
        b"seat=\xff\xfe",
        b"a=1;b=2&c=3",
        b"x=" + b"y" * SHORT_BYTES,
    ],
)
@pytest.mark.parametrize("content_type", [FORM, f"{FORM};charset=UTF-8", f"{FORM}; charset=utf-8"])
def test_a_form_has_the_fields_that_werkzeug_reads(body: bytes, content_type: str) -> None:
    with app.app_context():
        ours, usual = (
            kind(asked(body, content_type)).form.to_dict(flat=False)
            for kind in (FormRequest, Request)
        )

    assert ours == usual


def test_other_bodies_go_the_usual_way() -> None:
    with app.app_context():
        parts = FormRequest(asked(PARTS, "multipart/form-data; boundary=b"))
        assert parts.form["seat"] == "A 1"
        other = FormRequest(asked(b"seat=1", "text/plain"))
        assert not other.form
        assert other.get_data() == b"seat=1"


@pytest.mark.parametrize("length", ["", "x", "-1", "\u0661", "1e2", "999999999"])
def test_a_length_that_is_none_ends_as_it_always_did(length: str) -> None:
    assert outcome(FormRequest, length) == outcome(Request, length)


def test_a_body_that_was_read_already_is_still_a_form() -> None:
    with app.app_context():
        request = FormRequest(asked(b"seat=1"))

        assert request.get_data() == b"seat=1"
        assert request.form["seat"] == "1"


def outcome(kind: type[Request], length: str) -> object:
    """The fields, or what was raised."""
    with app.app_context():
        try:
            return kind(asked(b"seat=1", length=length)).form.to_dict()
        except Exception as fault:  # noqa: BLE001  any is fine, if it is the same
            return type(fault)
