"""The page on which draw tickets are bought, in words."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Final

from app import credits
from app.box_office import office
from app.buyer_cookie import signed_in_buyer
from app.clock import wall_ms
from app.csrf import new_key
from app.draw_cards import DrawCard
from app.draws.queries.chances import chance_words, left_terms, worth_words
from app.draws.queries.legal import legal_view
from app.draws.queries.prizes import count_words, left_words, prizes
from app.draws.queries.words import (
    batch_title,
    limits_words,
    prizes_words,
    raise_words,
    tickets_words,
)
from app.draws.views.buying import (
    BudgetPart,
    BuyPage,
    ClosedPage,
    CountChoice,
    CountPart,
    DrawWay,
)
from app.lottery.pool.terms import INSTANT, Terms
from app.lottery.pool.totals import BatchTotals
from app.money import price_words, sum_words
from app.orders.draw_placing import CONTRIBUTION_BYTES, CREDITS
from app.pages import Action, Fact, FormState
from app.payments.gateway import as_remote
from app.prize_draws.limits import BuyerLimits, limits_of
from app.prize_draws.shown import Shown, Stage, stage_of
from app.sign_ins.sessions import SignedInBuyer
from app.way_back import me_path
from app.words import gettext as _
from app.words import ngettext

COMMON: Final = (10, 50, 100, 250, 500, 1000)
FIRST_COUNT: Final = 10
BAR: Final = 1000  # the budget's bar is so wide
COUNT_DIGITS: Final = 9


def buy_page(shown: Shown, count_typed: str, form: FormState) -> BuyPage | None:
    """The form; None where nothing can be bought."""
    now_ms = wall_ms()
    batch = shown.current(now_ms)
    if batch is None or stage_of(shown, now_ms) != Stage.SELLING:
        return None
    card, buyer = shown.card, signed_in_buyer()
    terms, count = batch.terms, _count(shown, batch, count_typed)
    error = form.errors.get("count") or (count_typed and _typed_error(shown, batch, count_typed))
    part = _count_part(shown, batch, count, error, count_typed)
    ways = tuple(_ways(shown, terms, count, buyer, form.typed.get("payment", "")))
    here, is_blocked = f"/draw/{card.slug}/tickets?count={count}", _is_blocked(ways)
    legal = legal_view(shown)
    return BuyPage(
        title=card.title,
        slug=card.slug,
        stock=card.stock,
        facts=tuple(_facts(shown, batch)),
        form=form,
        key=new_key(),
        contribution=secrets.token_hex(CONTRIBUTION_BYTES),
        price_cents=terms.price_cents,
        count_part=part,
        budget=_budget(card, terms, count, buyer),
        sign_in_words=_sign_in_words(card, buyer, is_blocked=is_blocked),
        sign_in_url=me_path(here),
        signs_in_first=is_blocked and buyer is None,
        instead=_instead(here, buyer) if is_blocked else None,
        ways=ways,
        short_note=_short_note(batch),
        age_words=_age_words(shown),
        buy_words=_buy_words(card, terms, count, ways),
        prizes=prizes(card, terms),
        still=tuple(_still(batch)),
        legal_kind=legal.kind if legal is not None else "",
        legal_words=legal.words if legal is not None else "",
    )


def known_buyer() -> dict[str, str]:
    """What nobody has to type again: the address of whoever is signed in."""
    buyer = signed_in_buyer()
    return {} if buyer is None else {"email": buyer.email}


def closed_page(shown: Shown) -> ClosedPage:
    """Why nothing can be bought."""
    words = {
        Stage.SOLD_OUT: _("All tickets are sold."),
        Stage.NOT_YET: _("Tickets are not on sale yet."),
        Stage.PAUSED: _("Tickets are not on sale right now."),
    }
    stage = stage_of(shown, wall_ms())
    said = words.get(stage, _("This draw sells no more tickets."))
    return ClosedPage(
        shown.card.title, shown.card.slug, shown.card.stock,
        _("No tickets to buy"),
        (said, _("The draw's page says how it goes on.")),
    )  # fmt: skip


def count_error(card: DrawCard, typed: str) -> str:
    """Why a number of tickets cannot be had; "" when it can."""
    most = card.rules.purchase_limit
    plain = typed.replace(",", "").strip()
    is_number = plain.isascii() and plain.isdigit() and len(plain) <= COUNT_DIGITS
    if not is_number or int(plain) < 1:
        return _("Choose a number between 1 and %(most)s.", most=count_words(most))
    if int(plain) > most:
        return _("At most %(most)s in one go. You can buy again afterwards.",
                 most=count_words(most))  # fmt: skip
    return ""


def _typed_error(shown: Shown, batch: BatchTotals, typed: str) -> str:
    """The same, and more than there are: the form offers no tickets that cannot be had."""
    error, most = count_error(shown.card, typed), _most(shown.card, batch)
    if error or int(typed.replace(",", "")) <= most:
        return error
    return ngettext("Only one ticket is left.", "Only %(all)s tickets are left.", most,
                    all=count_words(most))  # fmt: skip


def _most(card: DrawCard, batch: BatchTotals) -> int:
    """How many the form offers: what is left, where no other batch follows."""
    limit, left = card.rules.purchase_limit, max(1, batch.size - batch.sold)
    return limit if batch.terms.successor_size else min(limit, left)


def _count(shown: Shown, batch: BatchTotals, typed: str) -> int:
    if typed and not _typed_error(shown, batch, typed):
        return int(typed.replace(",", ""))
    return min(FIRST_COUNT, _most(shown.card, batch), max(1, batch.size - batch.sold))


def _count_part(shown: Shown, batch: BatchTotals, count: int, error: str, typed: str) -> CountPart:
    card, terms, left = shown.card, batch.terms, left_terms(batch)
    takes_money = shown.takes_money(wall_ms())
    most = _most(card, batch)
    intro = " ".join((_("1 to %(most)s in one go.", most=count_words(most)), *limits_words(card)))
    how = _("They are drawn at once, in the order in which people pay.")
    if terms.mode != INSTANT:
        how = _("Numbers are given out in the order in which people pay, and drawn afterwards.")
    choices = tuple(
        CountChoice(common, count_words(common), _price(card, terms, common, takes_money),
                    common == count and not error)
        for common in COMMON
        if common <= most
    )  # fmt: skip
    return CountPart(
        url=f"/draw/{card.slug}/tickets",
        count=count,
        most=most,
        intro=f"{intro} {how}",
        choices=choices,
        typed=typed if error else str(count),
        chance_words="" if error else chance_words(left, count),
        worth_words="" if error else worth_words(left, count, card.currency, is_paid=takes_money),
        error=error,
    )


def _price(card: DrawCard, terms: Terms, count: int, takes_money: bool) -> str:
    if terms.price_cents and takes_money:
        return price_words(count * terms.price_cents, card.currency)
    if card.credits:
        return ngettext("%(num)d credit", "%(num)d credits", count * card.credits)
    return _("free")


def _facts(shown: Shown, batch: BatchTotals) -> Iterator[str]:
    card, terms = shown.card, batch.terms
    yield batch_title(batch)
    yield prizes_words(terms.prize_count)
    yield _("%(tickets)s left", tickets=tickets_words(batch.size - batch.sold))
    if terms.price_cents and shown.takes_money(wall_ms()):
        yield _("%(price)s each", price=sum_words(terms.price_cents, card.currency))
    elif not card.credits:
        yield _("Free")
    if card.credits:
        yield ngettext("%(num)d credit each", "%(num)d credits each", card.credits)


def _budget(
    card: DrawCard, terms: Terms, count: int, buyer: SignedInBuyer | None
) -> BudgetPart | None:
    """How this purchase fits the buyer's own budget; None where no money or nobody is known."""
    if buyer is None or not terms.price_cents:
        return None
    with office().db.read() as connection:
        limits = limits_of(connection, card, buyer.address_key)
    if limits.budget_cents is None:
        return None
    return _bar(card, limits, limits.budget_cents, count * terms.price_cents)


def _bar(card: DrawCard, limits: BuyerLimits, budget: int, this: int) -> BudgetPart:
    spent = min(limits.spent_cents, budget)
    fits = min(this, budget - spent)
    scale = max(1, budget)
    left = budget - spent - this
    money = [price_words(c, card.currency) for c in (limits.spent_cents, this, max(0, left))]
    whole = price_words(budget, card.currency)
    label = _("%(spent)s spent, %(this)s for this purchase, %(left)s would be left of %(all)s this"
              " month", spent=money[0], this=money[1], left=money[2], all=whole)  # fmt: skip
    return BudgetPart(
        spent * BAR // scale,
        fits * BAR // scale,
        label,
        _("%(money)s spent this month", money=money[0]),
        _("%(money)s now", money=money[1]),
        _("%(left)s left of %(all)s", left=money[2], all=whole)
        if left >= 0
        else _("%(over)s over your budget of %(all)s", over=price_words(-left, card.currency),
               all=whole),
        left < 0,
        _("You can lower it at any moment.") + " " + raise_words([card]),
    )  # fmt: skip


def _sign_in_words(card: DrawCard, buyer: SignedInBuyer | None, *, is_blocked: bool) -> str:
    if buyer is not None:
        return ""
    if is_blocked:
        return _("Type your email on the next page, open the link that we send, and you are back"
                 " here with your number.")  # fmt: skip
    if card.credits:
        return _("Sign in to use play credits, and to see or set your budget.")
    return _("Sign in to see or set a budget for yourself.")


def _is_blocked(ways: tuple[DrawWay, ...]) -> bool:
    """Whether there are ways to pay, and none of them can be chosen."""
    return bool(ways) and all(way.is_off for way in ways)


def _instead(here: str, buyer: SignedInBuyer | None) -> Action:
    """What to do first where no way to pay can be chosen; it leads back here."""
    if buyer is None:
        return Action(_("Sign in to get tickets"), me_path(here))
    return Action(_("Get play credits"), me_path(here, "credits"))


def _ways(
    shown: Shown, terms: Terms, count: int, buyer: SignedInBuyer | None, chosen: str
) -> Iterator[DrawWay]:
    card = shown.card
    found: list[DrawWay] = []
    if terms.price_cents and shown.takes_money(wall_ms()):
        found.extend(_cards(card))
    if card.credits:
        found.append(_credits(card, count, buyer))
    usable = [way.key for way in found if not way.is_off]
    picked = chosen if chosen in usable else next(iter(usable), "")
    for way in found:
        yield DrawWay(way.key, way.name, way.note, way.icon, way.key == picked, way.is_off)


def _cards(card: DrawCard) -> Iterator[DrawWay]:
    gateways = office().gateways
    stripe = as_remote(gateways.get("stripe"))
    is_only_shown = office().settings.live_key and card.house.is_demo
    if stripe is not None and not stripe.fault_words and not is_only_shown:
        note = _("On a secure page, then straight back here")
        yield DrawWay("stripe", _("Card, Apple Pay or Google Pay"), note, "card", False)
    if "demo" in gateways:
        note = _("On a demo page, then straight back here. No money moves")
        yield DrawWay("demo", _("Demo card"), note, "card", False)


def _credits(card: DrawCard, count: int, buyer: SignedInBuyer | None) -> DrawWay:
    name, needed = _("Play credits"), count * card.credits
    if buyer is None:
        return DrawWay(CREDITS, name, _("Sign in first: they belong to your address"), "gift",
                       False, is_off=True)  # fmt: skip
    with office().db.read() as connection:
        has = credits.balance_of(connection, buyer.address_key)
    note = _("You have %(has)s; this costs %(needed)s", has=count_words(has),
             needed=count_words(needed))  # fmt: skip
    if has < needed:
        note = ngettext(
            "You have %(has)s. Not enough for one ticket",
            "You have %(has)s. Not enough for %(num)d tickets", count, has=count_words(has),
        )  # fmt: skip
    return DrawWay(CREDITS, name, note, "gift", False, is_off=has < needed)


def _short_note(batch: BatchTotals) -> str:
    if batch.terms.successor_size:
        return _("Or go on in batch %(number)s, which has the same odds, if it is open",
                 number=batch.number + 1)  # fmt: skip
    return ""


def _age_words(shown: Shown) -> str:
    basis, age = shown.totals.basis, shown.card.rules.age_limit
    if age and basis is not None and shown.is_paid:
        return _("I am %(age)s or over and in %(region)s. I have read the rules.", age=age,
                 region=basis.region)  # fmt: skip
    if age:
        return _("I am %(age)s or over. I have read the rules.", age=age)
    return ""


def _buy_words(card: DrawCard, terms: Terms, count: int, ways: tuple[DrawWay, ...]) -> str:
    chosen = next((way.key for way in ways if way.is_chosen), "")
    price = ""
    if chosen == CREDITS or (card.credits and not terms.price_cents):
        price = ngettext("%(num)d credit", "%(num)d credits", count * card.credits)
    elif terms.price_cents:
        price = sum_words(count * terms.price_cents, card.currency)
    words = ngettext("Buy one ticket", "Buy %(all)s tickets", count, all=count_words(count))
    if not price:
        words = ngettext("Get one ticket", "Get %(all)s tickets", count, all=count_words(count))
    return f"{words}, {price}" if price else words


def _still(batch: BatchTotals) -> Iterator[Fact]:
    yield Fact(_("Tickets"), left_words(batch.size - batch.sold, batch.size))
    known = [tier for tier in batch.tiers if tier.left is not None]
    for tier in known:
        yield Fact(tier.name, left_words(tier.left or 0, tier.count))
    if known:
        left = sum(tier.left or 0 for tier in known)
        yield Fact(_("Prizes in all"), left_words(left, sum(tier.count for tier in known)))
