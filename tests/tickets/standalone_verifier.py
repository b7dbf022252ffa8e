"""Another verifier of ticket codes, written from docs/ticket-code.md alone.

Needs Python and the `cryptography` package, nothing of Full House. Give it the public key:

    python standalone_verifier.py EVENT KEY_ID PUBLIC_KEY_IN_HEX CODE
"""

import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def facts_of(code: str, keys: dict[tuple[int, int], bytes]) -> dict[str, int] | None:
    """What a genuine code says; None for everything else."""
    if len(code) != 199 or code[0] != "1" or any(digit not in "0123456789" for digit in code):
        return None
    number = int(code[1:])
    if number >= 256**82:
        return None
    signed = number.to_bytes(82, "big")
    payload, signature = signed[:18], signed[18:]
    if payload[0] // 16 != 1:
        return None
    facts = {
        "key_id": payload[0] % 16,
        "event": int.from_bytes(payload[1:5], "big"),
        "serial": int.from_bytes(payload[5:13], "big"),
        "zone": payload[13],
        "generation": payload[14],
        "valid_from_hours": payload[15] * 16 + payload[16] // 16,
        "valid_until_hours": payload[16] % 16 * 256 + payload[17],
    }
    public_key = keys.get((facts["event"], facts["key_id"]))
    if public_key is None:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, b"TIX1" + payload)
    except InvalidSignature:
        return None
    if facts["valid_until_hours"] and facts["valid_from_hours"] >= facts["valid_until_hours"]:
        return None
    return facts


def main(event: str, key_id: str, public_key: str, code: str) -> int:
    """Print the facts of a genuine code; 1 for any other."""
    facts = facts_of(code, {(int(event), int(key_id)): bytes.fromhex(public_key)})
    print(facts or "This code is not genuine.")
    return 0 if facts else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
