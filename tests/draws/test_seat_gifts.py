"""Free seats that were won: issued once whatever happens, open with words where there are none."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from app.box_office import BoxOffice
from app.clock import utc_now, wall_ms
from app.control_requests import carry_out as request
from app.draw_words import TierWords
from app.invariants import check
from app.inventory.commands import (
    AreaChoice,
    BlockPlaces,
    CancelTickets,
    ChangeStatus,
    UnblockPlaces,
)
from app.lottery.pool.commands import ConfirmClaim
from app.lottery.pool.terms import SEAT, Tier
from app.lottery.refusals import NotThatFar
from app.models import Event, KeptMail, LotteryWin, Order, OutboxRow, SeatGift, Ticket
from app.orders.draw_placing import DrawWish, place_draw_order
from app.orders.placed import Buyer
from app.orders.views import order_view
from app.prize_draws import seat_gifts
from app.prize_draws.claiming import claim_all
from app.prize_draws.seat_gifts import gifts_of, give_open_again, give_seats
from tests.carrying import carry_out_due
from tests.lottery.house_draws import draw_of_prizes
from tests.opened import Show, opened, show_of
from tests.trouble import faults

BO = Buyer("Bo", "bo@example.org")
PAIR = TierWords(event="gala", tickets=2)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[BoxOffice]:
    """A box office with nothing in it."""
    with opened(tmp_path) as office:
        yield office


def wins(office: BoxOffice, shown: TierWords = PAIR, slug: str = "prizes") -> str:
    """Bo has claimed the seats that ticket 1 of a draw won; the purchase."""
    lottery = draw_of_prizes(office, Tier("pair", "Two seats", 4, SEAT), shown, slug)
    placed = place_draw_order(
        office, DrawWish(lottery, 1, wants_fewer=False), BO, "", is_proved=True
    )
    carry_out_due(office, "lottery.%")
    assert claim_all(office, placed.order_id, office.tokens.address_key(BO.email)) == 1
    return placed.order_id


def confirms(office: BoxOffice, slug: str = "prizes") -> None:
    office.pool_of(office.draws.by_slug(slug).id).ask(ConfirmClaim(f"{slug}-1", 1, "dee"))


def gift_of(office: BoxOffice, purchase_id: str, slug: str = "prizes") -> Any:
    with office.db.read() as connection:
        assert check(connection) == []
        return gifts_of(connection, purchase_id)[f"{slug}-1", 1]


def tickets(office: BoxOffice) -> int:
    with office.db.read() as connection:
        query = select(func.count()).select_from(Ticket).where(Ticket.state == "issued")
        return int(connection.scalar(query) or 0)


def test_confirmed_seats_become_a_free_order_with_tickets_and_a_letter(
    tmp_path: Path, database_url: str
) -> None:
    with opened(tmp_path, database_url) as office:
        show_of(office)
        purchase = wins(office)
        assert tickets(office) == 0
        confirms(office)

        assert carry_out_due(office, "lottery.prize") == [("lottery.prize", True)]

        gift = gift_of(office, purchase)
        view = order_view(office, gift.order_id)
        assert (view.order.status, view.order.gateway, view.order.total_cents) == (
            "paid",
            "free",
            0,
        )
        assert (view.order.name, view.order.email) == ("Bo", BO.email)
        assert [ticket.cents for ticket in view.tickets] == [0, 0]
        assert ("mail.order_paid", True) in carry_out_due(office, "mail.%")


def test_a_repeat_gives_nothing_twice_even_after_the_tickets_were_returned(
    office: BoxOffice,
) -> None:
    show = show_of(office)
    purchase = wins(office)
    confirms(office)
    carry_out_due(office, "lottery.prize")
    gift = gift_of(office, purchase)

    give_seats(office, "prizes-1", 1)
    assert tickets(office) == 2
    ids = tuple(ticket.id for ticket in order_view(office, gift.order_id).tickets)
    show.inventory.ask(CancelTickets(gift.order_id, ids, "returned", "dee", wall_ms()))
    with office.db.write() as connection:  # as if it had been broken off before it was noted
        connection.execute(update(SeatGift).values(state="open"))
    assert give_seats(office, "prizes-1", 1).is_given
    assert (tickets(office), give_open_again(office)) == (0, 0)


@pytest.mark.parametrize("point", ["gift.begun", "gift.issued", "store.commit"])
def test_whoever_is_killed_in_between_goes_on(office: BoxOffice, point: str) -> None:
    show_of(office)
    purchase = wins(office)
    confirms(office)
    with faults(f"{point}=fail@1"):
        assert carry_out_due(office, "lottery.prize") == [("lottery.prize", False)]

    carry_out_due(office, "lottery.prize")

    assert gift_of(office, purchase).is_given
    assert tickets(office) == 2
    with office.db.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Order)) == 2


def test_a_sold_out_show_keeps_the_prize_open_until_seats_come_back(office: BoxOffice) -> None:
    show = show_of(office)
    full = (AreaChoice(show.area, show.inventory.offer.areas[show.area].capacity),)
    show.inventory.ask(BlockPlaces("crew", "ada", show.seats, full))
    purchase = wins(office)
    confirms(office)

    carry_out_due(office, "lottery.prize")

    assert (gift_of(office, purchase).reason, tickets(office)) == ("sold-out", 0)
    assert carry_out_due(office, "mail.gift_open") == [("mail.gift_open", True)]
    with office.db.read() as connection:
        house = office.draws.by_slug("prizes").house
        assert connection.scalar(select(KeptMail.recipient)) == house.contact_email
    give_seats(office, "prizes-1", 1)
    assert carry_out_due(office, "mail.gift_open") == []
    assert give_open_again(office) == 0
    show.inventory.ask(UnblockPlaces("ada", seats=show.seats))
    with office.db.write() as connection:
        connection.execute(update(SeatGift).values(tried_at=utc_now() - timedelta(hours=1)))
    assert (give_open_again(office), tickets(office)) == (1, 2)


def test_an_open_prize_of_an_archived_batch_is_in_nobodys_way(office: BoxOffice) -> None:
    wins(office)
    confirms(office)
    carry_out_due(office, "lottery.prize")
    with office.db.write() as connection:
        connection.execute(delete(LotteryWin))  # as archiving does
        connection.execute(update(SeatGift).values(tried_at=utc_now() - timedelta(hours=1)))

    assert give_open_again(office) == 0


def test_what_somebody_else_gave_meanwhile_stays_given(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    show_of(office)
    purchase, issue = wins(office), seat_gifts._issue
    confirms(office)

    def unlucky(*asked: Any) -> str:
        monkeypatch.setattr(seat_gifts, "_issue", issue)
        give_seats(office, "prizes-1", 1)
        return seat_gifts.SOLD_OUT

    monkeypatch.setattr(seat_gifts, "_issue", unlucky)

    assert give_seats(office, "prizes-1", 1).is_given
    assert gift_of(office, purchase).is_given


@pytest.mark.parametrize("status", ["cancelled", "paused"])
def test_a_show_that_was_stopped_keeps_the_prize_open(office: BoxOffice, status: str) -> None:
    show = show_of(office)
    purchase = wins(office)
    show.inventory.ask(ChangeStatus(status, "Ill", "ada", wall_ms()))
    office.catalogue.refresh()
    confirms(office)

    carry_out_due(office, "lottery.prize")

    assert (gift_of(office, purchase).reason, tickets(office)) == (status, 0)
    claim = request(office, "lottery.claims", {"draw": "prizes"})["claims"][0]
    assert (claim["seats"], claim["is_given"]) == (status, False)
    words = {"draw": "prizes", "ticket": "1-1", "by": "dee"}
    assert request(office, "lottery.confirm", words)["waits"] == status
    if status == "paused":
        show.inventory.ask(ChangeStatus("published", "", "ada", wall_ms()))
        office.catalogue.refresh()
        assert request(office, "lottery.confirm", words)["waits"] == ""
        assert tickets(office) == 2


def test_the_first_confirmation_says_what_became_of_the_seats(office: BoxOffice) -> None:
    show = show_of(office)
    wins(office)
    show.inventory.ask(ChangeStatus("cancelled", "Ill", "ada", wall_ms()))
    office.catalogue.refresh()
    words = {"draw": "prizes", "ticket": "1-1", "by": "dee"}

    first, second = (request(office, "lottery.confirm", words) for _time in range(2))

    assert first == second
    assert (first["waits"], first["is_tried_again"]) == ("cancelled", False)
    assert first["why"].endswith(" is cancelled.")
    (claim,) = request(office, "lottery.claims", {"draw": "prizes"})["claims"]
    assert (claim["confirmed_by"], claim["is_given"]) == ("dee", False)
    assert claim["seats_words"] == first["why"]


def test_a_confirmation_gives_the_seats_at_once_and_the_job_gives_no_more(
    office: BoxOffice,
) -> None:
    show_of(office)
    wins(office)
    words = {"draw": "prizes", "ticket": "1-1", "by": "dee"}

    assert request(office, "lottery.confirm", words)["waits"] == ""

    assert tickets(office) == 2
    carry_out_due(office, "lottery.prize")
    assert tickets(office) == 2
    assert request(office, "lottery.claims", {"draw": "prizes"})["claims"][0]["is_given"]


def test_a_show_that_is_not_there_keeps_the_prize_open(office: BoxOffice) -> None:
    purchase = wins(office)
    confirms(office)

    carry_out_due(office, "lottery.prize")

    assert gift_of(office, purchase).reason == "no-event"


def test_a_show_that_is_over_and_a_winner_who_is_forgotten_keep_it_open(
    office: BoxOffice,
) -> None:
    show = show_of(office)
    purchase = wins(office)
    with office.db.write() as connection:
        connection.execute(update(Order).values(email=""))
    confirms(office)
    assert give_seats(office, "prizes-1", 1).reason == "nobody"
    yesterday = utc_now() - timedelta(days=1)
    with office.db.write() as connection:
        connection.execute(update(Order).values(email=BO.email))
        connection.execute(update(Event).where(Event.id == show.id).values(starts_at=yesterday))
    office.catalogue.refresh()

    give_seats(office, "prizes-1", 1)

    assert (gift_of(office, purchase).reason, tickets(office)) == ("over", 0)


def test_many_who_give_at_once_give_once(tmp_path: Path, database_url: str) -> None:
    with opened(tmp_path, database_url) as office:
        show_of(office)
        purchase = wins(office)
        confirms(office)

        with ThreadPoolExecutor(8) as crowd:
            gifts = list(crowd.map(lambda _: give_seats(office, "prizes-1", 1), range(16)))

        assert {gift.order_id for gift in gifts} == {gift_of(office, purchase).order_id}
        assert all(gift.is_given for gift in gifts)
        assert tickets(office) == 2


def test_seats_that_need_nobody_come_with_the_claim(office: BoxOffice) -> None:
    show_of(office)
    purchase = wins(office, TierWords(event="gala", tickets=1, at_once=True))

    carry_out_due(office, "lottery.prize")

    assert gift_of(office, purchase).is_given


def test_nothing_is_given_before_staff_confirms(office: BoxOffice) -> None:
    show: Show = show_of(office)
    wins(office)

    with pytest.raises(NotThatFar):
        give_seats(office, "prizes-1", 1)

    with office.db.read() as connection:
        assert connection.scalar(select(func.count()).select_from(SeatGift)) == 0
        kinds = select(OutboxRow.kind).where(OutboxRow.kind == "lottery.prize")
        assert connection.scalar(kinds) is None
    assert utc_now() < office.catalogue.by_id(show.id).starts_at
