"""A buyer of draw tickets over HTTP: the form, the progress page, the file of what was got.

What the pages say is read here and nowhere else, for whichever client fetched them.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
from dataclasses import dataclass
from html import unescape
from typing import Final
from urllib.parse import urlencode

from app.wire import Address, Answer, Connection

HIDDEN: Final = ("csrf", "key", "price", "contribution", "payment")
FEWER, NOTHING = "fewer", "nothing"  # what somebody says who might get less than asked for
NO_FORM: Final = 410  # told for a page on which nothing is sold any more
NO_TICKETS: Final = 404
FRAGMENT: Final = {"HX-Request": "true", "HX-Request-Type": "partial"}

_PROGRESS = re.compile(r'<progress class="meter meter--drawn" max="(\d+)" value="(\d+)"')
_POLLS = re.compile(r'id="purchase" hx-get=')


class NotBought(Exception):  # noqa: N818
    """Another answer than the way to the tickets; `status` is the answer's own."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(f"{status} {words}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a purchase is: `done` of `of` tickets; None where the page counts none."""

    done: int | None
    of: int | None
    is_over: bool  # there is nothing more to wait for


@dataclass(frozen=True, slots=True)
class Got:
    """One ticket of a purchase; `prize` is empty for none, `state` says why."""

    batch: int
    position: int
    prize: str
    state: str


def filled_form(page: str, count: int, email: str, short: str = FEWER) -> dict[str, str]:
    """The fields of the form on a page, as somebody fills them in."""
    found = {name: _hidden(page, name) for name in HIDDEN}
    known = {name: value for name, value in found.items() if value is not None}
    typed = {"count": str(count), "email": email, "name": "Bo Field", "short": short}
    return known | typed


def progress_on(page: str) -> Progress:
    """What the progress page, or its fragment, says."""
    counted = _PROGRESS.search(page)
    done, of = (int(counted[2]), int(counted[1])) if counted else (None, None)
    return Progress(done, of, _POLLS.search(page) is None)


def tickets_in(text: str) -> list[Got]:
    """The tickets in the file of a purchase."""
    rows = list(csv.reader(io.StringIO(text)))[1:]
    return [Got(int(batch), int(at), prize, state) for batch, at, prize, state in rows]


class DrawBuyer:
    """One buyer on one connection, with a cookie; raises AnswerLostError as the connection does."""

    def __init__(self, address: Address) -> None:
        self._connection = Connection(address)
        self._cookie = ""

    async def fill_in(self, slug: str, count: int, email: str, short: str = FEWER) -> bytes:
        """Open the form and fill it in; the bytes to send, as often as needed."""
        answer = await self._connection.ask("GET", f"/draw/{slug}/tickets", headers=self._head())
        self._keep_cookie(answer)
        page = answer.body.decode()
        if answer.status != 200 or _hidden(page, "key") is None:
            raise NotBought(NO_FORM if answer.status == 200 else answer.status, "no form")
        return urlencode(filled_form(page, count, email, short)).encode()

    async def send(self, slug: str, form: bytes) -> str:
        """Send the form; the page to follow. Raises `NotBought` for any other answer."""
        path = f"/draw/{slug}/tickets"
        answer = await self._connection.ask("POST", path, headers=self._head(), form=form)
        self._keep_cookie(answer)
        where = answer.headers.get("location", "")
        if answer.status != 303 or "/d/" not in where:
            raise NotBought(answer.status, f"{where} {answer.body[:300]!r}")
        return where[where.index("/d/") :]

    async def look(self, url: str) -> Progress:
        """Look once at the progress, as the page itself does."""
        answer = await self._connection.ask("GET", url, headers=self._head() | FRAGMENT)
        if answer.status != 200:
            raise NotBought(answer.status, url)
        return progress_on(answer.body.decode())

    async def follow(self, url: str, pause_seconds: float) -> None:
        """Look until there is nothing more to wait for."""
        while not (await self.look(url)).is_over:
            await asyncio.sleep(pause_seconds)

    async def tickets(self, url: str) -> list[Got]:
        """What was bought."""
        answer = await self._connection.ask("GET", f"{url}/tickets.csv", headers=self._head())
        if answer.status == NO_TICKETS:
            return []
        if answer.status != 200:
            raise NotBought(answer.status, url)
        return tickets_in(answer.body.decode())

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _head(self) -> dict[str, str]:
        return {"Cookie": self._cookie} if self._cookie else {}

    def _keep_cookie(self, answer: Answer) -> None:
        self._cookie = answer.headers.get("set-cookie", self._cookie).partition(";")[0]


def _hidden(page: str, name: str) -> str | None:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return unescape(found[1]) if found else None
