"""The verifier in a real browser, on a plain http address as in a house's own network."""

from __future__ import annotations

import base64
import re

import pytest
from playwright.sync_api import Browser

from tests.lottery.javascript import SCRIPTS, in_page
from tests.lottery.samples import FACTS, bundle_of, proofs


@pytest.mark.browser
def test_it_needs_neither_https_nor_the_browsers_own_hashes(chromium: Browser) -> None:
    ask = in_page(chromium)
    good = [*(bundle_of(name) for name in FACTS), *proofs([1, 11])]
    bad = [raw[:-3] + b'0"}' if raw[-3:-2] != b"0" else raw[:-3] + b'1"}' for raw in good]
    files = [base64.b64encode(raw).decode() for raw in (*good, *bad)]

    assert ask(["isSecure"]) == [False]
    answers = ask(["judge", files])[0]

    assert [holds for holds, _ in answers] == [True] * len(good) + [False] * len(bad)


@pytest.mark.browser
def test_it_compares_with_what_was_published(chromium: Browser) -> None:
    ask = in_page(chromium)
    file = base64.b64encode(bundle_of("instant")).decode()

    assert not ask(["judge", [file], {"commitment": "00" * 32}])[0][0][0]
    assert not ask(["judge", [file], {"merkleRoot": "00" * 32}])[0][0][0]
    assert not ask(["judge", [file], {"listHash": "00" * 32}])[0][0][0]


def test_it_asks_nobody_and_runs_no_text() -> None:
    texts = [path.read_text("utf-8") for path in SCRIPTS[0].glob("draw_*.js")]
    imported = {name for text in texts for name in re.findall(r'from "([^"]+)"', text)}
    words = r"\b(eval|Function|fetch|XMLHttpRequest|WebSocket|importScripts|innerHTML)\b|import\("

    assert {name[:7] for name in imported} == {"./draw_"}
    assert [found[0] for text in texts for found in re.finditer(words, text)] == []
