"""The sample house has every kind of event, opens quickly, and is as sound as a real one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import demo
from app.ballot_draws.drawing import by_slug
from app.ballot_pages.queries.listing import home_ballots
from app.box_office import BoxOffice, open_box_office
from app.clock import utc_now
from app.config import read_settings
from app.demo.lantern_house import ZONE, Sample, samples
from app.demo.sized import SEATS_LIMIT, OtherSize, open_sized_event, plan_of_size
from app.invariants import check
from app.inventory.commands import HoldSeats, SeatChoice
from app.models import Allocation, EffectState, Entitlement, Lane, Opens, Order, OutboxRow
from app.plans.pretix import read_plan
from app.refusals import Invalid
from app.tokens import new_id
from tests.carrying import carry_out_due

OPEN_SECONDS = 8.0  # on a busy machine; alone it is about one and a half


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxOffice]:
    """A box office into whose empty database the sample house was opened."""
    folder = tmp_path_factory.mktemp("house") / "data"
    office = open_box_office(read_settings({"FULLHOUSE_DATA_DIR": str(folder)}))
    opened = demo.open_if_empty(office)
    assert opened is not None
    assert opened.seconds < OPEN_SECONDS
    yield office
    office.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[BoxOffice]:
    """A box office with nothing in it."""
    office = open_box_office(read_settings({"FULLHOUSE_DATA_DIR": str(tmp_path / "data")}))
    yield office
    office.close()


def test_every_kind_of_event_is_on(house: BoxOffice) -> None:
    kinds = set()
    for card in house.catalogue.on_show():
        published = house.inventory_of(card.id).published
        offer = published.offer
        kinds.add(
            "mixed" if offer.seats and offer.areas else "seated" if offer.seats else "standing"
        )
        kinds.add(card.sale_state())
        if not published.places_free:
            kinds.add("sold out")
        if max(offer.prices.values()) == 0:
            kinds.add("free")
        if len(house.catalogue.series_of(card)) > 1:
            kinds.add("series")
        if len(offer.seats) > 1500:
            kinds.add("arena")
        if card.payments.get("manual"):
            kinds.add("manual")
        if card.forbid_lone_seats:
            kinds.add("no lone seats")
        kinds |= {str(feature) for seat in offer.seats for feature in seat.features}

    assert kinds >= {
        "seated", "standing", "mixed", "free", "sold out", "open", "early", "series", "arena",
        "manual", "no lone seats", "wheelchair", "companion", "step_free", "restricted",
    }  # fmt: skip
    assert 8 <= len(house.catalogue.on_show()) <= 12


def test_it_is_a_demo_everywhere(house: BoxOffice) -> None:
    assert all(card.house.is_demo for card in house.catalogue.on_show())
    with house.db.read() as connection:
        assert connection.scalar(select(func.count()).where(Order.is_demo == 0)) == 0


def test_it_breaks_no_rule(house: BoxOffice) -> None:
    with house.db.read() as connection:
        assert check(connection) == []


def test_sample_buyers_get_no_letters(house: BoxOffice) -> None:
    with house.db.read() as connection:
        letters = select(OutboxRow.state).where(OutboxRow.lane == Lane.MAIL)
        states = set(connection.execute(letters).scalars())
    assert states == {EffectState.DONE}


def test_a_draw_of_each_kind_is_on_and_partly_sold(house: BoxOffice) -> None:
    cards = {card.slug: card for card in house.draws.on_show()}
    assert set(cards) == {"the-winter-draw", "the-encore-draw"}
    found = {}
    for card in cards.values():
        assert card.house.is_demo
        totals = house.pool_of(card.id).totals
        found[card.slug] = [(one.sold, one.size) for one in totals.batches]
        assert all(card.words.of_tier(tier.key).note for tier in totals.batches[0].tiers)
    assert found == {"the-winter-draw": [(512, 1200)], "the-encore-draw": [(640, 2000)]}
    assert cards["the-winter-draw"].credits == 2, "bought with play credits"
    assert house.pool_of(cards["the-winter-draw"].id).totals.winners
    state = house.pool_of(cards["the-encore-draw"].id).actor.state
    assert state is not None
    assert all(len(one.contribution) == 64 for one in state.purchases.values())


def test_winners_of_the_sample_have_keys_to_an_early_sale_and_to_a_page(house: BoxOffice) -> None:
    assert {done for _kind, done in carry_out_due(house, "lottery.prize")} == {True}

    with house.db.read() as connection:
        found = connection.execute(select(Entitlement.opens, Entitlement.event_id)).all()
        assert check(connection) == []
    events = {row.event_id for row in found if row.opens == Opens.EARLY_ACCESS}
    assert {row.opens for row in found} == set(Opens)
    assert [house.catalogue.by_id(event_id).sale_state() for event_id in events] == ["early"]


def test_a_ballot_takes_entries(house: BoxOffice) -> None:
    (line,) = home_ballots(house) or ()
    ballot = by_slug(house, "midwinter-ballot")
    seen = house.ballot_of(ballot.id).seen

    assert line.url == "/ballot/midwinter-ballot"
    assert (seen.entries, seen.status) == (64, "open")
    with house.db.read() as connection:
        kept = select(func.count()).where(Allocation.reason == f"ballot:{ballot.id}")
        assert connection.scalar(kept) == 40


def test_a_companion_sits_beside_every_wheelchair_place(house: BoxOffice) -> None:
    offer = house.inventory_of(house.catalogue.by_slug("tiny-planets").id).offer

    for row in offer.rows:
        kinds = [offer.seats[i].features for i in row]
        for at, features in enumerate(kinds):
            if "wheelchair" in features:
                beside = kinds[max(0, at - 1) : at + 2]
                assert any("companion" in near for near in beside), offer.seats[row[at]].id


def test_opening_it_again_changes_nothing(house: BoxOffice) -> None:
    before = [card.slug for card in house.catalogue.on_show()]

    assert demo.open_if_empty(house) is None
    assert demo.open_sample_house(house).event_count == 0
    assert [card.slug for card in house.catalogue.on_show()] == before


def test_it_can_be_taken_down_and_brought_back(house: BoxOffice) -> None:
    count = len(house.catalogue.on_show())

    assert demo.close_sample_house(house) == count
    assert house.catalogue.on_show() == ()
    assert house.draws.on_show() == ()
    assert home_ballots(house) is None
    demo.open_sample_house(house)
    assert len(house.catalogue.on_show()) == count
    assert len(house.draws.on_show()) == 2


@pytest.mark.parametrize(
    "now",
    [
        datetime(2030, 3, 30, 23, 30, tzinfo=UTC),  # the clocks go forward within the week
        datetime(2030, 10, 26, 23, 30, tzinfo=UTC),  # and back
        datetime(2032, 2, 28, 12, 0, tzinfo=UTC),
        datetime(2030, 12, 31, 23, 59, tzinfo=UTC),
    ],
)
def test_on_any_day_everything_is_still_to_come(now: datetime) -> None:
    found = samples(now)

    assert [s.event.slug for s in found if s.event.starts_at <= now] == []
    assert all(_in_order(sample) for sample in found)
    assert found[0].event.starts_at.astimezone(ZONE).strftime("%H:%M") == "19:30"


def _in_order(sample: Sample) -> bool:
    event = sample.event
    assert event.ends_at is not None
    return (event.doors_at or event.starts_at) <= event.starts_at < event.ends_at


@pytest.mark.parametrize("count", [1, 24, 25, 26, 499, 500, 501, 2500, 2501])
def test_a_rehearsal_has_exactly_the_seats_asked_for(count: int) -> None:
    plan = read_plan(plan_of_size(count)).plan

    assert len({seat.id for seat in plan.seats}) == count
    spots = {(round(seat.x), round(seat.y)) for seat in plan.seats}
    assert len(spots) == count  # none upon another


def test_a_large_rehearsal_opens_at_once_and_sells(empty: BoxOffice) -> None:
    began = utc_now()
    made = open_sized_event(empty, "Crash.Test-1", 10_000)

    assert utc_now() - began < timedelta(seconds=OPEN_SECONDS)
    assert len(made["seats"]) == 10_000
    inventory = empty.inventory_of(empty.catalogue.by_slug("Crash.Test-1").id)
    seat = made["seats"][9_999]["id"]
    hold = inventory.ask(HoldSeats(new_id(), new_id(), (SeatChoice(seat),)))
    assert hold.total_cents == 1600
    again = open_sized_event(empty, "Crash.Test-1", 10_000)
    assert (again["seats"][9_999]["state"], again["seats"][0]["state"]) == ("h", "f")
    with pytest.raises(OtherSize, match="10,000 seats"):
        open_sized_event(empty, "Crash.Test-1", 9_999)


@pytest.mark.parametrize(
    ("slug", "count"),
    [("ok", 0), ("ok", -5), ("ok", SEATS_LIMIT + 1), ("", 5), ("a/b", 5), ("a b", 5), ("x" * 81, 5),
     ("../x", 5), ("é", 5)],
)  # fmt: skip
def test_rehearsals_that_make_no_sense_are_refused(empty: BoxOffice, slug: str, count: int) -> None:
    with pytest.raises(Invalid):
        open_sized_event(empty, slug, count)

    assert empty.catalogue.on_show() == ()


def test_a_database_with_anything_in_it_stays_as_it_is(empty: BoxOffice) -> None:
    open_sized_event(empty, "mine", 5)

    assert demo.open_if_empty(empty) is None
    assert [card.slug for card in empty.catalogue.on_show()] == ["mine"]
