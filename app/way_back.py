"""Where a buyer was before signing in: one of our own pages, kept in a cookie until they are back.

The letter may be read in another browser, which has no such cookie: there signing in leads to
`/me`, as it does for whoever came from nowhere.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from flask import Response

from app.box_office import office
from app.headers import cookie_name, set_cookie
from app.refusals import NotFound
from app.requests import this_request
from app.sign_ins.asking import LINK_MINUTES

COOKIE: Final = "way-back"
PURPOSE: Final = "way-back"
FIELD: Final = "next"
HOME: Final = "/me"
PATH_LIMIT: Final = 200  # characters
# Pages that only show something; no sign that could make it the address of another site.
PAGES: Final = re.compile(r"/(?:draw|e|members)/[A-Za-z0-9/_-]+(?:\?[A-Za-z0-9_=&-]*)?")


def safe_path(typed: str) -> str:
    """A path of ours that may be gone back to; "" for anything else."""
    is_ours = len(typed) <= PATH_LIMIT and PAGES.fullmatch(typed) is not None
    return typed if is_ours and "//" not in typed else ""


def me_path(back: str = "", part: str = "") -> str:
    """A buyer's own page, or the form to sign in, which knows where to go on afterwards."""
    query = f"?{FIELD}={quote(back, safe='/')}" if back else ""
    return f"{HOME}{query}{f'#{part}' if part else ''}"


def named_way() -> str:
    """The way back that this page's address or form names; "" for none."""
    request = this_request()
    sent = request.form if request.method == "POST" else request.args
    return safe_path(sent.get(FIELD, ""))


def kept_way() -> str:
    """The one that this browser was given when it asked for a letter; "" for none."""
    signed = this_request().cookies.get(cookie_name(office().settings, COOKIE), "")
    try:
        return safe_path(office().tokens.subject_of(PURPOSE, signed))
    except NotFound:
        return ""


def keep_way(response: Response, back: str) -> Response:
    """Let this browser know the way back as long as a letter works; "" forgets it."""
    settings = office().settings
    if back:
        signed = office().tokens.signed(PURPOSE, back)
        set_cookie(response, settings, COOKIE, signed, LINK_MINUTES * 60)
    elif cookie_name(settings, COOKIE) in this_request().cookies:
        set_cookie(response, settings, COOKIE, "", 0)
    return response
