"""The pages of whoever is signed in."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app.box_office import office
from app.buyer_cookie import sign_out_here, signed_in_buyer
from app.forgetting import forget_buyer
from app.htmx import go_to, show_page
from app.me.queries.download import my_data
from app.me.queries.mine import deletion_page, my_page
from app.me.queries.orders import past_page
from app.me.views import SignInPage
from app.my_page import sections
from app.notices import leave_notice
from app.pages import FormState, Notice
from app.rate_limits import limit
from app.sign_ins.sessions import SignedInBuyer
from app.way_back import named_way
from app.words import gettext as _

bp = Blueprint("mine", __name__)

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
DATA_FILE: Final = "my-tickets.json"


def for_buyers(view: Callable[Concatenate[SignedInBuyer, P], ResponseReturnValue]) -> View[P]:
    """Only for whoever is signed in, and about nobody else; others are sent to sign in."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        buyer = signed_in_buyer()
        return go_to("/me") if buyer is None else view(buyer, *args, **kwargs)

    return guarded


@bp.get("/me")
def show_me() -> ResponseReturnValue:
    """My tickets; the form that asks for a link for whoever is not signed in."""
    buyer = signed_in_buyer()
    if buyer is None:
        return show_page("me/sign_in.html", page=SignInPage(back=named_way()))
    return show_page("me/mine.html", page=my_page(office(), buyer, named_way()))


def show_again(buyer: SignedInBuyer, form: FormState) -> Response:
    """The page with what was typed into one of its forms."""
    page = my_page(office(), buyer, named_way(), form)
    return show_page("me/mine.html", 422, page=page)


@bp.get("/me/before")
@for_buyers
def list_past(buyer: SignedInBuyer) -> ResponseReturnValue:
    """The history of orders."""
    return show_page("me/before.html", page=past_page(office(), buyer))


@bp.get("/me/data.json")
@for_buyers
def show_data(buyer: SignedInBuyer) -> ResponseReturnValue:
    """All that is kept about the buyer, as a file."""
    limit("my_data", subject=buyer.address_key)
    content = json.dumps(my_data(office(), buyer), indent=2, ensure_ascii=False)
    headers = {"Content-Disposition": f'attachment; filename="{DATA_FILE}"'}
    return Response(content, content_type="application/json", headers=headers)


@bp.get("/me/deletion")
@for_buyers
def show_deletion(buyer: SignedInBuyer) -> ResponseReturnValue:
    """What goes and what stays."""
    return show_page("me/deletion.html", page=deletion_page(office(), buyer))


@bp.post("/me/deletion")
@for_buyers
def create_deletion(buyer: SignedInBuyer) -> ResponseReturnValue:
    """Forget the buyer, and sign out everywhere."""
    more = [section.forget for section in sections() if section.forget is not None]
    forget_buyer(office(), buyer, more)
    sign_out_here()
    notice = Notice(
        _("Your account is deleted, and you are signed out everywhere."),
        _("Tickets for shows to come still work, from the links in your emails."),
        kind="ok",
        icon="check",
    )
    return leave_notice(go_to("/me"), notice)
