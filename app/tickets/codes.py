"""Ticket codes T1: 82 signed bytes written as 199 digits; the format is docs/ticket-code.md."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

VERSION = 1
CODE_DIGIT_COUNT = 199
PAYLOAD_BYTES = 18
SIGNATURE_BYTES = 64
SIGNED_BYTES = PAYLOAD_BYTES + SIGNATURE_BYTES
KEY_ID_MAX = 15
MIDNIGHT_HOURS = 2048  # the offset of midnight UTC at the start of the event's day
OFFSET_HOURS_MAX = 4095
KEPT_KEY_COUNT = 256

_CONTEXT = b"TIX1"
_PAYLOAD = struct.Struct(">BIQBB3s")
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_FIELD_MAX = {
    "key_id": KEY_ID_MAX,
    "event": 2**32 - 1,
    "serial": 2**64 - 1,
    "zone": 255,
    "generation": 255,
    "valid_from_hours": OFFSET_HOURS_MAX,
    "valid_until_hours": OFFSET_HOURS_MAX,
}


@dataclass(frozen=True, slots=True)
class KeyPair:
    """The raw 32-byte keys of one event; the private one never shows in a repr."""

    private: bytes = field(repr=False)
    public: bytes


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What a code says, and all of it: no name, no price, no address.

    `valid_from_hours` and `valid_until_hours` count whole hours from 2048 hours before midnight
    UTC of the event's local date; 0 means no limit on that side. Raises ValueError if a field
    does not fit its bits or the window ends before it begins.
    """

    key_id: int
    event: int
    serial: int
    zone: int = 0
    generation: int = 0
    valid_from_hours: int = 0
    valid_until_hours: int = 0

    def __post_init__(self) -> None:
        for name, largest in _FIELD_MAX.items():
            if not 0 <= getattr(self, name) <= largest:
                raise ValueError(f"{name} must be from 0 to {largest}")
        if self.valid_until_hours and self.valid_from_hours >= self.valid_until_hours:
            raise ValueError("valid_until_hours must be after valid_from_hours")


class BadTicketCode(ValueError):  # noqa: N818  an expected answer at a door
    """A code that admits nobody: `reason` for programs, the message for people."""

    reason: ClassVar[str] = "bad"
    words: ClassVar[str] = "This is not a ticket code."

    def __init__(self) -> None:
        super().__init__(self.words)


class WrongLength(BadTicketCode):
    """Not exactly 199 characters."""

    reason = "wrong_length"
    words = f"A ticket code has exactly {CODE_DIGIT_COUNT} digits. This is some other kind of code."


class NotDigits(BadTicketCode):
    """Something else than the digits 0 to 9."""

    reason = "not_digits"
    words = "A ticket code has only the digits 0 to 9. This is some other kind of code."


class NotCanonical(BadTicketCode):
    """A number that no ticket is written as."""

    reason = "not_canonical"
    words = "This number is not the way a ticket code is written. It is some other kind of code."


class UnknownVersion(BadTicketCode):
    """A format that this program does not know."""

    reason = "unknown_version"
    words = "This ticket code is of a kind that this version of Full House does not know."


class UnknownKey(BadTicketCode):
    """An event or key that is not on the list given."""

    reason = "unknown_key"
    words = "This ticket code is for an event that is not on this list, or made with a retired key."


class BadSignature(BadTicketCode):
    """Changed, or made by somebody without the event's key."""

    reason = "bad_signature"
    words = "This ticket code was changed or was not made by this box office."


class ImpossibleWindow(BadTicketCode):
    """Truly signed, but its window ends before it begins."""

    reason = "impossible_window"
    words = "This ticket code is valid at no time at all. Ask the box office for a new one."


def new_key_pair() -> KeyPair:
    """Make a fresh Ed25519 key pair from the system's randomness."""
    private = Ed25519PrivateKey.generate().private_bytes_raw()
    return KeyPair(private, public_key_of(private))


def public_key_of(private_key: bytes) -> bytes:
    """The raw public key that belongs to a raw private key."""
    return _signer(private_key).public_key().public_bytes_raw()


def sign(private_key: bytes, facts: TicketFacts) -> str:
    """The 199 digits for these facts; the same facts and key always give the same code.

    About 20 µs: the parsed forms of the last 256 keys are kept.
    """
    payload = _PAYLOAD.pack(
        VERSION << 4 | facts.key_id,
        facts.event,
        facts.serial,
        facts.zone,
        facts.generation,
        (facts.valid_from_hours << 12 | facts.valid_until_hours).to_bytes(3, "big"),
    )
    return _digits(payload + _signer(private_key).sign(_CONTEXT + payload))


def verify(code: str, public_keys: Mapping[tuple[int, int], bytes]) -> TicketFacts:
    """The facts of a genuine code; `public_keys` maps (event, key id) to raw public keys.

    Raises a subclass of BadTicketCode. Says nothing about use, refund or time: see `validity`.
    The code must come without spaces or line ends around it.
    """
    signed = _signed_bytes(code)
    payload, signature = signed[:PAYLOAD_BYTES], signed[PAYLOAD_BYTES:]
    public_key = public_keys.get(_claimed_key(payload))
    if public_key is None:
        raise UnknownKey
    try:
        _verifier(public_key).verify(signature, _CONTEXT + payload)
    except InvalidSignature:
        raise BadSignature from None
    try:
        return _facts(payload)
    except ValueError:
        raise ImpossibleWindow from None


def claimed_key(code: str) -> tuple[int, int]:
    """The (event, key id) that a code names, not yet proven: to look up the key for `verify`."""
    return _claimed_key(_signed_bytes(code)[:PAYLOAD_BYTES])


def validity(facts: TicketFacts, event_day: date) -> tuple[datetime | None, datetime | None]:
    """When the ticket admits: from the first instant (included) until the second (excluded), UTC.

    `event_day` is the date of the event's start in its own time zone; None means no limit.
    """
    return (
        _instant(event_day, facts.valid_from_hours),
        _instant(event_day, facts.valid_until_hours),
    )


def window_hours(
    event_day: date, valid_from: datetime | None, valid_until: datetime | None
) -> tuple[int, int]:
    """The two hour offsets for a window of aware datetimes, widened outward to whole hours.

    Raises ValueError for a time more than 2047 hours (85 days) from midnight UTC of that day.
    """
    from_hours = _offset_hours(event_day, valid_from, round_up=False)
    return from_hours, _offset_hours(event_day, valid_until, round_up=True)


@lru_cache(maxsize=KEPT_KEY_COUNT)
def _signer(private_key: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(private_key)


@lru_cache(maxsize=KEPT_KEY_COUNT)
def _verifier(public_key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_key)


def _digits(signed: bytes) -> str:
    return f"1{int.from_bytes(signed, 'big'):0{CODE_DIGIT_COUNT - 1}d}"


def _signed_bytes(code: str) -> bytes:
    """The only 82 bytes that are written as this code."""
    if len(code) != CODE_DIGIT_COUNT:
        raise WrongLength
    if not _DIGITS.fullmatch(code):
        raise NotDigits
    if code[0] != "1":
        raise NotCanonical
    try:
        return int(code[1:]).to_bytes(SIGNED_BYTES, "big")
    except OverflowError:
        raise NotCanonical from None


def _claimed_key(payload: bytes) -> tuple[int, int]:
    first, event, *_ = _PAYLOAD.unpack(payload)
    if first >> 4 != VERSION:
        raise UnknownVersion
    return event, first & KEY_ID_MAX


def _facts(payload: bytes) -> TicketFacts:
    first, event, serial, zone, generation, window = _PAYLOAD.unpack(payload)
    from_hours, until_hours = divmod(int.from_bytes(window, "big"), OFFSET_HOURS_MAX + 1)
    return TicketFacts(first & KEY_ID_MAX, event, serial, zone, generation, from_hours, until_hours)


def _instant(event_day: date, offset_hours: int) -> datetime | None:
    if not offset_hours:
        return None
    return _midnight(event_day) + timedelta(hours=offset_hours - MIDNIGHT_HOURS)


def _offset_hours(event_day: date, at: datetime | None, *, round_up: bool) -> int:
    if at is None:
        return 0
    whole, rest = divmod(at - _midnight(event_day), timedelta(hours=1))
    offset = MIDNIGHT_HOURS + whole + (1 if rest and round_up else 0)
    if not 1 <= offset <= OFFSET_HOURS_MAX:
        raise ValueError("a ticket's window may reach at most 85 days from the event's day")
    return offset


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
