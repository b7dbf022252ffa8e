"""Visitors of the pages: each with a cookie and the proof that its forms carry."""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from app.wire import Connection
from loadtests.measure import Ask
from loadtests.serving import Server

PROOF = re.compile(rb'name="csrf" value="([^"]+)"')
FORM_PATH = "/orders/find"
OPEN_AT_ONCE_COUNT = 16


class NoFormError(Exception):
    """The page had no form with a proof in it."""


@dataclass(frozen=True, slots=True)
class PageVisit:
    """One visitor at one event's page."""

    event: str
    cookie: str
    proof: str

    def hold(self, seat: str) -> Ask:
        """Press on a seat of the map, with script on."""
        fields = {"csrf": self.proof, "key": secrets.token_hex(12), "seat": seat}
        headers = {"Cookie": self.cookie, "HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
        form = urlencode(fields).encode()
        return Ask("POST", f"/e/{self.event}/holds", form=form, headers=headers)


async def open_page_visits(server: Server, event: str, count: int) -> list[PageVisit]:
    """Let so many visitors open a page with a form and keep what it gave them."""
    visits: list[PageVisit] = []

    async def open_some() -> None:
        connection = Connection(server.address)
        while len(visits) < count:
            answer = await connection.ask("GET", FORM_PATH)
            proof, cookie = PROOF.search(answer.body), answer.headers.get("set-cookie", "")
            if proof is None or not cookie:
                raise NoFormError(f"{FORM_PATH}: {answer.status}")
            visits.append(PageVisit(event, cookie.split(";")[0], proof[1].decode()))
        connection.close()

    await asyncio.gather(*(open_some() for _ in range(OPEN_AT_ONCE_COUNT)))
    return visits[:count]
