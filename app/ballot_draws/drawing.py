"""The draw of a ballot: the frozen list, the public value, the order, the secret, the bundle."""

from __future__ import annotations

import base64
from typing import Any, Final

from sqlalchemy import select

from app.ballot_draws.ballot_secrets import kept_secret
from app.ballot_draws.opening import batch_of
from app.ballot_reading import ballot_row, terms_of
from app.box_office import BoxOffice
from app.clock import wall_ms
from app.lottery.ballot.commands import (
    CloseBallot,
    EndBallot,
    FixValue,
    PublishSecret,
    RecordOrder,
    ShowBallot,
)
from app.lottery.ballot.views import BallotView
from app.lottery.draw.bundle import seal
from app.lottery.draw.canonical import decode, encode
from app.lottery.draw.digests import entry_hash, list_digest
from app.lottery.draw.drawing import Drawn, Facts, drawing, units
from app.lottery.draw.lists import entry_line
from app.lottery.draw.params import commit
from app.lottery.draw.public import Contributions
from app.lottery.draw.typed import typed_value
from app.lottery.refusals import NotThatFar
from app.lottery.sealing import BY_BUYERS, BY_STAFF
from app.models import Ballot, BallotEntry, BallotStatus
from app.prize_draws.opening import in_steps

ENTRANT: Final = "ballot entrant"
FROZEN: Final = (BallotStatus.CLOSED, BallotStatus.DRAWN, BallotStatus.ENDED)


def by_slug(office: BoxOffice, slug: str) -> Any:
    """The row of the ballot at this address, whatever its status; `NotFound` for none."""
    with office.db.read() as connection:
        return ballot_row(connection, Ballot.slug == slug)


def close_ballot(office: BoxOffice, ballot: Any, by: str) -> BallotView:
    """Freeze the list: each entry's salted hash, and the digest of them all.

    It is read after nobody can change an entry any more, or the digest could be of another list.
    """
    running = office.ballot_of(ballot.id)
    if running.seen.status == BallotStatus.OPEN and wall_ms() < (_closes_ms(ballot) or 0):
        raise NotThatFar(
            "Entries were promised until a later time.", next_step="Close it when that has come."
        )
    running.ask(ShowBallot())  # whatever came in time is written by then
    hashes = tuple((row.id, hash_of(office, row.id)) for row in _entries(office, ballot.id))
    digest = list_digest(_lines(office, ballot.id)).hex()
    return running.ask(CloseBallot(hashes, digest, by, wall_ms()))


def hash_of(office: BoxOffice, entry_id: str) -> str:
    """How an entry stands in the public list."""
    return entry_hash(entry_salt(office, entry_id), entry_id)


def entry_salt(office: BoxOffice, entry_id: str) -> bytes:
    """What an entrant gets to find their own line of the list, and nobody else can guess."""
    return base64.urlsafe_b64decode(office.tokens.of(ENTRANT, entry_id) + "==")


def public_list(office: BoxOffice, ballot: Any) -> tuple[str, ...]:
    """The frozen list as it is published; `NotThatFar` while it can still change."""
    if ballot.status not in FROZEN or not ballot.list_hash:
        raise NotThatFar("The list is frozen when entries close.", next_step="Come back then.")
    return _lines(office, ballot.id)


def type_value(office: BoxOffice, ballot: Any, text: str, by: str) -> BallotView:
    """What one of the staff read at the source; the second one who types the same fixes it."""
    _seed, params = kept_secret(office, ballot.id)
    value = encode(typed_value(params.public, text)).decode()
    return office.ballot_of(ballot.id).ask(FixValue(BY_STAFF, value, by, wall_ms()))


def take_contributions(office: BoxOffice, ballot: Any, by: str) -> BallotView:
    """Fix the public value of a closed ballot from what its entrants added, as was announced."""
    _seed, params = kept_secret(office, ballot.id)
    if not isinstance(params.public, Contributions):
        raise NotThatFar(
            "The public value of this ballot does not come from the entrants.",
            next_step="Two people type it from its source.",
        )
    if ballot.status not in FROZEN:
        raise NotThatFar("The ballot still takes entries.", next_step="Close it first.")
    query = select(BallotEntry.contribution).where(BallotEntry.ballot_id == ballot.id)
    with office.db.read() as connection:
        given = sorted({one for one in connection.execute(query).scalars() if one})
    if not given:
        raise NotThatFar(
            "Nobody has entered this ballot.", next_step="Without entries there is nothing to draw."
        )
    params.public.check(given)
    value = encode(given).decode()
    return office.ballot_of(ballot.id).ask(FixValue(BY_BUYERS, value, by, wall_ms()))


def draw_ballot(office: BoxOffice, ballot: Any, by: str) -> BallotView:
    """Draw a closed ballot once its public value is fixed; again the same."""
    ballot = by_slug(office, ballot.slug)
    if not ballot.public_value:
        raise NotThatFar("The public value is not fixed yet.", next_step=_way_to_value(ballot))
    _facts, drawn = _drawn(office, ballot)
    ids = sorted((hash_of(office, row.id), row.id) for row in _entries(office, ballot.id))
    order = tuple(ids[number - 1][1] for number in drawn.result if isinstance(number, int))
    return office.ballot_of(ballot.id).ask(RecordOrder(order, by, wall_ms()))


def reveal_ballot(office: BoxOffice, ballot: Any, by: str) -> BallotView:
    """Publish the secret of a ballot that has been drawn."""
    seed, params = kept_secret(office, ballot.id)
    commitment = commit(params, batch_of(ballot.slug), seed).hex()
    return office.ballot_of(ballot.id).ask(PublishSecret(seed.hex(), commitment, by, wall_ms()))


def end_ballot(office: BoxOffice, ballot: Any, by: str, because: str = "") -> BallotView:
    """End the list, or call off what is not drawn; seats that nobody has a right to go on sale."""
    return office.ballot_of(ballot.id).ask(EndBallot(by, wall_ms(), because))


def bundle_of(office: BoxOffice, ballot: Any) -> bytes:
    """The file from which anybody can repeat the draw; `NotThatFar` while the secret is one."""
    if not ballot.secret:
        raise NotThatFar(
            "The secret of this ballot is not published yet.", next_step="It is, after the draw."
        )
    facts, drawn = _drawn(office, ballot)
    return seal(facts, drawn)


def _way_to_value(ballot: Any) -> str:
    command = f"./run ballot value {ballot.slug}"
    if ballot.terms and terms_of(ballot.terms).source == BY_BUYERS:
        return f"Gather what the entrants contributed: {command}"
    return f"Two people type it: {command} VALUE --by NAME"


def _closes_ms(ballot: Any) -> int | None:
    return terms_of(ballot.terms).closes_ms if ballot.terms else None


def _lines(office: BoxOffice, ballot_id: int) -> tuple[str, ...]:
    return tuple(
        sorted(
            entry_line(hash_of(office, row.id), row._mapping["count"], row.weight)
            for row in _entries(office, ballot_id)
        )
    )


def _entries(office: BoxOffice, ballot_id: int) -> Any:
    columns = (BallotEntry.id, BallotEntry.count, BallotEntry.weight)
    with office.db.read() as connection:
        return connection.execute(
            select(*columns).where(BallotEntry.ballot_id == ballot_id).order_by(BallotEntry.id)
        ).all()


def _drawn(office: BoxOffice, ballot: Any) -> tuple[Facts, Drawn]:
    seed, params = kept_secret(office, ballot.id)
    value = decode(ballot.public_value.encode())
    public = value if isinstance(value, list) else []
    facts = Facts(params, batch_of(ballot.slug), seed, public, public_list(office, ballot))
    return facts, in_steps(drawing(facts), units(facts), lambda done, most: None)
