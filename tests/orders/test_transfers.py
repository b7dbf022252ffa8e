"""Bank transfers: a deadline in days, one account, a reminder, and the bank's list of payments."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.box_office import BoxOffice
from app.clock import from_ms, house, utc_now, wall_ms
from app.inventory.commands import ChangeStatus
from app.models import Event
from app.orders.ending import end_payment
from app.orders.paying import record_payment
from app.orders.paying_later import confirm_order, later_closes_ms
from app.orders.placing import place_order
from app.orders.refunding import open_refunds, refund_order
from app.orders.reminding import end_cancelled, remind_of_deadlines
from app.orders.rows import read_order
from app.orders.statement_files import read_statement
from app.orders.statements import Match, match_statement, record_found
from app.refusals import PaymentNotPossible
from tests.orders.buying import BO, CY, Tour, broken, effects, money_of
from tests.orders.conftest import Later

HOUR = 3600
DAY = 24 * HOUR
TERMS = {"quota": 10, "days": 3, "closes_hours": 72, "holder": "Marsh Hall", "account": "1"}


def allow_transfer(tour: Tour, at: int, **changes: object) -> None:
    show = tour.shows[at]
    with tour.office.db.write() as connection:
        connection.execute(
            update(Event)
            .where(Event.id == show.id)
            .values(payments={"transfer": TERMS | changes, "card": {"offered": True}})
        )
    tour.office.catalogue.refresh()
    tour.office.inventories._rest(show.id, show.inventory)


@pytest.fixture
def tour(office: BoxOffice) -> Tour:
    """Bo with two seats at each of three shows that take transfers."""
    made = Tour(office)
    for at in range(3):
        allow_transfer(made, at)
    made.hold_all()
    return made


@pytest.fixture
def kept(tour: Tour) -> str:
    """An order that its buyer has confirmed."""
    order = place_order(tour.office, "bo", BO, "transfer").order_id
    confirm_order(tour.office, order)
    return order


def hours_left(office: BoxOffice, order_id: str) -> float:
    with office.db.read() as connection:
        order = read_order(connection, order_id)
    return ((order.deadline_ms or 0) - house.now_ms()) / 1000 / HOUR


def test_a_transfer_has_days_from_its_buyers_word(tour: Tour, kept: str) -> None:
    assert hours_left(tour.office, kept) == pytest.approx(72, abs=0.1)
    kinds = ("mail.order_pending", "mail.order_kept")
    assert [effects(tour.office, kind) for kind in kinds] == [1, 1]


def test_but_never_beyond_the_hours_before_the_start(tour: Tour) -> None:
    with tour.office.db.write() as connection:
        soon = utc_now() + timedelta(hours=72 + 10)
        connection.execute(update(Event).where(Event.id == tour.shows[1].id).values(starts_at=soon))
    tour.office.catalogue.refresh()
    order = place_order(tour.office, "bo", BO, "transfer").order_id

    confirm_order(tour.office, order)

    assert hours_left(tour.office, order) == pytest.approx(10, abs=0.1)


def test_past_its_deadline_the_places_are_free_again(tour: Tour, kept: str, later: Later) -> None:
    later(3 * DAY + 1)
    for show in tour.shows:
        show.hold("cy", 3, 1)

    assert money_of(tour.office, kept).status == "expired"
    assert broken(tour.office) == []


def test_money_that_is_seen_makes_tickets_once(tour: Tour, kept: str) -> None:
    for _ in range(2):
        record_payment(tour.office, kept, "dee")

    money = money_of(tour.office, kept)
    assert (money.status, money.payments, money.tickets) == ("paid", ("captured",), 6)
    assert broken(tour.office) == []


def test_another_sum_buys_nothing_and_waits_to_be_paid_out(tour: Tour, kept: str) -> None:
    for _ in range(2):
        record_payment(tour.office, kept, "dee", tour.total_cents - 100)

    money = money_of(tour.office, kept)
    assert (money.status, money.payments, money.tickets) == ("pending", ("returned",), 0)
    assert money.back_cents == tour.total_cents - 100
    record_payment(tour.office, kept, "dee")
    assert money_of(tour.office, kept).tickets == 6
    assert broken(tour.office) == []


def test_a_second_payment_is_told_from_the_same_one_by_its_reference(tour: Tour, kept: str) -> None:
    record_payment(tour.office, kept, "dee")

    same = record_payment(tour.office, kept, "dee")
    twice = [record_payment(tour.office, kept, "dee", reference="7 Dec, row 12") for _ in "ab"]

    assert (same.goes_back, [one.goes_back for one in twice]) == ("", ["second payment"] * 2)
    assert money_of(tour.office, kept).payments == ("captured", "returned")
    assert [line.cents for line in open_refunds(tour.office)] == [tour.total_cents]
    assert broken(tour.office) == []


def test_money_for_an_order_that_was_given_up_buys_the_same_or_goes_back(
    tour: Tour, kept: str
) -> None:
    end_payment(tour.office, kept, release=True)

    assert record_payment(tour.office, kept, "dee").status == "paid"
    refund_order(tour.office, kept, "ill", "ada")
    assert record_payment(tour.office, kept, "dee", reference="again").goes_back == (
        "second payment"
    )
    assert broken(tour.office) == []


def test_late_money_whose_places_are_gone_is_said_to_go_back(
    tour: Tour, kept: str, later: Later
) -> None:
    later(3 * DAY + 1)
    for show in tour.shows:
        show.hold("cy", 3, 1)

    done = record_payment(tour.office, kept, "dee")

    assert (done.status, done.goes_back) == ("refunded", "places gone before the money came")
    assert [line.cents for line in open_refunds(tour.office)] == [tour.total_cents]


def test_what_goes_back_is_paid_out_by_a_person(tour: Tour, kept: str) -> None:
    record_payment(tour.office, kept, "dee", 100)

    [line] = open_refunds(tour.office)
    assert (line.gateway, line.cents, line.state) == ("transfer", 100, "requested")


def test_shows_with_different_accounts_are_not_transferred_together(tour: Tour) -> None:
    allow_transfer(tour, 2, account="another")
    cards = [tour.office.catalogue.by_id(show.id) for show in tour.shows]

    assert later_closes_ms(cards, "transfer") is None
    assert later_closes_ms(cards[:2], "transfer") is not None
    with pytest.raises(PaymentNotPossible):
        place_order(tour.office, "bo", BO, "transfer")


def test_a_show_without_cards_takes_none(tour: Tour) -> None:
    with tour.office.db.write() as connection:
        connection.execute(
            update(Event)
            .where(Event.id == tour.shows[2].id)
            .values(payments={"card": {"offered": False}})
        )
    tour.office.catalogue.refresh()

    with pytest.raises(PaymentNotPossible, match="no cards"):
        tour.order("paid")
    assert tour.letters() == "hh hh hh", "the basket is as it was"


# ---- reminders ----------------------------------------------------------------------------------


def pass_by(tour: Tour, later: Later, seconds: int) -> None:
    """Time passes on both clocks."""
    later(seconds)
    with tour.office.db.write() as connection:
        connection.exec_driver_sql(f"UPDATE orders SET confirmed_at = confirmed_at - {seconds}000")


def test_a_reminder_leaves_once_in_the_last_third_of_the_time(
    tour: Tour, kept: str, later: Later
) -> None:
    assert remind_of_deadlines(tour.office) == 0
    pass_by(tour, later, 2 * DAY - HOUR)
    assert remind_of_deadlines(tour.office) == 0
    pass_by(tour, later, 2 * HOUR)

    assert [remind_of_deadlines(tour.office) for _ in range(3)] == [1, 0, 0]
    assert effects(tour.office, "mail.order_reminder") == 1


@pytest.mark.parametrize("ended", ["paid", "unconfirmed", "over"])
def test_nobody_is_reminded_in_vain(tour: Tour, later: Later, ended: str) -> None:
    order = place_order(tour.office, "bo", BO, "transfer").order_id
    if ended != "unconfirmed":
        confirm_order(tour.office, order)
    if ended == "paid":
        record_payment(tour.office, order, "dee")
    pass_by(tour, later, 3 * DAY - HOUR if ended != "over" else 3 * DAY + HOUR)

    assert remind_of_deadlines(tour.office) == 0


def test_nobody_is_reminded_of_a_show_that_does_not_take_place(
    tour: Tour, kept: str, later: Later
) -> None:
    pass_by(tour, later, 3 * DAY - HOUR)
    command = ChangeStatus("cancelled", "The boiler broke.", "ada", wall_ms())
    tour.shows[1].inventory.ask(command)

    assert remind_of_deadlines(tour.office) == 0
    assert [end_cancelled(tour.office) for _ in range(2)] == [1, 0]

    assert money_of(tour.office, kept).status == "cancelled"
    assert effects(tour.office, "mail.event_cancelled") == 1
    assert tour.letters().replace(" ", "").count("h") == 0
    assert broken(tour.office) == []


# ---- the bank's list ----------------------------------------------------------------------------


def statement(*rows: str) -> bytes:
    return "\n".join(["Date;Who;What;Sum;Currency", *rows]).encode()


def total(tour: Tour) -> str:
    return f"{tour.total_cents // 100},{tour.total_cents % 100:02}"


def matches(tour: Tour, raw: bytes) -> list[tuple[int, str]]:
    found = match_statement(tour.office, read_statement(raw))
    return [(one.row, str(one.match)) for one in found]


def test_a_row_with_reference_and_sum_is_the_orders(tour: Tour, kept: str) -> None:
    spaced = f"{kept[:4].lower()} {kept[4:].lower()}"
    raw = statement(
        "01.12.2026;Cy;rent;500,00;GBP", f"02.12.2026;Bo;tickets {spaced};{total(tour)};x"
    )

    found = match_statement(tour.office, read_statement(raw))

    assert [(one.row, one.order_id, one.match) for one in found] == [(3, kept, Match.FITS)]
    outcomes = [record_found(tour.office, found, "dee") for _ in range(2)]
    assert [[one.status for one in some] for some in outcomes] == [["paid"], ["paid"]]
    assert (money_of(tour.office, kept).tickets, money_of(tour.office, kept).payments) == (
        6, ("captured",),
    )  # fmt: skip
    assert matches(tour, raw) == [(3, "paid_already")]


def test_letters_that_are_mistaken_for_digits_are_read_as_digits(tour: Tour, kept: str) -> None:
    typed = kept.replace("0", "O").replace("1", "l")

    assert matches(tour, statement(f"1;Bo;REF{typed}THANKS;{total(tour)};")) == [(2, "fits")]


def test_what_does_not_fit_is_said_and_not_recorded(tour: Tour, kept: str) -> None:
    raw = statement(f"1;Bo;{kept};1,00;GBP", f"2;Bo;{kept};-{total(tour)};GBP", "3;Bo;XXXXXXXX;1;")

    found = match_statement(tour.office, read_statement(raw))

    assert [one.match for one in found] == [Match.WRONG_SUM, Match.WRONG_SUM]
    assert record_found(tour.office, found, "dee") == ()
    assert money_of(tour.office, kept).status == "pending"


def test_a_second_row_of_one_order_is_for_a_person(tour: Tour, kept: str) -> None:
    row = f"1;Bo;{kept};{total(tour)};GBP"

    assert matches(tour, statement(row, row)) == [(2, "fits"), (3, "paid_already")]


def test_a_row_that_names_two_orders_pays_none(tour: Tour, kept: str) -> None:
    tour.shows[0].hold("another", 7)
    second = place_order(tour.office, "another", CY, "transfer").order_id
    confirm_order(tour.office, second)
    raw = statement(f"1;Bo;{kept} not {second};{total(tour)};")

    assert {match for _row, match in matches(tour, raw)} == {"several_orders"}


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ("1;{code};{sum};0,01;", "which_column"),
        ("1;{code};;{sum};JPY", "other_currency"),
        ("1;{code};;{tenth};GBP", "wrong_sum"),
    ],
)
def test_what_looks_like_the_sum_and_is_not_fits_nothing(
    tour: Tour, kept: str, row: str, match: str
) -> None:
    tenth = f"{tour.total_cents // 1000},{tour.total_cents % 1000 // 100}"
    line = row.format(code=kept, sum=total(tour), tenth=tenth)
    raw = f"Day;What;Value;Other;Currency\n{line}".encode()

    assert [found for _row, found in matches(tour, raw)] == [match]


def test_orders_that_are_paid_otherwise_are_not_found(tour: Tour, office: BoxOffice) -> None:
    order = place_order(office, "bo", CY, "demo").order_id

    assert matches(tour, statement(f"1;Bo;{order};{total(tour)};GBP")) == []


def test_the_deadline_is_told_in_wall_time(tour: Tour) -> None:
    cards = [tour.office.catalogue.by_id(show.id) for show in tour.shows]
    closes_ms = later_closes_ms(cards, "transfer")

    assert closes_ms is not None
    left = from_ms(closes_ms) - utc_now()
    assert left.total_seconds() == pytest.approx(3 * DAY, abs=60)
