"""Draws, play credits and limits on a buyer's own page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from babel.numbers import get_currency_precision
from sqlalchemy import Connection, func, select

from app import credits
from app.box_office import BoxOffice
from app.clock import from_ms, wall_ms
from app.draw_cards import DrawCard
from app.draws.queries.breaks import BREAK_DAYS, break_words, days_words
from app.draws.queries.prizes import count_words
from app.draws.queries.words import prizes_words, raise_words, tickets_words
from app.draws.views.mine import CreditLine, MyBudget, MyCredits, MyDraw, MyDraws, MyLimits
from app.lottery.pool.purchase import spoken_day
from app.models import DrawOrder, LotteryLimit, LotteryWin, Order, OrderStatus
from app.money import price_words
from app.my_page import Section
from app.orders.finding import SHOWN
from app.orders.views import draw_path
from app.pages import Label
from app.prize_draws.claim_details import details_of
from app.prize_draws.limits import BuyerLimits, limits_of
from app.prize_draws.results import Bought, bought, can_be_claimed
from app.sign_ins.sessions import SignedInBuyer
from app.words import gettext as _
from app.words import ngettext, short_day_words, short_moment_words

DRAWS_LIMIT: Final = 12
ENTRIES_LIMIT: Final = 8
BAR: Final = 1000
OPEN: Final = (OrderStatus.PAYING, *SHOWN)


def my_draws(office: BoxOffice, buyer: SignedInBuyer) -> MyDraws | None:
    """What the buyer takes part in; None for who never did."""
    with office.db.read() as connection:
        rows = list(connection.execute(_orders(buyer).limit(DRAWS_LIMIT + 1)))
        found = {row.id: bought(connection, row.id) for row in rows[:DRAWS_LIMIT]}
    if not rows:
        return None
    more = _("The older ones are behind the links in your emails.")
    return MyDraws(
        tuple(_draw(office, row, found[row.id]) for row in rows[:DRAWS_LIMIT]),
        more if len(rows) > DRAWS_LIMIT else "",
    )


def my_credits(office: BoxOffice, buyer: SignedInBuyer) -> MyCredits | None:
    """The buyer's play credits, where some draw takes them or there are any."""
    with office.db.read() as connection:
        balance = credits.balance_of(connection, buyer.address_key)
        entries = credits.entries_of(connection, buyer.address_key, ENTRIES_LIMIT)
    if not entries and not any(card.credits for card in office.draws.on_show()):
        return None
    zone = next((card.zone for card in office.draws.on_show()), None)
    return MyCredits(
        count_words(balance),
        tuple(
            CreditLine(
                _("%(note)s, %(day)s", note=entry.note or _("Given back"),
                  day=short_day_words(entry.at.astimezone(zone))),
                f"{'+' if entry.credits > 0 else '−'} {count_words(abs(entry.credits))}",
            )
            for entry in entries
        ),
        takes_sample(office),
    )  # fmt: skip


def takes_sample(office: BoxOffice) -> bool:
    """Whether a demo house has a draw that takes play credits."""
    return any(c.credits and c.is_open and c.house.is_demo for c in office.draws.on_show())


def my_limits(office: BoxOffice, buyer: SignedInBuyer) -> MyLimits | None:
    """What the buyer set; None where no draw runs."""
    cards = [card for card in office.draws.on_show() if card.is_open]
    if not cards:
        return None
    with office.db.read() as connection:
        by_currency: dict[str, tuple[DrawCard, BuyerLimits]] = {}
        for card in cards:
            known = by_currency.get(card.currency)
            if known is None or known[1].budget_cents is None:
                found = limits_of(connection, card, buyer.address_key)
                by_currency[card.currency] = (card, found)
    untils = [limits.break_until for _card, limits in by_currency.values() if limits.break_until]
    rule = _("Leave it empty for no limit; 0 means that you spend nothing. You can lower it at any"
             " moment.")  # fmt: skip
    notes = (card.house.notes.get("play_help", "") for card in cards)
    return MyLimits(
        tuple(_budget(card, limits) for card, limits in by_currency.values()),
        f"{rule} {raise_words(cards)}",
        break_words(max(untils), cards[0].today) if untils else "",
        tuple((str(days), days_words(days)) for days in BREAK_DAYS),
        next(filter(None, notes), ""),
    )  # fmt: skip


def unclaimed_words(office: BoxOffice, buyer: SignedInBuyer) -> str:
    """What deleting the account would lose of prizes."""
    with office.db.read() as connection:
        count = _unclaimed(connection, buyer)
    if not count:
        return ""
    return ngettext("%(num)d prize that is not claimed yet.",
                    "%(num)d prizes that are not claimed yet.", count)  # fmt: skip


def lost_credits_words(office: BoxOffice, buyer: SignedInBuyer) -> str:
    """The same of play credits."""
    with office.db.read() as connection:
        balance = credits.balance_of(connection, buyer.address_key)
    return ngettext("%(num)d credit.", "%(num)d credits.", balance) if balance else ""


def kept_draws(office: BoxOffice, buyer: SignedInBuyer) -> list[dict[str, Any]]:
    """For the download: each purchase with its numbers and prizes."""
    with office.db.read() as connection:
        rows = list(connection.execute(_orders(buyer)))
        return [_kept(office, row, bought(connection, row.id)) for row in rows]


def kept_credits(office: BoxOffice, buyer: SignedInBuyer) -> dict[str, Any]:
    """For the download: the balance and every entry."""
    with office.db.read() as connection:
        entries = credits.entries_of(connection, buyer.address_key, credits.CREDITS_LIMIT)
        balance = credits.balance_of(connection, buyer.address_key)
    return {
        "credits": balance,
        "entries": [
            {"credits": entry.credits, "note": entry.note, "at": entry.at.isoformat()}
            for entry in entries
        ],
    }


def kept_limits(office: BoxOffice, buyer: SignedInBuyer) -> list[dict[str, Any]]:
    """For the download: budgets and breaks, as they are kept."""
    query = select(LotteryLimit.__table__).where(LotteryLimit.buyer == buyer.address_key)
    with office.db.read() as connection:
        rows = [dict(row._mapping) for row in connection.execute(query)]
    return [{name: row[name] for name in row if name != "buyer"} for row in rows]


def forget_credits(connection: Connection, buyer: SignedInBuyer) -> None:
    """Play credits go with the account."""
    credits.forget_credits(connection, buyer.address_key)


DRAWS: Final = Section(
    "draws", lambda: _("Draws"), "draws/_my_draws.html", my_draws, kept_draws, unclaimed_words
)
CREDITS: Final = Section(
    "credits", lambda: _("Credits"), "draws/_my_credits.html", my_credits, kept_credits,
    lost_credits_words, forget_credits, is_aside=True,
)  # fmt: skip
LIMITS: Final = Section(
    "limits", lambda: _("Limits"), "draws/_my_limits.html", my_limits, kept_limits, is_aside=True
)


def _orders(buyer: SignedInBuyer) -> Any:
    return (
        select(Order.id, Order.status, DrawOrder.lottery_id, DrawOrder.__table__.c["count"])
        .join(DrawOrder, DrawOrder.order_id == Order.id)
        .where(Order.email_key == buyer.address_key, Order.status.in_(OPEN))
        .order_by(Order.created_at.desc(), Order.id)
    )


def _draw(office: BoxOffice, row: Any, found: Bought | None) -> MyDraw:
    card = office.draws.by_id(row.lottery_id)
    title = card.title
    if found is not None and found.parts:
        title = _("%(draw)s, batch %(number)s", draw=title, number=found.parts[-1].number)
    note, state = _state(card, row, found)
    secret = office.tokens.order_secret(row.id)
    return MyDraw(title, note, draw_path(row.id, secret), card.stock, state)


def _state(card: DrawCard, row: Any, found: Bought | None) -> tuple[str, Label]:
    count = tickets_words(row._mapping["count"])
    if row.status in (OrderStatus.PENDING, OrderStatus.PAYING):
        return count, Label(_("To be paid"), "warn", "clock")
    if row.status == OrderStatus.REFUNDED:
        return count, Label(_("Given back"), "", "return")
    if found is None or not found.parts:
        return count, Label(_("Over"), "", "store")
    count = tickets_words(found.taken)
    if not found.is_done:
        words = _(
            "%(tickets)s, %(done)s drawn so far", tickets=count, done=count_words(found.drawn)
        )
        return words, Label(_("Drawing"), "info", "clock")
    if found.waits_for_draw:
        return count, Label(_("In the draw"), "ok", "check")
    return _won(card, count, found)


def _won(card: DrawCard, count: str, found: Bought) -> tuple[str, Label]:
    if not found.wins:
        return count, Label(_("Nothing won"), "", "ticket")
    words = _("%(tickets)s, %(prizes)s", tickets=count, prizes=prizes_words(len(found.wins)))
    claims = found.open_claims(wall_ms())
    if claims:
        day = short_moment_words(from_ms(min(claims.values())).astimezone(card.zone))
        words = _("%(words)s. Claim by %(day)s", words=words, day=day)
        to_claim = ngettext("%(num)d to claim", "%(num)d to claim", len(claims))
        return words, Label(to_claim, "warn", "gift")
    if any(can_be_claimed(won) for won in found.wins):
        return words, Label(_("Time to claim is over"), "", "clock")
    return words, Label(_("Claimed"), "ok", "check")


def _budget(card: DrawCard, limits: BuyerLimits) -> MyBudget:
    budget, spent = limits.budget_cents, limits.spent_cents
    money = price_words(spent, card.currency)
    words = _("%(money)s this month", money=money)
    if budget is not None:
        words = _("%(money)s this month of %(all)s", money=money,
                  all=price_words(budget, card.currency))  # fmt: skip
    later = ""
    if limits.later_from is not None:
        day = spoken_day(limits.later_from, card.today)
        later = _("From %(day)s there is no limit.", day=day)
        if limits.later_cents is not None:
            money = price_words(limits.later_cents, card.currency)
            later = _("From %(day)s it is %(money)s.", day=day, money=money)
    return MyBudget(
        card.currency,
        min(BAR, spent * BAR // budget) if budget else BAR if spent else 0,
        words,
        "" if budget is None else _typed(budget, card.currency),
        later,
        _("Most to spend in a month, %(currency)s", currency=card.currency),
        budget is not None,
    )


def _typed(cents: int, currency: str) -> str:
    """An amount as the field takes it: 50, or 12.50; yen have nothing behind the point."""
    digits = get_currency_precision(currency)
    return f"{cents / 10**digits:.{digits}f}".removesuffix(".00")


def _unclaimed(connection: Connection, buyer: SignedInBuyer) -> int:
    query = (
        select(func.count(LotteryWin.position))
        .join(Order, Order.id == LotteryWin.purchase_id)
        .where(Order.email_key == buyer.address_key, LotteryWin.claimed_ms.is_(None))
    )
    return int(connection.scalar(query) or 0)


def _kept(office: BoxOffice, row: Any, found: Bought | None) -> dict[str, Any]:
    numbers = [] if found is None else list(_numbers(found))
    wins = [] if found is None else found.wins
    details = details_of(office, row.id)
    return {
        "order": row.id,
        "draw": office.draws.by_id(row.lottery_id).title,
        "status": str(row.status),
        "tickets": row._mapping["count"],
        "numbers": numbers,
        "prizes": [
            {
                "batch": won.batch_id,
                "ticket": won.position,
                "prize": won.tier.name,
                "is_claimed": won.is_claimed,
                "is_given": won.is_given,
            }
            for won in wins
        ],
        "prizes_go_to": None if details is None else asdict(details),
    }


def _numbers(found: Bought) -> Iterator[dict[str, Any]]:
    for part in found.parts:
        yield {"batch": part.batch_id, "first": part.first, "last": part.last}
