"""What a ballot's pages say where something ended, came twice or is about one seat only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import build_app
from app.ballot_draws import drawing
from app.ballot_draws.by_itself import look_at_ballots
from app.box_office import BoxOffice
from app.clock import wall_ms
from app.control_requests import carry_out
from app.inventory.commands import ChangeStatus
from tests.lottery.opened_ballots import closed_and_drawn, follow, opened_ballot
from tests.lottery.test_ballot_pages import PAGE, entered, letters, link_of
from tests.opened import Show, opened, show_of
from tests.shop.visitor import Visitor


@pytest.fixture
def show(tmp_path: Path) -> Iterator[Show]:
    """An event on sale, and a ballot for two of its seats."""
    with opened(tmp_path) as office:
        made = show_of(office, "gala", 40)
        opened_ballot(office, made, seats=2)
        yield made


@pytest.fixture
def visitor(show: Show) -> Visitor:
    """Somebody who looks at the ballot."""
    return Visitor(build_app(show.office))


def told_paths(
    office: BoxOffice, visitor: Visitor, patch: pytest.MonkeyPatch, count: str = "2"
) -> dict[str, str]:
    """Bo and Cy entered, one of them was drawn: the path of each by what their letter says."""
    for name in ("bo", "cy"):
        entered(visitor, office, email=f"{name}@example.org", name=name, count=count)
    closed_and_drawn(office, drawing.by_slug(office, "gala-night"), patch)
    return {subject.split(":")[0]: link_of(text) for _to, subject, text in letters(office)[-2:]}


def press(visitor: Visitor, path: str, what: str, **fields: str) -> str:
    """Press, and read what comes."""
    visitor.follow(visitor.send(f"{path}/{what}", fields))
    return visitor.page


def test_a_called_off_ballot_speaks_of_no_draw_to_come(show: Show, visitor: Visitor) -> None:
    because = {"ballot": "gala-night", "by": "ada", "because": "The hall is flooded."}
    carry_out(show.office, "ballot.end", because)

    page = visitor.open(PAGE).text

    assert "There is no draw" in page
    for words in ("Winners have", "Afterwards the secret", "comes last", "go down the waiting"):
        assert words not in page


def test_an_ended_list_moves_nobody_up(
    show: Show, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_paths(show.office, visitor, monkeypatch)
    assert "go down the waiting list" in visitor.open(PAGE).text
    carry_out(show.office, "ballot.end", {"ballot": "gala-night", "by": "ada"})

    page = visitor.open(PAGE).text

    assert ("go down the waiting list" in page, "nobody moves up" in page) == (False, True)


def test_the_public_number_is_shown_as_people_write_it(
    show: Show, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_paths(show.office, visitor, monkeypatch)

    page = visitor.open(PAGE).text

    assert "<code>3, 8, 19, 27, 33, 41</code>" in page
    assert "[[" not in page


def test_who_let_seats_go_and_joined_again_had_been_drawn(
    show: Show, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = show.office
    paths = told_paths(office, visitor, monkeypatch)
    won, waits = paths["You won"], paths["Not drawn"]
    assert "Not drawn. You are number 1 on the waiting list" in visitor.open(waits).text
    visitor.open(won)
    right = visitor.hidden("right")
    assert "they go to the next people on the list" in press(visitor, won, "refusal", right=right)
    follow(office)

    page = press(visitor, won, "list")

    assert "You are number 1 on the waiting list" in page
    assert "Not drawn" not in page


def test_one_seat_is_spoken_of_as_one(
    show: Show, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = show.office
    entered(visitor, office, count="1")
    closed_and_drawn(office, drawing.by_slug(office, "gala-night"), monkeypatch)
    path = link_of(letters(office)[-1][2])

    assert "Let it go to somebody else" in visitor.open(path).text
    page = press(visitor, path, "refusal", right=visitor.hidden("right"))
    assert "You let your seat go" in page
    assert "it goes to the next people on the list" in page


def test_seats_of_a_cancelled_show_are_not_kept_in_a_basket_either(
    show: Show, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = show.office
    won = told_paths(office, visitor, monkeypatch)["You won"]
    visitor.open(won)
    visitor.send(f"{won}/basket", {"count": "2"})
    assert "They are in your basket: go on" in visitor.open(won).text
    show.inventory.ask(ChangeStatus("cancelled", "Ill", "ada", wall_ms()))
    office.catalogue.refresh()
    look_at_ballots(office)

    page = visitor.open(won).text

    assert "is cancelled" in page
    assert ("go on" in page, "Kept for you" in page) == (False, False)


def test_withdrawing_twice_shows_the_same_twice(show: Show, visitor: Visitor) -> None:
    path = entered(visitor, show.office)

    first = press(visitor, path, "withdrawal")
    second = press(visitor, path, "withdrawal")

    for page in (first, second):
        assert "Your entry is withdrawn." in page
        assert "Enter this ballot?" in page


def test_letting_an_offer_pass_twice_says_nothing_new(
    show: Show, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = show.office
    paths = told_paths(office, visitor, monkeypatch)
    won, waits = paths["You won"], paths["Not drawn"]
    visitor.open(won)
    press(visitor, won, "refusal", right=visitor.hidden("right"))
    follow(office)
    assert "it is your turn" in visitor.open(waits).text
    fields = {"right": visitor.hidden("right"), "keeps_place": "1"}

    first = press(visitor, waits, "refusal", **fields)
    second = press(visitor, waits, "refusal", **fields)

    assert "You let your seats go" in first
    assert "no seats kept for you" not in second
    assert "You let your seats go" in second
