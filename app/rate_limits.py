"""How much one basket or one address may ask for: generous for people, tight for guessing."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Final

from flask import request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from app.config import Settings
from app.refusals import TooMany

WINDOWS_LIMIT: Final = 50_000
REDIS_WAIT_SECONDS: Final = 0.1
REDIS_REST_SECONDS: Final = 30.0  # how long Redis is left alone after it did not answer
IPV6_NET_BITS: Final = 64  # what one household or one machine is given

log = logging.getLogger("fullhouse.rate_limits")


@dataclass(frozen=True, slots=True)
class Kind:
    """What is limited, and per what. `guarded` kinds outlive a restart where there is a Redis."""

    basket: RateLimitItem | None = None
    address: RateLimitItem | None = None
    subject: RateLimitItem | None = None
    guarded: bool = False


def _at_most(count: int, minutes: int, what: str) -> RateLimitItem:
    return RateLimitItemPerMinute(count, minutes, f"fullhouse/{what}")


# An address may be a school or a whole street, so it may do what a crowd of people does.
KINDS: Final[dict[str, Kind]] = {
    "hold": Kind(
        basket=_at_most(90, 1, "hold/basket"),
        address=_at_most(600, 1, "hold/address"),
    ),
    "order": Kind(
        basket=_at_most(20, 1, "order/basket"),
        address=_at_most(120, 1, "order/address"),
    ),
    "find_order": Kind(
        address=_at_most(20, 10, "find_order/address"),
        subject=_at_most(4, 60, "find_order/subject"),
        guarded=True,
    ),
    "resend": Kind(
        address=_at_most(30, 10, "resend/address"),
        subject=_at_most(4, 60, "resend/subject"),
        guarded=True,
    ),
    "sign_in": Kind(
        address=_at_most(30, 15, "sign_in/address"),
        subject=_at_most(8, 15, "sign_in/subject"),
        guarded=True,
    ),
    # letters that sign buyers in: a mailbox must not be flooded by others
    "sign_in_link": Kind(
        address=_at_most(20, 10, "sign_in_link/address"),
        subject=_at_most(3, 10, "sign_in_link/subject"),
        guarded=True,
    ),
    "sign_in_hour": Kind(
        address=_at_most(60, 60, "sign_in_hour/address"),
        subject=_at_most(6, 60, "sign_in_hour/subject"),
        guarded=True,
    ),
    # letters of a ballot go to addresses that nobody has proven
    "ballot_letter": Kind(
        address=_at_most(60, 10, "ballot_letter/address"),
        subject=_at_most(5, 60, "ballot_letter/subject"),
        guarded=True,
    ),
    # a code that makes an entry count more must not be guessed
    "ballot_code": Kind(
        address=_at_most(20, 10, "ballot_code/address"),
        subject=_at_most(5, 60, "ballot_code/subject"),
        guarded=True,
    ),
    "ballot": Kind(address=_at_most(300, 1, "ballot/address")),
    # the draw is made again for each file: a second of work for a large one
    "ballot_file": Kind(address=_at_most(20, 1, "ballot_file/address")),
    "sign_in_code": Kind(address=_at_most(30, 15, "sign_in_code/address"), guarded=True),
    "my_data": Kind(
        address=_at_most(60, 60, "my_data/address"),
        subject=_at_most(10, 60, "my_data/subject"),
    ),
    "voucher": Kind(
        address=_at_most(60, 10, "voucher/address"),
        subject=_at_most(12, 10, "voucher/subject"),
        guarded=True,
    ),
    "setup": Kind(address=_at_most(10, 15, "setup/address"), guarded=True),
}


def init_limits(settings: Settings) -> None:
    """Begin to count for this process."""
    global _limits
    _limits = RateLimits(settings)


def limit(kind: str, *, basket: str | None = None, subject: str | None = None) -> None:
    """Count this request: for its address, a basket's id, a subject. Raises `TooMany`."""
    if _limits is not None:
        _limits.limit(kind, basket=basket, address=request.remote_addr, subject=subject)


class RateLimits:
    """Counts what is asked for and refuses what is too much."""

    def __init__(
        self, settings: Settings, steady_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._on = settings.rate_limits
        self._steady_seconds = steady_seconds
        self._memory = FixedWindowRateLimiter(SteadyStorage(steady_seconds))
        self._redis, self._redis_faults = _redis_limiter(settings.redis_url)
        self._redis_rests_until = -math.inf
        self._redis_turn = threading.Lock()

    def limit(
        self,
        kind: str,
        *,
        basket: str | None = None,
        address: str | None = None,
        subject: str | None = None,
    ) -> None:
        """Count one `kind` for a basket, an address and a subject (a keyed hash, an order).

        Raises `TooMany` with the seconds until it goes on. With Redis down or hanging, memory
        counts instead; nobody waits for it longer than a tenth of a second.
        """
        if not self._on:
            return
        rules = KINDS[kind]
        if basket is not None and rules.basket is not None:
            self._count(rules, rules.basket, basket)
        if address is not None and rules.address is not None:
            self._count(rules, rules.address, network_of(address))
        if subject is not None and rules.subject is not None:
            self._count(rules, rules.subject, subject)

    def _count(self, rules: Kind, rate: RateLimitItem, whose: str) -> None:
        limiter = self._memory
        if rules.guarded and self._redis is not None and self._redis_answers():
            limiter, fits = self._count_in_redis(self._redis, rate, whose)
        else:
            fits = limiter.hit(rate, whose)
        if not fits:
            raise TooMany(retry_after=self._wait_seconds(limiter, rate, whose))

    def _count_in_redis(
        self, redis: FixedWindowRateLimiter, rate: RateLimitItem, whose: str
    ) -> tuple[FixedWindowRateLimiter, bool]:
        try:
            fits = redis.hit(rate, whose)
        except self._redis_faults as error:
            self._redis_rests_until = self._steady_seconds() + REDIS_REST_SECONDS
            log.warning("Redis does not answer; memory counts instead: %s", type(error).__name__)
            return self._memory, self._memory.hit(rate, whose)
        self._redis_rests_until = -math.inf
        return redis, fits

    def _redis_answers(self) -> bool:
        """Whether to ask Redis; after a rest only one caller at a time tries it again."""
        if self._redis_rests_until == -math.inf:
            return True
        if self._steady_seconds() < self._redis_rests_until:
            return False
        with self._redis_turn:
            if self._steady_seconds() < self._redis_rests_until:
                return False
            self._redis_rests_until = self._steady_seconds() + REDIS_REST_SECONDS
        return True

    def _wait_seconds(
        self, limiter: FixedWindowRateLimiter, rate: RateLimitItem, whose: str
    ) -> int:
        most = rate.get_expiry()
        try:
            ends_at = limiter.storage.get_expiry(rate.key_for(whose))
        except self._redis_faults:
            return most
        now = self._steady_seconds() if limiter is self._memory else time.time()
        return min(most, max(1, math.ceil(ends_at - now)))


class SteadyStorage(Storage):
    """Fixed windows in memory, counted on a steady clock, at most `WINDOWS_LIMIT` of them.

    `limits` brings a storage in memory too; it starts a thread for every hundredth of a second
    with a hit, goes by the wall clock and grows with the number of addresses.
    """

    STORAGE_SCHEME = None

    def __init__(self, steady_seconds: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._steady_seconds = steady_seconds
        self._windows: dict[str, list[float]] = {}  # key -> [end, count]
        self._turn = threading.Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What it can raise; nothing of its own."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count; the window begins with the first hit."""
        now = self._steady_seconds()
        with self._turn:
            window = self._windows.get(key)
            if window is None or window[0] <= now:
                if len(self._windows) >= WINDOWS_LIMIT:
                    self._make_room(now)
                self._windows[key] = [now + expiry, amount]
                return amount
            window[1] += amount
            return int(window[1])

    def get(self, key: str) -> int:
        """The count in the window that runs now."""
        window = self._windows.get(key)
        return int(window[1]) if window and window[0] > self._steady_seconds() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in steady seconds."""
        window = self._windows.get(key)
        return window[0] if window else self._steady_seconds()

    def check(self) -> bool:
        """Memory always answers."""
        return True

    def reset(self) -> int:
        """Forget everything; how many windows there were."""
        with self._turn:
            count = len(self._windows)
            self._windows.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget one window."""
        self._windows.pop(key, None)

    def _make_room(self, now: float) -> None:
        """Drop ended windows; when a flood of addresses fills it, also the oldest tenth."""
        windows = {key: window for key, window in self._windows.items() if window[0] > now}
        spare = len(windows) - WINDOWS_LIMIT * 9 // 10
        for key in list(windows)[: max(0, spare)]:
            del windows[key]
        self._windows = windows


def network_of(address: str) -> str:
    """Whose address this is: itself, or for IPv6 the network that one household is given."""
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{int(parsed) >> (128 - IPV6_NET_BITS):x}::/{IPV6_NET_BITS}"


def _redis_limiter(
    url: str | None,
) -> tuple[FixedWindowRateLimiter | None, tuple[type[Exception], ...]]:
    """A limiter in Redis and what it raises when Redis does not answer."""
    if url is None:
        return None, ()
    from limits.storage import RedisStorage  # dear to import where there is no Redis
    from redis import ConnectionPool
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError
    from redis.retry import Retry

    pool = ConnectionPool.from_url(
        url,
        socket_timeout=REDIS_WAIT_SECONDS,
        socket_connect_timeout=REDIS_WAIT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    return FixedWindowRateLimiter(RedisStorage(url, connection_pool=pool)), (RedisError, OSError)


_limits: RateLimits | None = None
