"""The API's one blueprint, and how its answers are made."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, request

from app.answers import KeptKey, fingerprint_of, read_key
from app.box_office import BoxOffice
from app.errors import problem_answer
from app.problems import JSON_HEADERS, plain_json
from app.refusals import NotFound, Refusal
from app.tokens import new_id

bp: Final = Blueprint("api", __name__, url_prefix="/api/v1")
bp.register_error_handler(Refusal, problem_answer)


def json_answer(body: dict[str, Any], status: int = 200) -> Response:
    """The body as compact JSON; nobody may keep it."""
    return Response(plain_json(body).encode(), status, JSON_HEADERS)


def kept_key(body: bytes = b"", owner: str = "") -> KeptKey | None:
    """The request's idempotency key with what is asked; None without a key.

    `owner` is whose thing the path names, where a header says so instead of the body. Raises
    `BadIdempotencyKey`.
    """
    environ = request.environ
    key = read_key(environ.get("HTTP_IDEMPOTENCY_KEY"))
    if key is None:
        return None
    return KeptKey(key, fingerprint_of(environ["PATH_INFO"].encode(), owner.encode(), body))


def basket_of(box: BoxOffice, token: str | None) -> str:
    """The id of the basket whose token this is, or of a new one; `NotFound` for a wrong token."""
    return new_id() if token is None else box.tokens.basket_id(token)


def own_basket(box: BoxOffice) -> str:
    """The id of the basket that this request's `Basket` header proves; `NotFound` without."""
    token = request.headers.get("Basket", "")
    if not token:
        raise NotFound
    return box.tokens.basket_id(token)
