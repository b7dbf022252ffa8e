"""The API's schemas: JSON Schema 2020-12, as OpenAPI 3.1 takes it."""

from __future__ import annotations

from typing import Any, Final

from app.answers import KEY_LEAST, KEY_MOST
from app.api.forms import (
    AREAS_LIMIT,
    COUNT_LIMIT,
    DEMO_OUTCOMES,
    KIND_LIMIT,
    NAME_LIMIT,
    SEATS_LIMIT,
)
from app.api.reading import TEXT_LIMIT, TOKEN_LIMIT
from app.models import EventStatus, OrderStatus

Schema = dict[str, Any]

# Control characters, lone surrogates and the empty text are refused.
_PLAIN: Final = r"^[^\u0000-\u001f\u007f-\u009f]+$"

TEXT: Final[Schema] = {"type": "string"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
CENTS: Final[Schema] = {"type": "integer", "minimum": 0, "description": "Minor units, all-in."}
CURRENCY: Final[Schema] = {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217."}
INSTANT: Final[Schema] = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$",
    "description": "RFC 3339 in UTC.",
}
VERSION: Final[Schema] = {
    "type": "string",
    "pattern": r"^\d+\.\d+$",
    "description": "Opaque: an epoch, a dot, a number.",
}
KEY: Final[Schema] = {
    "type": "string",
    "minLength": KEY_LEAST,
    "maxLength": KEY_MOST,
    "pattern": "^[!-~]+$",
}


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    return {**schema, "type": [schema["type"], "null"]}


def list_of(schema: Schema, most: int | None = None) -> Schema:
    """A list of these."""
    found: Schema = {"type": "array", "items": schema}
    return found if most is None else {**found, "maxItems": most}


def object_of(fields: Schema, optional: tuple[str, ...] = (), words: str = "") -> Schema:
    """An object; every field but the optional ones is always there."""
    found: Schema = {
        "type": "object",
        "properties": fields,
        "required": [name for name in fields if name not in optional],
    }
    return {**found, "description": words} if words else found


def ref(name: str) -> Schema:
    """A schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def given(limit: int = TEXT_LIMIT, words: str = "") -> Schema:
    """A text that a program sends."""
    found: Schema = {"type": "string", "minLength": 1, "maxLength": limit, "pattern": _PLAIN}
    return {**found, "description": words} if words else found


_TICKET_TYPE: Final = or_null(given(words="Its id; without it the first type sold there."))
_BASKET: Final = or_null(
    given(TOKEN_LIMIT, "The token of the basket to add to; a new one without.")
)

_SEAT_CHOICE: Final[Schema] = {
    "oneOf": [
        given(words="The id of a seat."),
        object_of({"id": given(), "ticket_type": _TICKET_TYPE}, ("ticket_type",)),
    ]
}
_AREA_CHOICE: Final = object_of(
    {
        "id": given(),
        "count": {"type": "integer", "minimum": 1, "maximum": COUNT_LIMIT},
        "ticket_type": _TICKET_TYPE,
    },
    ("ticket_type",),
)

REQUESTS: Final[dict[str, Schema]] = {
    "HoldRequest": {
        **object_of(
            {
                "seats": list_of(_SEAT_CHOICE, SEATS_LIMIT),
                "areas": list_of(_AREA_CHOICE, AREAS_LIMIT),
                "basket": _BASKET,
            },
            ("seats", "areas", "basket"),
            "At least one seat or area. No seat may be named twice.",
        ),
        "anyOf": [
            {"required": ["seats"], "properties": {"seats": {"minItems": 1}}},
            {"required": ["areas"], "properties": {"areas": {"minItems": 1}}},
        ],
    },
    "BestRequest": object_of(
        {
            "count": {"type": "integer", "minimum": 1, "maximum": COUNT_LIMIT},
            "category": or_null(given(words="The id of a price category; any without.")),
            "step_free": {"type": "boolean", "default": False},
            "basket": _BASKET,
        },
        ("category", "step_free", "basket"),
    ),
    "OrderRequest": object_of(
        {
            "basket": given(TOKEN_LIMIT, "The token of the basket to pay for."),
            "name": given(NAME_LIMIT, "The buyer's name."),
            "email": given(NAME_LIMIT, "Where the tickets go."),
            "payment": given(
                KIND_LIMIT, "free, demo, manual, transfer or another that the event offers."
            ),
            "demo_outcome": {
                "type": ["string", "null"],
                "enum": [*DEMO_OUTCOMES, None],
                "description": "demo only: play the gateway's answer at once.",
            },
        },
        ("demo_outcome",),
    ),
    "PaymentNotice": object_of(
        {
            "order": given(TOKEN_LIMIT, "The order's code."),
            "outcome": {"type": "string", "enum": list(DEMO_OUTCOMES)},
        }
    ),
}

_EVENT_FIELDS: Final[Schema] = {
    "slug": TEXT,
    "title": TEXT,
    "starts_at": INSTANT,
    "time_zone": {"type": "string", "description": "IANA name."},
    "venue": TEXT,
    "status": {
        "type": "string",
        "enum": [status.value for status in EventStatus if status is not EventStatus.DRAFT],
    },
    "currency": CURRENCY,
    "price_from_cents": or_null(CENTS),
    "places_free": COUNT,
}
_DETAILS: Final[Schema] = {
    "sale": {
        "type": "string",
        "enum": ["early", "open", "over", "paused", "cancelled"],
        "description": "Whether it sells right now.",
    },
    "doors_at": or_null(INSTANT),
    "ends_at": or_null(INSTANT),
    "sales_open_at": or_null(INSTANT),
    "sales_close_at": INSTANT,
    "ticket_types": list_of(object_of({"id": TEXT, "name": TEXT, "note": TEXT})),
    "price_categories": list_of(object_of({"id": TEXT, "name": TEXT, "places_free": COUNT})),
    "areas": list_of(
        object_of(
            {"id": TEXT, "name": TEXT, "category": TEXT, "capacity": COUNT, "places_free": COUNT}
        )
    ),
    "limits": object_of(
        {
            "order": COUNT,
            "buyer": COUNT,
            "lone_seats": {"type": "boolean", "description": "Whether one may be left alone."},
            "hold_seconds": COUNT,
            "extension_seconds": COUNT,
            "extensions": COUNT,
        }
    ),
    "prices": list_of(object_of({"category": TEXT, "ticket_type": TEXT, "price_cents": CENTS})),
}
_HELD: Final[Schema] = {"ticket_type": TEXT, "category": TEXT, "price_cents": CENTS}
_AREAS_FREE: Final[Schema] = {"type": "object", "additionalProperties": COUNT}

ANSWERS: Final[dict[str, Schema]] = {
    "Event": object_of(_EVENT_FIELDS),
    "EventDetails": object_of(_EVENT_FIELDS | _DETAILS),
    "Events": object_of({"events": list_of(ref("Event")), "next": or_null(TEXT)}),
    "Seats": object_of(
        {
            "version": VERSION,
            "seats": list_of(
                object_of(
                    {
                        "id": TEXT,
                        "section": TEXT,
                        "row": TEXT,
                        "number": TEXT,
                        "category": TEXT,
                        "state": {"type": "string", "enum": ["f", "h", "s", "b"]},
                        "features": list_of(TEXT),
                    }
                )
            ),
        },
        words="In the order of the state's letters. f free, h held, s sold, b blocked.",
    ),
    "State": {
        "oneOf": [
            object_of(
                {
                    "version": VERSION,
                    "seats": {"type": "string", "pattern": "^[fhsb]*$"},
                    "areas": _AREAS_FREE,
                },
                words="Everything: one letter per seat.",
            ),
            object_of(
                {
                    "version": VERSION,
                    "changes": list_of(
                        {
                            "type": "array",
                            "prefixItems": [COUNT, {"enum": ["f", "h", "s", "b"]}],
                            "minItems": 2,
                            "maxItems": 2,
                        }
                    ),
                    "areas": _AREAS_FREE,
                },
                words="What changed since the version asked for: index and letter.",
            ),
        ]
    },
    "Hold": object_of(
        {
            "id": TEXT,
            "basket": {"type": "string", "description": "Its token: keep it secret."},
            "event": TEXT,
            "seats": list_of(object_of({"id": TEXT, **_HELD})),
            "areas": list_of(object_of({"id": TEXT, "count": COUNT, **_HELD})),
            "expires_at": INSTANT,
            "seconds_left": COUNT,
            "extensions_left": COUNT,
            "total_cents": CENTS,
            "currency": CURRENCY,
            "together": {"type": "boolean", "description": "Best seats only: all adjacent."},
        },
        ("together",),
    ),
    "Order": object_of(
        {
            "code": TEXT,
            "secret": {"type": "string", "description": "Opens the order: keep it secret."},
            "status": {"type": "string", "enum": [status.value for status in OrderStatus]},
            "total_cents": CENTS,
            "currency": CURRENCY,
            "pay_url": {"type": "string", "format": "uri", "description": "While paying."},
            "offer_basket": {
                "type": "string",
                "description": "Late money: the token of a basket with the nearest free places.",
            },
            "tickets": list_of(
                object_of(
                    {
                        "id": TEXT,
                        "code": {"type": "string", "description": "The text in the QR code."},
                        "seat": or_null(TEXT),
                        "area": or_null(TEXT),
                        "ticket_type": TEXT,
                        "event": TEXT,
                    }
                )
            ),
        },
        ("pay_url", "offer_basket"),
        "Tickets are there once the status is paid.",
    ),
    "Health": object_of(
        {
            "status": {"type": "string", "enum": ["ok", "bad"]},
            "actors": TEXT,
            "database": TEXT,
            "runner": TEXT,
            "disk": TEXT,
        },
        words="Each part is ok, or a sentence that says what is wrong.",
    ),
    "Problem": object_of(
        {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "code": {"type": "string", "description": "Stable; for programs."},
            "detail": {"type": "string", "description": "What happened, what is safe, what next."},
            "seats": list_of(TEXT),
            "areas": list_of(TEXT),
            "nearest": or_null(TEXT),
            "limit": COUNT,
            "held": COUNT,
            "fields": {"type": "object", "additionalProperties": TEXT},
            "incident": TEXT,
        },
        ("seats", "areas", "nearest", "limit", "held", "fields", "incident"),
        "RFC 9457.",
    ),
}

SCHEMAS: Final = REQUESTS | ANSWERS
