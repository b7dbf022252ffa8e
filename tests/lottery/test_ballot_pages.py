"""A ballot over HTTP: entered by a letter, drawn, bought, let go; everything that is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string, policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app import build_app
from app.ballot_draws import drawing
from app.ballot_draws.by_itself import look_at_ballots
from app.ballot_draws.entering import ask_to_enter, asked_request
from app.box_office import BoxOffice
from app.clock import house, utc_now, wall_ms
from app.deletions import DELETIONS
from app.inventory.commands import ChangeStatus
from app.lottery.ballot.commands import ShowBallot
from app.models import Ballot, BallotEntry, BallotStatus, BallotWish, KeptMail
from tests.lottery.opened_ballots import (
    HOUR_MS,
    closed_and_drawn,
    enter,
    follow,
    opened_ballot,
    wanted,
)
from tests.opened import Show, opened, show_of
from tests.shop.visitor import Visitor

PAGE = "/ballot/gala-night"


@pytest.fixture
def show(tmp_path: Path) -> Iterator[Show]:
    """An event on sale, and a ballot for four of its seats."""
    with opened(tmp_path) as office:
        made = show_of(office, "gala", 40)
        opened_ballot(office, made, seats=4)
        yield made


@pytest.fixture
def visitor(show: Show) -> Visitor:
    """Somebody who looks at the ballot."""
    made = Visitor(build_app(show.office))
    made.open(PAGE)
    return made


def letters(office: BoxOffice) -> list[tuple[str, str, str]]:
    """To whom, subject, and the text of every letter so far."""
    follow(office)
    with office.db.read() as connection:
        rows = connection.execute(select(KeptMail.__table__).order_by(KeptMail.id)).all()
    return [(row.recipient, row.subject, _text(row.message)) for row in rows]


def _text(raw: str) -> str:
    body = message_from_string(raw, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_of(text: str) -> str:
    """The entry's page in a letter."""
    found = re.search(r"(/b/[\w.-]+/[\w-]+)", text)
    assert found is not None, text
    return found[1]


def fields(**changes: str) -> dict[str, str]:
    """A good form with some of it changed."""
    good = {"name": "Bo", "email": "bo@example.org", "count": "2", "wish1": "0", "waits": "1"}
    return good | changes


def entered(visitor: Visitor, office: BoxOffice, **changes: str) -> str:
    """Enter and confirm by the letter; the path of the entry's page."""
    visitor.open(PAGE)
    answer = visitor.send(f"{PAGE}/entries", fields(**changes))
    assert answer.status_code == 303, answer.text
    path = link_of(letters(office)[-1][2])
    visitor.open(path)
    visitor.follow(visitor.send(f"{path}/confirmation"))
    return path


def test_an_entry_counts_once_the_letter_was_pressed(show: Show, visitor: Visitor) -> None:
    office = show.office
    assert "Enter the ballot" in visitor.page

    visitor.follow(visitor.send(f"{PAGE}/entries", fields(key="k1")))
    asked = visitor.page
    assert "One more press" in asked
    assert "A link for" in asked, "there is no mail server here, so nothing was sent"
    assert "/b/" + visitor.path.split("/")[-1].split(".")[0] not in asked  # not the entry's page
    recipient, subject, text = letters(office)[-1]
    assert (recipient, "Please confirm" in subject) == ("bo@example.org", True)
    path = link_of(text)
    visitor.open(path)
    assert "Enter this ballot?" in visitor.page
    assert office.ballot_of(1).seen.entries == 0  # looking does not use it up

    for _press in range(2):
        visitor.follow(visitor.send(f"{path}/confirmation"))
        assert "You are in" in visitor.page
    assert office.ballot_of(1).seen.entries == 1
    assert letters(office)[-1][1].startswith("You are in")

    # the same address gets the same words, and a letter that leads to its entry
    visitor.open(PAGE)
    visitor.follow(visitor.send(f"{PAGE}/entries", fields(count="1")))
    assert re.sub(r'/b/asked/[\w.-]+|value="[^"]*"', "", visitor.page) == re.sub(
        r'/b/asked/[\w.-]+|value="[^"]*"', "", asked
    )
    recipient, subject, text = letters(office)[-1]
    assert "You are in already" in subject
    assert link_of(text) == path

    changed = {"count": "3", "wish1": "0"}
    visitor.open(path)
    visitor.follow(visitor.send(f"{path}/change", changed))
    assert "3 people" in visitor.page
    visitor.follow(visitor.send(f"{path}/confirmation"))  # the first page, in another tab
    assert ("3 people" in visitor.page, "You are in" in visitor.page) == (True, True)
    assert "notice" not in visitor.page
    visitor.follow(visitor.send(f"{path}/withdrawal"))
    assert "Enter this ballot?" in visitor.page
    assert office.ballot_of(1).seen.entries == 0


def focused(page: str) -> str:
    """The one element that the cursor goes to."""
    found: list[str] = re.findall(r"<[^>]* autofocus[^>]*>", page)
    assert len(found) == 1, found
    return found[0]


def test_bad_forms_are_told_and_change_nothing(show: Show, visitor: Visitor) -> None:
    for changes, words in (
        ({"count": "0"}, "Groups have 1 to 4"),
        ({"count": "10001"}, "Groups have 1 to 4"),
        ({"count": "many"}, "Groups have 1 to 4"),
        ({"wish1": ""}, "different wishes"),
        ({"wish1": "7"}, "not in the ballot"),
        ({"wish1": "gala"}, "not in the ballot"),
        ({"email": "bo"}, "Type an email address"),
        ({"name": " "}, "Type the name"),
    ):
        answer = visitor.send(f"{PAGE}/entries", fields(**changes))
        assert (answer.status_code, words in answer.text) == (422, True), changes
    for changes, first in (
        ({"name": " ", "email": "bo"}, '<input class="input" id="email"'),
        ({"wish1": "7", "name": " "}, '<input class="input" id="name"'),
        ({"wish1": "7", "count": "0"}, '<input type="radio" name="count" value="1"'),
        ({"wish1": "7"}, '<select class="input" id="wish1"'),
    ):
        answer = visitor.send(f"{PAGE}/entries", fields(**changes))
        assert focused(answer.text).startswith(first), changes
    assert letters(show.office) == []
    assert visitor.open("/ballot/nothing").status_code == 404
    path = entered(visitor, show.office)
    for stranger in (path[:-1] + ("A" if path[-1] != "A" else "B"), "/b/nobody/nothing"):
        assert visitor.open(stranger).status_code == 404
        visitor.open(path)
        for what in ("confirmation", "change", "withdrawal", "basket", "refusal", "list"):
            assert visitor.send(f"{stranger}/{what}").status_code == 404
    assert visitor.send(f"{path}/change", {"count": "9", "wish1": "0"}).status_code == 422
    for early in ("basket", "refusal", "list"):
        assert visitor.send(f"{path}/{early}", {"count": "1"}).status_code in (303, 409, 410)
    assert "You are in" in visitor.open(path).text


def test_nothing_of_a_result_is_seen_before_its_time(show: Show, visitor: Visitor) -> None:
    path = entered(visitor, show.office)
    page = visitor.open(PAGE).text

    assert PAGE in visitor.open("/").text
    assert visitor.open(f"{PAGE}/list.txt").status_code == 409
    assert visitor.open(f"{PAGE}/proof.json").status_code == 409
    for text in (page, visitor.open(path).text):
        assert not re.search(r"[Ww]on\b|not drawn|number \d+ on the waiting", text)


def test_from_the_draw_to_the_last_seat(
    show: Show, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = show.office
    paths = [
        entered(visitor, office, email=f"{name}@example.org", name=name)
        for name in ("bo", "cy", "dee")
    ]
    ballot = drawing.by_slug(office, "gala-night")
    ballot = closed_and_drawn(office, ballot, monkeypatch)
    told = letters(office)[-3:]
    assert sorted(subject.split(":")[0] for _to, subject, _text in told) == [
        "Not drawn", "You won", "You won",
    ]  # fmt: skip
    won = [link_of(text) for _to, subject, text in told if subject.startswith("You won")]
    (waits,) = set(paths) - set(won)
    assert all("row" in text for _to, subject, text in told if subject.startswith("You won"))

    page = visitor.open(won[0]).text
    assert "You won 2 seats" in page
    assert re.search(r"Buy both, £\d+\.\d\d", page)
    assert "number 1 on the waiting list" in visitor.open(waits).text
    assert visitor.open(f"{PAGE}/list.txt").text.count("\n") == 3
    drawing.reveal_ballot(office, ballot, "ada")
    assert visitor.open(f"{PAGE}/proof.json").status_code == 200

    _buy(visitor, won[0])
    follow(office)
    assert "You bought your seats" in visitor.open(won[0]).text

    visitor.open(won[1])
    assert visitor.send(f"{won[1]}/basket", {"count": "3"}).status_code == 303  # with a notice
    visitor.open(won[1])
    visitor.follow(visitor.send(f"{won[1]}/refusal"))
    assert "You let your seats go" in visitor.page
    follow(office)
    assert "it is your turn" in visitor.open(waits).text
    assert "keep my place" not in visitor.page  # there is no other wish to wait for
    with office.db.write() as connection:
        second = {"entry_id": waits.split("/")[2], "position": 1, "category": "back"}
        connection.execute(insert(BallotWish), second | {"event_id": show.id})
    assert "keep my place" in visitor.open(waits).text
    with office.db.write() as connection:  # which it has let pass already
        connection.execute(update(BallotEntry).values(refused=[[show.id, "back"]]))
    assert "keep my place" not in visitor.open(waits).text
    assert letters(office)[-1][1].startswith("It is your turn")
    house._offset_ms += 4 * HOUR_MS
    office.ballot_of(1).ask(ShowBallot())
    follow(office)
    assert "Your time to buy has ended" in visitor.open(waits).text
    visitor.follow(visitor.send(f"{waits}/list"))
    assert "it is your turn" in visitor.page  # nobody else waits, so the seats come back at once


def test_the_page_says_how_good_the_chance_is_so_far(show: Show, visitor: Visitor) -> None:
    assert "If it closed now" not in visitor.page, "nobody has entered yet"
    says = []
    for number in range(11):
        entered(visitor, show.office, email=f"bo{number}@example.org")
        found = re.search(r"If it closed now, ([^.]+)\.", visitor.open(PAGE).text)
        says.append("" if found is None else found[1])

    assert says[:3] == [
        "there would be a seat for everybody", "there would be a seat for everybody",
        "about 3 in 5 people would get a seat",
    ]  # fmt: skip
    assert says[-1] == "about 1 in 6 people would get a seat"
    assert "11, for 22 people" in visitor.page


def test_a_winner_is_told_that_the_show_is_paused(
    show: Show, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = show.office
    path = entered(visitor, office)
    closed_and_drawn(office, drawing.by_slug(office, "gala-night"), monkeypatch)
    show.inventory.ask(ChangeStatus("paused", "Water in the hall.", "ada", wall_ms()))
    office.catalogue.refresh()

    page = visitor.open(path).text

    assert "is paused. Your seats stay kept. When it goes on, you have at least 3 hours" in page
    assert ("Buy both" in page, "Let them go to somebody else" in page) == (False, True)
    show.inventory.ask(ChangeStatus("published", "", "ada", wall_ms()))
    office.catalogue.refresh()
    assert "Buy both" in visitor.open(path).text


def test_a_cancelled_show_is_offered_to_nobody_and_bought_by_nobody(
    show: Show, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = show.office
    for name in ("bo", "cy", "dee"):
        entered(visitor, office, email=f"{name}@example.org", name=name)
    closed_and_drawn(office, drawing.by_slug(office, "gala-night"), monkeypatch)
    told = {subject.split(":")[0]: link_of(text) for _to, subject, text in letters(office)[-3:]}

    show.inventory.ask(ChangeStatus("cancelled", "Ill", "ada", wall_ms()))
    office.catalogue.refresh()
    look_at_ballots(office)

    last = letters(office)[-3:]
    assert all(subject.startswith("Cancelled: ") for _to, subject, _text in last)
    assert len({to for to, _subject, _text in last}) == 3
    for path in told.values():
        page = visitor.open(path).text
        assert ("is cancelled" in page, "Buy both" in page) == (True, False)
    house._offset_ms += 80 * HOUR_MS
    office.ballot_of(1).ask(ShowBallot())
    assert letters(office)[-3:] == last


def _buy(visitor: Visitor, path: str) -> None:
    """From the entry's page through the basket and the checkout."""
    visitor.open(path)
    visitor.follow(visitor.send(f"{path}/basket", {"count": "2"}))
    assert visitor.path == "/checkout"
    buyer = {"name": "Bo", "email": "bo@example.org", "payment": "demo"}
    hidden = {name: visitor.hidden(name) for name in ("key", "total", "terms")}
    answer = visitor.send("/checkout", buyer | {k: v for k, v in hidden.items() if v})
    visitor.follow(answer)
    where = visitor.path.partition("?")[0]
    assert where.startswith("/pay/demo/"), visitor.page
    paying = {"secret": visitor.hidden("secret"), "demo_outcome": "paid"}
    visitor.follow(visitor.send(where, paying))


def deleted(office: BoxOffice, days: int) -> dict[str, set[str]]:
    """What of ballots would go after so many days, by kind."""
    kinds = [one for one in DELETIONS if "ballot" in one.kind]
    assert len(kinds) == 2
    now = utc_now() + timedelta(days=days)
    with office.db.read() as connection:
        found = {one.kind: set(one.find(connection, now, 100)) for one in kinds}
    return {kind: ids for kind, ids in found.items() if ids}


def test_whoever_is_signed_in_sees_their_entries(show: Show) -> None:
    from app.ballot_pages.queries.mine import forget, kept_of, lost_by, read_mine

    office = show.office
    ballot = drawing.by_slug(office, "gala-night")
    request = enter(office, ballot, show, "bo", 2)
    buyer: Any = type("Buyer", (), {"address_key": request.email_key})()

    mine = read_mine(office, buyer)
    assert mine is not None
    assert (mine.entries[0].title, "You are in" in mine.entries[0].words) == ("Gala night", True)
    assert kept_of(office, buyer)[0]["people"] == 2
    assert "without your name" in lost_by(office, buyer)
    asked = asked_request(office, ask_to_enter(office, ballot, wanted(show, "cy")))
    assert deleted(office, days=60) == {}  # names are kept longer than that
    later = deleted(office, days=5000)
    assert later == {"delete.ballot_names": {request.id, asked.id}}
    with office.db.write() as connection:
        forget(connection, buyer)
    assert kept_of(office, buyer)[0]["name"] == ""
    assert deleted(office, days=5000) == {"delete.ballot_names": {asked.id}}
    with office.db.write() as connection:
        connection.execute(update(Ballot).values(status=BallotStatus.CLOSED))
    assert deleted(office, days=6) == {}
    assert deleted(office, days=8) == {"delete.ballot_requests": {asked.id}}
    nobody: Any = type("Buyer", (), {"address_key": "nobody"})()
    assert read_mine(office, nobody) is None
