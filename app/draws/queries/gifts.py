"""What a prize brought, in words for its winner: seats with their order, keys, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.box_office import office
from app.buyer_cookie import signed_in_buyer
from app.draw_cards import DrawCard
from app.draw_words import EARLY_ACCESS, MEMBERS_PAGE, TierWords
from app.lottery.pool.terms import ENTITLEMENT, SEAT
from app.pages import Action
from app.prize_draws.gift_words import comes_by_itself, reason_words
from app.prize_draws.results import Won
from app.prize_draws.seat_gifts import Gift, gifts_of
from app.refusals import NotFound
from app.words import gettext as _
from app.words import moment_words

LINKS_LIMIT: Final = 3

Gifts = dict[tuple[str, int], Gift]  # by batch and position


def gifts_in(purchase_id: str, wins: tuple[Won, ...]) -> Gifts:
    """What became of the seats among these prizes."""
    if not any(won.tier.kind == SEAT for won in wins):
        return {}
    with office().db.read() as connection:
        return gifts_of(connection, purchase_id)


def gift_notes(card: DrawCard, wins: list[Won], gifts: Gifts, buyer_key: str) -> Iterator[str]:
    """What happened, and what the winner need not do."""
    shown = card.words.of_tier(wins[0].tier.key)
    if wins[0].tier.kind == ENTITLEMENT:
        yield from _key_notes(card, shown, buyer_key)
    reasons = dict.fromkeys(gift.reason for gift in _of(wins, gifts) if gift.reason)
    for reason in reasons:
        after = _("The prize stays yours, and the house gets in touch with you.")
        if comes_by_itself(reason):
            after = _("The prize stays yours: we try again every hour and send the tickets by"
                      " email.")  # fmt: skip
        yield f"{reason_words(reason, _title(shown.event))} {after}"


def gift_links(card: DrawCard, wins: list[Won], gifts: Gifts) -> Iterator[Action]:
    """Where the prize is."""
    shown = card.words.of_tier(wins[0].tier.key)
    if wins[0].tier.kind == ENTITLEMENT and shown.opens == EARLY_ACCESS:
        yield Action(_("See the show"), f"/e/{shown.event}", is_quiet=True)
    elif wins[0].tier.kind == ENTITLEMENT and shown.opens == MEMBERS_PAGE:
        yield Action(_("Open the members' page"), f"/members/{card.slug}", is_quiet=True)
    given = [gift for gift in _of(wins, gifts) if gift.is_given]
    for gift in given[:LINKS_LIMIT]:
        secret = office().tokens.order_secret(gift.order_id)
        yield Action(_("Your seats"), f"/o/{gift.order_id}/{secret}", is_quiet=True, icon="ticket")


def _key_notes(card: DrawCard, shown: TierWords, buyer_key: str) -> Iterator[str]:
    """What a key opens, and that it takes signing in; not to whoever has done that."""
    buyer = signed_in_buyer()
    is_signed_in = buyer is not None and buyer.address_key == buyer_key
    if shown.opens == EARLY_ACCESS:
        words = _("You can book before everybody else.")
        if shown.from_ms:
            when = moment_words(card.moment(shown.from_ms))
            words = _("From %(when)s you can book before everybody else.", when=when)
        yield words
        if not is_signed_in:
            yield _("Sign in under My tickets with this purchase's address.")
    elif shown.opens == MEMBERS_PAGE and not is_signed_in:
        yield _("Sign in under My tickets with this purchase's address to read it.")


def _of(wins: list[Won], gifts: Gifts) -> list[Gift]:
    found = (gifts.get((won.batch_id, won.position)) for won in wins)
    return [gift for gift in found if gift is not None]


def _title(slug: str) -> str:
    try:
        return office().catalogue.any_by_slug(slug).title
    except NotFound:
        return ""
