"""Entries that count more by a code, and a public value that entrants add to."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import build_app
from app.ballot_draws import drawing
from app.ballot_draws.opening import AlreadyOpened, open_ballot
from app.ballot_draws.stories import story_of
from app.ballot_files.reading import read_ballot_file
from app.box_office import BoxOffice
from app.cli.draws import verify
from app.control_requests import carry_out
from app.lottery.draw.order import ordering
from app.lottery.draw.refused import BundleRefused
from app.lottery.draw.steps import finished
from app.lottery.refusals import NotThatFar
from app.models import BallotEntry
from tests.lottery.opened_ballots import ballot_file, enter, follow, pass_closing
from tests.lottery.test_ballot_pages import PAGE, entered, fields, letters
from tests.opened import Show, opened, show_of
from tests.shop.visitor import Visitor

CODE = "Lantern-Friend-1923"
WEIGHTS = f"""
[[weights]]
words = "Members of the Friends count three times"
weight = 3
code = "{CODE}"
"""
CONTRIBUTED = '[public_value]\nhow = "contributions"\n'
NUMBER = "ab" * 32


@pytest.fixture
def show(tmp_path: Path) -> Iterator[Show]:
    """An event on sale."""
    with opened(tmp_path, fullhouse_rate_limits="on") as office:
        yield show_of(office, "gala", 40)


def opened_from(show: Show, text: str) -> Any:
    """The row of a ballot that this file opens."""
    open_ballot(show.office, read_ballot_file(text.encode()), "ada")
    return drawing.by_slug(show.office, "gala-night")


def contributed(show: Show) -> str:
    """A file by which the entrants make the public value."""
    text = ballot_file(show, 4)
    return text[: text.index("[public_value]")] + CONTRIBUTED


def proven(office: BoxOffice, folder: Path) -> dict[str, Any]:
    """Draw, reveal and have the file checked by `verify-draw`; what is in it."""
    ballot = drawing.by_slug(office, "gala-night")
    drawing.draw_ballot(office, ballot, "ada")
    drawing.reveal_ballot(office, ballot, "ada")
    ballot = drawing.by_slug(office, "gala-night")
    path = folder / "proof.json"
    path.write_bytes(drawing.bundle_of(office, ballot))
    hashes = {"commitment": ballot.commitment, "list_hash": ballot.list_hash, "merkle_root": ""}
    assert verify({"file": str(path), **hashes}) == 0
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def test_a_code_makes_an_entry_count_more_and_is_kept_nowhere(
    show: Show,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    office, text = show.office, ballot_file(show, 4) + WEIGHTS
    ballot = opened_from(show, text)
    with pytest.raises(AlreadyOpened):  # another code is another promise
        open_ballot(office, read_ballot_file(text.replace(CODE, "other-friends").encode()), "ada")
    visitor = Visitor(build_app(office))
    page = visitor.open(PAGE).text
    assert "Members of the Friends count three times" in page
    assert "counts 3 times" in page

    wrong = visitor.send(f"{PAGE}/entries", fields(code="lantern-friend-1924"))
    assert (wrong.status_code, "does not know that code" in wrong.text) == (422, True)
    assert "1924" not in wrong.text
    assert letters(office) == []

    friend = entered(visitor, office, code=f" {CODE.lower()} ")
    seen = [visitor.page]
    assert "counts 3 times: Members of the Friends" in visitor.page
    other = entered(visitor, office, email="cy@example.org")
    seen.append(visitor.page)
    assert "counts 3 times" not in visitor.page
    visitor.open(friend)
    visitor.follow(visitor.send(f"{friend}/change", {"count": "1", "wish1": "0"}))
    assert "counts 3 times" in visitor.page  # a change leaves the weight as it is

    guesses = [
        visitor.send(f"{PAGE}/entries", fields(email="max@example.org", code=f"guess-number-{n}"))
        for n in range(7)
    ]
    assert [guess.status_code for guess in guesses].count(422) == 5

    pass_closing(monkeypatch)
    drawing.close_ballot(office, ballot, "ada")
    for by in ("ada", "dee"):
        drawing.type_value(office, ballot, "3 8 19 27 33 41", by)
    bundle = proven(office, tmp_path)
    follow(office)

    weights = [int(line.split()[2]) for line in bundle["list"]]
    assert sorted(weights) == [1, 3]
    assert bundle["params"]["weight_limit"] == 3
    assert bundle["params"]["terms"]["weight_1"] == "3: Members of the Friends count three times"
    drawn = finished(ordering(weights, bytes.fromhex(bundle["seed"])))
    assert [index + 1 for index in drawn] == bundle["result"]
    told = "".join(text for _to, _subject, text in letters(office))
    raw = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())
    for secret in (CODE, CODE.lower()):
        assert secret.encode() not in raw
        assert all(secret not in text for text in (caplog.text, told, page, *seen, other))


def test_entrants_make_the_public_value(
    show: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = show.office
    ballot = opened_from(show, contributed(show))
    visitor = Visitor(build_app(office))
    assert "You trust the house a little" in visitor.open(PAGE).text
    bad = visitor.send(f"{PAGE}/entries", fields(contribution="my lucky number"))
    assert (bad.status_code, letters(office)) == (303, [])  # with a notice
    entered(visitor, office, contribution=NUMBER)
    assert NUMBER in visitor.page
    silent = enter(office, ballot, show, "cy")
    asked = {"ballot": "gala-night", "value": "", "by": ""}
    with pytest.raises(NotThatFar):
        carry_out(office, "ballot.value", asked)
    pass_closing(monkeypatch)
    carry_out(office, "ballot.close", asked)
    with pytest.raises(BundleRefused):  # nobody types it
        carry_out(office, "ballot.value", asked | {"value": NUMBER, "by": "ada"})

    for _again in range(2):
        assert carry_out(office, "ballot.value", asked)["is_value_fixed"]

    bundle = proven(office, tmp_path)
    assert bundle["public"] == sorted([NUMBER, story_of(office, silent).contribution])
    assert "2 contributions, SHA-256" in visitor.open(PAGE).text
    with office.db.read() as connection:
        kept = connection.execute(BallotEntry.__table__.select()).all()
    assert all(row.contribution in bundle["public"] for row in kept)


def test_contributions_are_only_taken_where_they_were_announced(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    ballot = opened_from(show, ballot_file(show, 4))
    request = enter(show.office, ballot, show, "bo")
    assert story_of(show.office, request).contribution == ""
    pass_closing(monkeypatch)
    drawing.close_ballot(show.office, ballot, "ada")
    with pytest.raises(NotThatFar):
        drawing.take_contributions(show.office, drawing.by_slug(show.office, ballot.slug), "ada")
