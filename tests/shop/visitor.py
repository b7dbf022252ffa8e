"""A visitor without a browser: follows links, fills in forms, with htmx or without."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from html import unescape

from flask import Flask
from werkzeug.test import TestResponse

ORIGIN = "http://127.0.0.1:8000"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
Fields = Mapping[str, str | Sequence[str]]


class Visitor:
    """One person with cookies; `page` is what they see now."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client()
        self.page = ""
        self.path = "/"

    def open(self, path: str, *, htmx: bool = False) -> TestResponse:
        """Go to an address of ours."""
        headers = HTMX if htmx else {}
        answer = self._client.get(path, base_url=ORIGIN, headers=headers)
        is_text = answer.content_type.startswith("text/")
        self.page, self.path = answer.text if is_text else "", path
        return answer

    def send(
        self,
        path: str,
        fields: Fields | None = None,
        *,
        htmx: bool = False,
        headers: Mapping[str, str] | None = None,
        csrf: str | None = None,
    ) -> TestResponse:
        """Send a form of the page at hand, with its proof unless another is given.

        An empty header
        is not sent."""
        proof = self.hidden("csrf") if csrf is None else csrf
        sent = {"Sec-Fetch-Site": "same-origin", "Referer": f"{ORIGIN}{self.path}"}
        sent |= HTMX if htmx else {}
        sent |= headers or {}
        sent = {name: value for name, value in sent.items() if value}
        data: dict[str, str | list[str]] = {"csrf": proof}
        for name, value in (fields or {}).items():
            data[name] = value if isinstance(value, str) else list(value)
        return self._client.post(path, data=data, base_url=ORIGIN, headers=sent)

    @contextmanager
    def without_new_cookies(self) -> Iterator[None]:
        """Answers are lost on their way: the cookies stay as they were."""
        cookies = deepcopy(self._client._cookies)
        yield
        self._client._cookies = cookies

    def follow(self, answer: TestResponse) -> TestResponse:
        """Go where an answer sends."""
        assert answer.status_code == 303, answer.status
        where = answer.headers["Location"].removeprefix(ORIGIN).partition("#")[0]
        return self.open(where)

    def hidden(self, name: str) -> str:
        """The value of a hidden field on the page at hand."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        return unescape(found.group(1)) if found else ""

    def seats(self) -> list[str]:
        """Ids of the seats that the list at hand offers."""
        return re.findall(r'data-seat="([^"]+)"', self.page)

    def basket(self) -> list[str]:
        """Ids of the seats in the basket on the page at hand."""
        found = re.search(r'data-seats="([^"]*)"', self.page)
        return found.group(1).split() if found else []

    def hold(self, slug: str, *seats: str) -> TestResponse:
        """Keep seats, as the map does."""
        answer = self.send(f"/e/{slug}/holds", {"seat": seats}, htmx=True)
        if answer.status_code == 200:
            self.page = answer.get_data(as_text=True)
        return answer
