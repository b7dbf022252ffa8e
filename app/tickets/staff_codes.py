"""Staff codes: ten characters under the QR that a person can read out and type.

Crockford's base32 alphabet: nine characters carry 45 bits, the tenth checks them. The check is a
weighted sum over GF(32) whose ten weights all differ, so every single wrong character, every
swap of two characters and every doubled pair read as another pair (11 for 77) is noticed.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
STAFF_CODE_LENGTH = 10
RANDOM_BYTES = 6
TYPED_LENGTH_MAX = 64

_GROUP_LENGTH = 5
_RANDOM_BITS = 45
_FIELD_POLYNOMIAL = 0b100101
_LOOKALIKES = {"O": "0", "I": "1", "L": "1"}
_IGNORED = " \t\r\n\u00a0-_.\u2010\u2011\u2012\u2013\u2014\u2212"
_READ_AS = str.maketrans(
    {letter: letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}
    | _LOOKALIKES
    | {letter.lower(): digit for letter, digit in _LOOKALIKES.items()}
    | dict.fromkeys(_IGNORED, None)
)


class BadStaffCode(ValueError):  # noqa: N818  an expected answer at a door
    """What was typed is no staff code; the message says why, for the person who typed it."""


def new_staff_code(random_bytes: bytes) -> str:
    """Ten characters from six random bytes, of which the first 45 bits are used."""
    if len(random_bytes) != RANDOM_BYTES:
        raise ValueError(f"a staff code is made from exactly {RANDOM_BYTES} bytes")
    number = int.from_bytes(random_bytes, "big") >> (8 * RANDOM_BYTES - _RANDOM_BITS)
    values = [number >> shift & 31 for shift in range(_RANDOM_BITS - 5, -1, -5)]
    return "".join(ALPHABET[value] for value in [*values, _check(values)])


def format_staff_code(code: str) -> str:
    """`XXXXX-XXXXX`, for reading aloud and for print."""
    return f"{code[:_GROUP_LENGTH]}-{code[_GROUP_LENGTH:]}"


def read_staff_code(typed: str) -> str:
    """The ten characters that a person meant; forgives case, spaces, dashes, O, I and L.

    Raises BadStaffCode with a sentence for the person.
    """
    if len(typed) > TYPED_LENGTH_MAX:
        raise BadStaffCode(f"A staff code has {STAFF_CODE_LENGTH} characters. This is longer.")
    code = typed.translate(_READ_AS)
    if len(code) != STAFF_CODE_LENGTH:
        raise BadStaffCode(
            f"A staff code has {STAFF_CODE_LENGTH} characters. Here there are {len(code)}."
        )
    values = [ALPHABET.find(character) for character in code]
    if -1 in values:
        strange = code[values.index(-1)]
        raise BadStaffCode(f"“{strange}” is never part of a staff code. Look at it once more.")
    if _check(values[:-1]) != values[-1]:
        raise BadStaffCode("One character is wrong or two are swapped. Look at it once more.")
    return code


def _check(values: list[int]) -> int:
    """The value that makes the sum of value times weight zero; its own weight is 1."""
    total = 0
    for value in values:
        total = _doubled(total ^ value)
    return total


def _doubled(value: int) -> int:
    """Times two in GF(32)."""
    value <<= 1
    return value ^ _FIELD_POLYNOMIAL if value & 32 else value
