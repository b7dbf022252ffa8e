"""A disk that keeps only what was synced when the power goes, for one folder of a server."""

from __future__ import annotations

import os
import random
import shutil
import stat
import subprocess
from pathlib import Path

from tests.services.programs import c_compiler

SOURCE = Path(__file__).with_name("powercut.c")
SECTOR_BYTES = 512
STORE = ".store"
PASSING = ("-shm", ".lock", ".sock")


class ForgetfulDisk:
    """Lays out the shadow before a start and gives back what survived after a cut."""

    def __init__(self, data_dir: Path, workshop: Path) -> None:
        self.data_dir = data_dir
        self.shadow = workshop / "shadow"
        self.library = build(workshop)

    @property
    def settings(self) -> dict[str, str]:
        """What the server's environment needs so that its disk forgets."""
        return {
            "LD_PRELOAD": str(self.library),
            "POWERCUT_REAL": str(self.data_dir),
            "POWERCUT_SHADOW": str(self.shadow),
        }

    def lay_out(self) -> None:
        """Count everything that is in the folder now as safe."""
        shutil.rmtree(self.shadow, ignore_errors=True)
        (self.shadow / STORE).mkdir(parents=True)
        for path in _files(self.data_dir):
            found = path.stat()
            store = self.shadow / STORE / f"{found.st_dev:x}-{found.st_ino:x}"
            if not store.exists():
                shutil.copyfile(path, store)
            name = self.shadow / path.relative_to(self.data_dir)
            name.parent.mkdir(parents=True, exist_ok=True)
            os.link(store, name)

    def cut_power(self, dice: random.Random | None = None) -> None:
        """Put what survived in the place of the folder; the server must be dead.

        With dice, some of what was not synced has reached the disk too: any of its sectors and
        names, as a real disk may write them in any order.
        """
        survived = self.shadow.with_name("survived")
        shutil.rmtree(survived, ignore_errors=True)
        survived.mkdir(mode=0o700)
        names = {path.relative_to(self.shadow) for path in _files(self.shadow)}
        real = {path.relative_to(self.data_dir) for path in _files(self.data_dir)}
        for name in sorted(names | real):
            content = _survivor(self.shadow / name, self.data_dir / name, dice)
            if content is not None:
                target = survived / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
                target.chmod(_mode(self.data_dir / name))
        shutil.rmtree(self.data_dir)
        survived.rename(self.data_dir)


def build(workshop: Path) -> Path:
    """Compile the preloaded half and return its path."""
    library = workshop / "powercut.so"
    compiler = c_compiler()
    if compiler is None:
        raise FileNotFoundError("no C compiler is installed")
    words: list[str | Path] = [compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    subprocess.run([*words, "-o", library, SOURCE, "-ldl", "-lpthread"], check=True, timeout=60)
    return library


def torn(safe: bytes, written: bytes, dice: random.Random) -> bytes:
    """Return the safe content with some of the sectors of what was written over it."""
    share = dice.choice((0.0, 0.1, 0.5, 0.9, 1.0))
    size = len(written) if dice.random() < share else len(safe)
    result = bytearray(safe[:size])
    longest = max(len(safe), len(written))
    for at in range(0, longest, SECTOR_BYTES):
        sector = written[at : at + SECTOR_BYTES]
        if sector == safe[at : at + SECTOR_BYTES] or dice.random() >= share:
            continue
        result.extend(bytes(max(0, at + len(sector) - len(result))))
        result[at : at + len(sector)] = sector
    return bytes(result)


def _survivor(safe: Path, written: Path, dice: random.Random | None) -> bytes | None:
    """Return what is left of one name, or None when the name is gone."""
    if dice is None:
        return safe.read_bytes() if safe.exists() else None
    if not safe.exists():
        return torn(b"", written.read_bytes(), dice) if dice.random() < 0.5 else None
    if not written.exists():
        return safe.read_bytes() if dice.random() < 0.5 else None
    return torn(safe.read_bytes(), written.read_bytes(), dice)


def _files(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.rglob("*")
        if stat.S_ISREG(path.lstat().st_mode)
        and STORE not in path.parts
        and not path.name.endswith(PASSING)
    ]


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
