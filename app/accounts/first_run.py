"""The first start: a set-up code in the terminal proves that this is your machine."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Final
from zoneinfo import available_timezones

from sqlalchemy import Connection, insert, select, update

from app.accounts.admins import admin_account, has_admin, note
from app.accounts.passwords import hash_password, password_fault
from app.box_office import BoxOffice
from app.buyers import read_email
from app.clock import utc_now
from app.models import Account, Organizer, Staff, StaffRole, Venue
from app.refusals import Invalid, Refusal, TooMany
from app.toml_files.reading import slug_of

CODE_LENGTH: Final = 8
CONSONANTS: Final = "BDFGHKLMNPRSTVWZ"  # 16, and vowels between them: easy to read and to type
VOWELS: Final = "AEIOU"
TRIES_LIMIT: Final = 5
TRIES_SECONDS: Final = 3600
HOUSE_NAME_LIMIT: Final = 80
SLUG_TRIES_LIMIT: Final = 100
CURRENCIES: Final = {
    "GBP": "£", "EUR": "€", "CHF": "CHF", "USD": "$", "CAD": "C$", "AUD": "A$", "NZD": "NZ$",
    "SEK": "kr", "NOK": "kr", "DKK": "kr", "PLN": "zł", "CZK": "Kč", "HUF": "Ft", "JPY": "¥",
}  # fmt: skip


class AlreadySetUp(Refusal):
    """Somebody runs this box office already."""

    code = "already_set_up"
    happened = "This box office has an admin already."
    safe = "Nothing was changed."
    next_step = "Sign in, or ask whoever started the server for a set-up link."


@dataclass(frozen=True, slots=True)
class NewHouse:
    """What the first page asks for."""

    house: str
    email: str
    password: str
    currency: str
    time_zone: str
    keep_demo: bool
    code: str


class Tries:
    """Counts wrong codes of everybody together; they are forgotten after an hour."""

    def __init__(self) -> None:
        self._wrong_at: deque[float] = deque()
        self._guard = threading.Lock()

    def left(self) -> int:
        """How many may still be wrong this hour."""
        with self._guard:
            oldest = time.monotonic() - TRIES_SECONDS
            while self._wrong_at and self._wrong_at[0] < oldest:
                self._wrong_at.popleft()
            return TRIES_LIMIT - len(self._wrong_at)

    def count_wrong(self) -> None:
        """One more was wrong."""
        with self._guard:
            self._wrong_at.append(time.monotonic())

    def wait_seconds(self) -> int:
        """Until one may be tried again."""
        with self._guard:
            return max(1, round(self._wrong_at[0] + TRIES_SECONDS - time.monotonic()))


tries = Tries()


def setup_code(office: BoxOffice) -> str:
    """Eight letters, the same at every start of this installation until it has an admin."""
    mac = hmac.digest(office.settings.secret_key, b"fullhouse set-up code", hashlib.sha256)
    pairs = zip(mac[::2], mac[1::2], strict=True)
    letters = [CONSONANTS[a % len(CONSONANTS)] + VOWELS[b % len(VOWELS)] for a, b in pairs]
    return "".join(letters)[:CODE_LENGTH]


def banner(office: BoxOffice) -> list[str]:
    """Lines for the terminal while nobody runs this installation."""
    return [f"Set-up code: {setup_code(office)}"] if is_open(office) else []


def is_open(office: BoxOffice) -> bool:
    """Whether the first admin is still to come."""
    with office.db.read() as connection:
        return not has_admin(connection)


def start_house(office: BoxOffice, wish: NewHouse) -> int:
    """Make the first admin and their house; the account's id.

    Raises `Invalid` with a sentence for each field, `TooMany` after five wrong codes in an hour,
    `AlreadySetUp`.
    """
    if not is_open(office):
        raise AlreadySetUp
    email = _checked(wish)
    _check_code(office, wish.code)
    password_hash = hash_password(wish.password)
    with office.db.write() as connection:
        if has_admin(connection):
            raise AlreadySetUp
        return _write_house(connection, wish, email, password_hash)


def _write_house(connection: Connection, wish: NewHouse, email: str, password_hash: str) -> int:
    now, name = utc_now(), wish.house.strip()
    account_id = admin_account(connection, email, email.partition("@")[0], now)
    connection.execute(
        update(Account).where(Account.id == account_id).values(password_hash=password_hash)
    )
    slug = _free_slug(connection, name)
    house = {"slug": slug, "name": name, "contact_email": email, "currency": wish.currency}
    organizer_id = connection.execute(
        insert(Organizer).values(**house, created_at=now, approved_at=now).returning(Organizer.id)
    ).scalar_one()
    venue = {"slug": slug, "name": name, "time_zone": wish.time_zone, "notes": {}}
    connection.execute(insert(Venue).values(organizer_id=organizer_id, **venue))
    connection.execute(
        insert(Staff).values(organizer_id=organizer_id, account_id=account_id, role=StaffRole.OWNER)
    )
    note(connection, "house.started", account_id, now)
    return account_id


def _free_slug(connection: Connection, name: str) -> str:
    """A slug that neither a house nor a venue has."""
    stem = slug_of(name)
    for number in range(1, SLUG_TRIES_LIMIT):
        slug = stem if number == 1 else f"{stem}-{number}"
        taken = (
            select(Organizer.slug)
            .where(Organizer.slug == slug)
            .union(select(Venue.slug).where(Venue.slug == slug))
        )
        if connection.execute(taken).first() is None:
            return slug
    raise Invalid({"house": "Too many houses have this name. Choose another one."})


def _checked(wish: NewHouse) -> str:
    faults: dict[str, str] = {}
    house = wish.house.strip()
    if not house or not slug_of(house) or not house.isprintable():
        faults["house"] = "Type the name of your house."
    elif len(house) > HOUSE_NAME_LIMIT:
        faults["house"] = f"A name can have at most {HOUSE_NAME_LIMIT} characters."
    email = ""
    try:
        email = read_email(wish.email).casefold()
    except Invalid as refusal:
        faults |= refusal.fields
    if fault := password_fault(wish.password, wish.email, house):
        faults["password"] = fault
    if wish.currency not in CURRENCIES:
        faults["currency"] = "Choose one of the currencies."
    if wish.time_zone not in available_timezones():
        faults["time_zone"] = "Choose a time zone such as Europe/London."
    if not wish.code.strip():
        faults["code"] = "Type the set-up code from the terminal."
    if faults:
        raise Invalid(faults)
    return email


def _check_code(office: BoxOffice, typed: str) -> None:
    if tries.left() <= 0:
        raise TooMany(
            "The set-up code was wrong five times in an hour.",
            safe="Nothing was changed.",
            next_step="Wait a while, then read it from the terminal once more.",
            retry_after=tries.wait_seconds(),
        )
    code = "".join(typed.split()).upper()
    if hmac.compare_digest(code.encode(), setup_code(office).encode()):
        return
    tries.count_wrong()
    left = tries.left()
    raise Invalid(
        {
            "code": "That is not the set-up code. It is printed in the terminal after “Set-up"
            f" code”. Nothing was changed; {left} {'try' if left == 1 else 'tries'} left this hour."
        }
    )
