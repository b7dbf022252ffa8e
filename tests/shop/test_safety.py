"""Nobody presses for somebody else: proofs of forms, foreign pages, ways out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.shop.visitor import ORIGIN, Visitor

Make = Callable[[], str]


def holds(visitor: Visitor, slug: str) -> bool:
    """Whether anything is in the basket."""
    visitor.open(f"/e/{slug}")
    return bool(visitor.basket())


@pytest.mark.parametrize("proof", ["", "x", "A" * 22])
def test_a_form_without_its_proof_changes_nothing(
    bo: Visitor, make_event: Make, proof: str
) -> None:
    slug = make_event()
    bo.open(f"/e/{slug}/seats")
    seat = bo.seats()[0]

    answer = bo.send(f"/e/{slug}/holds", {"seat": seat}, htmx=True, csrf=proof)

    assert answer.status_code == 403
    assert not holds(bo, slug)


def test_a_proof_of_somebody_else_is_none(bo: Visitor, cy: Visitor, make_event: Make) -> None:
    slug = make_event()
    bo.open(f"/e/{slug}/seats")
    cy.open(f"/e/{slug}/seats")

    answer = cy.send(f"/e/{slug}/holds", {"seat": cy.seats()[0]}, htmx=True, csrf=bo.hidden("csrf"))

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
    ],
)
def test_a_form_of_another_site_changes_nothing(
    bo: Visitor, make_event: Make, headers: dict[str, str]
) -> None:
    slug = make_event()
    bo.open(f"/e/{slug}/seats")

    answer = bo.send(f"/e/{slug}/holds", {"seat": bo.seats()[0]}, htmx=True, headers=headers)

    assert answer.status_code == 403
    assert not holds(bo, slug)


def test_the_proof_may_come_as_a_header(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    bo.open(f"/e/{slug}/seats")

    answer = bo.send(
        f"/e/{slug}/holds",
        {"seat": bo.seats()[0]},
        htmx=True,
        csrf="",
        headers={"X-CSRF-Token": bo.hidden("csrf")},
    )

    assert answer.status_code == 200


def test_looking_changes_nothing(bo: Visitor, make_event: Make) -> None:
    slug = make_event()
    bo.open(f"/e/{slug}/seats")
    seat = bo.seats()[0]

    for path in (f"/e/{slug}/holds?seat={seat}", f"/e/{slug}/best?count=2", "/basket/again"):
        assert bo.open(path).status_code == 405
    assert not holds(bo, slug)


def test_the_cookie_is_for_us_alone(bo: Visitor, make_event: Make) -> None:
    cookie = bo.open(f"/e/{make_event()}").headers["Set-Cookie"]

    assert cookie.startswith("basket=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_who_only_looks_at_what_is_on_gets_no_cookie(bo: Visitor) -> None:
    assert "Set-Cookie" not in bo.open("/").headers


def test_a_forged_cookie_is_a_new_basket(bo: Visitor, cy: Visitor, make_event: Make) -> None:
    slug = make_event()
    bo.open(f"/e/{slug}/seats")
    bo.hold(slug, bo.seats()[0])
    cookie = bo._client.get_cookie("basket", domain="127.0.0.1")
    assert cookie is not None

    basket_id = cookie.value.partition(".")[0]
    cy._client.set_cookie("basket", f"{basket_id}.{'A' * 22}", domain="127.0.0.1")
    answer = cy.open(f"/e/{slug}")

    assert cy.basket() == []
    assert "Set-Cookie" in answer.headers


@pytest.mark.parametrize(
    "referer", ["https://elsewhere.example/x", f"{ORIGIN}//elsewhere.example", "", "nonsense"]
)
def test_a_refusal_never_leads_out_of_the_house(
    bo: Visitor, make_event: Make, referer: str
) -> None:
    slug = make_event()
    bo.open(f"/e/{slug}/seats")

    answer = bo.send(f"/e/{slug}/holds", {"seat": "none"}, headers={"Referer": referer})

    assert answer.status_code == 422
    assert "Location" not in answer.headers


def test_words_from_outside_are_never_markup(bo: Visitor, make_event: Make) -> None:
    script = "<script>alert(1)</script>"

    for path in (f"/?q={script}", f"/?when={script}", f"/e/x{script}"):
        assert script not in bo.open(path).text
    bo.open("/orders/find")
    assert script not in bo.send("/orders/find", {"email": script}).text
    slug = make_event()
    bo.open(f"/e/{slug}/seats")
    assert script not in bo.hold(slug, script).text
