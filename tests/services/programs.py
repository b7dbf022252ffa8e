"""The programs that the tests need beside Python: found, or on Debian as root fetched."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

APT_SECONDS_LIMIT = 1200


class NotInstalled(Exception):  # noqa: N818 - reads better without Error
    """A program that a test needs is not on this machine."""


@dataclass(frozen=True, slots=True)
class Need:
    """A program, what it is for, and the Debian packages that bring it."""

    name: str
    purpose: str
    packages: tuple[str, ...]
    find: Callable[[], Path | None]
    has_stand_in: bool = False  # then nothing is left out without it


def postgres_folder() -> Path | None:
    """The folder that holds `postgres` and `initdb`, the newest version first."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -float(folder.parent.name)
    )
    on_path = _on_path("postgres")
    if on_path is not None:
        folders.append(on_path.resolve().parent)
    for folder in folders:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    return None


def redis_server() -> Path | None:
    """The Redis server, or its free sibling."""
    return _on_path("redis-server", "valkey-server")


def chromium() -> Path | None:
    """A Chromium or Chrome that is installed on this machine, the lightest first."""
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    found = _on_path("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    return headless_chromium() or found or (mac if mac.exists() else None)


def headless_chromium() -> Path | None:
    """Chromium's own build without windows: the same pages for two thirds of the work."""
    return _on_path("chromium-headless-shell")


def c_compiler() -> Path | None:
    """A C compiler that has the headers of the C library."""
    compiler = _on_path("gcc", "cc", "clang")
    if compiler is None:
        return None
    probe = subprocess.run(
        [compiler, "-E", "-xc", "-"],
        input=b"#include <unistd.h>\n",
        capture_output=True,
        check=False,
    )
    return compiler if probe.returncode == 0 else None


def libfaketime() -> Path | None:
    """The library that gives a process another clock (its multi-threaded build)."""
    for folder in (Path("/usr/lib"), Path("/usr/local/lib")):
        for found in folder.glob("**/faketime/libfaketimeMT.so.1"):
            return found
    return None


NEEDS = (
    Need("PostgreSQL", "the same tests on a second database", ("postgresql",), postgres_folder),
    Need("Redis", "jobs through a real queue", ("redis-server",), redis_server),
    Need("Chromium", "browser tests", ("chromium",), chromium),
    Need(
        "Chromium without windows",
        "browser tests in less time",
        ("chromium-headless-shell",),
        headless_chromium,
        has_stand_in=True,
    ),
    Need("C compiler", "the power-cut proof", ("gcc", "libc6-dev"), c_compiler),
    Need("libfaketime", "the clock-jump proof", ("libfaketime",), libfaketime),
)


def provide() -> None:
    """Fetch what is missing where that is possible, and say what could not be had."""
    missing = [need for need in NEEDS if need.find() is None]
    if missing and _is_debian_as_root():
        _fetch([package for need in missing for package in need.packages])
        missing = [need for need in missing if need.find() is None]
    for need in (need for need in missing if not need.has_stand_in):
        _say(f"{need.name} is missing, so {need.purpose} will not run. {_advice(need)}")


def _fetch(packages: list[str]) -> None:
    _say("Asking Debian which packages there are (apt-get update) ...")
    if not _apt("update", "-qq"):
        _say("apt-get update failed; trying with the list that is here.")
    for package in packages:
        _say(f"Installing {package} with apt-get ...")
        if not _apt("install", "-y", "-qq", "--no-install-recommends", package):
            _say(f"apt-get could not install {package}.")


def _apt(*arguments: str) -> bool:
    # RUNLEVEL=1 keeps freshly installed services from starting: the tests start their own.
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    done = subprocess.run(
        ["apt-get", *arguments],
        env=quiet,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=APT_SECONDS_LIMIT,
        check=False,
    )
    if done.returncode != 0:
        _say(done.stderr.strip()[-500:])
    return done.returncode == 0


def _advice(need: Need) -> str:
    if shutil.which("apt-get"):
        return f"To have it: sudo apt install {' '.join(need.packages)}"
    return f"Install {need.name} and start ./run test again."


def _is_debian_as_root() -> bool:
    on_debian = Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None
    return on_debian and os.geteuid() == 0


def _on_path(*names: str) -> Path | None:
    for name in names:
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    return None


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
