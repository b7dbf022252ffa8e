"""Holding from the pages: one press, its answer, and every no."""

from __future__ import annotations

from collections.abc import Callable

from app.box_office import BoxOffice
from tests.shop.visitor import Visitor

Make = Callable[[], str]


def start(visitor: Visitor, slug: str) -> list[str]:
    """Open the list of an event; its free seats."""
    visitor.open(f"/e/{slug}/seats")
    return visitor.seats()


def test_a_pressed_seat_is_in_the_basket(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    seats = start(bo, slug)

    answer = bo.hold(slug, seats[0])

    assert answer.status_code == 200
    assert bo.basket() == [seats[0]]


def test_without_htmx_a_press_goes_back_to_its_page(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    seats = start(bo, slug)

    answer = bo.send(f"/e/{slug}/holds", {"seat": seats[:2], "from": "seats"})
    bo.follow(answer)

    assert answer.headers["Location"].startswith(f"/e/{slug}/seats")
    assert bo.basket() == seats[:2]


def test_the_list_gives_back_what_is_no_longer_ticked(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    seats = start(bo, slug)
    bo.hold(slug, seats[0], seats[1])

    bo.open(f"/e/{slug}/seats")
    bo.send(f"/e/{slug}/holds", {"seat": [seats[1], seats[2]], "yours": seats[:2]})
    bo.open(f"/e/{slug}")

    assert bo.basket() == [seats[1], seats[2]]


def test_a_seat_can_be_given_back(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    seats = start(bo, slug)
    bo.hold(slug, seats[0], seats[1])

    answer = bo.send(f"/e/{slug}/holds", {"release": seats[0]}, htmx=True)

    assert f'data-seats="{seats[1]}"' in answer.text


def test_a_held_seat_is_refused_to_the_next_buyer(
    bo: Visitor, cy: Visitor, make_event: Make
) -> None:
    slug = make_event()
    seats = start(bo, slug)
    start(cy, slug)
    bo.hold(slug, seats[0])

    answer = cy.hold(slug, seats[0])

    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#notice"
    assert "was just taken" in answer.text
    assert f'value="{seats[1]}"' in answer.text  # the one beside it, to press


def test_a_refused_press_without_htmx_is_told_where_it_was_pressed(
    bo: Visitor, cy: Visitor, make_event: Make
) -> None:
    slug = make_event()
    seats = start(bo, slug)
    start(cy, slug)
    bo.hold(slug, seats[0])

    answer = cy.send(f"/e/{slug}/holds", {"seat": seats[0]})
    assert answer.headers["Location"] == f"/e/{slug}/seats#notice"
    cy.follow(answer)
    assert "was just taken" in cy.page

    cy.open(f"/e/{slug}/seats")
    assert "was just taken" not in cy.page


def test_a_notice_that_we_did_not_write_is_not_shown(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    start(bo, slug)

    bo._client.set_cookie("notice", "eyJoYXBwZW5lZCI6ICJTZW5kIG1vbmV5In0=.AAAA", domain="127.0.0.1")
    answer = bo.open(f"/e/{slug}")

    assert answer.status_code == 200
    assert "Send money" not in answer.text


def test_a_seat_of_another_house_is_no_seat(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    start(bo, slug)

    assert bo.hold(slug, "stalls-A-1").status_code == 422


def test_more_than_an_order_may_have_is_refused_whole(bo: Visitor) -> None:
    seats = start(bo, "the-salt-road")

    answer = bo.hold("the-salt-road", *seats[:50])

    assert answer.status_code == 422
    bo.open("/e/the-salt-road")
    assert bo.basket() == []


def test_the_best_seats_are_next_to_each_other(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    start(bo, slug)

    answer = bo.send(f"/e/{slug}/best", {"count": "3", "key": "k" * 24}, htmx=True)

    assert answer.status_code == 200
    assert answer.text.count('name="release"') == 3


def test_the_same_press_twice_counts_once(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    start(bo, slug)
    press = {"count": "2", "key": "k" * 24}

    bo.send(f"/e/{slug}/best", press, htmx=True)
    answer = bo.send(f"/e/{slug}/best", press, htmx=True)

    assert answer.text.count('name="release"') == 2


def test_a_key_cannot_mean_two_things(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    start(bo, slug)
    bo.send(f"/e/{slug}/best", {"count": "2", "key": "k" * 24}, htmx=True)

    answer = bo.send(f"/e/{slug}/best", {"count": "3", "key": "k" * 24}, htmx=True)

    assert answer.status_code == 422


def test_a_count_that_is_none_is_refused(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    start(bo, slug)

    for typed in ("0", "-1", "two", "", "101", "9" * 40):
        assert bo.send(f"/e/{slug}/best", {"count": typed}, htmx=True).status_code == 422


def test_more_time_can_be_had_four_times(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    bo.hold(slug, start(bo, slug)[0])

    answers = [bo.send("/basket/extensions", htmx=True).status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 409]


def test_time_without_a_basket_cannot_be_had(bo: Visitor, make_event: Make) -> None:
    start(bo, make_event())

    assert bo.send("/basket/extensions", htmx=True).status_code == 410


def test_the_basket_is_a_page_and_a_fragment(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    bo.hold(slug, start(bo, slug)[0])

    page = bo.open("/basket").text
    fragment = bo.open(f"/basket?page={slug}", htmx=True).text

    assert page.startswith("<!doctype html>")
    assert fragment.lstrip().startswith("<aside")


def test_another_basket_shows_nothing_of_mine(bo: Visitor, cy: Visitor, make_event: Make) -> None:
    slug = make_event()
    bo.hold(slug, start(bo, slug)[0])

    cy.open("/basket")

    assert "Your basket" in cy.page
    assert cy.basket() == []


def test_places_to_stand_are_counted_by_ticket_type(bo: Visitor) -> None:
    bo.open("/e/loud-weather")
    area = bo.hidden("area")
    kind = bo.page.split('name="more" value="')[1].split('"')[0]

    bo.send("/e/loud-weather/holds", {"area": area, "more": kind}, htmx=True)
    answer = bo.send("/e/loud-weather/holds", {"area": area, "more": kind}, htmx=True)
    assert "2 ×" in answer.text
    assert 'id="areas" hx-swap-oob="true"' in answer.text

    answer = bo.send("/e/loud-weather/holds", {"area": area, "fewer": kind}, htmx=True)
    assert "1 ×" in answer.text


def test_standing_areas_are_drawn_again_only_when_a_press_can_show_on_them(
    bo: Visitor, office: BoxOffice
) -> None:
    slug, limit = next(
        (card.slug, card.order_limit)
        for card in office.catalogue.on_show()
        if card.sale_state() == "open"
        and office.offer_of(card.id).areas
        and office.inventory_of(card.id).published.letters.count(ord("f")) > card.order_limit
    )
    bo.open(f"/e/{slug}/seats")
    seats = bo.seats()[:limit]
    bo.open(f"/e/{slug}")
    drawn = 'id="areas" hx-swap-oob="true"'
    assert 'id="areas"' in bo.page

    for seat in seats[:-1]:
        assert drawn not in bo.send(f"/e/{slug}/holds", {"seat": seat}, htmx=True).text
    last = bo.send(f"/e/{slug}/holds", {"seat": seats[-1]}, htmx=True)
    fewer = bo.send(f"/e/{slug}/holds", {"release": seats[-1]}, htmx=True)
    again = bo.send(f"/e/{slug}/holds", {"release": seats[0]}, htmx=True)

    assert drawn in last.text  # nothing more fits
    assert drawn in fewer.text  # now it does again
    assert drawn not in again.text


def test_a_ticket_type_changes_the_price(bo: Visitor) -> None:
    bo.open("/e/the-salt-road/seats")
    seat = bo.seats()[0]
    before = bo.hold("the-salt-road", seat).text

    answer = bo.send("/e/the-salt-road/holds", {f"type:{seat}": "under-26"}, htmx=True)

    assert answer.status_code == 200
    assert 'value="under-26" selected' in answer.text
    assert answer.text != before
    bo.send("/e/the-salt-road/holds", {"release": seat}, htmx=True)
