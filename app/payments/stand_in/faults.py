"""What goes wrong on purpose: set at start or while running, the same again with the same seed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from app.payments.stand_in.problems import Json

COPIES_LIMIT: Final = 20
SHUFFLE_LIMIT: Final = 1_000
DELAY_LIMIT_SECONDS: Final = 3_600.0
BREAKS_LIMIT: Final = 100
COUNT_LIMIT: Final = 1_000_000
REFUNDS: Final = ("succeed", "pending", "later", "fail")
# 500: the work is done and the same key gets the same 500, as at Stripe. 500_once: only now.
# 500_before, 429, 503: nothing was done. lost: done, and the connection ends. late: done, slowly.
HOWS: Final = ("500", "500_once", "500_before", "429", "503", "lost", "late")
DOWNS: Final = ("503", "closed")


class BadFaultError(ValueError):
    """A fault that there is not; its text is one sentence."""


@dataclass(slots=True)
class Break:
    """The next `count` calls whose path fits are answered in this way."""

    path: str = "/v1/*"
    how: str = "500"
    count: int = 1
    method: str = "*"
    seconds: float = 0.0


@dataclass(slots=True)
class Faults:
    """All faults; without a word nothing goes wrong."""

    webhook_delay_seconds: float = 0.0
    webhook_copies: int = 0  # beside the first one
    webhook_shuffle: int = 0  # how many are gathered and mixed
    webhook_drop_share: float = 0.0
    webhooks: bool = True
    decline_next: int = 0
    refunds: str = "succeed"
    refund_seconds: float = 1.0  # until `later` and `fail`
    down_seconds: float = 0.0
    down_how: str = "503"
    seed: int = 0
    breaks: list[Break] = field(default_factory=list)


LIMITS: Final[dict[str, tuple[float, float]]] = {
    "webhook_delay_seconds": (0, DELAY_LIMIT_SECONDS),
    "webhook_copies": (0, COPIES_LIMIT),
    "webhook_shuffle": (0, SHUFFLE_LIMIT),
    "webhook_drop_share": (0, 1),
    "decline_next": (0, COUNT_LIMIT),
    "refund_seconds": (0, DELAY_LIMIT_SECONDS),
    "down_seconds": (0, DELAY_LIMIT_SECONDS),
    "seed": (0, 2**53),
    "count": (1, COUNT_LIMIT),
    "seconds": (0, DELAY_LIMIT_SECONDS),
}
CHOICES: Final = {"refunds": REFUNDS, "down_how": DOWNS, "how": HOWS}


def changed(start: Faults, wanted: Json) -> Faults:
    """The same faults but for those named; a wrong one raises `BadFaultError`."""
    known = {each.name: each.type for each in fields(Faults)}
    values = {name: getattr(start, name) for name in known}
    for name, value in wanted.items():
        if name not in known:
            raise BadFaultError(f"There is no fault {name!r}: {', '.join(sorted(known))}.")
        values[name] = _breaks(value) if name == "breaks" else checked(name, value, values[name])
    return Faults(**values)


def _breaks(value: Any) -> list[Break]:
    if not isinstance(value, list) or len(value) > BREAKS_LIMIT:
        raise BadFaultError(f"breaks must be a list of up to {BREAKS_LIMIT}.")
    return [_break(each) for each in value]


def _break(value: Any) -> Break:
    plain = asdict(Break())
    if not isinstance(value, dict) or not value.keys() <= plain.keys():
        raise BadFaultError(f"A break has only these: {', '.join(plain)}.")
    return Break(
        **{name: checked(name, value.get(name, plain[name]), plain[name]) for name in plain}
    )


def read_fault(name: str, text: str) -> Any:
    """The value of a fault as it was typed; a bad one raises `BadFaultError`."""
    like = getattr(Faults(), name)
    try:
        value = type(like)(text)
    except ValueError:
        raise BadFaultError(f"must be a number, not {text!r}") from None
    return checked(name, value, like)


def checked(name: str, value: Any, like: Any) -> Any:
    """The value, of the same kind as the one before and within its limits; or `BadFaultError`."""
    if isinstance(like, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not type(like):
        raise BadFaultError(f"{name} must be like {like!r}, not {value!r}.")
    if name in CHOICES and value not in CHOICES[name]:
        raise BadFaultError(f"{name} must be one of {', '.join(CHOICES[name])}, not {value!r}.")
    if name in LIMITS and not LIMITS[name][0] <= value <= LIMITS[name][1]:
        least, most = LIMITS[name]
        raise BadFaultError(f"{name} must be from {least:g} to {most:g}, not {value!r}.")
    return value
