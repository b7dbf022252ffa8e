"""What a buyer sets for themselves: play credits from a code, a budget, a break."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from babel.numbers import get_currency_precision
from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app import credits
from app.box_office import office
from app.buyer_cookie import signed_in_buyer
from app.clock import utc_now
from app.draws.queries.mine import BREAK_DAYS, takes_sample
from app.htmx import go_to
from app.money import price_words
from app.notices import leave_notice
from app.pages import Notice
from app.prize_draws.limits import set_budget, take_break
from app.rate_limits import limit
from app.refusals import Invalid, NotFound
from app.words import gettext as _
from app.words import ngettext

bp = Blueprint("draw_limits", __name__)
CODE_LIMIT: Final = 60  # characters
BUDGET_LIMIT: Final = Decimal(1_000_000)


@bp.post("/me/credits")
def create_credits() -> ResponseReturnValue:
    """Add what a code is worth."""
    buyer = signed_in_buyer()
    if buyer is None:
        return go_to("/me")
    limit("voucher", subject=buyer.address_key)

    count = credits.redeem(office(), buyer.address_key, request.form.get("code", "")[:CODE_LIMIT])

    said = ngettext("%(num)d credit is yours.", "%(num)d credits are yours.", count)
    return leave_notice(go_to("/me#credits"), Notice(said, kind="ok", icon="check"))


@bp.post("/me/sample-credits")
def create_sample_credits() -> ResponseReturnValue:
    """Take some for trying the demo house's draws, once a day."""
    buyer = signed_in_buyer()
    if buyer is None:
        return go_to("/me")
    if not takes_sample(office()):
        raise NotFound
    limit("voucher", subject=buyer.address_key)

    count = credits.take_sample(office(), buyer.address_key, utc_now().date().isoformat())

    said = ngettext("%(num)d credit is yours.", "%(num)d credits are yours.", count)
    if not count:
        said = _("You have had today's credits already. There are more tomorrow.")
    return leave_notice(go_to("/me#credits"), Notice(said, kind="ok", icon="check"))


@bp.post("/me/budget")
def update_budget() -> ResponseReturnValue:
    """Set a month's budget: lower at once, higher some days after it was asked for."""
    buyer = signed_in_buyer()
    if buyer is None:
        return go_to("/me")
    currency = request.form.get("currency", "")[:3]
    cents = _cents(request.form.get("budget", ""), currency)

    view = set_budget(office(), buyer.address_key, currency, cents)

    if view.later_from is not None:
        said = _("Your budget changes on %(day)s.", day=view.later_from)
        safe = _("Until then the one before holds.")
    elif view.cents is None:
        said, safe = _("You have no budget set."), ""
    else:
        money = price_words(view.cents, currency)
        said, safe = _("Your budget is %(money)s a month from now on.", money=money), ""
    return leave_notice(go_to("/me#limits"), Notice(said, safe, kind="ok", icon="check"))


@bp.post("/me/break")
def create_break() -> ResponseReturnValue:
    """Buy nothing for some time; it can be made longer, never shorter."""
    buyer = signed_in_buyer()
    if buyer is None:
        return go_to("/me")
    typed = request.form.get("days", "")
    if typed not in map(str, BREAK_DAYS):
        raise Invalid({"days": _("Choose how long the break is to be.")})
    todays = [card.today for card in office().draws.on_show() if card.is_open]
    today = date.fromisoformat(max(todays, default=utc_now().date().isoformat()))
    until = (today + timedelta(days=int(typed))).isoformat()

    take_break(office(), buyer.address_key, until)

    said = _("Your break has begun. You can buy draw tickets again from %(day)s.", day=until)
    return leave_notice(go_to("/me#limits"), Notice(said, kind="ok", icon="check"))


def _cents(typed: str, currency: str) -> int | None:
    """What was typed in minor units; None for no budget."""
    plain = typed.strip().replace(",", "")
    if not plain:
        return None
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount <= BUDGET_LIMIT:
        raise Invalid({"budget": _amount_wanted()})
    cents = amount * 10 ** get_currency_precision(currency or "GBP")
    if cents != int(cents):
        raise Invalid({"budget": _amount_wanted()})
    return int(cents)


def _amount_wanted() -> str:
    return _("Type an amount such as 50, or nothing for no budget.")
