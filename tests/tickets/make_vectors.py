"""Writes docs/ticket-code-vectors.json: `python -m tests.tickets.make_vectors`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.clock import rfc3339
from app.tickets import codes
from app.tickets.codes import TicketFacts

VECTORS_PATH = Path(__file__).parents[2] / "docs" / "ticket-code-vectors.json"
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
EVENT_DAY = date(2026, 11, 21)

ABOUT = (
    "Test vectors for ticket codes T1; the format is in ticket-code.md. The keys are public, "
    "made for these vectors, and must never sign a real ticket. Bytes and serials are in "
    "hexadecimal. Every code in `genuine` verifies with its key; no code in `must_fail` does, "
    "with all the keys of `keys` at hand. `reason` is what Full House calls it."
)

FACTS = {
    "all fields at their smallest": TicketFacts(0, 0, 0),
    "all fields at their largest": TicketFacts(15, 2**32 - 1, 2**64 - 1, 255, 255, 4094, 4095),
    "an everyday ticket": TicketFacts(0, 1001, 0x0123456789ABCDEF, 3, 0, 2066, 2072),
    "the same ticket issued again": TicketFacts(0, 1001, 0x0123456789ABCDEF, 3, 1, 2066, 2072),
    "the same event, the next key": TicketFacts(1, 1001, 0xFEDCBA9876543210, 3, 0, 2066, 2072),
    "no limit at the end": TicketFacts(0, 1002, 1, 0, 0, 1, 0),
    "no limit at the beginning": TicketFacts(0, 1002, 2, 0, 0, 0, 1),
    "midnight of the day to midnight of the next": TicketFacts(0, 1002, 3, 0, 0, 2048, 2072),
    "the widest window": TicketFacts(0, 1002, 4, 1, 0, 1, 4095),
    "the highest bit of the serial": TicketFacts(0, 1002, 2**63, 128, 128, 0, 0),
}


def vectors() -> dict[str, Any]:
    """Everything in the file, the same at every call."""
    return {
        "format": "T1",
        "about": ABOUT,
        "keys": [_key(*name) for name in _key_names()],
        "genuine": [_genuine(name, facts) for name, facts in FACTS.items()],
        "must_fail": [
            {"name": name, "reason": reason, "code": code} for name, reason, code in _must_fail()
        ],
    }


def private_key(event: int, key_id: int) -> bytes:
    """The test key of an event."""
    return hashlib.sha256(f"Full House ticket code vectors {event} {key_id}".encode()).digest()


def signed_digits(payload: bytes, key: bytes, context: bytes = b"TIX1") -> str:
    """A code over any 18 bytes, sensible or not."""
    return digits(payload + Ed25519PrivateKey.from_private_bytes(key).sign(context + payload))


def digits(signed: bytes) -> str:
    """82 bytes as a code."""
    return f"1{int.from_bytes(signed, 'big'):0198d}"


def signed_bytes(code: str) -> bytes:
    """The 82 bytes of a code."""
    return int(code[1:]).to_bytes(82, "big")


def with_larger_scalar(code: str) -> str:
    """The same ticket with L added to the signature's scalar: a twin that careless code accepts."""
    signed = signed_bytes(code)
    scalar = int.from_bytes(signed[50:], "little") + GROUP_ORDER
    return digits(signed[:50] + scalar.to_bytes(32, "little"))


def _key_names() -> list[tuple[int, int]]:
    return sorted({(facts.event, facts.key_id) for facts in FACTS.values()})


def _key(event: int, key_id: int) -> dict[str, Any]:
    private = private_key(event, key_id)
    return {
        "event": event,
        "key_id": key_id,
        "public_key": codes.public_key_of(private).hex(),
        "private_key": private.hex(),
    }


def _genuine(name: str, facts: TicketFacts) -> dict[str, Any]:
    code = codes.sign(private_key(facts.event, facts.key_id), facts)
    valid_from, valid_until = codes.validity(facts, EVENT_DAY)
    return {
        "name": name,
        "key_id": facts.key_id,
        "event": facts.event,
        "serial": f"{facts.serial:016x}",
        "zone": facts.zone,
        "generation": facts.generation,
        "valid_from_hours": facts.valid_from_hours,
        "valid_until_hours": facts.valid_until_hours,
        "payload": signed_bytes(code)[:18].hex(),
        "signature": signed_bytes(code)[18:].hex(),
        "code": code,
        "window_if_the_event_is_on": EVENT_DAY.isoformat(),
        "valid_from": valid_from and rfc3339(valid_from),
        "valid_until": valid_until and rfc3339(valid_until),
    }


def _must_fail() -> Iterator[tuple[str, str, str]]:
    facts = FACTS["an everyday ticket"]
    key = private_key(facts.event, facts.key_id)
    code = codes.sign(key, facts)
    yield from _misread(code)
    yield from _other_numbers(code)
    yield from _forged(code, key)


def _misread(code: str) -> Iterator[tuple[str, str, str]]:
    swap_at = next(i for i in range(90, 198) if code[i] != code[i + 1])
    swapped = code[:swap_at] + code[swap_at + 1] + code[swap_at] + code[swap_at + 2 :]
    yield "nothing", "wrong_length", ""
    yield "the last digit missing", "wrong_length", code[:-1]
    yield "the first digit missing", "wrong_length", code[1:]
    yield "one digit more", "wrong_length", code + "0"
    yield "a zero in front", "wrong_length", "0" + code
    yield "a line end behind", "wrong_length", code + "\n"
    yield "twice the code", "wrong_length", code + code
    yield "a space for a digit", "not_digits", code[:99] + " " + code[100:]
    yield "a plus sign behind the 1", "not_digits", "1+" + code[2:]
    yield "underscores, as Python would allow", "not_digits", code[:99] + "_" + code[100:]
    yield "a minus sign in front", "not_digits", "-" + code[1:]
    yield "a letter O for a zero", "not_digits", code.replace("0", "O", 1)
    yield "full-width digits", "not_digits", _shifted(code, 0xFF10)
    yield "Arabic digits", "not_digits", _shifted(code, 0x0660)
    yield "one digit changed", "bad_signature", code[:-1] + str((int(code[-1]) + 1) % 10)
    yield "two neighbouring digits swapped", "bad_signature", swapped


def _other_numbers(code: str) -> Iterator[tuple[str, str, str]]:
    number = int(code[1:])
    yield "0 in place of the leading 1", "not_canonical", "0" + code[1:]
    yield "2 in place of the leading 1", "not_canonical", "2" + code[1:]
    yield "all nines", "not_canonical", "1" + "9" * 198
    yield "the smallest number too large", "not_canonical", f"1{256**82}"
    yield "the same bytes, one turn further", "not_canonical", f"1{number + 256**82}"
    yield "the same bytes, two turns further", "not_canonical", f"1{number + 2 * 256**82}"
    yield "all zeros", "unknown_version", "1" + "0" * 198
    yield "the largest number", "unknown_version", f"1{256**82 - 1}"
    yield "a larger scalar in the signature", "bad_signature", with_larger_scalar(code)


def _forged(code: str, key: bytes) -> Iterator[tuple[str, str, str]]:
    payload, signature = signed_bytes(code)[:18], signed_bytes(code)[18:]
    no_such_event = payload[:1] + (77).to_bytes(4, "big") + payload[5:]
    other_event = payload[:1] + (1002).to_bytes(4, "big") + payload[5:]
    next_key = bytes([0x11]) + payload[1:]
    stranger = private_key(666, 0)
    yield "version 0", "unknown_version", signed_digits(bytes([0x00]) + payload[1:], key)
    yield "version 2", "unknown_version", signed_digits(bytes([0x20]) + payload[1:], key)
    yield "an event without a key", "unknown_key", signed_digits(no_such_event, key)
    yield "a key id without a key", "unknown_key", signed_digits(bytes([0x17]) + payload[1:], key)
    yield "signed with another event's key", "bad_signature", signed_digits(other_event, key)
    yield "signed with the event's older key", "bad_signature", signed_digits(next_key, key)
    yield "signed with a stranger's key", "bad_signature", signed_digits(payload, stranger)
    yield "signed without the context", "bad_signature", signed_digits(payload, key, b"")
    yield "signed with another context", "bad_signature", signed_digits(payload, key, b"TIX2")
    yield "the next serial", "bad_signature", digits(_raised(payload, 12) + signature)
    yield "another zone", "bad_signature", digits(_raised(payload, 13) + signature)
    yield "a later end", "bad_signature", digits(_raised(payload, 17) + signature)
    yield "a signature of zeros", "bad_signature", digits(payload + bytes(64))
    yield "halves of the signature swapped", "bad_signature", _halves_swapped(payload, signature)
    yield "ends when it begins", "impossible_window", _with_window(payload, key, 2066, 2066)
    yield "ends before it begins", "impossible_window", _with_window(payload, key, 2066, 2048)


def _shifted(code: str, zero: int) -> str:
    return "".join(chr(zero + int(digit)) for digit in code)


def _raised(payload: bytes, index: int) -> bytes:
    return payload[:index] + bytes([payload[index] + 1]) + payload[index + 1 :]


def _halves_swapped(payload: bytes, signature: bytes) -> str:
    return digits(payload + signature[32:] + signature[:32])


def _with_window(payload: bytes, key: bytes, from_hours: int, until_hours: int) -> str:
    window = (from_hours << 12 | until_hours).to_bytes(3, "big")
    return signed_digits(payload[:15] + window, key)


if __name__ == "__main__":
    VECTORS_PATH.write_text(json.dumps(vectors(), indent=1) + "\n", encoding="utf-8")
    print(f"wrote {VECTORS_PATH}")
