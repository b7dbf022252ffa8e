"""`./run test` fetches what it may and names what it may not have."""

import os
from pathlib import Path

import pytest

from tests.services import programs
from tests.services.programs import Need

APT = """#!/bin/sh
echo "$*" >>"$APT_NOTES"
case "$*" in
*" tuba") touch "$APT_FOLDER/tuba" ;;
*" harp") echo "E: Unable to locate package harp" >&2; exit 100 ;;
esac
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which neither a tuba nor a harp is installed, with an apt-get of its own."""

    def needs(name: str) -> Need:
        there = tmp_path / name
        return Need(name.title(), f"the {name} part", (name,), lambda: _if_there(there))

    monkeypatch.setattr(programs, "NEEDS", (needs("tuba"), needs("harp")))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("APT_NOTES", str(tmp_path / "notes"))
    monkeypatch.setenv("APT_FOLDER", str(tmp_path))
    (tmp_path / "apt-get").write_text(APT)
    (tmp_path / "apt-get").chmod(0o755)
    return tmp_path


def test_root_on_debian_fetches_and_says_so(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(programs, "_is_debian_as_root", lambda: True)

    programs.provide()

    notes = (machine / "notes").read_text().splitlines()
    said = capsys.readouterr().err
    assert notes[0].startswith("update")
    assert [note.split()[-1] for note in notes[1:]] == ["tuba", "harp"]
    assert "Installing tuba with apt-get" in said
    assert "Unable to locate package harp" in said
    assert "Harp is missing, so the harp part will not run" in said
    assert "Tuba is missing" not in said


def test_anybody_else_is_told_what_is_missing(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(programs, "_is_debian_as_root", lambda: False)

    programs.provide()

    said = capsys.readouterr().err.splitlines()
    assert not (machine / "notes").exists()
    assert said[0] == (
        "Tuba is missing, so the tuba part will not run. To have it: sudo apt install tuba"
    )
    assert len(said) == 2


def test_nothing_is_said_when_all_is_there(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("tuba", "harp"):
        (machine / name).touch()

    programs.provide()

    assert capsys.readouterr().err == ""
    assert not (machine / "notes").exists()


def _if_there(path: Path) -> Path | None:
    return path if path.exists() else None
