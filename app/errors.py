"""Every no and every fault becomes an answer: a problem for programs, a page for people."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from app.logs import mask_path
from app.problems import problem_bytes, problem_headers
from app.refusals import NotFound, Refusal

INCIDENT_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O
INCIDENT_DIGITS: Final = "23456789"
PROGRAM_PATHS: Final = ("/api/", "/healthz", "/webhooks/")

log = logging.getLogger("fullhouse.faults")


class BadRequest(Refusal):
    """The request itself cannot be read."""

    code, status = "bad_request", 400
    happened = "We cannot read that request."
    safe = "Nothing was changed."
    next_step = "Go back, load the page again and try once more."


class BadJson(Refusal):
    """The body is not JSON as RFC 8259 means it, or names something twice."""

    code, status = "bad_json", 400
    happened = "The body is not JSON in UTF-8."
    safe = "Nothing was changed."
    next_step = "Send one JSON object in which each name comes once."


class NotAllowed(Refusal):
    """The page is there, but not for this person."""

    code, status = "not_allowed", 403
    happened = "This page is not for you."
    next_step = "Sign in as somebody who may open it, or go back."


class WrongMethod(Refusal):
    """The address is right, what it was asked to do is not."""

    code, status = "wrong_method", 405
    happened = "This address does not work that way."
    safe = "Nothing was changed."
    next_step = "Go back and use the buttons of the page."


class TooLong(Refusal):
    """More was sent than we take."""

    code, status = "too_long", 413
    happened = "That was too much at once."
    safe = "Nothing was changed."
    next_step = "Send less: shorter words or a smaller file."


class WrongContentType(Refusal):
    """The body is of a kind that is not read here."""

    code, status = "wrong_content_type", 415
    happened = "We do not read this kind of content here."
    safe = "Nothing was changed."
    next_step = "Programs send application/json."


class Fault(Refusal):
    """Something broke on our side; `incident` is the number under which it was written down."""

    code, status = "fault", 500
    happened = "Something broke on our side."
    safe = "Seats in your basket are kept, and nothing is ever charged twice."
    next_step = "Look at your basket before you try again. We have been told."

    @property
    def incident(self) -> str:
        """Two signs, a dash, four digits: `K7-2041`."""
        return str(self.details["incident"])


def init_app(app: Flask) -> None:
    """Answer every refusal and every fault of this app."""
    app.register_error_handler(Refusal, answer)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_fault)


def answer(refusal: Refusal) -> Response:
    """The refusal for whoever asked: problem+json under /api and /healthz, else a page."""
    if request.path.startswith(PROGRAM_PATHS):
        return problem_answer(refusal)
    try:
        return _page()(refusal)
    except Exception as error:  # noqa: BLE001  the error page must never fail
        return _plain_page(refusal if isinstance(refusal, Fault) else fault_of(error))


def problem_answer(refusal: Refusal) -> Response:
    """The refusal as problem+json."""
    return Response(problem_bytes(refusal), refusal.status, problem_headers(refusal))


def fault_of(error: BaseException) -> Fault:
    """Write a fault down under a new incident number; the words tell only the number."""
    incident = new_incident()
    place = f"{request.method[:10]} {mask_path(request.path)}" if request else "outside a request"
    log.error("incident %s at %s", incident, place, exc_info=error)
    return Fault(incident=incident)


def new_incident() -> str:
    """A number that people can read out."""
    signs = secrets.choice(INCIDENT_LETTERS) + secrets.choice(INCIDENT_DIGITS)
    return f"{signs}-{secrets.randbelow(10_000):04}"


def _answer_fault(error: Exception) -> Response:
    return answer(fault_of(error))


def _answer_http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None:
        return error
    if error.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _answer_fault(error)
    given = answer(_refusal_of(error))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        given.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    if isinstance(error, RequestEntityTooLarge):
        given.headers["Connection"] = "close"  # the rest of the body is never read
    return given


def _refusal_of(error: HTTPException) -> Refusal:
    return _KINDS.get(error.code or 400, BadRequest)()


def _page() -> Callable[[Refusal], Response]:
    from app.htmx import refuse

    return refuse


def _plain_page(fault: Fault) -> Response:
    words = f"{fault.happened} {fault.safe} {fault.next_step} ({fault.incident})"
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{fault.happened}</title><h1>{fault.happened}</h1><p>{words}</p>"
        '<p><a href="/">What\'s on</a></p></html>'
    )
    return Response(page, fault.status, content_type="text/html; charset=utf-8")


_KINDS: Final[dict[int, type[Refusal]]] = {
    400: BadRequest,
    401: NotAllowed,
    403: NotAllowed,
    404: NotFound,
    405: WrongMethod,
    413: TooLong,
    415: WrongContentType,
}
