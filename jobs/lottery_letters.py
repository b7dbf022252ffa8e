"""Letters about draw tickets: numbers, results, and money that goes back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import groupby

from app.box_office import BoxOffice
from app.clock import from_ms, to_ms, wall_ms
from app.draw_cards import DrawCard
from app.draw_legal import basis_of, legal_words
from app.effects import Done, Duty, Effect, Outcome
from app.lottery.draw.digests import entry_hash
from app.lottery.draw.lists import sold_line
from app.lottery.pool.terms import ENTITLEMENT
from app.mail import draw_kinds
from app.mail.draw_kinds import DrawLetter
from app.mail.letters import Letter, LetterLine
from app.mail.post import Post
from app.mail.reading import letter_house
from app.mail.writing import lay_out
from app.money import sum_words
from app.orders import draw_settling
from app.orders.lines import draw_words
from app.orders.views import OrderView, SoldDraw, order_view
from app.prize_draws.drawing import holder_salt
from app.prize_draws.results import Bought, BoughtPart, bought
from app.refusals import NotFound
from app.words import gettext as _
from app.words import moment_words, ngettext, short_moment_words

PAGES = {
    "filled": draw_kinds.results_page,
    "result": draw_kinds.results_page,
    "returned": draw_kinds.returned_page,
}


def duties(office: BoxOffice, post: Post) -> dict[str, Duty]:
    """The one kind of letter about draw tickets."""
    return {"mail.lottery": Duty(partial(send, office, post))}


def send(office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    """What there is to say of a purchase now: its numbers, its results, its money."""
    purchase_id = effect.payload.get("purchase") or effect.payload["order"]  # sent once more
    try:
        view = order_view(office, purchase_id)
    except NotFound:
        return _left_out("the order is gone")
    if view.draw is None or not view.order.email:
        return _left_out("nobody is to be told any more")
    with office.db.read() as connection:
        found = bought(connection, view.order.id)
    if found is None:
        return _left_out("its tickets are archived")
    what = str(effect.payload.get("what", "filled"))
    lay = PAGES.get(what, draw_kinds.results_page)
    if what == "filled" and found.waits_for_draw:
        lay = draw_kinds.numbers_page
    draw = _letter(office, view, view.draw, found, str(effect.payload.get("batch", "")))

    def write() -> Letter:
        house = letter_house(view.houses[0])
        key = f"draw.{view.order.id}.{what}.{effect.id}.{to_ms(effect.created_at)}"
        return lay_out(lay(draw), house, key=key, name=view.order.name, email=view.order.email)

    return post.deliver(write)


def _letter(
    office: BoxOffice, view: OrderView, sold: SoldDraw, found: Bought, batch_id: str
) -> DrawLetter:
    """Only of one batch, where the results of one are told."""
    card = sold.card
    parts = tuple(p for p in found.parts if not batch_id or p.batch_id == batch_id)
    wins = [w for w in found.wins if not batch_id or w.batch_id == batch_id]
    count = sum(part.count for part in parts)
    base = office.settings.base_url
    with office.db.read() as connection:
        basis = basis_of(connection, card.id) if sold.line.unit_cents else None
    return DrawLetter(
        code=view.order.id,
        url=f"{base}/d/{view.order.id}/{view.secret}",
        proof_url=f"{base}/draw/{card.slug}/proof" + (f"?batch={parts[0].number}" if parts else ""),
        name=view.order.name,
        draw=card.title,
        count=count,
        count_words=f"{count:,}",
        numbers=tuple(map(_numbers, parts)),
        won_count=len(wins),
        wins=tuple(
            _prize(name, [won.position for won in some])
            for name, some in groupby(wins, key=lambda won: won.tier.name)
        ),
        back_words=_back(view, sold),
        thanks=_thanks(card, found),
        claim_words=_claim(card, found, parts, any(w.tier.kind != ENTITLEMENT for w in wins)),
        draw_words=_when(card, parts),
        keep=tuple(_keep(office, found, parts)),
        lines=(LetterLine(draw_words(office, sold.line), "", _price(view, sold)),),
        total=_price(view, sold),
        legal=f"{basis.kind}, {legal_words(card, basis)}" if basis is not None else "",
    )


def _numbers(part: BoughtPart) -> str:
    if part.count == 1:
        return _("Your number in batch %(batch)s: %(first)s.", batch=part.number,
                 first=f"{part.first:,}")  # fmt: skip
    return _("Your numbers in batch %(batch)s: %(first)s to %(last)s.", batch=part.number,
             first=f"{part.first:,}", last=f"{part.last:,}")  # fmt: skip


def _prize(name: str, positions: list[int]) -> str:
    if len(positions) == 1:
        return _("%(name)s (ticket %(ticket)s)", name=name, ticket=f"{positions[0]:,}")
    return ngettext("%(name)s", "%(name)s, %(num)d of these", len(positions), name=name)


def _price(view: OrderView, sold: SoldDraw) -> str:
    if sold.line.credits:
        return ngettext("%(num)d credit", "%(num)d credits", sold.line.credits)
    if not view.order.total_cents:
        return _("free")
    return sum_words(view.order.total_cents, view.order.currency)


def _back(view: OrderView, sold: SoldDraw) -> str:
    line = sold.line
    if line.taken is None or line.taken == line.count:
        return ""
    if line.credits:
        back = line.credits_back(line.taken)
        return ngettext("%(num)d credit is yours again.", "%(num)d credits are yours again.", back)
    cents = sum(refund.cents for refund in view.refunds)
    if not cents:
        return ""
    goes = _("%(money)s goes back by the way it came.",
             money=sum_words(cents, view.order.currency))  # fmt: skip
    reasons = {refund.reason for refund in view.refunds}
    known = (words for reason, words in _why_back() if reason in reasons)
    return " ".join((*known, goes))


def _why_back() -> tuple[tuple[str, str], ...]:
    return (
        (draw_settling.SHORT, _("Fewer tickets were left than you wanted.")),
        (draw_settling.CLOSED, _("The sale had closed when your money came.")),
        (
            draw_settling.LIMIT,
            _("A limit or a break left no room for these tickets when your money came."),
        ),
        (draw_settling.AMOUNT, _("What came was not what the tickets cost.")),
    )


def _thanks(card: DrawCard, found: Bought) -> str:
    if card.words.cause and found.unit_cents and not found.is_play:
        return _("Thank you; the money goes to %(cause)s.", cause=card.words.cause)
    return _("Thank you for taking part.")


def _claim(card: DrawCard, found: Bought, parts: tuple[BoughtPart, ...], has_claims: bool) -> str:
    ends = [end for part in parts if (end := part.claims_end_ms(found.paid_ms)) is not None]
    if not ends or not has_claims:
        return ""
    day = short_moment_words(from_ms(min(ends)).astimezone(card.zone))
    return _("Open your page and press Claim by %(day)s. Afterwards the rules of the draw say what"
             " becomes of it.", day=day)  # fmt: skip


def _when(card: DrawCard, parts: tuple[BoughtPart, ...]) -> str:
    closes = [p.terms.closes_ms for p in parts if p.terms.closes_ms is not None]
    if closes and max(closes) > wall_ms():
        at = moment_words(from_ms(max(closes)).astimezone(card.zone))
        return _("Selling ends on %(time)s, and then it is drawn. We email you either way.",
                 time=at)  # fmt: skip
    return _("We email you when it has been drawn, whether you won or not.")


def _keep(office: BoxOffice, found: Bought, parts: tuple[BoughtPart, ...]) -> Iterator[str]:
    """Fingerprints and lines: with them anybody can check that nothing was changed afterwards."""
    salt = holder_salt(office, found.purchase_id)
    for part in parts:
        yield _("Fingerprint of batch %(batch)s: %(hash)s.", batch=part.number,
                hash=part.commitment)  # fmt: skip
        if not part.is_instant:
            line = sold_line(part.first, part.count, entry_hash(salt, found.purchase_id))
            yield _("Your line in its public list: %(line)s.", line=line)


def _left_out(why: str) -> Outcome:
    return Done({"left_out": why})
