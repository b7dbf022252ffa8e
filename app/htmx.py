"""Pages and fragments: the only module that reads or writes htmx's headers."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from flask import Response, redirect, request

from app.houses import house
from app.notices import leave_notice, notice_of, plate_of, take_notice
from app.pages import Plate
from app.refusals import GatewayAway, Refusal
from app.requests import this_app, this_request

NOTICE_PLACE: Final = "#notice"
BACK_STATUSES: Final = frozenset((402, 403, 409, 410, 422, 429))
HTML: Final = "text/html; charset=utf-8"
NOTICE_HEADERS: Final = {
    "Content-Type": HTML,
    "HX-Retarget": NOTICE_PLACE,
    "HX-Reswap": "innerHTML",
}


def wants_fragment() -> bool:
    """Whether htmx asks for a part of a page."""
    environ = this_request().environ  # a header that is missing costs nothing there
    kind = environ.get("HTTP_HX_REQUEST_TYPE")
    return "HTTP_HX_REQUEST" in environ if kind is None else kind == "partial"


def show_page(template: str, status: int = 200, **view: Any) -> Response:
    """A whole page, with the notice that the last press left behind."""
    context = {"house": house(), **view}
    if "notice" not in context:
        context["notice"] = take_notice()
    return Response(_draw(template, context), status, content_type=HTML)


def show_fragment(template: str, **view: Any) -> str:
    """One element, drawn without anything that only whole pages need."""
    return _draw(template, view)


def page_or_fragment(template: str, back_to: str, **view: Any) -> Response | str:
    """The changed element for htmx; without it, 303 to the page that shows it."""
    return show_fragment(template, **view) if wants_fragment() else go_to(back_to)


def go_to(address: str) -> Response:
    """On to another page, of ours or of a gateway."""
    if "HX-Request" in request.headers:
        return Response(status=204, headers={"HX-Redirect": address})
    return _see(address)


def refuse(refusal: Refusal) -> Response:
    """The refusal for a person: a notice where they are, or a page of its own."""
    if "HX-Request" in request.headers:
        notice = show_fragment("_notice.html", notice=notice_of(refusal))
        answer = Response(notice, headers=NOTICE_HEADERS)
    elif back_to := _where_from(refusal):
        return leave_notice(_see(back_to + NOTICE_PLACE), notice_of(refusal))
    else:
        answer = show_plate(plate_of(refusal), refusal.status)
    answer.status_code = refusal.status
    if refusal.retry_after is not None:
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def show_plate(plate: Plate, status: int) -> Response:
    """A whole page that has one thing to say; needs no database."""
    context = {"house": house(), "plate": plate}
    return Response(_draw("plate.html", context), status, content_type=HTML)


def _draw(template: str, context: dict[str, Any]) -> str:
    return this_app().jinja_env.get_template(template).render(context)


def _see(address: str) -> Response:
    answer = redirect(address, 303)
    assert isinstance(answer, Response)
    return answer


def _where_from(refusal: Refusal) -> str | None:
    """Our own page that a plain form was sent from: the notice belongs there."""
    is_for_them = refusal.status in BACK_STATUSES or isinstance(refusal, GatewayAway)
    if request.method == "GET" or not is_for_them:
        return None
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host or not parts.path.startswith("/") or parts.path[1:2] == "/":
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
