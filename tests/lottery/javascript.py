"""Runs the browser's verifier: with Node where there is one, else in Chromium.

One of the two must be there: a test that needs neither is no test of the verifier.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, Route

from tests.services.browser import chromium
from tests.source import ROOT

SCRIPTS: Final = (ROOT / "static" / "js", Path(__file__).parent)
SECONDS_LIMIT: Final = 240
# A plain http address that is not this computer: what self-hosters have in their own network.
ORIGIN: Final = "http://box-office.test"
MAIN: Final = """
import { answer } from "./calls.js";
let text = "";
for await (const part of process.stdin.setEncoding("utf8")) text += part;
process.stdout.write(JSON.stringify(await answer(JSON.parse(text))));
"""

Ask = Callable[..., list[Any]]


@contextmanager
def verifier(folder: Path) -> Iterator[Ask]:
    """A function that takes calls of calls.js, each [name, arguments…], and gives the answers."""
    node = shutil.which("node")
    if node is not None:
        yield _with_node(node, folder)
        return
    with chromium() as browser:
        yield in_page(browser)


def in_page(browser: Browser) -> Ask:
    """The same in a page of its own."""
    page = browser.new_page()
    page.set_default_timeout(SECONDS_LIMIT * 1000)
    page.route(f"{ORIGIN}/**", _serve)
    page.goto(f"{ORIGIN}/")
    return lambda *calls: _evaluate(page, calls)


def _with_node(node: str, folder: Path) -> Ask:
    for path in _scripts():
        shutil.copy(path, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "main.js").write_text(MAIN)

    def ask(*calls: Any) -> list[Any]:
        ran = subprocess.run(
            [node, folder / "main.js"],
            input=json.dumps(calls),
            capture_output=True,
            text=True,
            timeout=SECONDS_LIMIT,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        answers: list[Any] = json.loads(ran.stdout)
        return answers

    return ask


def _evaluate(page: Page, calls: Any) -> list[Any]:
    ask = "async (text) => (await import('/calls.js')).answer(JSON.parse(text))"
    answers: list[Any] = page.evaluate(ask, json.dumps(calls))
    return answers


def _serve(route: Route) -> None:
    name = route.request.url.removeprefix(f"{ORIGIN}/")
    path = next((path for path in _scripts() if path.name == name), None)
    if path is None:
        route.fulfill(content_type="text/html", body="<title>Verifier</title>")
    else:
        route.fulfill(content_type="text/javascript; charset=utf-8", body=path.read_text("utf-8"))


def _scripts() -> list[Path]:
    return [*sorted(SCRIPTS[0].glob("draw_*.js")), SCRIPTS[1] / "calls.js"]
