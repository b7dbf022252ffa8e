"""Where prizes go: what winners told, sealed, for staff only, and for no longer than needed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, field
from typing import Final

from sqlalchemy import Connection, delete, exists, select

from app.box_office import BoxOffice
from app.buyers import NAME_LIMIT, read_name
from app.clock import utc_now, wall_ms
from app.frozen import frozen
from app.lottery.pool.terms import MONEY, THING
from app.models import ClaimDetails
from app.prize_draws.results import Bought, Won
from app.refusals import Invalid
from app.rows import upsert
from app.vault import SealBroken

TRANSFER: Final = "transfer"
COUNTER: Final = "counter"
POST: Final = "post"
PURPOSE: Final = "claim details"  # what they are sealed for
ADDRESS_LIMIT: Final = 400  # characters
ADDRESS_LINES_LIMIT: Final = 8
ADDRESS_SHORTEST: Final = 10
IBAN_SHAPE: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")  # ISO 13616


@frozen
class Details:
    """How somebody gets their money, and how their things; "" where nothing of that kind was won.

    Money by `transfer` or at the `counter`; things by `post` or at the `counter`.
    """

    money_way: str = ""
    account_name: str = field(default="", repr=False)
    iban: str = field(default="", repr=False)
    thing_way: str = ""
    address: str = field(default="", repr=False)

    def lines_for(self, kind: str) -> tuple[str, ...]:
        """What staff has to know about a prize of this kind."""
        way = {MONEY: self.money_way, THING: self.thing_way}.get(kind, "")
        words = {
            TRANSFER: f"Transfer to {self.account_name}, {self.iban}",
            POST: f"Post to {', '.join(self.address.splitlines())}",
            COUNTER: "Fetched at the counter",
        }
        return (words[way],) if way else ()


def kinds_asked(found: Bought) -> tuple[str, ...]:
    """Kinds of prizes whose way has to be known: won, not given out, and not too late."""
    wins = [won for won in found.wins if won.tier.kind in (MONEY, THING) and _is_open(found, won)]
    return tuple(dict.fromkeys(won.tier.kind for won in wins))


def read_details(kinds: Iterable[str], typed: dict[str, str]) -> Details:
    """What was typed, cleaned; raises `Invalid` with a sentence for each field at fault."""
    errors: dict[str, str] = {}
    told: dict[str, str] = {}
    if MONEY in kinds:
        told |= _read_money(typed, errors)
    if THING in kinds:
        told |= _read_things(typed, errors)
    if errors:
        raise Invalid(errors)
    return Details(**told)


def keep_details(office: BoxOffice, purchase_id: str, buyer: str, details: Details) -> None:
    """Keep them sealed; what was told before is replaced."""
    sealed = office.vault.seal(json.dumps(asdict(details)).encode(), f"{PURPOSE} {purchase_id}")
    row = {"purchase_id": purchase_id, "buyer": buyer, "sealed": sealed, "kept_at": utc_now()}
    with office.db.write() as connection:
        kept = upsert(connection, ClaimDetails, ["purchase_id"], ["buyer", "sealed", "kept_at"])
        connection.execute(kept, row)


def details_of(office: BoxOffice, purchase_id: str) -> Details | None:
    """What a winner told; None when nothing, or when it was sealed with another secret."""
    query = select(ClaimDetails.sealed).where(ClaimDetails.purchase_id == purchase_id)
    with office.db.read() as connection:
        sealed = connection.scalar(query)
    if sealed is None:
        return None
    try:
        return Details(**json.loads(office.vault.unseal(sealed, f"{PURPOSE} {purchase_id}")))
    except SealBroken:
        return None


def has_details(connection: Connection, *, purchase_id: str = "", buyer: str = "") -> bool:
    """Whether a purchase, or any of a buyer, has told where its prizes go."""
    whose = ClaimDetails.buyer == buyer if buyer else ClaimDetails.purchase_id == purchase_id
    return bool(connection.scalar(select(exists().where(whose))))


def forget_details(connection: Connection, buyer: str) -> None:
    """Forget where the prizes of a buyer were to go."""
    connection.execute(delete(ClaimDetails).where(ClaimDetails.buyer == buyer))


def is_iban(text: str) -> bool:
    """Whether an account number in capitals without spaces has its shape and check digits."""
    if not IBAN_SHAPE.fullmatch(text):
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def _is_open(found: Bought, won: Won) -> bool:
    if won.is_claimed:
        return not won.is_given
    part = next(part for part in found.parts if part.batch_id == won.batch_id)
    ends_ms = part.claims_end_ms(found.paid_ms)
    return ends_ms is not None and wall_ms() < ends_ms


def _read_money(typed: dict[str, str], errors: dict[str, str]) -> dict[str, str]:
    way = typed.get("money_way", "")
    if way not in (TRANSFER, COUNTER):
        errors["money_way"] = "Choose how you get your money."
    if way != TRANSFER:
        return {"money_way": way}
    name, iban = "", "".join(typed.get("iban", "").split()).upper()
    try:
        name = read_name(typed.get("account_name", ""), "account_name")
    except Invalid:
        errors["account_name"] = (
            f"Type the name of the account's owner, in {NAME_LIMIT} characters at most."
        )
    if not is_iban(iban):
        errors["iban"] = "That is no IBAN. Copy it from your card or your bank's app."
    return {"money_way": way, "account_name": name, "iban": iban}


def _read_things(typed: dict[str, str], errors: dict[str, str]) -> dict[str, str]:
    way = typed.get("thing_way", "")
    if way not in (POST, COUNTER):
        errors["thing_way"] = "Choose how you get it."
    if way != POST:
        return {"thing_way": way}
    lines = [" ".join(line.split()) for line in typed.get("address", "").splitlines()]
    address = "\n".join(line for line in lines if line)
    is_short = len(address) < ADDRESS_SHORTEST or "\n" not in address
    if is_short or not all(line.isprintable() for line in address.splitlines()):
        errors["address"] = "Type the whole address: street, place, and the country if abroad."
    elif len(address) > ADDRESS_LIMIT or address.count("\n") >= ADDRESS_LINES_LIMIT:
        errors["address"] = (
            f"An address has {ADDRESS_LINES_LIMIT} lines and {ADDRESS_LIMIT} characters at most."
        )
    return {"thing_way": way, "address": address}
