"""How anybody checks a draw: the page, and the files to take home."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.box_office import office
from app.clock import wall_ms
from app.draws.forms import TYPED_LIMIT, read_typed
from app.draws.queries.proof import file_name, proof_page, public_facts
from app.draws.routes.public import FRESH
from app.houses import show_house
from app.htmx import show_page
from app.lottery.pool.totals import BatchTotals
from app.lottery.refusals import NotThatFar
from app.prize_draws.drawing import kept_bundle, kept_list
from app.prize_draws.proofs import open_proof
from app.prize_draws.records import RecordFile
from app.prize_draws.shown import Shown, is_instant, shown_draw
from app.refusals import NotFound
from app.requests import this_request
from app.state_answers import accepts_gzip
from app.words import gettext as _

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"

bp = Blueprint("draw_proofs", __name__)


@bp.get("/draw/<slug>/proof")
def show_proof(slug: str) -> ResponseReturnValue:
    """Check one ticket, or repeat the whole draw."""
    shown = shown_draw(office(), slug)
    show_house(shown.card.house)
    typed = request.args.get("ticket", "")[:TYPED_LIMIT].strip()
    ticket = read_typed(typed) if typed else None
    asked = request.args.get("batch", "")
    number = _number(asked)
    if ticket and ticket.batch is not None:
        has_it = any(one.number == ticket.batch for one in shown.totals.batches)
        number = ticket.batch if has_it else None  # then the page says that there is none
    if number is None and shown.latest is None:
        raise NotFound("There is no such batch.")
    batch = shown.batch(number) if number is not None else shown.totals.batches[-1]
    page = proof_page(office(), shown, batch, wall_ms(), typed, ticket)
    return show_page("draws/proof.html", 422 if page.error else 200, page=page)


@bp.get("/draw/<slug>/batches/<int:number>/bundle.json")
def show_bundle(slug: str, number: int) -> ResponseReturnValue:
    """The record from which anybody can repeat the draw, once the secret is out."""
    batch = _batch(slug, number)[1]
    if not batch.is_revealed:
        raise NotThatFar(
            _("The record of this batch is not out yet."),
            safe=_("Its fingerprint is published, and cannot be changed any more."),
            next_step=_("It comes out with the secret; the page of the draw says when."),
        )
    file = kept_bundle(office(), batch.batch_id, waits=False)
    return _file(file, JSON, file_name(batch, ".json"))


@bp.get("/draw/<slug>/batches/<int:number>/list.txt")
def show_list(slug: str, number: int) -> ResponseReturnValue:
    """Who holds which tickets as salted hashes, once the sale has closed."""
    batch = _batch(slug, number)[1]
    if is_instant(batch):
        raise NotFound("An instant draw has no list: its places were sealed before the sale.")
    if batch.status == "open":
        raise NotThatFar(
            _("The list of this batch is not final yet."),
            safe=_("Every ticket keeps its number."),
            next_step=_("It is published when the sale has closed."),
        )
    return _file(kept_list(office(), batch.batch_id), TEXT, file_name(batch, "-list.txt"))


@bp.get("/draw/<slug>/batches/<int:number>/facts.json")
def show_facts(slug: str, number: int) -> ResponseReturnValue:
    """What was published of a batch, for programs."""
    shown, batch = _batch(slug, number)
    content = json.dumps(public_facts(office(), shown, batch), indent=2, ensure_ascii=False)
    return _download(Response(content, content_type=JSON), file_name(batch, "-facts.json"))


@bp.get("/draw/<slug>/batches/<int:number>/tickets/<int:position>.json")
def show_ticket(slug: str, number: int, position: int) -> ResponseReturnValue:
    """The proof of one instant ticket, for everybody once the secret is out."""
    batch = _batch(slug, number)[1]
    content = open_proof(office(), batch.batch_id, position)
    name = file_name(batch, f"-ticket-{position}.json")
    return _download(Response(content, content_type=JSON), name)


def _batch(slug: str, number: int) -> tuple[Shown, BatchTotals]:
    shown = shown_draw(office(), slug)
    return shown, shown.batch(number)


def _number(text: str) -> int | None:
    """The number of a batch; `NotFound` for what is none."""
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise NotFound("There is no such batch.")
    return int(text[:9])


def _file(file: RecordFile, kind: str, name: str) -> Response:
    takes_gzip = accepts_gzip(this_request().environ.get("HTTP_ACCEPT_ENCODING", ""))
    answer = Response(file.read_gzipped() if takes_gzip else file.read(), content_type=kind)
    if takes_gzip:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = FRESH
    answer.add_etag()
    answer.make_conditional(request)
    return _download(answer, name)


def _download(answer: Response, name: str) -> Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
