"""A form that arrives twice counts once, also where it asks for several things at a time."""

from __future__ import annotations

from collections.abc import Callable

from app.box_office import BoxOffice
from tests.shop.visitor import Visitor

Make = Callable[[], str]
KEY = "a-key-of-twenty-signs"


def test_taking_one_seat_and_giving_back_another_is_one_press(
    bo: Visitor, make_event: Make
) -> None:
    slug = make_event()
    bo.open(f"/e/{slug}/seats")
    first, second = bo.seats()[:2]
    bo.hold(slug, first)

    both = {"seat": [second], "yours": [first], "from": "seats", "key": KEY}
    answers = [bo.send(f"/e/{slug}/holds", both) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    bo.follow(answers[0])
    assert bo.basket() == [second]


def test_giving_back_twice_is_no_fault(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    bo.open(f"/e/{slug}/seats")
    first, second = bo.seats()[:2]
    bo.hold(slug, first, second)

    back = {"release": [first], "key": KEY}
    answers = [bo.send(f"/e/{slug}/holds", back, htmx=True) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_an_area_named_twice_is_given_back_once(
    bo: Visitor, office: BoxOffice, make_event: Make
) -> None:
    slug = make_event()
    event_id = office.catalogue.by_slug(slug).id
    bo.open(f"/e/{slug}/seats")
    area, kind = next(iter(office.inventory_of(event_id).offer.areas)), "adult"
    bo.hold(slug, bo.seats()[0])
    bo.send(f"/e/{slug}/holds", {"area": area, "more": kind}, htmx=True)
    free = office.inventory_of(event_id).published.areas[area]

    twice = {"release": [f"area:{area}:{kind}:1"], "area": area, "fewer": kind}
    answer = bo.send(f"/e/{slug}/holds", twice, htmx=True)

    assert answer.status_code == 200
    assert office.inventory_of(event_id).published.areas[area] == free + 1


def test_more_time_for_two_shows_is_had_once(
    bo: Visitor, office: BoxOffice, make_event: Make
) -> None:
    slugs = [make_event(), make_event()]
    for slug in slugs:
        bo.open(f"/e/{slug}/seats")
        bo.hold(slug, bo.seats()[0])

    for _ in range(2):
        assert bo.send("/basket/extensions", {"key": KEY}, htmx=True).status_code == 200

    for slug in slugs:
        state = office.inventory_of(office.catalogue.by_slug(slug).id).actor.state
        assert state is not None
        assert [hold.extensions for hold in state.holds.values()] == [1]
