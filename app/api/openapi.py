"""The description of the whole API for programs, as OpenAPI 3.1."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Response
from flask.typing import ResponseReturnValue

from app.api.blueprint import bp
from app.api.openapi_draws import DRAW_SCHEMAS
from app.api.openapi_schemas import KEY, SCHEMAS, TEXT, Schema, given, ref
from app.problems import PROBLEM_TYPE

# Every code with its status and what it means; docs/api.md lists the same.
CODES: Final[dict[str, tuple[int, str]]] = {
    "bad_request": (400, "The request cannot be read."),
    "bad_json": (400, "The body is not JSON in UTF-8, or names something twice."),
    "card_refused": (402, "The payment was refused; the hold stays."),
    "staff_may_not_buy": (403, "The house's own staff stay out of draws of this kind."),
    "not_found": (404, "It does not exist, or is not yours."),
    "wrong_method": (405, "The address does not take this method."),
    "places_taken": (409, "At least one place is gone; none was taken for you."),
    "hold_ended": (409, "The hold was given back or its places were sold."),
    "not_on_sale": (409, "The event sells nothing at this moment."),
    "draw_not_open": (409, "The draw sells no tickets at this moment."),
    "sold_out": (409, "Fewer tickets are left, and nothing but all of them was wanted."),
    "no_legal_basis": (409, "Nothing that allows paid tickets of this draw is recorded."),
    "no_extension_left": (409, "The hold cannot be made longer any more."),
    "payment_running": (409, "The places are being paid for and cannot change meanwhile."),
    "basket_empty": (409, "There is nothing to pay for."),
    "idempotency_in_flight": (409, "The first request with this key is still being worked on."),
    "hold_expired": (410, "The hold's time ran out."),
    "too_long": (413, "More than 64 kB was sent."),
    "wrong_content_type": (415, "The body is not application/json."),
    "unknown_place": (422, "No such seat, area, ticket type or category here."),
    "limit_reached": (422, "More than one order or one buyer may have."),
    "payment_not_possible": (422, "This way of paying is not offered here."),
    "bad_count": (422, "More or fewer draw tickets than can be bought in one go."),
    "age_needed": (422, "Only people who are old enough may take part, and of_age says so."),
    "address_limit": (422, "More draw tickets than this address may buy at the moment."),
    "lone_seat": (422, "The choice would leave one seat alone, which this event forbids."),
    "invalid": (422, "Fields that cannot be accepted; fields says which and why."),
    "idempotency_mismatch": (422, "The key was used before for another request."),
    "bad_idempotency_key": (422, "The key is not 16 to 255 printable ASCII characters."),
    "too_many": (429, "Too many requests from one basket or address."),
    "fault": (500, "Something broke on our side; incident is its number."),
    "busy": (503, "Too busy; nothing was carried out. Retry-After says when to come back."),
}

_ANYWHERE: Final = ("bad_request", "fault", "busy")
_POSTED: Final = ("idempotency_in_flight", "idempotency_mismatch", "bad_idempotency_key")
_BODY: Final = ("bad_json", "invalid", "too_long", "wrong_content_type")
_CHANGE: Final = ("not_found", "too_many")
_CHOICE: Final = (
    *("places_taken", "not_on_sale", "payment_running"),
    *("unknown_place", "limit_reached", "lone_seat"),
)


@bp.get("/openapi.json")
def show_openapi() -> ResponseReturnValue:
    """This description."""
    headers = {"Content-Type": "application/json", "Cache-Control": "public, max-age=300"}
    return Response(_DOCUMENT_BYTES, 200, headers)


def document() -> dict[str, Any]:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Full House",
            "version": "1",
            "summary": "Hold seats, pay for them, get tickets; take part in draws.",
            "description": (
                "Ids are opaque. Fields that are not described here are ignored when sent, and"
                " may appear in answers later. Cookies are ignored."
            ),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/api/v1"}],
        "paths": _paths(),
        "components": {
            "schemas": SCHEMAS | DRAW_SCHEMAS,
            "parameters": _PARAMETERS,
            "responses": {code: _problem_answer(code) for code in CODES},
        },
    }


def _paths() -> dict[str, Any]:
    slug, hold_id = _parameter("slug"), _parameter("hold_id")
    key, basket = _parameter("Idempotency-Key"), _parameter("Basket")
    none_match = _parameter("If-None-Match")
    return {
        "/events": {
            "get": _call(
                "listEvents", "What is on, soonest first, 50 a page.", {200: "Events"},
                ("invalid",), [_parameter("after")],
            )
        },
        "/events/{slug}": {
            "parameters": [slug],
            "get": _call(
                "showEvent", "One event with prices, areas and limits.", {200: "EventDetails"},
                ("not_found",),
            ),
        },
        "/events/{slug}/seats": {
            "parameters": [slug],
            "get": _call(
                "listSeats", "Every seat in a stable order, with its state.",
                {200: "Seats", 304: None}, ("not_found",), [none_match],
            ),
        },
        "/events/{slug}/state": {
            "parameters": [slug],
            "get": _call(
                "showState", "Who has what, for polling: the same bytes for everybody.",
                {200: "State", 304: None}, ("not_found",), [_parameter("since"), none_match],
            ),
        },
        "/events/{slug}/holds": {
            "parameters": [slug],
            "post": _call(
                "createHold", "Keep places: all of them or none.", {201: "Hold"},
                (*_CHANGE, *_POSTED, *_BODY, *_CHOICE), [key], "HoldRequest",
            ),
        },
        "/events/{slug}/best": {
            "parameters": [slug],
            "post": _call(
                "createBestHold", "Keep the best free seats.", {201: "Hold"},
                (*_CHANGE, *_POSTED, *_BODY, *_CHOICE), [key], "BestRequest",
            ),
        },
        "/holds/{hold_id}": {
            "parameters": [hold_id, basket],
            "get": _call(
                "showHold", "One's own hold.", {200: "Hold"},
                ("not_found", "hold_ended", "hold_expired"),
            ),
            "delete": _call(
                "deleteHold", "Give everything back; may be repeated.", {204: None},
                (*_CHANGE, "hold_ended", "payment_running"),
            ),
        },
        "/holds/{hold_id}/extensions": {
            "parameters": [hold_id, basket],
            "post": _call(
                "createExtension", "More time.", {200: "Hold"},
                (*_CHANGE, *_POSTED, "hold_ended", "hold_expired", "no_extension_left",
                 "payment_running"), [key],
            ),
        },
        "/orders": {
            "post": _call(
                "createOrder", "Pay for a basket.", {201: "Order"},
                (*_CHANGE, *_POSTED, *_BODY, "card_refused", "basket_empty", "hold_ended",
                 "hold_expired", "payment_running", "payment_not_possible", "limit_reached",
                 "not_on_sale", "places_taken", "lone_seat"), [key], "OrderRequest",
            )
        },
        "/orders/{code}": {
            "parameters": [_parameter("code"), _parameter("Order-Secret")],
            "get": _call("showOrder", "One's own order.", {200: "Order"}, ("not_found",)),
        },
        "/draws": {
            "get": _call("listDraws", "Prize draws that are on, 50 at most.", {200: "Draws"}, ())
        },
        "/draws/{slug}": {
            "parameters": [slug],
            "get": _call(
                "showDraw", "One draw with its batches, prizes and named winners.",
                {200: "DrawDetails"}, ("not_found",),
            ),
        },
        "/draws/{slug}/purchases": {
            "parameters": [slug],
            "post": _call(
                "createPurchase", "Buy draw tickets.", {201: "PlacedPurchase"},
                (*_CHANGE, *_POSTED, *_BODY, "card_refused", "payment_not_possible",
                 "draw_not_open", "sold_out", "no_legal_basis", "bad_count", "age_needed",
                 "address_limit", "staff_may_not_buy"), [key], "PurchaseRequest",
            ),
        },
        "/purchases/{code}": {
            "parameters": [_parameter("code"), _parameter("Order-Secret")],
            "get": _call(
                "showPurchase", "How far one's own purchase is.", {200: "Purchase"},
                ("not_found",),
            ),
        },
        "/purchases/{code}/results": {
            "parameters": [_parameter("code"), _parameter("Order-Secret")],
            "get": _call(
                "listResults", "What it won, the rarest first, 50 a page.", {200: "Results"},
                ("not_found", "invalid"), [_parameter("after")],
            ),
        },
        "/demo/payments": {
            "post": _call(
                "createDemoPayment",
                "Play a payment notice of the demo gateway, at any time and any number of times.",
                {200: "Order"}, (*_CHANGE, *_POSTED, *_BODY),
                [_parameter("Order-Secret"), key], "PaymentNotice",
            )
        },
        "/openapi.json": {
            "get": _call("showOpenapi", "This description.", {200: None}, ())
        },
        "/healthz": {
            "servers": [{"url": "/"}],
            "get": _call(
                "showHealth", "Whether a hold would work.", {200: "Health", 503: "Health"}, ()
            ),
        },
    }  # fmt: skip


def _call(
    name: str,
    words: str,
    answers: dict[int, str | None],
    codes: tuple[str, ...],
    parameters: list[Schema] | None = None,
    body: str | None = None,
) -> dict[str, Any]:
    responses = {str(status): _answer(status, schema) for status, schema in answers.items()}
    by_status: dict[int, list[str]] = {}
    for code in (*codes, *_ANYWHERE):
        by_status.setdefault(CODES[code][0], []).append(code)
    for status, group in sorted(by_status.items()):
        responses.setdefault(str(status), _problems(status, group))
    call: dict[str, Any] = {"operationId": name, "summary": words, "responses": responses}
    if parameters:
        call["parameters"] = parameters
    if body is not None:
        content = {"application/json": {"schema": ref(body)}}
        call["requestBody"] = {"required": True, "content": content}
    return call


def _answer(status: int, schema: str | None) -> Schema:
    words = {201: "Done.", 204: "Done; nothing to tell.", 304: "Nothing changed."}.get(status, "OK")
    if status in (204, 304):
        return {"description": words}
    content = {"type": "object"} if schema is None else ref(schema)
    return {"description": words, "content": {"application/json": {"schema": content}}}


def _problems(status: int, codes: list[str]) -> Schema:
    if len(codes) == 1:
        return {"$ref": f"#/components/responses/{codes[0]}"}
    words = " ".join(f"`{code}`: {CODES[code][1]}" for code in codes)
    return {"description": words, "content": _problem_content(codes), **_headers(status)}


def _problem_answer(code: str) -> Schema:
    status, words = CODES[code]
    return {"description": words, "content": _problem_content([code]), **_headers(status)}


def _problem_content(codes: list[str]) -> Schema:
    schema = {"allOf": [ref("Problem"), {"properties": {"code": {"enum": codes}}}]}
    return {PROBLEM_TYPE: {"schema": schema}}


def _headers(status: int) -> Schema:
    if status not in (429, 503):
        return {}
    wait = {"required": status == 503, "schema": {"type": "integer", "minimum": 1}}
    return {"headers": {"Retry-After": {"description": "Seconds.", **wait}}}


def _parameter(name: str) -> Schema:
    return {"$ref": f"#/components/parameters/{name}"}


def _in(where: str, name: str, words: str, schema: Schema, required: bool = True) -> Schema:
    return {"name": name, "in": where, "required": required, "description": words, "schema": schema}


_PARAMETERS: Final[dict[str, Schema]] = {
    "slug": _in("path", "slug", "The address of the event or draw.", TEXT),
    "hold_id": _in("path", "hold_id", "The hold's id.", TEXT),
    "code": _in("path", "code", "The code of the order or purchase.", TEXT),
    "after": _in("query", "after", "What the last page gave as next.", TEXT, False),
    "since": _in("query", "since", "The version one has; whole when unknown.", TEXT, False),
    "Basket": _in("header", "Basket", "The token of the hold's basket.", given()),
    "Order-Secret": _in("header", "Order-Secret", "The secret of the order or purchase.", given()),
    "If-None-Match": _in("header", "If-None-Match", "The ETag one has.", TEXT, False),
    "Idempotency-Key": _in(
        "header",
        "Idempotency-Key",
        "Random; the same key with the same body gives the first answer again for 24 hours.",
        KEY,
        False,
    ),
}

_DOCUMENT_BYTES: Final = json.dumps(document(), separators=(",", ":")).encode()
