"""The files for other ways to run the box office agree with the rest of the project."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

from tests.source import ROOT

UNIT = ROOT / "packaging" / "fullhouse.service"
RUN = (ROOT / "run").read_text("utf-8")
EXPOSURE_LIMIT = 2.0  # of 10, in systemd's own measure


def test_the_container_file_copies_only_what_exists_and_is_let_in() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    copied = {name for line in lines if line.startswith("COPY") for name in line.split()[1:-1]}
    let_in = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    }

    assert copied == let_in
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_container_has_all_that_the_product_is_made_of() -> None:
    copied = (ROOT / "Dockerfile").read_text("utf-8")

    assert all(f"COPY {folder} " in copied for folder in ("app", "jobs", "templates", "static"))


def test_the_unit_keeps_the_promises_of_run() -> None:
    unit = _read_unit()

    assert unit["Service"]["TimeoutStopSec"] == _constant("DRAIN_SECONDS")
    assert unit["Unit"]["StartLimitBurst"] == _constant("RESTARTS_PER_MINUTE")
    assert unit["Unit"]["StartLimitIntervalSec"] == "60"
    assert unit["Service"]["RestartPreventExitStatus"] == _constant("EX_CONFIG")


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:  # there is no systemd to please
        return
    here = tmp_path / "fullhouse.service"
    here.write_text(
        UNIT.read_text("utf-8").replace("/opt/fullhouse/.venv/bin/fullhouse", "/bin/sh")
    )
    verified = subprocess.run(
        [analyze, "verify", here], capture_output=True, text=True, timeout=60, check=False
    )
    measured = subprocess.run(
        [analyze, "security", "--offline=yes", here],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    exposure = re.search(r"exposure level .*: ([\d.]+)", measured.stdout)

    assert verified.stderr == ""
    assert exposure is not None
    assert float(exposure[1]) < EXPOSURE_LIMIT


def test_the_proxy_says_who_asks_and_repeats_nothing() -> None:
    nginx = (ROOT / "packaging" / "nginx.conf").read_text("utf-8")

    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx
    assert "proxy_next_upstream off;" in nginx
    assert "FULLHOUSE_TRUSTED_PROXIES=1" in nginx


def _read_unit() -> ConfigParser:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(UNIT.read_text("utf-8"))
    return unit


def _constant(name: str) -> str:
    found = re.search(rf"^{name}=(\d+)", RUN, re.MULTILINE)
    assert found is not None
    return found[1]
