"""The API's schemas of prize draws."""

from __future__ import annotations

from typing import Final

from app.api.forms import DEMO_OUTCOMES, IF_SHORT, KIND_LIMIT, NAME_LIMIT, PRICE_LIMIT
from app.api.openapi_schemas import (
    CENTS,
    COUNT,
    CURRENCY,
    INSTANT,
    TEXT,
    Schema,
    given,
    list_of,
    object_of,
    or_null,
    ref,
)
from app.lottery.pool.terms import EVENING, PURCHASE_LIMIT
from app.lottery.pool.terms import INSTANT as AT_ONCE
from app.models import OrderStatus
from app.prize_draws.shown import Stage

_HASH: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_FLAG: Final[Schema] = {"type": "boolean"}
_MODE: Final[Schema] = {
    "type": "string",
    "enum": [EVENING, AT_ONCE],
    "description": "evening: drawn after the sale. instant: the buyer learns at once.",
}
_STATUS: Final[Schema] = {"type": "string", "enum": [status.value for status in OrderStatus]}
_PAY_URL: Final[Schema] = {"type": "string", "format": "uri", "description": "While paying."}

_DRAW: Final[Schema] = {
    "slug": TEXT,
    "title": TEXT,
    "status": {"type": "string", "enum": [stage.name.lower() for stage in Stage]},
    "mode": {**_MODE, "type": ["string", "null"], "enum": [EVENING, AT_ONCE, None]},
    "currency": CURRENCY,
    "price_cents": or_null(CENTS),
    "credits": or_null({**COUNT, "description": "What a ticket costs in play credits."}),
    "tickets_left": COUNT,
}
_PRIZE: Final = object_of(
    {
        "key": TEXT,
        "name": TEXT,
        "count": COUNT,
        "left": or_null({**COUNT, "description": "null while nobody may know."}),
    }
)
_BATCH: Final = object_of(
    {
        "id": TEXT,
        "number": COUNT,
        "status": {
            "type": "string",
            "enum": ["open", "closed", "drawn", "settled", "archived"],
        },
        "mode": _MODE,
        "size": COUNT,
        "sold": COUNT,
        "price_cents": CENTS,
        "closes_at": or_null(INSTANT),
        "commitment": {**_HASH, "description": "What docs/draw-v1.md calls the commitment."},
        "is_revealed": _FLAG,
        "prizes": list_of(_PRIZE),
    }
)
_PLACED: Final[Schema] = {
    "code": TEXT,
    "secret": {"type": "string", "description": "Opens the purchase: keep it secret."},
    "draw": TEXT,
    "count": COUNT,
    "total_cents": CENTS,
    "currency": CURRENCY,
    "credits": COUNT,
    "status": _STATUS,
}
_PART: Final = object_of(
    {
        "batch": TEXT,
        "first": COUNT,
        "last": COUNT,
        "commitment": _HASH,
        "is_known": {**_FLAG, "description": "Whether what it won may be known by now."},
    },
    words="Tickets in a row of one batch.",
)

DRAW_SCHEMAS: Final[dict[str, Schema]] = {
    "PurchaseRequest": object_of(
        {
            "count": {"type": "integer", "minimum": 1, "maximum": PURCHASE_LIMIT},
            "name": given(NAME_LIMIT, "The buyer's name."),
            "email": given(NAME_LIMIT, "Where numbers and results go."),
            "payment": given(KIND_LIMIT, "free, demo or stripe. Play credits need a sign-in."),
            "if_short": {
                "type": ["string", "null"],
                "enum": [*IF_SHORT, None],
                "default": IF_SHORT[0],
                "description": "With too few left: those and the rest of the money, or none.",
            },
            "of_age": {**_FLAG, "default": False},
            "show_name": {**_FLAG, "default": False, "description": "The first one, at a prize."},
            "contribution": or_null(
                {**_HASH, "description": "To the public value; made for you without."}
            ),
            "price_cents": {
                "type": "integer",
                "minimum": 0,
                "maximum": PRICE_LIMIT,
                "description": "What one cost when you looked; another price is refused then.",
            },
            "demo_outcome": {"type": ["string", "null"], "enum": [*DEMO_OUTCOMES, None]},
        },
        ("if_short", "of_age", "show_name", "contribution", "price_cents", "demo_outcome"),
    ),
    "Draw": object_of(_DRAW),
    "Draws": object_of({"draws": list_of(ref("Draw"))}),
    "DrawDetails": object_of(
        _DRAW
        | {
            "limits": object_of({"purchase": COUNT, "person": COUNT, "day": COUNT, "age": COUNT}),
            "legal": {
                "oneOf": [
                    {"type": "null"},
                    object_of(
                        {
                            "kind": TEXT,
                            "number": TEXT,
                            "region": TEXT,
                            "promoter": TEXT,
                            "free_entry": TEXT,
                        }
                    ),
                ]
            },
            "batches": list_of(_BATCH),
            "winners": list_of(
                object_of({"name": TEXT, "prize": TEXT, "batch": TEXT, "ticket": COUNT})
            ),
        }
    ),
    "PlacedPurchase": object_of(_PLACED | {"pay_url": _PAY_URL}, ("pay_url",)),
    "Purchase": object_of(
        _PLACED
        | {
            "taken": or_null({**COUNT, "description": "Tickets it got; null before the money."}),
            "drawn": {**COUNT, "description": "How many of them were handed out so far."},
            "is_done": {**_FLAG, "description": "Nothing is to be handed out any more."},
            "waits_for_draw": {**_FLAG, "description": "Some results are not to be known yet."},
            "back_cents": CENTS,
            "parts": list_of(_PART),
            "prizes_won": COUNT,
            "pay_url": _PAY_URL,
        },
        ("pay_url",),
        "Ask again every second until is_done; results then, or after the draw.",
    ),
    "Results": object_of(
        {
            "prizes": list_of(
                object_of(
                    {
                        "batch": TEXT,
                        "ticket": COUNT,
                        "prize": TEXT,
                        "name": TEXT,
                        "is_claimed": _FLAG,
                        "is_given": _FLAG,
                    }
                )
            ),
            "next": or_null(TEXT),
        }
    ),
}
