"""From an entry to the words of its letters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.ballot_draws.by_itself import cannot_be_bought
from app.ballot_draws.entering import entry_of_address, entry_url, request_of
from app.ballot_draws.stories import ASKED, Story, story_of, wish_words
from app.ballot_reading import terms_of
from app.box_office import BoxOffice
from app.clock import from_ms, house, to_ms
from app.effects import Effect
from app.lottery.ballot.entry import ENTERED, LAPSED, LEFT, LOST, WAITING, WON
from app.mail import ballot_kinds as kinds
from app.mail.ballot_kinds import BallotWords
from app.mail.letters import Letter, LetterPage
from app.mail.reading import letter_house
from app.mail.writing import lay_out
from app.models import BallotRight, BallotStatus, RightState
from app.refusals import NotFound
from app.words import short_moment_words

HOUR_MS: Final = 3_600_000

_PAGES: Final[dict[tuple[str, str], Callable[[BallotWords], LetterPage]]] = {
    ("confirm", ASKED): kinds.confirm_page,
    ("in", ENTERED): kinds.in_page,
    ("result", WON): kinds.won_page,
    ("result", WAITING): kinds.waiting_page,
    ("result", LOST): kinds.lost_page,
    ("offer", WON): kinds.offered_page,
    ("over", LAPSED): kinds.over_page,
    ("ended", LEFT): kinds.ended_page,
    ("called_off", LEFT): kinds.called_off_page,
    ("cancelled", LEFT): kinds.cancelled_page,
    ("cancelled", WAITING): kinds.cancelled_page,
    ("cancelled", WON): kinds.cancelled_page,
}  # what a letter of this kind says to an entry that stands so; nothing where there is none


def ballot_letter(office: BoxOffice, effect: Effect) -> Callable[[], Letter] | None:
    """Writes the letter of an effect; None when it would say what is not true any more."""
    payload = effect.payload
    try:
        story = story_of(office, request_of(office, payload["entry"]))
    except NotFound:
        return None
    make = _page_for(office, story, payload["letter"], payload.get("number"))
    if make is None or not story.request.email:  # forgotten by its own wish
        return None

    def write() -> Letter:
        card = office.catalogue.by_id(terms_of(story.ballot.terms).supply[0].wish.event_id)
        request = story.request
        key = f"ballot.{effect.id}.{to_ms(effect.created_at)}"
        return lay_out(
            make(_words(office, story, payload.get("event"))),
            letter_house(card.house),
            key=key,
            name=request.name,
            email=request.email,
        )

    return write


def _page_for(
    office: BoxOffice, story: Story, letter: str, number: int | None
) -> Callable[[BallotWords], LetterPage] | None:
    is_known = entry_of_address(office, story.ballot.id, story.request.email_key) is not None
    if letter == "confirm" and is_known:
        return kinds.known_page
    if letter in ("offer", "result") and story.status == WON:
        if story.kept is None or not story.kept.seats or cannot_be_bought(story.kept.event):
            return None
        if number is not None and number != _live_number(office, story.request.id):
            return None
    return _PAGES.get((letter, story.status))


def _words(office: BoxOffice, story: Story, event_id: int | None = None) -> BallotWords:
    base, zone = office.settings.base_url, ZoneInfo(story.ballot.time_zone)
    kept, draws_at = story.kept, story.ballot.draws_at
    about = kept.event if kept is not None else None
    if event_id is not None:
        about = office.catalogue.by_id(event_id)
    url = story.url
    other = entry_of_address(office, story.ballot.id, story.request.email_key)
    if other is not None:
        url = entry_url(office, other)
    return BallotWords(
        title=story.ballot.title,
        name=story.request.name,
        count=story.count,
        url=f"{base}{url}",
        check_url=f"{base}/ballot/{story.ballot.slug}#check",
        wishes=tuple(wish_words(office, wish) for wish in story.wishes),
        draws="" if draws_at is None else short_moment_words(draws_at.astimezone(zone)),
        show="" if about is None else _show_words(about.title, about.local_start),
        because=story.ballot.status_words,
        goes_on=story.status in (WAITING, WON),
        seats="" if kept is None else kept.words,
        total="" if kept is None else kept.total,
        until="" if kept is None else short_moment_words(until_of(kept.until_ms, zone)),
        place=story.place_now,
        weight=story.weight,
        can_join=story.ballot.status != BallotStatus.ENDED,
        offer_hours=max(1, terms_of(story.ballot.terms).offer_ms // HOUR_MS),
    )


def until_of(until_ms: int, zone: ZoneInfo) -> datetime:
    """A moment of house time on a wall clock."""
    return from_ms(until_ms + house.drift_ms()).astimezone(zone)


def _show_words(title: str, starts: datetime) -> str:
    return f"{title}, {short_moment_words(starts)}"


def _live_number(office: BoxOffice, entry_id: str) -> int | None:
    query = select(BallotRight.number).where(
        BallotRight.entry_id == entry_id, BallotRight.state == RightState.LIVE
    )
    with office.db.read() as connection:
        found = connection.scalar(query)
    return None if found is None else int(found)
