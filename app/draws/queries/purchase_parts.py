"""Parts of a purchase in words: its numbers, its squares, its prizes, what to keep."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from app.box_office import office
from app.clock import from_ms, wall_ms
from app.draw_cards import DrawCard
from app.draws.queries.gifts import Gifts, gift_links, gift_notes, gifts_in
from app.draws.queries.prizes import count_words
from app.draws.views.purchase import Cells, WinCard
from app.lottery.draw.digests import entry_hash
from app.lottery.draw.lists import sold_line
from app.lottery.pool.terms import ENTITLEMENT, SEAT
from app.orders.views import OrderView
from app.pages import Fact
from app.prize_draws.drawing import holder_salt
from app.prize_draws.results import Bought, Won
from app.words import gettext as _
from app.words import list_words, ngettext, short_moment_words

SCALES: Final = (1, 10, 20, 100)
CELLS_LIMIT: Final = 500
FEW_CELLS: Final = 200
NAMED_TICKETS: Final = 3


def batch_numbers(found: Bought) -> list[int]:
    """The batches that its tickets come from."""
    return list(dict.fromkeys(part.number for part in found.parts))


def numbers_words(found: Bought) -> Iterator[str]:
    """Which tickets it got, in a sentence."""
    if len(found.parts) == 1:
        part = found.parts[0]
        if part.count == 1:
            yield _("Your number is %(first)s.", first=count_words(part.first))
        else:
            yield _("Your numbers are %(first)s to %(last)s.", first=count_words(part.first),
                    last=count_words(part.last))  # fmt: skip
        return
    names = [
        _("%(count)s from batch %(number)s", count=count_words(part.count), number=part.number)
        for part in found.parts
    ]
    yield _("%(parts)s: one batch sold out during your purchase, and the next has the same odds.",
            parts=list_words(names))  # fmt: skip


def short_words(found: Bought) -> Iterator[str]:
    """Fewer tickets than were asked for."""
    if found.taken < found.count:
        yield _("You asked for %(count)s; no more were left, and the rest went back to you.",
                count=count_words(found.count))  # fmt: skip


def spans(found: Bought) -> Iterator[Fact]:
    """Each batch that it came from, with its numbers and prizes."""
    for part in found.parts:
        label = _("Batch %(number)s, numbers %(first)s to %(last)s", number=part.number,
                  first=count_words(part.first), last=count_words(part.last))  # fmt: skip
        wins = sum(1 for won in found.wins if won.batch_id == part.batch_id)
        words = ngettext("%(num)d prize", "%(num)d prizes", wins)
        yield Fact(label, words if part.is_known else _("not drawn yet"))


def claim_times(card: DrawCard, found: Bought) -> Iterator[str]:
    """Until when its prizes can be claimed."""
    claims = found.open_claims(wall_ms())
    if claims:
        day = short_moment_words(from_ms(min(claims.values())).astimezone(card.zone))
        yield _("Claim by %(day)s.", day=day)


def claim_words(found: Bought) -> str:
    """The words of the button; none when there is nothing to claim any more."""
    count = len(found.open_claims(wall_ms()))
    return ngettext("Claim my prize", "Claim %(num)d prizes", count) if count else ""


def win_cards(card: DrawCard, found: Bought, buyer_key: str) -> Iterator[WinCard]:
    """One card for each kind of prize, the rarest first."""
    is_many, gifts = len(batch_numbers(found)) > 1, gifts_in(found.purchase_id, found.wins)
    for _key, group in groupby(found.wins, key=lambda won: (won.tier_number, won.tier.key)):
        wins = list(group)
        shown = card.words.of_tier(wins[0].tier.key)
        yield WinCard(
            name=wins[0].tier.name,
            note=shown.note if len(wins) == 1 else _("%(count)s of these", count=len(wins)),
            stock=shown.stock,
            picture=shown.picture,
            tickets=_tickets_words(wins, is_many),
            state=_state_words(wins, gifts, shown.until_ms),
            notes=tuple(gift_notes(card, wins, gifts, buyer_key)),
            links=tuple(gift_links(card, wins, gifts)),
        )


def to_keep(view: OrderView, found: Bought) -> Iterator[Fact]:
    """What the buyer needs to check the draw: keep it."""
    salt = holder_salt(office(), found.purchase_id)
    for part in found.parts:
        batch = _("Batch %(number)s", number=part.number)
        yield Fact(_("%(batch)s: fingerprint of the sealed rules", batch=batch), part.commitment)
        if not part.is_instant:
            line = sold_line(part.first, part.count, entry_hash(salt, found.purchase_id))
            yield Fact(_("%(batch)s: your line in the public list", batch=batch), line)
    if any(not part.is_instant for part in found.parts):
        yield Fact(_("The salt of your line"), salt.hex())
        yield Fact(_("The id of your line"), found.purchase_id)
    is_asked = view.draw is not None and view.draw.card.public.get("how") == "contributions"
    if found.contribution and is_asked:
        yield Fact(_("Your contribution to the public value"), found.contribution)


def cells(card: DrawCard, found: Bought) -> Cells:
    """One square a ticket up to 500, then 10, 20 or 100 of them."""
    scale = next((s for s in SCALES if found.taken <= s * CELLS_LIMIT), SCALES[-1])
    squares = -(-found.taken // scale)
    done = found.drawn // scale if not found.is_done else squares
    kinds = ["done"] * done + ["wait"] * (squares - done)
    if scale == 1:
        for at, won in _placed_wins(found):
            kinds[at] = card.words.of_tier(won.tier.key).stock
    if not found.is_done and done < squares:
        kinds[done] = "now"
    words = _("One square is one ticket")
    if scale > 1:
        words = _("One square is %(count)s tickets", count=scale)
    return Cells(tuple(kinds), scale, 25 if found.taken > FEW_CELLS else 20, words)


def _tickets_words(wins: list[Won], is_many: bool) -> str:
    names = [
        _("%(ticket)s of batch %(number)s", ticket=count_words(won.position),
          number=won.batch_number) if is_many else count_words(won.position)
        for won in wins[:NAMED_TICKETS]
    ]  # fmt: skip
    more = len(wins) - NAMED_TICKETS
    if more > 0:
        named = ", ".join(names)
        return _("Tickets %(named)s and %(more)s more", named=named, more=count_words(more))
    return ngettext("Ticket %(named)s", "Tickets %(named)s", len(wins), named=list_words(names))


def _state_words(wins: list[Won], gifts: Gifts, until_ms: int) -> str:
    if wins[0].tier.kind == ENTITLEMENT:
        return _("It has ended") if 0 < until_ms <= wall_ms() else _("It is on")
    if wins[0].tier.kind == SEAT and all(won.is_given for won in wins):
        found = [gifts.get((won.batch_id, won.position)) for won in wins]
        if not all(gift is not None and gift.is_given for gift in found):
            return (
                "" if any(gift is not None and gift.reason for gift in found) else _("On its way")
            )
    if all(won.is_given for won in wins):
        return _("Given out")
    if all(won.is_claimed for won in wins):
        return _("Claimed by you")
    return ""


def _placed_wins(found: Bought) -> Iterator[tuple[int, Won]]:
    """Each prize with the place of its ticket among those of the purchase, from 0."""
    before = 0
    for part in found.parts:
        for won in found.wins:
            if won.batch_id == part.batch_id and part.first <= won.position <= part.last:
                yield before + won.position - part.first, won
        before += part.count
