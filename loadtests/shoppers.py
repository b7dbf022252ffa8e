"""The people of a load test: shoppers who browse, choose, hold, leave or buy, and map pollers."""

import os
import random
import secrets
from typing import Any

import gevent  # type: ignore[import-untyped]
from locust import between, task
from locust.contrib.fasthttp import FastHttpUser

EVENT_SETTING = "FULLHOUSE_LOAD_EVENT"
POLL_SECONDS = 2.0
POLL_JITTER_SECONDS = 0.3
CONNECT_LIMIT_SECONDS = 10.0
ANSWER_LIMIT_SECONDS = 30.0
MOST_SEATS_COUNT = 4
LEAVE_SHARE = 0.30
RELEASE_SHARE = 0.10
BEST_SHARE = 0.25
THINK_SECONDS = (0.5, 3.0)


class Visitor(FastHttpUser):
    """Somebody with a browser and a connection of their own."""

    abstract = True
    connection_timeout = CONNECT_LIMIT_SECONDS
    network_timeout = ANSWER_LIMIT_SECONDS

    def on_start(self) -> None:
        """Learn which event the crowd is after."""
        self.event = os.environ.get(EVENT_SETTING) or self._first_event()
        self.version = ""
        self.letters = ""

    def read_state(self) -> None:
        """Read the map's state as the page does: only what changed since the last look."""
        path = f"/api/v1/events/{self.event}/state"
        since = f"?since={self.version}" if self.version else ""
        with self.client.get(path + since, name="state", catch_response=True) as answer:
            if answer.status_code not in (200, 304):
                answer.failure(f"state: {answer.status_code}")
                return
            answer.success()
            if answer.status_code == 200:
                self._take_in(answer.json())

    def _take_in(self, content: dict[str, Any]) -> None:
        self.version = content["version"]
        if "seats" in content:
            self.letters = content["seats"]
            return
        letters = list(self.letters)
        for index, letter in content["changes"]:
            letters[index] = letter
        self.letters = "".join(letters)

    def _first_event(self) -> str:
        found = self.client.get("/api/v1/events", name="events").json()["events"]
        free = [event for event in found if event["places_free"]]
        return str((free or found)[0]["slug"])


class MapPoller(Visitor):
    """Somebody who has the seat map open and does nothing else."""

    wait_time = between(POLL_SECONDS - POLL_JITTER_SECONDS, POLL_SECONDS + POLL_JITTER_SECONDS)

    @task
    def poll(self) -> None:
        """Look at the map once."""
        self.read_state()


class Shopper(Visitor):
    """Somebody who wants seats: browses, chooses, holds, and leaves or buys."""

    wait_time = between(0.5, 3.0)

    def on_start(self) -> None:
        """Learn what the event's seats are called, too."""
        super().on_start()
        answer = self.client.get(f"/api/v1/events/{self.event}/seats", name="seats")
        self.seats: list[str] = [seat["id"] for seat in answer.json()["seats"]]

    @task
    def shop(self) -> None:
        """Go shopping once, from the first page to the tickets."""
        self.client.get("/", name="home page")
        self.client.get(f"/e/{self.event}", name="event page")
        self.read_state()
        hold = self._hold()
        if hold is None:
            return
        gevent.sleep(random.uniform(*THINK_SECONDS))
        draw = random.random()
        if draw < LEAVE_SHARE:
            return
        if draw < LEAVE_SHARE + RELEASE_SHARE:
            headers = {"Basket": hold["basket"]}
            self.client.delete(f"/api/v1/holds/{hold['id']}", headers=headers, name="release")
            return
        self._buy(hold)

    def _hold(self) -> dict[str, Any] | None:
        count = random.randint(1, MOST_SEATS_COUNT)
        if random.random() < BEST_SHARE:
            return self._ask_for_places("best", {"count": count}, "best")
        free = [
            seat for seat, letter in zip(self.seats, self.letters, strict=True) if letter == "f"
        ]
        if not free:
            return None
        at = random.randrange(len(free))
        return self._ask_for_places("holds", {"seats": free[at : at + count]}, "hold")

    def _ask_for_places(self, path: str, ask: dict[str, Any], name: str) -> dict[str, Any] | None:
        with self.client.post(
            f"/api/v1/events/{self.event}/{path}",
            json=ask,
            headers={"Idempotency-Key": secrets.token_hex(16)},
            name=name,
            catch_response=True,
        ) as answer:
            if answer.status_code in (201, 409, 422):  # a clear no is a good answer
                answer.success()
            else:
                answer.failure(f"{name}: {answer.status_code}")
            return answer.json() if answer.status_code == 201 else None

    def _buy(self, hold: dict[str, Any]) -> None:
        ask = {
            "basket": hold["basket"],
            "name": "Bo",
            "email": f"{secrets.token_hex(6)}@example.org",
            "payment": "demo",
            "demo_outcome": "paid",
        }
        with self.client.post(
            "/api/v1/orders",
            json=ask,
            headers={"Idempotency-Key": secrets.token_hex(16)},
            name="order",
            catch_response=True,
        ) as answer:
            bought = answer.status_code == 201 and answer.json()["status"] == "paid"
            if bought:
                answer.success()
            else:
                answer.failure(f"order: {answer.status_code}")
