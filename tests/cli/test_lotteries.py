"""lottery: from a file to a draw on sale, and to its end, as somebody types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.box_office import open_box_office
from app.cli.asking import _repeated
from app.cli.progress import Shown
from app.config import read_settings
from app.credits import BadVoucher, balance_of, redeem
from tests.cli.conftest import Run
from tests.draw_files.written import WHOLE
from tests.lottery.test_requests import CONTRIBUTED


@pytest.fixture
def draw_file(tmp_path: Path) -> Path:
    """A good draw file."""
    path = tmp_path / "roof.toml"
    path.write_text(WHOLE, encoding="utf-8")
    return path


def test_a_draw_is_opened_closed_drawn_and_proved(run: Run, draw_file: Path) -> None:
    assert "is a good draw file" in run("lottery", "open", draw_file, "--check").out
    assert json.loads(run("lottery", "list", "--json").out) == []
    opened = run("lottery", "open", draw_file)
    assert (opened.code, opened.err) == (0, "")
    assert "Batch roof-1 is open: http://127.0.0.1:8000/draw/roof" in opened.out
    closed = run("lottery", "close", "roof").out
    assert "roof-1 is closed: 0 tickets" in closed
    assert "Next: two people type the public value: ./run lottery value roof VALUE" in closed
    assert (
        "Two people type it: ./run lottery value roof VALUE" in run("lottery", "draw", "roof").err
    )
    for by, says in (
        ("Ada", "Now somebody else types the same"), ("ADA", "You have already typed"),
        (" ada ", "You have already typed"), ("Dee", "is fixed"),
    ):  # fmt: skip
        typed = run("lottery", "value", "roof", "6 5 4 3 2 1", "--by", by)
        assert says in typed.out + typed.err
    assert "is drawn" in run("lottery", "draw", "roof", "1").out
    assert "is public" in run("lottery", "reveal", "roof").out

    shown = json.loads(run("lottery", "show", "roof", "--json").out)
    assert shown["batches"][0]["public_value"] == "[[1,2,3,4,5,6]]"
    assert "Public value: [[1,2,3,4,5,6]]" in run("lottery", "show", "roof").out
    assert "has ended" in run("lottery", "end", "roof").out
    assert run("lottery", "list").out.startswith("ended  roof")


def test_a_value_of_the_buyers_is_gathered_and_typed_by_nobody(run: Run, draw_file: Path) -> None:
    draw_file.write_text(CONTRIBUTED, encoding="utf-8")
    run("lottery", "open", draw_file)

    closed = run("lottery", "close", "gift").out

    assert "Next: gather what the buyers contributed: ./run lottery value gift\n" in closed
    assert "two people" not in closed + run("lottery", "show", "gift").out


def test_a_bad_file_is_told_by_line_and_leaves_nothing(run: Run, draw_file: Path) -> None:
    draw_file.write_text(WHOLE.replace("size = 100", "size = 0"), encoding="utf-8")

    ended = run("lottery", "open", draw_file)

    assert ended.code == 1
    assert "roof.toml, draw.size, line 13: must be a whole number" in ended.err
    assert "There are no draws yet" in run("lottery", "list").out


def test_nothing_waits_in_a_house_without_draws(run: Run) -> None:
    assert run("lottery", "archive", "--dry-run").out == "No ticket need go.\n"
    assert run("lottery", "archive", "--json").out == "[]\n"


def test_codes_for_play_credits_are_printed_once_and_spent_once(run: Run) -> None:
    made = run("lottery", "vouchers", "150", "--count", "3", "--note", "Gift card")

    assert (made.code, made.err) == (0, "")
    codes = made.out.splitlines()
    assert len(set(codes)) == 3
    office = open_box_office(read_settings())
    try:
        assert redeem(office, "mei", codes[0]) == 150
        with pytest.raises(BadVoucher):
            redeem(office, "bo", codes[0])
        with office.db.read() as connection:
            assert balance_of(connection, "mei") == 150
    finally:
        office.close()
    listed = run("lottery", "vouchers", "5", "--note", "Gift card", "--json").out
    assert len(json.loads(listed)) == 1
    bad = run("lottery", "vouchers", "0", "--note", "Gift card")
    assert (bad.code, bad.out) == (1, "")
    assert "worth 1 to 1,000,000" in bad.err


def test_long_work_is_asked_again_and_told_in_quarters(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.progress.TOLD_AFTER_SECONDS", 0.0)
    told = iter([{"is_done": False, "done": done, "of": 100} for done in (10, 26, 30, 99)])

    with Shown("Drawing") as shown:
        outcome = _repeated(lambda: next(told, {"is_done": True, "batch": "b"}), shown.tell)

    assert outcome["batch"] == "b"
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["Drawing: 0 %", "Drawing: 25 %", "Drawing: 75 %"]
