"""Webhooks: signed, delivered by a few threads, tried again, and disturbed on request."""

from __future__ import annotations

import heapq
import threading
import time
from collections import deque
from dataclasses import dataclass, fields
from typing import Final

from app.payments.stand_in.events import Happening, matches
from app.payments.stand_in.fault_box import FaultBox
from app.payments.stand_in.problems import Json
from app.payments.stand_in.webhook import Sender, Webhook

RETRIES_SECONDS: Final = (1, 2, 4, 8, 16, 32, 64)  # times the webhook's `retry_seconds`
WAITING_LIMIT: Final = 50_000
DELIVERIES_LIMIT: Final = 50_000
SHUFFLE_WAIT_SECONDS: Final = 0.5
WORKERS_LIMIT: Final = 16


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try to deliver an event: `outcome` is answered, unanswered or dropped."""

    event: str
    type: str
    about: str
    attempt: int
    outcome: str
    status: int
    at: float
    took_ms: int


FIELDS: Final = tuple(each.name for each in fields(Delivery))


class Deliveries:
    """Takes events and sees to it that the box office hears of them."""

    def __init__(self, faults: FaultBox, webhook: Webhook | None, worker_count: int) -> None:
        self.webhook = webhook
        self._faults = faults
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Happening, int]] = []
        self._gathered: list[Happening] = []
        self._gathered_until = 0.0
        self._made: deque[Delivery] = deque(maxlen=DELIVERIES_LIMIT)
        self._count = 0
        self._under_way = 0
        self._stopped = False
        self._workers = [
            threading.Thread(target=self._work, name=f"webhook-{number}", daemon=True)
            for number in range(worker_count)
        ]
        for worker in self._workers:
            worker.start()

    def tell(self, happening: Happening) -> None:
        """Deliver an event as often as the faults want: once, several times, or never."""
        webhook, faults = self.webhook, self._faults.now
        if webhook is None or not matches(happening.type, webhook.types):
            return
        with self._changed:
            dropped = not faults.webhooks or (
                faults.webhook_drop_share > 0
                and self._faults.dice.random() < faults.webhook_drop_share
            )
            if dropped or len(self._due) + len(self._gathered) >= WAITING_LIMIT:
                self._record(happening, 1, "dropped", 0, time.time())
                return
            copies = [happening] * (1 + faults.webhook_copies)
            if faults.webhook_shuffle > 1:
                self._gather(copies, faults.webhook_shuffle)
            else:
                self._schedule(copies, faults.webhook_delay_seconds)
            self._changed.notify(len(copies))

    def send_again(self, happening: Happening) -> None:
        """Deliver an event once more, as Stripe's dashboard can."""
        with self._changed:
            self._schedule([happening], 0)
            self._changed.notify()

    def shape(self) -> Json:
        """What was tried so far, oldest first, and how many wait or are under way."""
        with self._changed:
            made, waiting = list(self._made), self.waiting
        told = [{name: getattr(each, name) for name in FIELDS} for each in made]
        return {"deliveries": told, "waiting": waiting}

    @property
    def waiting(self) -> int:
        """How many deliveries wait or are under way."""
        return len(self._due) + len(self._gathered) + self._under_way

    def stop(self) -> None:
        """Deliver nothing more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for worker in self._workers:
            worker.join(timeout=2)

    def _gather(self, copies: list[Happening], window: int) -> None:
        if not self._gathered:
            self._gathered_until = time.monotonic() + SHUFFLE_WAIT_SECONDS
        self._gathered.extend(copies)
        if len(self._gathered) >= window:
            self._mix()

    def _mix(self) -> None:
        self._faults.dice.shuffle(self._gathered)
        self._schedule(self._gathered, self._faults.now.webhook_delay_seconds)
        self._gathered = []

    def _schedule(
        self, happenings: list[Happening], after_seconds: float, attempt: int = 1
    ) -> None:
        for happening in happenings:
            self._count += 1
            moment = time.monotonic() + after_seconds
            heapq.heappush(self._due, (moment, self._count, happening, attempt))

    def _work(self) -> None:
        sender = Sender()
        while True:
            taken = self._take()
            if taken is None:
                sender.close()
                return
            happening, attempt = taken
            webhook, began = self.webhook, time.time()
            status = 0 if webhook is None else sender.send(webhook, happening.body)
            with self._changed:
                self._under_way -= 1
                self._record(
                    happening, attempt, "answered" if status else "unanswered", status, began
                )
                if webhook and not 200 <= status < 300 and attempt <= len(RETRIES_SECONDS):
                    after = RETRIES_SECONDS[attempt - 1] * webhook.retry_seconds
                    self._schedule([happening], after, attempt + 1)
                    self._changed.notify()

    def _take(self) -> tuple[Happening, int] | None:
        with self._changed:
            while not self._stopped:
                now = time.monotonic()
                if self._gathered and self._gathered_until <= now:
                    self._mix()
                if self._due and self._due[0][0] <= now:
                    self._under_way += 1
                    return heapq.heappop(self._due)[2:]
                self._changed.wait(self._rest_seconds(now))
            return None

    def _rest_seconds(self, now: float) -> float | None:
        moments = [self._due[0][0]] if self._due else []
        if self._gathered:
            moments.append(self._gathered_until)
        return max(0.0, min(moments) - now) if moments else None

    def _record(
        self, happening: Happening, attempt: int, outcome: str, status: int, began: float
    ) -> None:
        took_ms = round((time.time() - began) * 1000)
        made = Delivery(
            happening.id, happening.type, happening.about, attempt, outcome, status, began, took_ms
        )
        self._made.append(made)
