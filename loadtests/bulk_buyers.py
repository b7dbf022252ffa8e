"""Bulk buyers of a load test: many free draw tickets at once, followed to the end and checked."""

from __future__ import annotations

import os
import random
import secrets
import time
from typing import Any

import gevent  # type: ignore[import-untyped]
from locust import between, task
from locust.contrib.fasthttp import FastHttpUser
from locust.exception import StopUser

from loadtests.draw_buyer import FRAGMENT, filled_form, progress_on, tickets_in
from loadtests.shoppers import ANSWER_LIMIT_SECONDS, CONNECT_LIMIT_SECONDS

DRAW_SETTING = "FULLHOUSE_LOAD_DRAW"
MOST_TICKETS_COUNT = 2_000  # in one purchase
PURCHASES_LIMIT = 50  # of one buyer
FIRST_LOOK_SECONDS, LOOK_SECONDS = 0.3, 1.0  # as the page itself looks
DONE_LIMIT_SECONDS = 60.0


class BulkBuyer(FastHttpUser):
    """Somebody who buys free draw tickets by the hundred and looks until all are drawn."""

    wait_time = between(1.0, 3.0)
    connection_timeout = CONNECT_LIMIT_SECONDS
    network_timeout = ANSWER_LIMIT_SECONDS

    def on_start(self) -> None:
        """Learn which draw the crowd is after."""
        self.draw = os.environ.get(DRAW_SETTING) or self._free_draw()
        self.bought_count = 0

    @task
    def buy(self) -> None:
        """Buy once, from the draw's page to the file of tickets; leave when nothing is left."""
        if self.bought_count >= PURCHASES_LIMIT:
            raise StopUser
        self.bought_count += 1
        self.client.get(f"/draw/{self.draw}", name="draw page")
        page = self.client.get(f"/draw/{self.draw}/tickets", name="draw form").text or ""
        if 'name="key"' not in page:
            raise StopUser
        count = random.randint(1, MOST_TICKETS_COUNT)
        url = self._send(page, count)
        if url:
            self._follow(url)
            self._check(url, count)

    def _send(self, page: str, count: int) -> str:
        """Send the form; where to follow the purchase, or "" for a clear no."""
        email = f"{secrets.token_hex(6)}@example.org"
        form = filled_form(page, count, email) | {"of_age": "1"}
        with self.client.post(
            f"/draw/{self.draw}/tickets",
            data=form,
            name="draw purchase",
            allow_redirects=False,
            catch_response=True,
        ) as answer:
            where = str((answer.headers or {}).get("location", ""))
            if answer.status_code == 303 and "/d/" in where:
                answer.success()
                return where[where.index("/d/") :]
            if answer.status_code in (409, 422):  # sold out meanwhile, or a limit
                answer.success()
            else:
                answer.failure(f"draw purchase: {answer.status_code}")
        return ""

    def _follow(self, url: str) -> None:
        until, pause = time.monotonic() + DONE_LIMIT_SECONDS, FIRST_LOOK_SECONDS
        while time.monotonic() < until:
            gevent.sleep(pause)
            answer = self.client.get(url, headers=FRAGMENT, name="draw progress")
            if answer.status_code == 200 and progress_on(answer.text or "").is_over:
                return
            pause = LOOK_SECONDS

    def _check(self, url: str, count: int) -> None:
        """All tickets that were asked for, each once and handed out; less where a batch ended."""
        with self.client.get(
            f"{url}/tickets.csv", name="draw tickets", catch_response=True
        ) as answer:
            if answer.status_code != 200:
                answer.failure(f"draw tickets: {answer.status_code}")
                return
            wrong = _wrong(answer.text or "", count)
            if wrong:
                answer.failure(wrong)
            else:
                answer.success()

    def _free_draw(self) -> str:
        draws: list[dict[str, Any]] = self.client.get("/api/v1/draws", name="draws").json()["draws"]
        free = [one for one in draws if one["price_cents"] == 0 and not one["credits"]]
        selling = [one for one in free if one["tickets_left"]]
        if not selling:
            raise StopUser
        return str(selling[0]["slug"])


def _wrong(text: str, count: int) -> str:
    """What is wrong with the file of a purchase, in words; "" when nothing is."""
    got = tickets_in(text)
    if len({(one.batch, one.position) for one in got}) != len(got):
        return "a ticket came twice"
    if not 1 <= len(got) <= count:
        return f"{len(got)} tickets instead of {count}"
    if any(one.state == "not drawn yet" for one in got) and any(one.prize for one in got):
        return "some tickets were never handed out"
    return ""
