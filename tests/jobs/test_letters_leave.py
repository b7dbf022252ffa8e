"""Letters leave once, on both transports and both databases, whatever happens in between."""

import signal
import time
from collections import Counter
from datetime import timedelta
from email.message import EmailMessage

import pytest

from app import outbox, outbox_dispatcher
from app.clock import utc_now
from app.outbox import TRIES_LIMIT, try_again
from tests.jobs.house import House
from tests.services.redis_server import RedisServer
from tests.services.smtp import Behaviour, MailServer

SHORT_LEASE_SECONDS = 2
SHORT_BACKOFF_SECONDS = 0.5
only_rq = pytest.mark.parametrize("transport", ["rq"])
only_inside = pytest.mark.parametrize("transport", ["inside"])
# What matters most here is where jobs may not write the database; the other one runs at night.
mostly_sqlite = pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)],
    indirect=True,
)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits twenty seconds for a worker in a house waits two in a test."""
    monkeypatch.setattr(outbox_dispatcher, "DISPATCH_LEASE_SECONDS", SHORT_LEASE_SECONDS)
    monkeypatch.setattr(outbox_dispatcher, "DOUBT_SECONDS", SHORT_LEASE_SECONDS)
    monkeypatch.setattr(outbox, "FIRST_BACKOFF_SECONDS", SHORT_BACKOFF_SECONDS)


def ids(messages: list[EmailMessage]) -> Counter[str]:
    """How often each Message-ID came."""
    return Counter(str(message["Message-ID"]) for message in messages)


def test_an_order_gets_one_letter(house: House, mail: MailServer) -> None:
    order = house.buy()
    house.work()

    house.wait_until_done()
    [message] = mail.messages
    assert message["Message-ID"] == f"<order.{order}.order_paid@tickets.example.org>"
    assert message["To"] == "Bo Buyer <bo@example.org>"
    assert [part.get_filename() for part in message.iter_attachments()] == [
        f"tickets-{order}.pdf",
        f"calendar-{order}.ics",
    ]


def test_many_orders_get_one_letter_each(house: House, mail: MailServer) -> None:
    house.work()
    orders = [house.buy(f"bo{number}@example.org", count=1) for number in range(15)]

    house.wait_until_done()
    assert ids(mail.messages) == Counter(
        f"<order.{order}.order_paid@tickets.example.org>" for order in orders
    )


@only_inside
def test_a_server_killed_in_the_middle_sends_its_letter_after_the_restart(
    house: House, mail: MailServer
) -> None:
    house.buy()
    mail.behaviour = Behaviour.HANG
    server = house.start_drain()
    server.wait_until(lambda: mail.tries == 1, within_seconds=20, what="the mail server hangs")
    server.kill()
    mail.behaviour = Behaviour.OK
    house.start_drain()

    mail.wait_for(1)
    house.wait_until_done()
    assert len(mail.messages) == 1
    assert [row.tries for row in house.rows()] == [2]


@only_inside
def test_a_letter_comes_twice_only_when_the_kill_fell_after_the_yes(
    house: House, mail: MailServer
) -> None:
    order = house.buy()
    server = house.start_drain(FULLHOUSE_FAULT="mail.sent=kill@1")
    assert server.wait(within_seconds=20) == -signal.SIGKILL
    house.start_drain()

    mail.wait_for(2)
    house.wait_until_done()
    assert ids(mail.messages) == {f"<order.{order}.order_paid@tickets.example.org>": 2}


@only_rq
def test_a_worker_killed_in_the_middle_is_replaced(house: House, mail: MailServer) -> None:
    house.buy()
    mail.behaviour = Behaviour.HANG
    house.start_runner()
    worker = house.start_worker()
    house.wait_until(lambda: mail.tries == 1, "the mail server hangs")
    worker.kill()
    mail.behaviour = Behaviour.OK
    house.start_worker()

    house.wait_until_done()
    assert len(mail.messages) == 1
    assert [row.tries for row in house.rows()] == [2]


@only_rq
@mostly_sqlite
def test_a_worker_killed_after_the_yes_repeats_its_id(house: House, mail: MailServer) -> None:
    order = house.buy()
    house.start_runner()
    worker = house.start_worker(FULLHOUSE_FAULT="mail.sent=kill@1")
    assert worker.wait(within_seconds=20) == -signal.SIGKILL
    house.start_worker()

    house.wait_until_done()
    assert ids(mail.messages) == {f"<order.{order}.order_paid@tickets.example.org>": 2}


@only_rq
def test_a_flushed_redis_loses_no_letter(
    house: House, mail: MailServer, redis_instance: RedisServer
) -> None:
    house.start_runner()
    for number in range(5):
        house.buy(f"bo{number}@example.org", count=1)
    house.wait_until(lambda: set(house.states()) == {"claimed"}, "all are in the queue")
    redis_instance.flush()
    house.start_worker()

    house.wait_until_done()
    assert set(ids(mail.messages).values()) == {1}
    assert len(mail.messages) == 5
    assert {row.tries for row in house.rows()} == {1}


@only_rq
@mostly_sqlite
def test_a_redis_flushed_while_a_letter_leaves_sends_no_second_one(
    house: House, mail: MailServer, redis_instance: RedisServer
) -> None:
    house.buy()
    house.start_runner()
    house.start_worker(FULLHOUSE_FAULT="mail.sent=sleep:5000")
    mail.wait_for(1)
    redis_instance.flush()

    house.wait_until_done()
    assert len(mail.messages) == 1
    assert [row.tries for row in house.rows()] == [1]


@only_rq
@mostly_sqlite
def test_a_redis_that_dies_while_a_letter_leaves_sends_no_second_one(
    house: House, mail: MailServer, redis_instance: RedisServer
) -> None:
    house.buy()
    house.start_runner()
    house.start_worker(FULLHOUSE_FAULT="mail.sent=sleep:3000")
    mail.wait_for(1)
    redis_instance.kill()
    time.sleep(4)
    redis_instance.start()
    house.buy("cy@example.org")

    house.wait_until_done(within_seconds=40)
    assert sorted(ids(mail.messages).values()) == [1, 1]


@only_rq
@mostly_sqlite
def test_a_result_survives_the_server_and_redis(
    house: House, mail: MailServer, redis_instance: RedisServer
) -> None:
    house.buy()
    house.start_runner()
    house.wait_until(lambda: house.states() == ["claimed"], "the job is in the queue")
    house.stop_runner()
    house.start_worker()
    mail.wait_for(1)
    time.sleep(1)
    redis_instance.flush()
    house.start_runner()

    house.wait_until_done()
    assert len(mail.messages) == 1


@only_rq
@mostly_sqlite
def test_a_redis_that_is_away_delays_letters_and_nothing_else(
    house: House, mail: MailServer, redis_instance: RedisServer
) -> None:
    redis_instance.kill()
    house.work()
    began = time.monotonic()
    house.buy()
    assert time.monotonic() - began < 2
    time.sleep(1)
    redis_instance.start()

    house.wait_until_done(within_seconds=40)
    assert len(mail.messages) == 1


@only_rq
@mostly_sqlite
def test_a_redis_that_hangs_delays_letters_and_nothing_else(
    house: House, mail: MailServer, redis_instance: RedisServer
) -> None:
    house.work()
    house.buy()
    house.wait_until_done()
    redis_instance.freeze()
    began = time.monotonic()
    house.buy("cy@example.org")
    assert time.monotonic() - began < 2
    time.sleep(3)
    redis_instance.thaw()

    house.wait_until_done(within_seconds=40)
    assert sorted(ids(mail.messages).values()) == [1, 1]


def test_an_address_refused_for_good_is_dead_until_somebody_tries_again(
    house: House, mail: MailServer
) -> None:
    mail.behaviour = Behaviour.REJECT
    house.buy()
    house.work()
    house.wait_until(lambda: house.states() == ["dead"], "it is dead")
    [row] = house.rows()
    assert row.tries == 1
    assert "550 5.1.1 there is nobody of that name here" in row.last_error
    mail.behaviour = Behaviour.OK
    with house.office.db.write() as connection:
        assert try_again(connection, row.id, utc_now())

    house.wait_until_done()
    assert len(mail.messages) == 1


@only_inside
@pytest.mark.parametrize("behaviour", [Behaviour.DEFER, Behaviour.HANG])
def test_a_mail_server_that_takes_nothing_is_asked_again(
    house: House, mail: MailServer, behaviour: Behaviour
) -> None:
    mail.behaviour = behaviour
    house.buy()
    house.work()
    house.wait_until(lambda: house.rows()[0].last_error is not None, "the first try has failed")
    [row] = house.rows()
    assert row.due_at <= utc_now() + timedelta(seconds=6)
    mail.behaviour = Behaviour.OK

    house.wait_until_done()
    assert len(mail.messages) == 1


def test_a_mail_server_that_is_down_is_asked_again(house: House, mail: MailServer) -> None:
    mail.stop()
    house.buy()
    house.work()
    house.wait_until(lambda: house.rows()[0].last_error is not None, "the first try has failed")
    assert "cannot be reached" in house.rows()[0].last_error
    mail.start()

    house.wait_until_done()
    assert len(mail.messages) == 1


@only_inside
def test_a_mail_server_that_hangs_up_before_its_yes_gets_the_same_message_again(
    house: House, mail: MailServer
) -> None:
    mail.behaviour = Behaviour.DROP
    house.buy()
    house.work()
    mail.wait_for(1)
    mail.behaviour = Behaviour.OK

    house.wait_until_done()
    assert set(ids(mail.messages).values()) == {len(mail.messages)}


@only_inside
def test_the_last_try_that_fails_makes_it_dead(
    house: House, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.outbox.TRIES_LIMIT", 2)
    monkeypatch.setattr("app.outbox.FIRST_BACKOFF_SECONDS", 0.1)
    mail.behaviour = Behaviour.DEFER
    house.buy()
    house.work()

    house.wait_until(lambda: house.states() == ["dead"], "it is dead")
    assert house.rows()[0].tries == 2 < TRIES_LIMIT
