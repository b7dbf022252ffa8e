"""What a buyer sets for themselves: play credits from a code, a budget, a break."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from babel.numbers import get_currency_precision
from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app import credits
from app.box_office import office
from app.buyer_cookie import signed_in_buyer
from app.clock import utc_now
from app.draws.queries.breaks import break_day, break_page, house_day
from app.draws.queries.mine import takes_sample
from app.htmx import go_to, show_page
from app.lottery.pool.purchase import spoken_day
from app.money import price_words
from app.my_page import show_again
from app.notices import leave_notice
from app.pages import FormState, Notice
from app.prize_draws.limits import set_budget, take_break
from app.rate_limits import limit
from app.refusals import Invalid, NotFound
from app.way_back import HOME, me_path, named_way
from app.words import gettext as _
from app.words import ngettext

bp = Blueprint("draw_limits", __name__)
CODE_LIMIT: Final = 60  # characters
BUDGET_LIMIT: Final = Decimal(1_000_000)
# 1,250.50 or 5,50: before three digits a comma parts thousands, before one or two it parts pence
AMOUNT: Final = re.compile(
    r"(?P<whole>[0-9]{1,3}(?:[ ,][0-9]{3})+|[0-9]+)"
    r"(?:\.(?P<part>[0-9]{1,3})|,(?P<comma>[0-9]{1,2}))?"
)
BUDGET_SIGNS: Final = 40


@bp.get("/me/credits")
@bp.get("/me/sample-credits")
@bp.get("/me/budget")
def show_mine() -> ResponseReturnValue:
    """Whoever loads an answer of these forms again is on the page that they stand on."""
    return go_to(me_path(named_way()))


@bp.post("/me/credits")
def create_credits() -> ResponseReturnValue:
    """Add what a code is worth."""
    buyer = signed_in_buyer()
    if buyer is None:
        return go_to(HOME)
    limit("voucher", subject=buyer.address_key)
    typed = request.form.get("code", "")[:CODE_LIMIT]
    try:
        count = credits.redeem(office(), buyer.address_key, typed)
    except credits.BadVoucher as refusal:
        return show_again(buyer, FormState({"code": typed}, {"code": refusal.words}))

    said = ngettext("%(num)d credit is yours.", "%(num)d credits are yours.", count)
    return _done("credits", said)


@bp.post("/me/sample-credits")
def create_sample_credits() -> ResponseReturnValue:
    """Take some for trying the demo house's draws, once a day."""
    buyer = signed_in_buyer()
    if buyer is None:
        return go_to(HOME)
    if not takes_sample(office()):
        raise NotFound
    limit("voucher", subject=buyer.address_key)

    count = credits.take_sample(office(), buyer.address_key, utc_now().date().isoformat())

    said = ngettext("%(num)d credit is yours.", "%(num)d credits are yours.", count)
    if not count:
        said = _("You have had today's credits already. There are more tomorrow.")
    return _done("credits", said)


@bp.post("/me/budget")
def update_budget() -> ResponseReturnValue:
    """Set a month's budget: lower at once, higher some days after it was asked for."""
    buyer = signed_in_buyer()
    if buyer is None:
        return go_to(HOME)
    currency = request.form.get("currency", "")[:3]
    typed = request.form.get("budget", "")[:BUDGET_SIGNS]
    try:
        cents = _cents(typed, currency)
    except Invalid as refusal:
        return show_again(buyer, FormState({"budget": typed, "currency": currency}, refusal.fields))

    view = set_budget(office(), buyer.address_key, currency, cents)

    if view.later_from is not None:
        day = spoken_day(view.later_from, house_day(office()))
        said = _("Your budget changes on %(day)s.", day=day)
        return _done("limits", said, _("Until then the one before holds."))
    if view.cents is None:
        return _done("limits", _("You have no budget now: there is no limit to what you spend."))
    money = price_words(view.cents, currency)
    return _done("limits", _("Your budget is %(money)s a month from now on.", money=money))


@bp.get("/me/break")
def show_break() -> ResponseReturnValue:
    """Ask once more, since a break cannot be taken back."""
    buyer, typed = signed_in_buyer(), request.args.get("days", "")
    if buyer is None or not typed:
        return go_to(HOME)
    try:
        page = break_page(office(), buyer, typed)
    except Invalid as refusal:
        return show_again(buyer, FormState({"days": typed}, refusal.fields))
    return show_page("draws/break.html", page=page)


@bp.post("/me/break")
def create_break() -> ResponseReturnValue:
    """Buy nothing until the day that the page named; it can be made longer, never shorter."""
    buyer = signed_in_buyer()
    if buyer is None:
        return go_to(HOME)
    try:
        until = break_day(office(), request.form.get("until", ""))
        take_break(office(), buyer.address_key, until)
    except Invalid as refusal:
        return show_again(buyer, FormState({}, {"days": " ".join(refusal.fields.values())}))

    day = spoken_day(until, house_day(office()))
    said = _("Your break has begun. You can buy draw tickets again from %(day)s.", day=day)
    return _done("limits-break", said)


def _done(part: str, said: str, safe: str = "") -> ResponseReturnValue:
    """Back to the part of the page where the form stands, which says what was done."""
    notice = Notice(said, safe, kind="ok", icon="check", part=part)
    return leave_notice(go_to(me_path(named_way(), part)), notice)


def _cents(typed: str, currency: str) -> int | None:
    """What was typed in minor units; None for no budget."""
    plain = typed.strip()
    if not plain:
        return None
    found = AMOUNT.fullmatch(plain)
    if found is None:
        raise Invalid({"budget": _amount_wanted()})
    part = found["part"] or found["comma"] or "0"
    amount = Decimal(f"{re.sub('[ ,]', '', found['whole'])}.{part}")
    if amount > BUDGET_LIMIT:
        raise Invalid({"budget": _amount_wanted()})
    cents = amount * 10 ** get_currency_precision(currency or "GBP")
    if cents != int(cents):
        raise Invalid({"budget": _amount_wanted()})
    return int(cents)


def _amount_wanted() -> str:
    return _("Type an amount such as 50, or leave it empty for no limit.")
