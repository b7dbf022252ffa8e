"""The evening: the list of what was sold, the public value, the draw, the secret, the bundle."""

from __future__ import annotations

import base64
from typing import Any, Final

from sqlalchemy import select

from app.box_office import BoxOffice
from app.clock import wall_ms
from app.long_work import Progress
from app.lottery.draw.bundle import seal
from app.lottery.draw.canonical import decode, encode
from app.lottery.draw.digests import entry_hash, list_digest
from app.lottery.draw.drawing import Drawn, Facts
from app.lottery.draw.lists import sold_line
from app.lottery.draw.params import INSTANT, PrizeParams, commit
from app.lottery.draw.public import Contributions, PublicValue
from app.lottery.draw.typed import typed_value
from app.lottery.pool.commands import CloseBatch, FixPublicValue, RecordDraw, Reveal
from app.lottery.pool.drawing import contributions
from app.lottery.pool.terms import prize_places
from app.lottery.pool.views import BatchView, PublicValueView
from app.lottery.refusals import NotThatFar
from app.lottery.sealing import BY_BUYERS, BY_STAFF
from app.models import LotteryBatch, LotteryPart
from app.pool_reading import terms_of
from app.prize_draws.bundles import is_kept, keep_parts, stored_bundle, stored_list
from app.prize_draws.opening import drawn_from
from app.prize_draws.records import RecordFile, kept, kept_or_begun, record_path
from app.prize_draws.secrets_of_batches import kept_secret
from app.refusals import NotFound

HOLDER: Final = "lottery holder"
AT_ONCE_COUNT: Final = 20_000  # tickets that are drawn again while a reader waits


def _nobody(done: int, most: int) -> None:
    """Nobody wants to know how far it is."""


def close_batch(office: BoxOffice, batch_id: str, by: str) -> BatchView:
    """Sell no more of it; from now on its list is final."""
    row = batch_row(office, batch_id)
    view = office.pool_of(row.lottery_id).ask(CloseBatch(batch_id, by, wall_ms()))
    kept_list(office, batch_id)
    return view


def holder_salt(office: BoxOffice, purchase_id: str) -> bytes:
    """What a buyer gets to find their own line of the list, and nobody else can guess."""
    return base64.urlsafe_b64decode(office.tokens.of(HOLDER, purchase_id) + "==")


def sold_list(office: BoxOffice, batch_id: str) -> tuple[str, ...]:
    """Who holds which tickets, as salted hashes in order of payment: published before the value.

    Empty for an instant batch, whose places were sealed before any sale.
    """
    row = batch_row(office, batch_id)
    if terms_of(row.terms).mode == INSTANT:
        return ()
    if row.gone:
        return _stored_list(office, batch_id)
    query = (
        select(LotteryPart.first, LotteryPart.count, LotteryPart.purchase_id)
        .where(LotteryPart.batch_id == batch_id)
        .order_by(LotteryPart.first)
    )
    with office.db.read() as connection:
        parts = connection.execute(query).all()
    return tuple(
        sold_line(first, count, entry_hash(holder_salt(office, purchase_id), purchase_id))
        for first, count, purchase_id in parts
    )


def list_hash(office: BoxOffice, batch_id: str) -> str:
    """The digest of that list, to publish when the batch has closed; `NotThatFar` before."""
    return list_digest(kept_list(office, batch_id).read().decode().splitlines()).hex()


def kept_list(office: BoxOffice, batch_id: str) -> RecordFile:
    """That list as a file with a line feed behind each line; `NotThatFar` before closing.

    A batch whose tickets were archived has the one that was kept, or `NotFound`.
    """
    row = batch_row(office, batch_id)
    if row.status == "open":
        raise NotThatFar("The batch is still selling.", next_step="Close it first.")

    def make() -> bytes:
        return "".join(f"{line}\n" for line in sold_list(office, batch_id)).encode()

    return kept(record_path(office, batch_id, row.commitment, "list.txt"), make)


def type_value(office: BoxOffice, batch_id: str, text: str, by: str) -> PublicValueView:
    """What one of the staff read at the source; the second one who types the same fixes it.

    However it is typed, there is one way in which it is kept.
    """
    row = batch_row(office, batch_id)
    _seed, params = kept_secret(office, batch_id)
    value = encode(typed_value(params.public, text)).decode()
    apart = _open_apart(office, row.lottery_id, params.public)
    command = FixPublicValue(batch_id, BY_STAFF, value, by, wall_ms(), apart)
    return office.pool_of(row.lottery_id).ask(command)


def take_contributions(office: BoxOffice, batch_id: str, by: str) -> PublicValueView:
    """Fix the public value of a closed batch from what its buyers contributed, as was announced."""
    row = batch_row(office, batch_id)
    _seed, params = kept_secret(office, batch_id)
    if not isinstance(params.public, Contributions):
        raise NotThatFar(
            "The public value of this batch does not come from the buyers.",
            next_step="Two people type it from its source.",
        )
    pool = office.pool_of(row.lottery_id)
    state = pool.actor.state
    if row.status == "open" or state is None:
        raise NotThatFar("The batch is still selling.", next_step="Close it first.")
    given = sorted({one for one in contributions(state, batch_id) if one})
    if not given:
        raise NotThatFar(
            "No buyer of this batch has contributed to the public value.",
            next_step="Without buyers there is nothing to draw.",
        )
    params.public.check(given)
    value = encode(given).decode()
    return pool.ask(FixPublicValue(batch_id, BY_BUYERS, value, by, wall_ms()))


def draw_batch(
    office: BoxOffice, batch_id: str, by: str, progress: Progress = _nobody
) -> BatchView:
    """Draw a closed batch of the evening once its public value is fixed; again the same."""
    row = batch_row(office, batch_id)
    if row.status == "open":
        raise NotThatFar("The batch is still selling.", next_step="Close it first.")
    if not row.public_value:
        raise NotThatFar("The public value is not fixed yet.", next_step=_way_to_value(office, row))
    _facts, drawn = _drawn(office, row, progress)
    positions = tuple(tuple(of_tier) for of_tier in drawn.result if isinstance(of_tier, list))
    places = prize_places(terms_of(row.terms), positions)
    return office.pool_of(row.lottery_id).ask(RecordDraw(batch_id, places, by, wall_ms()))


def reveal_batch(office: BoxOffice, batch_id: str, by: str) -> BatchView:
    """Publish the secret of a batch that has been drawn, or of an instant one that has closed."""
    row = batch_row(office, batch_id)
    seed, params = kept_secret(office, batch_id)
    commitment = commit(params, batch_id, seed).hex()
    command = Reveal(batch_id, seed.hex(), commitment, by, wall_ms())
    view = office.pool_of(row.lottery_id).ask(command)
    kept_bundle(office, batch_id)
    return view


def bundle_of(office: BoxOffice, batch_id: str) -> bytes:
    """The file from which anybody can repeat the draw; `NotThatFar` while the secret is one.

    The same bytes for ever, also when the tickets are not kept any more.
    """
    return _published_bundle(office, batch_row(office, batch_id), _nobody)


def keep_bundle(office: BoxOffice, batch_id: str, progress: Progress = _nobody) -> None:
    """Keep that file, so that it outlives the tickets; again it changes nothing."""
    if not is_kept(office, batch_id):
        raw = _published_bundle(office, batch_row(office, batch_id), progress)
        keep_parts(office, batch_id, raw)


def kept_bundle(office: BoxOffice, batch_id: str, *, waits: bool = True) -> RecordFile:
    """That file, made once; `Busy` while it is made, which a million tickets take seconds for.

    Whoever does not wait has a large one made in the background. A batch whose tickets were
    archived has the one that was kept, or `NotFound`.
    """
    row = batch_row(office, batch_id)
    if not row.secret:
        raise NotThatFar("The secret of this batch is not published yet.")

    def make() -> bytes:
        return bundle_of(office, batch_id)

    path = record_path(office, batch_id, row.commitment, "bundle.json")
    at_once = waits or row.size <= AT_ONCE_COUNT
    return kept(path, make) if at_once else kept_or_begun(path, make)


def batch_row(office: BoxOffice, batch_id: str) -> Any:
    """A batch as it is kept, or `NotFound`."""
    with office.db.read() as connection:
        row = connection.execute(
            select(LotteryBatch.__table__).where(LotteryBatch.id == batch_id)
        ).first()
    if row is None:
        raise NotFound("There is no such batch.")
    return row


def _way_to_value(office: BoxOffice, row: Any) -> str:
    command = f"./run lottery value {office.draws.by_id(row.lottery_id).slug}"
    if terms_of(row.terms).source == BY_BUYERS:
        return f"Gather what the buyers contributed: {command}"
    return f"Two people type it: {command} VALUE --by NAME"


def _open_apart(office: BoxOffice, lottery_id: int, public: PublicValue) -> tuple[str, ...]:
    """Batches on sale whose public value comes from another source than this one."""
    query = select(LotteryBatch.id).where(
        LotteryBatch.lottery_id == lottery_id, LotteryBatch.status == "open"
    )
    with office.db.read() as connection:
        ids = list(connection.execute(query).scalars())
    return tuple(one for one in ids if kept_secret(office, one)[1].public != public)


def _stored_list(office: BoxOffice, batch_id: str) -> tuple[str, ...]:
    """The list of a batch whose tickets are gone: it was kept before the first of them went."""
    stored = stored_list(office, batch_id)
    if stored is None:
        raise NotFound("The tickets of this batch are archived, and its file is not here.")
    return stored


def _published_bundle(office: BoxOffice, row: Any, progress: Progress) -> bytes:
    if not row.secret:
        raise NotThatFar("The secret of this batch is not published yet.")
    stored = stored_bundle(office, row.id)
    if stored is not None:
        return stored
    facts, drawn = _drawn(office, row, progress)
    return seal(facts, drawn)


def _drawn(office: BoxOffice, row: Any, progress: Progress = _nobody) -> tuple[Facts, Drawn]:
    seed, params = kept_secret(office, row.id)
    value = _value(params, row.public_value)
    facts = Facts(params, row.id, seed, value, sold_list(office, row.id))
    return facts, drawn_from(facts, progress)


def _value(params: PrizeParams, kept: str) -> list[Any]:
    if params.kind == INSTANT:
        return []
    value = decode(kept.encode())
    if not isinstance(value, list):
        raise NotFound
    return value
