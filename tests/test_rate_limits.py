"""Limits: people never meet them, floods do, and a broken Redis changes nothing."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app import rate_limits
from app.config import Settings, read_settings
from app.rate_limits import KINDS, RateLimits, SteadyStorage, network_of
from app.refusals import TooMany
from tests.services.redis_server import RedisServer

BO, CY = "192.0.2.7", "192.0.2.8"


class SteadyClock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"FULLHOUSE_DATA_DIR": str(tmp_path)})


def allowed(limits: RateLimits, kind: str, most: int = 1000, **whose: str) -> int:
    """How many go through before the first refusal."""
    for count in range(most):
        try:
            limits.limit(kind, **whose)
        except TooMany:
            return count
    return most


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_is_refused_after_its_share_and_others_are_not(
    kind: str, settings: Settings
) -> None:
    limits = RateLimits(settings)
    share = KINDS[kind].address
    assert share is not None

    assert allowed(limits, kind, address=BO) == share.amount
    limits.limit(kind, address=CY)


@pytest.mark.parametrize("kind", ["hold", "order"])
def test_a_basket_is_refused_after_its_share_from_whatever_address(
    kind: str, settings: Settings
) -> None:
    limits = RateLimits(settings)
    share = KINDS[kind].basket
    assert share is not None
    for number in range(share.amount):
        limits.limit(kind, basket="b1", address=f"192.0.2.{number}")

    with pytest.raises(TooMany):
        limits.limit(kind, basket="b1", address=CY)
    limits.limit(kind, basket="b2", address=CY)


def test_a_person_choosing_seat_after_seat_is_never_refused(settings: Settings) -> None:
    clock = SteadyClock()
    limits = RateLimits(settings, clock)
    for _ in range(600):
        limits.limit("hold", basket="b1", address=BO)
        clock.seconds += 0.75


def test_the_refusal_says_when_it_goes_on_and_keeps_its_word(settings: Settings) -> None:
    clock = SteadyClock()
    limits = RateLimits(settings, clock)
    allowed(limits, "setup", address=BO)
    clock.seconds += 100

    with pytest.raises(TooMany) as refused:
        limits.limit("setup", address=BO)
    assert refused.value.retry_after == 800
    clock.seconds += 800
    limits.limit("setup", address=BO)


def test_limits_can_be_switched_off(settings: Settings) -> None:
    assert allowed(RateLimits(replace(settings, rate_limits=False)), "setup", address=BO) == 1000


def test_one_household_is_one_address_in_ipv6(settings: Settings) -> None:
    limits = RateLimits(settings)
    share = KINDS["setup"].address
    assert share is not None
    for number in range(share.amount):
        limits.limit("setup", address=f"2001:db8:1:2::{number:x}")

    with pytest.raises(TooMany):
        limits.limit("setup", address="2001:db8:1:2:ffff::1")
    limits.limit("setup", address="2001:db8:1:3::1")


def test_an_ipv4_address_in_ipv6_clothes_is_the_same_one() -> None:
    assert network_of("::ffff:192.0.2.7") == BO
    assert network_of("not an address:") == "not an address:"


def test_a_flood_of_addresses_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "WINDOWS_LIMIT", 100)
    storage = SteadyStorage()
    for number in range(5000):
        storage.incr(f"key {number}", 60)
    storage.incr("key 4999", 60)

    assert storage.reset() <= 100
    assert storage.get("key 4999") == 0


def test_the_newest_windows_survive_a_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "WINDOWS_LIMIT", 100)
    storage = SteadyStorage()
    for number in range(150):
        storage.incr(f"key {number}", 60)

    assert storage.get("key 149") == 1
    assert storage.get("key 0") == 0


def test_many_threads_count_exactly(settings: Settings) -> None:
    limits = RateLimits(settings)
    passed: list[int] = []
    threads = [
        threading.Thread(target=lambda: passed.append(allowed(limits, "hold", 200, address=BO)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    share = KINDS["hold"].address
    assert share is not None
    assert sum(passed) == share.amount


def test_guarded_limits_outlive_a_restart_with_redis(settings: Settings, redis_url: str) -> None:
    with_redis = replace(settings, redis_url=redis_url)
    allowed(RateLimits(with_redis), "sign_in", subject="ada")

    with pytest.raises(TooMany) as refused:
        RateLimits(with_redis).limit("sign_in", subject="ada")

    assert 0 < (refused.value.retry_after or 0) <= 15 * 60


def test_holds_never_ask_redis(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        limits = RateLimits(replace(settings, redis_url=url_of(silent)))
        started = time.monotonic()
        allowed(limits, "hold", basket="b1", address=BO)

        assert time.monotonic() - started < 0.1


def test_a_hanging_redis_costs_one_caller_a_moment_and_memory_counts_on(
    settings: Settings, redis_instance: RedisServer
) -> None:
    limits = RateLimits(replace(settings, redis_url=redis_instance.url))
    limits.limit("sign_in", subject="ada")
    redis_instance.freeze()
    try:
        started = time.monotonic()
        share = KINDS["sign_in"].subject
        assert share is not None
        assert allowed(limits, "sign_in", subject="bo") == share.amount
        assert time.monotonic() - started < 1.0
    finally:
        redis_instance.thaw()


def test_redis_is_asked_again_after_a_rest(settings: Settings, redis_instance: RedisServer) -> None:
    clock = SteadyClock()
    with_redis = replace(settings, redis_url=redis_instance.url)
    limits = RateLimits(with_redis, clock)
    redis_instance.freeze()
    limits.limit("sign_in", subject="ada")
    redis_instance.thaw()
    clock.seconds += rate_limits.REDIS_REST_SECONDS + 1

    share = KINDS["sign_in"].subject
    assert share is not None
    assert allowed(limits, "sign_in", subject="ada") == share.amount
    with pytest.raises(TooMany):
        RateLimits(with_redis).limit("sign_in", subject="ada")


def test_an_absent_redis_is_no_obstacle(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = url_of(closed)
    limits = RateLimits(replace(settings, redis_url=url))

    share = KINDS["sign_in"].subject
    assert share is not None
    assert allowed(limits, "sign_in", subject="ada") == share.amount


def url_of(server: socket.socket) -> str:
    return f"redis://127.0.0.1:{server.getsockname()[1]}/0"
