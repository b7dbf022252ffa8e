"""Commands run in this process, on a data folder of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.cli import main
from tests.event_files.written import WHOLE
from tests.services.environment import is_setting


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that commands use; no setting of the developer's reaches them."""
    import os

    for name in list(os.environ):
        if is_setting(name):
            monkeypatch.delenv(name)
    folder = tmp_path / "data"
    monkeypatch.setenv("FULLHOUSE_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def run(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command; nothing it prints may look like a traceback."""

    def run_one(*arguments: str | Path) -> Ended:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = int(str(ended.code))
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Ended(code, out, err)

    return run_one


@pytest.fixture
def event_file(tmp_path: Path) -> Path:
    """A good event file."""
    path = tmp_path / "winter.toml"
    path.write_text(WHOLE, encoding="utf-8")
    return path
