"""Entering a ballot: asked for on a page, counted once the letter's link was pressed."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select

from app.ballot_reading import terms_of
from app.box_office import BoxOffice
from app.clock import to_ms, utc_now, wall_ms
from app.lottery.ballot.commands import EnterBallot, ShowEntry
from app.lottery.ballot.entering import check_group
from app.lottery.ballot.terms import BallotTerms, Wish
from app.lottery.ballot.views import EntryView
from app.lottery.refusals import BallotNotOpen
from app.lottery.sealing import BY_BUYERS
from app.models import BallotEntry, BallotRequest, BallotStatus
from app.outbox import add_effect
from app.refusals import Invalid, NotFound

OPEN_LIMIT: Final = 5  # requests of one address that nobody has confirmed; the oldest go
ENTRY_PURPOSE: Final = "ballot-entry"
ASKED_PURPOSE: Final = "ballot-asked"
ID_BYTES: Final = 16
CONTRIBUTION: Final = re.compile(r"[0-9a-f]{64}")
CONTRIBUTION_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody typed: how many come, and what they would like, the best first."""

    name: str
    email: str
    count: int
    wishes: tuple[Wish, ...]
    wants_to_wait: bool
    weight: int = 1
    contribution: str = ""


def ask_to_enter(office: BoxOffice, ballot: Any, wanted: Wanted, press: str = "") -> str:
    """Have a letter written; the token of the page that says so, the same for every address.

    The same `press` with the same words writes one letter. Raises `BallotNotOpen` and `Invalid`.
    """
    _refuse_closed(ballot)
    terms = terms_of(ballot.terms)
    check_group(terms, wanted.count, wanted.wishes)
    key = office.tokens.address_key(wanted.email)
    said = f"{press}.{ballot.id}.{key}.{wanted.count}.{wanted.wishes}.{wanted.wants_to_wait}"
    said += f".{wanted.weight}"
    contribution = _contribution(terms, wanted)
    request_id = office.tokens.of("ballot-press", said) if press else _new_id()
    with office.db.write() as connection:
        if _request(connection, request_id) is None:
            _make_room(connection, ballot.id, key)
            row = _row(request_id, ballot.id, key, wanted) | {"contribution": contribution}
            connection.execute(insert(BallotRequest), row)
            _write_letter(connection, ballot.id, request_id, "1")
    return office.tokens.signed(ASKED_PURPOSE, request_id)


def ask_again(office: BoxOffice, token: str) -> None:
    """The letter once more, at most once a minute."""
    request = asked_request(office, token)
    with office.db.write() as connection:
        minute = str(wall_ms() // 60_000)
        _write_letter(connection, request.ballot_id, request.id, minute)


def asked_request(office: BoxOffice, token: str) -> Any:
    """The request of the page that whoever asked was sent to; `NotFound` for another's token."""
    return request_of(office, office.tokens.subject_of(ASKED_PURPOSE, token))


def entry_secret(office: BoxOffice, request_id: str) -> str:
    """What lets its bearer see and change an entry; it stands in letters only."""
    return office.tokens.of(ENTRY_PURPOSE, request_id)


def entry_url(office: BoxOffice, request_id: str) -> str:
    """The entry's own page, as a path."""
    return f"/b/{request_id}/{entry_secret(office, request_id)}"


def own_request(office: BoxOffice, request_id: str, secret: str) -> Any:
    """The request of a letter's link; anybody else's is `NotFound`."""
    if not office.tokens.is_of(ENTRY_PURPOSE, request_id, secret):
        raise NotFound
    return request_of(office, request_id)


def request_of(office: BoxOffice, request_id: str) -> Any:
    """A request as it is kept, or `NotFound`."""
    with office.db.read() as connection:
        found = _request(connection, request_id)
    if found is None:
        raise NotFound
    return found


def confirm_entry(office: BoxOffice, request: Any) -> EntryView:
    """The mailbox is theirs: now the entry counts. Pressing again changes nothing.

    Raises `AlreadyEntered` for an address that has another entry.
    """
    ballot = office.ballot_of(request.ballot_id)
    if entry_of_address(office, request.ballot_id, request.email_key) == request.id:
        return ballot.ask(ShowEntry(request.id, request.email_key))  # changed since, perhaps
    wishes = tuple(Wish(*wish) for wish in request.wishes)
    count = request._mapping["count"]
    command = EnterBallot(
        request.id,
        request.email_key,
        count,
        wishes,
        request.wants_to_wait,
        request.weight,
        request.contribution,
    )
    return ballot.ask(command)


def new_contribution() -> str:
    """A random number for whoever enters; a page may send another one."""
    return secrets.token_hex(CONTRIBUTION_BYTES)


def entry_of_address(office: BoxOffice, ballot_id: int, email_key: str) -> str | None:
    """The id of an address's entry, if it has one."""
    query = select(BallotEntry.id).where(
        BallotEntry.ballot_id == ballot_id, BallotEntry.email_key == email_key
    )
    with office.db.read() as connection:
        found = connection.scalar(query)
    return None if found is None else str(found)


def _contribution(terms: BallotTerms, wanted: Wanted) -> str:
    """What an entrant adds to the public value: their own number, or one made for them."""
    if terms.source != BY_BUYERS:
        return ""
    if wanted.contribution and not CONTRIBUTION.fullmatch(wanted.contribution):
        raise Invalid({"contribution": "A contribution has 64 digits and letters a to f."})
    return wanted.contribution or new_contribution()


def _refuse_closed(ballot: Any) -> None:
    if ballot.status != BallotStatus.OPEN:
        raise BallotNotOpen
    closes_ms = terms_of(ballot.terms).closes_ms
    if closes_ms is not None and to_ms(utc_now()) >= closes_ms:
        raise BallotNotOpen("The time to enter is over.")


def _request(connection: Connection, request_id: str) -> Any:
    return connection.execute(
        select(BallotRequest.__table__).where(BallotRequest.id == request_id)
    ).first()


def _row(request_id: str, ballot_id: int, key: str, wanted: Wanted) -> dict[str, Any]:
    return {
        "id": request_id, "ballot_id": ballot_id, "email_key": key, "email": wanted.email,
        "name": wanted.name, "count": wanted.count, "wants_to_wait": wanted.wants_to_wait,
        "wishes": [[wish.event_id, wish.category] for wish in wanted.wishes],
        "asked_at": utc_now(), "weight": wanted.weight,
    }  # fmt: skip


def _write_letter(connection: Connection, ballot_id: int, request_id: str, once: str) -> None:
    words = {"ballot": ballot_id, "entry": request_id, "letter": "confirm"}
    add_effect(connection, "mail.ballot", f"mail.ballot:{request_id}:confirm:{once}", words)


def _make_room(connection: Connection, ballot_id: int, key: str) -> None:
    """Leave room for one more request of an address that nobody has confirmed."""
    entered = select(BallotEntry.id).where(BallotEntry.ballot_id == ballot_id)
    newest_first = (
        select(BallotRequest.id)
        .where(
            BallotRequest.email_key == key,
            BallotRequest.ballot_id == ballot_id,
            BallotRequest.id.not_in(entered),
        )
        .order_by(BallotRequest.asked_at.desc(), BallotRequest.id)
    )
    spare = list(connection.execute(newest_first).scalars())[OPEN_LIMIT - 1 :]
    connection.execute(delete(BallotRequest).where(BallotRequest.id.in_(spare)))


def _new_id() -> str:
    return secrets.token_urlsafe(ID_BYTES)
