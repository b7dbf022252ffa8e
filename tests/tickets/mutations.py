"""Codes that are nearly right: everything a forger, a scanner or a bad copy may do to one."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator

from app.tickets.codes import TicketFacts, public_key_of, sign
from tests.tickets.make_vectors import digits, signed_bytes, signed_digits, with_larger_scalar

TICKETS_PER_EVENT = 25
LOOKALIKES = "OoIlSBZ٠١０１ \n\t+-_.,"

Mutation = Callable[["Forger", str], str]


class Forger:
    """Makes bad codes from genuine ones of four events; `keys` is what a door would have."""

    def __init__(self, seed: int) -> None:
        self.choice = random.Random(seed)
        self._private = {
            (event, key_id): hashlib.sha256(f"mutations {event} {key_id}".encode()).digest()
            for event, key_id in ((1, 0), (1, 1), (2, 0), (0xFFFFFFFF, 15))
        }
        self.keys = {name: public_key_of(key) for name, key in self._private.items()}
        self.genuine = [
            self._ticket(*name) for name in self._private for _ in range(TICKETS_PER_EVENT)
        ]
        self._genuine = frozenset(self.genuine)

    def bad_codes(self, count: int) -> Iterator[tuple[str, str]]:
        """So many (kind of change, code); none of the codes was ever issued."""
        for number in range(count):
            kind, mutation = KINDS[number % len(KINDS)]
            code = mutation(self, self.choice.choice(self.genuine))
            while code in self._genuine:
                code = mutation(self, self.choice.choice(self.genuine))
            yield kind, code

    def a_digit(self) -> str:
        """Any digit."""
        return self.choice.choice("0123456789")

    def a_place(self) -> int:
        """Any place in a code."""
        return self.choice.randrange(199)

    def another_private_key(self, event: int, key_id: int) -> bytes:
        """A key that does not belong to this event and key id."""
        names = [name for name in self._private if name != (event, key_id)]
        return self._private[self.choice.choice(names)]

    def _ticket(self, event: int, key_id: int) -> str:
        facts = TicketFacts(
            key_id,
            event,
            self.choice.getrandbits(64),
            zone=self.choice.randrange(256),
            generation=self.choice.randrange(3),
            valid_from_hours=self.choice.randrange(2048),
            valid_until_hours=self.choice.randrange(2048, 4096),
        )
        return sign(self._private[event, key_id], facts)


def _one_digit(forger: Forger, code: str) -> str:
    place = forger.a_place()
    return code[:place] + forger.a_digit() + code[place + 1 :]


def _several_digits(forger: Forger, code: str) -> str:
    for _ in range(forger.choice.randint(2, 20)):
        code = _one_digit(forger, code)
    return code


def _neighbours_swapped(forger: Forger, code: str) -> str:
    place = forger.choice.randrange(198)
    return code[:place] + code[place + 1] + code[place] + code[place + 2 :]


def _two_digits_swapped(forger: Forger, code: str) -> str:
    left, right = sorted(forger.choice.sample(range(199), 2))
    middle = code[left + 1 : right]
    return code[:left] + code[right] + middle + code[left] + code[right + 1 :]


def _a_piece_moved(forger: Forger, code: str) -> str:
    cut = forger.choice.randrange(1, 199)
    return code[cut:] + code[:cut]


def _cut_short(forger: Forger, code: str) -> str:
    return code[: forger.a_place()] if forger.choice.random() < 0.5 else code[1:]


def _made_longer(forger: Forger, code: str) -> str:
    place = forger.a_place()
    return code[:place] + forger.a_digit() * forger.choice.randint(1, 9) + code[place:]


def _zeros_in_front(forger: Forger, code: str) -> str:
    return "0" * forger.choice.randint(1, 50) + code


def _another_character(forger: Forger, code: str) -> str:
    place = forger.a_place()
    return code[:place] + forger.choice.choice(LOOKALIKES) + code[place + 1 :]


def _a_turn_further(forger: Forger, code: str) -> str:
    number = int(code[1:]) + forger.choice.randint(1, 2) * 256**82
    return f"1{number:0198d}"


def _another_first_digit(forger: Forger, code: str) -> str:
    return forger.choice.choice("023456789") + code[1:]


def _one_bit(forger: Forger, code: str) -> str:
    number = int(code[1:]) ^ 1 << forger.choice.randrange(656)
    return f"1{number:0198d}"


def _other_facts(forger: Forger, code: str) -> str:
    signed = bytearray(signed_bytes(code))
    signed[forger.choice.randrange(5, 18)] = forger.choice.randrange(256)
    return digits(bytes(signed))


def _another_event_named(forger: Forger, code: str) -> str:
    other = signed_bytes(forger.choice.choice(forger.genuine))
    return digits(other[:5] + signed_bytes(code)[5:])


def _another_tickets_signature(forger: Forger, code: str) -> str:
    other = signed_bytes(forger.choice.choice(forger.genuine))
    return digits(signed_bytes(code)[:18] + other[18:])


def _another_events_key(forger: Forger, code: str) -> str:
    payload = signed_bytes(code)[:18]
    named = int.from_bytes(payload[1:5], "big"), payload[0] & 15
    return signed_digits(payload, forger.another_private_key(*named))


def _a_strangers_key(forger: Forger, code: str) -> str:
    return signed_digits(signed_bytes(code)[:18], forger.choice.randbytes(32))


def _a_larger_scalar(forger: Forger, code: str) -> str:
    return with_larger_scalar(code)


def _noise(forger: Forger, code: str) -> str:
    return digits(signed_bytes(code)[:18] + forger.choice.randbytes(64))


KINDS: tuple[tuple[str, Mutation], ...] = tuple(
    (mutation.__name__.strip("_").replace("_", " "), mutation)
    for mutation in (
        _one_digit,
        _several_digits,
        _neighbours_swapped,
        _two_digits_swapped,
        _a_piece_moved,
        _cut_short,
        _made_longer,
        _zeros_in_front,
        _another_character,
        _a_turn_further,
        _another_first_digit,
        _one_bit,
        _other_facts,
        _another_event_named,
        _another_tickets_signature,
        _another_events_key,
        _a_strangers_key,
        _a_larger_scalar,
        _noise,
    )
)
