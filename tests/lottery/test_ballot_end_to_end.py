"""A ballot from its file to the last seat of the waiting list, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.ballot_draws import drawing, seats
from app.ballot_draws.by_itself import look_at_ballots
from app.ballot_draws.opening import AlreadyOpened, open_ballot
from app.ballot_draws.seats import arrange_seats, decline_right, move_to_basket
from app.ballot_draws.stories import story_of
from app.ballot_files.reading import read_ballot_file
from app.ballot_files.refused import BallotFileRefused
from app.box_office import BoxOffice, open_box_office
from app.clock import house, wall_ms
from app.control_requests import carry_out
from app.inventory.commands import (
    ChangeStatus,
    HoldSeats,
    SeatChoice,
    SetAside,
    ShowBasket,
)
from app.lottery.ballot.commands import KeepRight, ShowBallot
from app.lottery.draw.bundle import verify
from app.lottery.draw.published import Published
from app.lottery.refusals import InBasket, NotThatFar
from app.models import Allocation, Ballot, BallotEntry, Organizer, OutboxRow, RightState
from app.refusals import NotOnSale, PlacesTaken
from app.upkeep import doctor_ballots
from tests.lottery.opened_ballots import (
    HOUR_MS,
    VALUE,
    assert_sound,
    ballot_file,
    closed_and_drawn,
    enter,
    follow,
    front_of,
    opened_ballot,
    own_seats,
    pass_closing,
    pay,
    rights,
)
from tests.opened import Show, opened, settings_of, show_of

MINUTE_MS = 60_000


def test_every_seat_is_promised_once_and_bought_by_whom_it_was_promised(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = show.office
    ballot = opened_ballot(office, show, seats=20)
    front = [s.id for s in show.inventory.offer.seats if s.category == front_of(show)]
    assert show.letters(*range(len(front))).count("b") == 20
    sizes = (1, 1, 2, 1, 3, 1, 4, 1) * 3  # enough single people to fill whatever groups leave
    requests = [enter(office, ballot, show, f"p{n}", size) for n, size in enumerate(sizes)]
    with pytest.raises(NotThatFar):
        drawing.public_list(office, ballot)
    assert rights(office) == {}

    ballot = closed_and_drawn(office, ballot, monkeypatch)

    won = rights(office)
    promised = {entry_id: own_seats(show, ballot, entry_id) for entry_id in won}
    assert sum(len(seats) for seats in promised.values()) == 20
    assert len({seat for seats in promised.values() for seat in seats}) == 20
    assert all(len(promised[one]) == row._mapping["count"] for one, row in won.items())
    for seat in next(iter(promised.values())):
        with pytest.raises(PlacesTaken):
            show.inventory.ask(HoldSeats("cy", f"{show.id}-cy", (SeatChoice(seat),)))
    assert_sound(office)
    _proves(office, ballot)

    for request in requests:
        if request.id not in won:
            continue
        count = len(promised[request.id])
        hold = move_to_basket(office, ballot.id, request.id, request.email_key, request.id, count)
        assert sorted(seat.seat for seat in hold.seats) == sorted(promised[request.id])
        pay(show, request.id, hold.total_cents, count)
    follow(office)

    assert rights(office) == {}
    assert len(rights(office, RightState.USED)) == len(won)
    assert_sound(office)


def _proves(office: BoxOffice, ballot: Any) -> None:
    """Anybody can repeat the draw once the secret is published."""
    with pytest.raises(NotThatFar):
        drawing.bundle_of(office, ballot)
    drawing.reveal_ballot(office, ballot, "ada")
    ballot = drawing.by_slug(office, ballot.slug)
    bundle = drawing.bundle_of(office, ballot)
    verified = verify(bundle, Published(ballot.commitment, ballot.list_hash, ""))
    lines = drawing.public_list(office, ballot)
    with office.db.read() as connection:
        order = connection.execute(
            select(BallotEntry.salted_hash).order_by(BallotEntry.drawn_place)
        ).scalars()
        drawn = [line.split()[0] for line in lines]
        assert list(order) == [drawn[number - 1] for number in verified.drawn.result]  # type: ignore[operator]


def test_seats_stay_kept_on_their_way_through_baskets_and_killed_processes(
    show: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = show.office
    ballot = opened_ballot(office, show, seats=2)
    bo, cy = (enter(office, ballot, show, name, 2) for name in ("bo", "cy"))
    ballot = closed_and_drawn(office, ballot, monkeypatch)
    winner, waiting = (bo, cy) if bo.id in rights(office) else (cy, bo)
    own = own_seats(show, ballot, winner.id)

    def move(count: int = 2, basket: str = "b") -> Any:
        return move_to_basket(office, ballot.id, winner.id, winner.email_key, basket, count)

    hold = move()
    assert move().id == hold.id  # pressed twice
    with pytest.raises(PlacesTaken):
        move(basket="other")
    with pytest.raises(InBasket):
        decline_right(office, ballot.id, winner.id, winner.email_key, keeps_place=False)
    house._offset_ms += 80 * HOUR_MS  # both the hold's and the right's time are over
    show.inventory.ask(ShowBasket("b"))
    follow(office)
    office.ballot_of(ballot.id).ask(ShowBallot())
    follow(office)

    assert list(rights(office)) == [waiting.id]
    assert own_seats(show, ballot, waiting.id) == own
    assert story_of(office, winner).status == "lapsed"
    with office.db.read() as connection:
        mails = set(
            connection.execute(
                select(OutboxRow.dedupe_key).where(OutboxRow.kind == "mail.ballot")
            ).scalars()
        )
    assert {f"mail.ballot:{waiting.id}:offer:1", f"mail.ballot:{winner.id}:over:1"} <= mails
    assert_sound(office)

    # whoever moved the seats died after the first of two steps: the next look frees the right
    office.ballot_of(ballot.id).ask(KeepRight(waiting.id, waiting.email_key))
    seats.arrange_guarded(office)
    assert not rights(office)[waiting.id].is_guarded

    house._offset_ms += 3 * HOUR_MS - MINUTE_MS
    own_entry = (office, ballot.id, waiting.id, waiting.email_key)
    one = move_to_basket(*own_entry, "w", 1)
    house._offset_ms += 2 * MINUTE_MS  # the right's time is over, the basket's is not
    assert move_to_basket(*own_entry, "w", 1).id == one.id
    with pytest.raises(PlacesTaken):
        move_to_basket(*own_entry, "other", 1)
    pay(show, "w", one.total_cents, 1)
    follow(office)
    assert story_of(office, waiting).status == "bought"
    drawing.end_ballot(office, ballot, "ada")
    follow(office)
    with office.db.read() as connection:
        blocked = select(func.count()).where(Allocation.state == "blocked")
        assert connection.scalar(blocked) == 0
    assert_sound(office)


def test_the_time_of_winners_stands_still_while_their_show_is_paused(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = show.office
    ballot = opened_ballot(office, show, seats=2)
    bo = enter(office, ballot, show, "bo", 2)
    closed_and_drawn(office, ballot, monkeypatch)

    def becomes(status: str) -> None:
        show.inventory.ask(ChangeStatus(status, "Water in the hall.", "ada", house.now_ms()))
        office.catalogue.refresh()

    house._offset_ms += 71 * HOUR_MS  # an hour is left
    becomes("paused")
    follow(office)
    for _hour in range(4):
        house._offset_ms += HOUR_MS
        look_at_ballots(office)
        assert list(rights(office)) == [bo.id]
    with pytest.raises(NotOnSale):
        move_to_basket(office, ballot.id, bo.id, bo.email_key, "b", 2)

    becomes("published")
    house._offset_ms += 3 * HOUR_MS - MINUTE_MS
    look_at_ballots(office)
    assert len(move_to_basket(office, ballot.id, bo.id, bo.email_key, "b", 2).seats) == 2
    assert_sound(office)


def test_a_server_that_stops_between_two_steps_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as office:
        show = show_of(office, "gala", 40)
        ballot = opened_ballot(office, show, seats=4)
        requests = [enter(office, ballot, show, name, 2) for name in ("ada", "bo", "cy")]
        pass_closing(monkeypatch)
        drawing.close_ballot(office, ballot, "ada")
        for by in ("ada", "dee"):
            drawing.type_value(office, ballot, VALUE, by)
        drawing.draw_ballot(office, ballot, "ada")  # and stops before any seat was kept

    with reopened(tmp_path) as office:
        assert office.ballots.if_open(ballot.id) is not None  # a right may end at any moment
        show = show_of(office, "gala", 40)
        assert all(own_seats(show, ballot, one) == [] for one in rights(office))
        follow(office)
        won = [request for request in requests if request.id in rights(office)]
        promised = {request.id: own_seats(show, ballot, request.id) for request in won}
        assert sorted(map(len, promised.values())) == [2, 2]
        bought, held = won
        for request in won:
            args = (request.id, request.email_key, request.id)
            hold = move_to_basket(office, ballot.id, *args, 2)
        pay(show, bought.id, hold.total_cents, 2)  # and stops before the ballot has heard of it

    with reopened(tmp_path) as office:
        show = show_of(office, "gala", 40)
        assert own_seats(show, ballot, held.id) == promised[held.id]
        arrange_seats(office, ballot.id)
        assert story_of(office, bought).status == "bought"
        assert rights(office)[held.id].is_guarded
        house._offset_ms += HOUR_MS  # the hold ends, the right does not
        show.inventory.ask(ShowBasket(held.id))
        follow(office)
        assert not rights(office)[held.id].is_guarded
        assert own_seats(show, ballot, held.id) == promised[held.id]
        assert_sound(office)


@contextmanager
def reopened(folder: Path) -> Iterator[BoxOffice]:
    """The same data once more."""
    offset_ms = house._offset_ms
    office = open_box_office(settings_of(folder))
    try:
        yield office
    finally:
        office.close()
        house._offset_ms = offset_ms


def killed(*_words: object) -> None:
    """The process ends here."""
    raise KeyboardInterrupt


def test_a_ballot_opens_once_and_needs_its_seats(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = show.office
    text = ballot_file(show, 10)
    first = open_ballot(office, read_ballot_file(text.encode()), "ada")
    assert open_ballot(office, read_ballot_file(text.encode()), "ada") == first
    other = read_ballot_file(text.replace("count = 10", "count = 9").encode())
    with pytest.raises(AlreadyOpened):
        open_ballot(office, other, "ada")
    with pytest.raises(NotThatFar):
        drawing.close_ballot(office, drawing.by_slug(office, "gala-night"), "ada")
    assert doctor_says(office) == ""

    slow = ballot_file(show, 10, slug='"slow"', hours_to_buy="1440")
    with pytest.raises(BallotFileRefused) as refused:
        open_ballot(office, read_ballot_file(slow.encode()), "ada")
    assert "hours_to_buy" in str(refused.value.details["problems"])

    much = text.replace("count = 10", "count = 74").replace("gala-night", "too-much")
    with pytest.raises(BallotFileRefused) as refused:
        open_ballot(office, read_ballot_file(much.encode()), "ada")
    (problem,) = refused.value.details["problems"]
    assert problem.startswith("seats[0].count: 74 seats are wanted, and ")
    assert f" has 65 of category {front_of(show)} to set aside." in problem
    with office.db.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Allocation)) == 10
        assert connection.scalar(select(func.count()).select_from(Ballot)) == 1
    assert doctor_says(office) == ""

    fits = read_ballot_file(much.replace("count = 74", "count = 9").encode())
    with monkeypatch.context() as patch:
        patch.setattr("app.ballot_draws.opening._set_aside", killed)
        with pytest.raises(KeyboardInterrupt):
            open_ballot(office, fits, "ada")
    assert "Opening was cut off or refused: too-much" in doctor_says(office)
    with pytest.raises(BallotFileRefused):  # the draft of an earlier run stays
        open_ballot(office, read_ballot_file(much.encode()), "ada")

    draft = drawing.by_slug(office, "too-much")
    show.inventory.ask(SetAside(draft.id, front_of(show), 5, "ada"))  # and was killed then
    carry_out(office, "ballot.end", {"ballot": "too-much"})
    assert doctor_says(office) == ""
    with pytest.raises(NotThatFar):
        carry_out(office, "ballot.end", {"ballot": "gala-night"})
    with office.db.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Allocation)) == 10


def test_the_doctor_names_the_step_that_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as office:
        show = show_of(office, "gala", 40)
        ballot = opened_ballot(office, show, seats=4)
        enter(office, ballot, show, "bo", 2)
        pass_closing(monkeypatch)
        monkeypatch.setattr(doctor_ballots, "wall_ms", lambda: wall_ms() + 30 * HOUR_MS)
        assert "nobody has frozen the list of gala-night" in doctor_says(office)
        drawing.close_ballot(office, ballot, "ada")
        assert "nobody has drawn gala-night" in doctor_says(office)
        drawing.type_value(office, ballot, VALUE, "ada")
        assert "Only one person has typed" in doctor_says(office)
        drawing.type_value(office, ballot, VALUE, "dee")
        drawing.draw_ballot(office, ballot, "ada")
        assert "The secret of gala-night is not published" in doctor_says(office)
        drawing.reveal_ballot(office, ballot, "ada")
        assert doctor_says(office) == ""


def doctor_says(office: BoxOffice) -> str:
    """What waits, of a house that is no sample."""
    with office.db.write() as connection:
        connection.execute(update(Organizer).values(is_demo=False))
    with office.db.read() as connection:
        return " ".join(found.words for found in doctor_ballots.look_at_ballots(connection))
