"""Letters that sign buyers in: link and code are computed here, from what is kept of the wish."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from app.box_office import BoxOffice
from app.catalogue import House
from app.clock import to_ms, utc_now
from app.effects import Done, Duty, Effect, Outcome
from app.mail.letters import Letter, LetterHouse, LetterPage
from app.mail.post import Post
from app.mail.reading import letter_house
from app.mail.sign_in import sign_in_page
from app.mail.writing import lay_out
from app.sign_ins.asking import Asked, LinkOver, code_of, is_open, known_request, link_token
from app.sign_ins.browsers import browser_words
from app.words import clock_words
from app.words import gettext as _

CODE_HALF = 3  # K7Q-2M9


def duties(office: BoxOffice, post: Post) -> dict[str, Duty]:
    """The one kind of letter to buyers that is about no order."""
    return {"mail.sign_in": Duty(partial(send_link, office, post))}


def send_link(office: BoxOffice, post: Post, effect: Effect) -> Outcome:
    """The link and the code, while they still work."""
    try:
        asked = known_request(office, effect.payload["request"], is_open(utc_now()))
    except LinkOver:
        return Done({"left_out": "the link has been used or has ended"})

    def write() -> Letter:
        house = office.catalogue.main_house()
        named = letter_house(house) if house else LetterHouse(name=_("The box office"))
        key = f"sign-in.{effect.id}.{to_ms(effect.created_at)}"
        page = _page(office, asked, house, named.name)
        return lay_out(page, named, key=key, name="", email=asked.email)

    return post.deliver(write)


def _page(office: BoxOffice, asked: Asked, house: House | None, name: str) -> LetterPage:
    zone = UTC if house is None else ZoneInfo(house.time_zone)

    def clock(at: datetime) -> str:
        return clock_words(at.astimezone(zone))

    code = code_of(office.tokens, asked)
    return sign_in_page(
        house=name,
        link=f"{office.settings.base_url}/me/sign-in/{link_token(office.tokens, asked)}",
        code=f"{code[:CODE_HALF]}-{code[CODE_HALF:]}",
        asked=_(
            "%(time)s from %(browser)s",
            time=clock(asked.asked_at),
            browser=browser_words(asked.browser),
        ),
        until=clock(asked.expires_at),
    )
