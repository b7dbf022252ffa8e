"""Nothing of a result can be seen before its time: not in a page, a file, a header or a status."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from app import build_app
from app.box_office import BoxOffice
from app.lottery.pool.commands import AnnounceSlice
from app.lottery.pool.terms import EVENING, INSTANT
from app.orders.draw_placing import DrawWish, place_draw_order
from app.orders.placed import Buyer
from app.prize_draws.opening import open_batch
from app.prize_draws.results import bought
from app.prize_draws.secrets_of_batches import kept_secret
from tests.carrying import carry_out_due
from tests.draws.made import add_draw, buy, closes, draws, sells, terms
from tests.opened import opened
from tests.shop.visitor import HTMX, ORIGIN

NOW_MS = 1_793_880_000_000
PATHS = (
    *("", "/live", "/proof", "/proof?ticket=1", "/proof?ticket=77", "/proof?ticket=119"),
    *("/batches/1/bundle.json", "/batches/1/list.txt", "/batches/1/facts.json"),
    *("/batches/1/tickets/1.json", "/batches/1/tickets/77.json", "/batches/1/tickets/119.json"),
)
Seen = dict[str, tuple[int, str, str]]


@contextmanager
def draw_in(folder: Path, mode: str) -> Iterator[tuple[BoxOffice, Flask]]:
    """A house with one draw; its secret is its own, its sales are everybody's."""
    with opened(folder) as office:
        lottery_id = sells(office, "roof", mode)
        buy(office, lottery_id, "roof-p2", 10, public_name="Cy")
        yield office, build_app(office)


def looked(office: BoxOffice, app: Flask) -> Seen:
    """What a stranger gets everywhere, without what was published of the secret on purpose."""
    client = app.test_client()
    seen = {}
    facts = client.get("/draw/roof/batches/1/facts.json", base_url=ORIGIN).get_json()
    for path in PATHS:
        answer = client.get(
            f"/draw/roof{path}", base_url=ORIGIN, headers=HTMX if path == "/live" else {}
        )
        text = answer.text
        for name in ("commitment", "merkle_root", "list_hash"):
            text = _without(text, facts[name])
        text = re.sub(r'name="csrf" value="[^"]*"|/static/[0-9a-f]+/', "", text)
        seen[path] = (answer.status_code, text, answer.headers.get("ETag", ""))
    return seen


def _without(text: str, digits: str) -> str:
    """The text without a hash, however it is grouped."""
    if not digits:
        return text
    spaced = " ?".join(digits[at : at + 4] for at in range(0, 64, 4))
    return re.sub(spaced, "#", text).replace(
        " ".join(digits[at : at + 4] for at in range(0, 16, 4)), "#"
    )


def looked_at_two(folder: Path, patch: pytest.MonkeyPatch, mode: str) -> list[list[Seen]]:
    """What a stranger gets of two draws with the same sales and other secrets, open and closed.

    Of an instant draw the buyers' own prizes are known, so nobody has any here.
    """
    for module in ("opening", "drawing"):
        patch.setattr(f"app.prize_draws.{module}.wall_ms", lambda: NOW_MS)
    patch.setattr("tests.draws.made.wall_ms", lambda: NOW_MS)
    if mode == INSTANT:
        patch.setattr("tests.draws.made.carry_out_due", lambda office, kinds: [])
    found: list[list[Seen]] = []
    secrets = set()
    for name in ("one", "other"):
        with draw_in(folder / name, mode) as (office, app):
            selling = looked(office, app)
            closes(office, "roof")
            found.append([selling, looked(office, app)])
            secrets.add(kept_secret(office, "roof-1")[0])
    assert len(secrets) == 2, "the secrets differ"
    return found


@pytest.mark.parametrize("mode", [EVENING, INSTANT])
def test_two_draws_with_other_secrets_look_the_same_before_their_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    one, other = looked_at_two(tmp_path, monkeypatch, mode)

    assert one == other
    assert all(seen["/batches/1/bundle.json"][0] == 409 for seen in one)


def test_a_look_that_tells_of_the_secret_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the live part shows a digit that follows from it."""
    leak = lambda batch, stage: batch.commitment[:8][::-1]  # noqa: E731
    monkeypatch.setattr("app.draws.queries.live._rest_words", leak)

    one, other = looked_at_two(tmp_path, monkeypatch, EVENING)

    assert one[0]["/live"] != other[0]["/live"]
    assert one[0]["/live"][2] != other[0]["/live"][2], "its tag as well"


def test_nobody_reads_that_they_won_nothing_before_their_tickets_are_told(tmp_path: Path) -> None:
    """The draw is made and its results are being written, purchase by purchase."""
    with opened(tmp_path) as office:
        lottery_id = add_draw(office, "roof")
        open_batch(office, lottery_id, 1, terms(size=24), "ada")
        wish = DrawWish(lottery_id, 12, wants_fewer=False)
        codes = [place_draw_order(office, wish, Buyer(n, f"{n}@example.org"), "").order_id
                 for n in ("bo", "cy")]  # fmt: skip
        carry_out_due(office, "lottery.allocate")
        draws(office, "roof", told=False)
        office.pool_of(lottery_id).ask(AnnounceSlice("roof-1", 0, 1))
        with office.db.read() as connection:
            first, second = (bought(connection, code) for code in codes)
        carry_out_due(office, "lottery.results")
        with office.db.read() as connection:
            later = bought(connection, codes[1])

    assert first is not None
    assert second is not None
    assert later is not None
    assert (first.waits_for_draw, second.waits_for_draw, later.waits_for_draw) == (0, 1, 0)
    assert len(first.wins) + len(later.wins) == 6
    assert not second.wins


def test_what_is_taken_out_of_the_comparison_is_only_what_was_published() -> None:
    commitment = "9f2c71ab" * 8
    assert _without(f"a {commitment} b", commitment) == "a # b"
    assert _without("a secret prize at 77", commitment) == "a secret prize at 77"
