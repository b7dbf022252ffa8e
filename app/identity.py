"""Who is signed in: the one place that knows Flask-Login."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Final, ParamSpec
from urllib.parse import quote

from flask import Flask, request, session
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import select

from app import htmx
from app.box_office import office
from app.models import Account
from app.refusals import NotFound

IDLE_SECONDS: Final = 30 * 60
SESSION_SECONDS: Final = 7 * 24 * 3600
SEEN_EVERY_SECONDS: Final = 60  # not every page needs a new cookie
SIGN_IN_PATH: Final = "/sign-in"

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The account behind this request; `epoch` ends all its sessions when it is raised."""

    id: int
    email: str
    name: str
    is_admin: bool
    epoch: int

    is_active = True
    is_authenticated = True
    is_anonymous = False

    def get_id(self) -> str:
        """What the session keeps."""
        return f"{self.id}.{self.epoch}"


def init_app(app: Flask) -> None:
    """Let Flask-Login find its manager.

    Not by its own `init_app`: that adds a hook which opens the session of every visitor, for a
    cookie that we never set.
    """
    app.login_manager = _manager  # type: ignore[attr-defined]


def sign_in(account: SignedIn) -> None:
    """Begin a new session for the account; nothing of an older one is left in it."""
    session.clear()
    login_user(account)
    session["signed_in_at"] = session["seen_at"] = int(time.time())


def sign_out() -> None:
    """End this session."""
    logout_user()
    session.clear()


def current_account() -> SignedIn | None:
    """Whoever is signed in, or None."""
    return current_user._get_current_object() if current_user.is_authenticated else None


def require_admin(view: View[P]) -> View[P]:
    """Only for admins: others are sent to sign in, or told that there is no such page."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        account = current_account()
        if account is None:
            return _to_sign_in()
        if not account.is_admin:
            raise NotFound
        return view(*args, **kwargs)

    return guarded


def account_by_id(account_id: int) -> SignedIn | None:
    """An account that may sign in."""
    with office().db.read() as connection:
        row = connection.execute(
            select(
                Account.id, Account.email, Account.name, Account.is_admin, Account.session_epoch
            ).where(Account.id == account_id, Account.disabled_at.is_(None))
        ).one_or_none()
    return None if row is None else SignedIn(*row)


def _load(kept: str) -> SignedIn | None:
    account_id, _, epoch = kept.partition(".")
    if not (account_id.isdigit() and epoch.isdigit() and _is_fresh()):
        return None
    account = account_by_id(int(account_id))
    return account if account is not None and account.epoch == int(epoch) else None


def _is_fresh() -> bool:
    now = int(time.time())
    signed_in_at, seen_at = session.get("signed_in_at"), session.get("seen_at")
    if not isinstance(signed_in_at, int) or not isinstance(seen_at, int):
        return False
    if now - signed_in_at > SESSION_SECONDS or now - seen_at > IDLE_SECONDS:
        return False
    if now - seen_at > SEEN_EVERY_SECONDS:
        session["seen_at"] = now
    return True


def _to_sign_in() -> ResponseReturnValue:
    path = request.full_path.rstrip("?") if request.method == "GET" else ""
    query = f"?next={quote(path, safe='/')}" if path else ""
    return htmx.go_to(f"{SIGN_IN_PATH}{query}")


_manager = LoginManager()
_manager.session_protection = None  # an address that changes on the way home ends no session
_manager.user_loader(_load)
