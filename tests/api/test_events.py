"""What is on, what can be chosen, and who has what: the same for everybody."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest

from app.box_office import BoxOffice
from app.clock import utc_now
from app.models import EventStatus
from tests.api.client import Program
from tests.api.conftest import Gala, open_event

INVALID = (422, "invalid")
NOT_FOUND = (404, "not_found")


def test_an_event_is_listed_with_its_cheapest_price_and_free_places(
    bo: Program, gala: Gala
) -> None:
    bo.hold(gala.slug, *gala.seats[:2])

    event = next(e for e in all_events(bo) if e["slug"] == gala.slug)
    assert event["places_free"] == 68
    assert event["price_from_cents"] == 800
    assert event["currency"] == "GBP"
    assert event["starts_at"].endswith("Z")


def test_all_events_come_page_by_page_soonest_first(bo: Program, office: BoxOffice) -> None:
    made = {open_event(office, starts_at=f"2041-01-{day:02} 19:30", seats=1).slug
            for day in range(1, 29)}  # fmt: skip
    made |= {open_event(office, starts_at="2041-02-01 19:30", seats=1).slug for _ in range(28)}

    events = all_events(bo)
    slugs = [event["slug"] for event in events]
    starts = [event["starts_at"] for event in events]
    assert len(slugs) == len(set(slugs)) > 50
    assert made <= set(slugs)
    assert starts == sorted(starts)


@pytest.mark.parametrize("after", ["x", "1-", "-1", "1-x", "1" * 50, "١-٢", "-1--1", "1-2-3"])
def test_a_cursor_that_is_not_ours_is_refused(bo: Program, after: str) -> None:
    assert bo.get(f"/events?after={after}").no == INVALID


def test_a_draft_is_not_there(bo: Program, office: BoxOffice) -> None:
    draft = open_event(office, status=EventStatus.DRAFT)

    assert draft.slug not in {event["slug"] for event in all_events(bo)}
    for rest in ("", "/seats", "/state"):
        assert bo.get(f"/events/{draft.slug}{rest}").no == NOT_FOUND
    assert bo.hold(draft.slug, draft.seats[0]).no == NOT_FOUND


def test_an_event_leaves_the_list_a_day_after_its_start(bo: Program, office: BoxOffice) -> None:
    over = (utc_now() - timedelta(hours=30)).strftime("%Y-%m-%d %H:%M")
    begun = (utc_now() - timedelta(hours=3)).strftime("%Y-%m-%d %H:%M")
    old, running = open_event(office, starts_at=over), open_event(office, starts_at=begun)

    slugs = {event["slug"] for event in all_events(bo)}
    assert running.slug in slugs
    assert old.slug not in slugs
    assert bo.get(f"/events/{old.slug}").content["sale"] == "over"


def test_an_event_tells_everything_that_can_be_chosen(bo: Program, gala: Gala) -> None:
    event = bo.get(f"/events/{gala.slug}").content

    assert [kind["id"] for kind in event["ticket_types"]] == ["adult", "under-26"]
    assert {"category": "front", "ticket_type": "adult", "price_cents": 2400} in event["prices"]
    assert event["areas"][0] == {
        "id": "standing",
        "name": "Standing",
        "category": "rear",
        "capacity": 10,
        "places_free": 10,
    }
    assert event["limits"]["order"] == 100
    assert event["limits"]["hold_seconds"] == 600
    assert event["sale"] == "open"


def test_seats_stand_in_the_order_of_the_letters(bo: Program, gala: Gala) -> None:
    bo.hold(gala.slug, gala.seats[7])

    answer = bo.get(gala.path("seats"))
    seats = answer.content["seats"]
    assert tuple(seat["id"] for seat in seats) == gala.seats
    assert "".join(seat["state"] for seat in seats) == bo.letters(gala.slug)
    assert seats[7]["state"] == "h"
    assert answer.content["version"] == bo.get(gala.path("state")).content["version"]


def test_seats_are_compressed_for_who_asks_and_sent_once(bo: Program, gala: Gala) -> None:
    plain = bo.get(gala.path("seats"))
    small = bo_gzip(bo, gala.path("seats"))

    assert json.loads(gzip.decompress(small)) == plain.content
    again = bo.get(gala.path("seats"), If_None_Match=plain.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    bo.hold(gala.slug, gala.seats[0])
    assert bo.get(gala.path("seats"), If_None_Match=plain.headers["ETag"]).status == 200


def test_a_poll_learns_what_changed_and_nothing_else(bo: Program, gala: Gala) -> None:
    before = bo.get(gala.path("state")).content
    bo.post(
        gala.path("holds"), {"seats": [gala.seats[3]], "areas": [{"id": "standing", "count": 4}]}
    )

    news = bo.get(gala.path(f"state?since={before['version']}")).content
    assert news["changes"] == [[3, "h"]]
    assert news["areas"] == {"standing": 6}
    again = bo.get(gala.path(f"state?since={news['version']}")).content
    assert again["changes"] == []


def test_a_poll_without_news_is_empty(bo: Program, gala: Gala) -> None:
    first = bo.get(gala.path("state"))

    again = bo.get(gala.path("state"), If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    "since", ["x", "0.0", "999.1", "1.99999", "1", ".", "-1.0", "1.٣", "9" * 99]
)
def test_an_unknown_version_is_answered_with_the_whole_state(
    bo: Program, gala: Gala, since: str
) -> None:
    assert len(bo.get(gala.path(f"state?since={since}")).content["seats"]) == 60


def test_everybody_gets_the_same_bytes(bo: Program, cy: Program, gala: Gala) -> None:
    basket = bo.hold(gala.slug, gala.seats[0]).content["basket"]

    assert bo.get(gala.path("state"), Basket=basket).body == cy.get(gala.path("state")).body


def test_a_refused_hold_changes_no_version(bo: Program, gala: Gala) -> None:
    bo.hold(gala.slug, gala.seats[0])
    before = bo.get(gala.path("state")).body
    bo.hold(gala.slug, gala.seats[0], gala.seats[1])

    assert bo.get(gala.path("state")).body == before


@pytest.mark.parametrize("slug", ["nowhere", "..", "%00", "a" * 500, "gala%2F1", "%F0%9F%98%80"])
def test_an_event_that_is_not_there_is_not_found(bo: Program, slug: str) -> None:
    assert bo.get(f"/events/{slug}/state").status == 404
    assert bo.hold(slug, "A1").status == 404


def test_nothing_is_said_to_other_sites_and_cookies_count_for_nothing(
    bo: Program, gala: Gala
) -> None:
    answer = bo.get(gala.path("state"), Origin="https://cy.example", Cookie="session=x; basket=y")

    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def all_events(bo: Program) -> list[dict[str, Any]]:
    """Every page of the list."""
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        page = bo.get(f"/events?after={after}").content
        found += page["events"]
        if page["next"] is None:
            return found
        assert len(page["events"]) == 50
        after = page["next"]


def bo_gzip(bo: Program, path: str) -> bytes:
    """A compressed body."""
    answer = bo.app.test_client().get(f"/api/v1{path}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    return bytes(answer.data)
