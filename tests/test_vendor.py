"""What others made lies in static/ exactly as they made it."""

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from tests.source import ROOT

STATIC = ROOT / "static"
ENTRIES: list[dict[str, str]] = json.loads((STATIC / "vendor" / "manifest.json").read_text("utf-8"))
PERMISSIVE = {"MIT", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC", "OFL-1.1"}


@pytest.fixture(scope="module")
def vendor() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "packaging" / "vendor.py"))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["file"])
def test_a_vendored_file_has_the_digest_of_the_manifest(
    entry: dict[str, str], vendor: dict[str, Any]
) -> None:
    assert vendor["digest"]((STATIC / entry["file"]).read_bytes()) == entry["sha384"]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["file"])
def test_a_vendored_file_may_be_passed_on(entry: dict[str, str]) -> None:
    assert entry["licence"] in PERMISSIVE


def test_nothing_in_the_vendor_folders_is_unknown() -> None:
    known = {entry["file"] for entry in ENTRIES}
    there = {
        str(path.relative_to(STATIC))
        for folder in ("vendor", "fonts")
        for path in (STATIC / folder).rglob("*")
        if path.is_file() and not _is_about_the_rest(path)
    }

    assert there == known


def test_the_script_reads_the_whole_manifest(vendor: dict[str, Any]) -> None:
    assert [entry.file for entry in vendor["read_manifest"]()] == [one["file"] for one in ENTRIES]


def test_a_file_that_differs_from_the_manifest_is_left_alone(
    vendor: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inside = vendor["main"].__globals__
    monkeypatch.setitem(inside, "fetch", lambda _entry: b"something else")
    before = [(STATIC / entry["file"]).read_bytes() for entry in ENTRIES]

    assert vendor["main"]([]) == 1

    assert before == [(STATIC / entry["file"]).read_bytes() for entry in ENTRIES]
    assert ENTRIES[0]["file"] in capsys.readouterr().err


def _is_about_the_rest(path: Path) -> bool:
    return path.name == "manifest.json" or path.suffix in (".txt", ".md")
