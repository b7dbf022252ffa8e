"""One mutant: a patch on a copy of the tree, and the test that must fail because of it.

A patch file begins with lines for people and for us:

    Breaks: what is wrong now
    Test: tests/crash/test_kill.py::test_name
    Because: words that the failing test must print (a regular expression)

and goes on as `git diff` writes it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.budget import MINUTES_SETTING

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent
COPIED = ("app", "jobs", "loadtests", "static", "templates", "tests")
COPIED_FILES = ("pyproject.toml", "wsgi.py", "README.md", "run")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "mutants", ".pytest_cache")
TEST_LIMIT_SECONDS = 280
EXIT_TESTS_FAILED = 1


@dataclass(frozen=True, slots=True)
class Mutant:
    """A patch and what it claims."""

    name: str
    breaks: str
    test: str
    because: str
    patch: Path


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the named test ended on the broken copy."""

    code: int
    said: str

    def is_red_because(self, words: str) -> bool:
        """Whether the test failed, and for the reason that the mutant gives."""
        return self.code == EXIT_TESTS_FAILED and re.search(words, self.said) is not None


class PatchDoesNotApplyError(Exception):
    """The code has moved on: bring the patch up to date, or the mutant proves nothing."""


def all_mutants() -> list[Mutant]:
    """Every patch in this folder."""
    return [read_mutant(path) for path in sorted(FOLDER.glob("*.patch"))]


def read_mutant(path: Path) -> Mutant:
    """Read a patch file's first lines."""
    head = path.read_text().partition("diff --git")[0]
    found = dict(re.findall(r"^(Breaks|Test|Because): (.+)$", head, re.MULTILINE))
    return Mutant(path.stem, found["Breaks"], found["Test"], found["Because"], path)


def copy_tree(target: Path) -> None:
    """Copy what the tests need; the copy's code comes first wherever Python looks."""
    for name in COPIED:
        shutil.copytree(ROOT / name, target / name, ignore=LEFT_OUT)
    for name in COPIED_FILES:
        if (ROOT / name).exists():
            shutil.copy2(ROOT / name, target / name)


def apply(mutant: Mutant, tree: Path) -> None:
    """Patch the copy; raises PatchDoesNotApplyError."""
    words = ["git", "apply", "--recount", "-C1", str(mutant.patch)]
    ended = subprocess.run(words, cwd=tree, capture_output=True, text=True, timeout=30, check=False)
    if ended.returncode != 0 or "skipped" in ended.stderr.lower():
        raise PatchDoesNotApplyError(f"{mutant.name}: {ended.stderr}")


def run_test(test: str, tree: Path, workshop: Path) -> Verdict:
    """Run one test, quick, on the code of a tree."""
    env = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    env.pop(MINUTES_SETTING, None)
    env |= {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    words = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", test]
    ended = subprocess.run(
        [*words, "--basetemp", str(workshop / "pytest")],
        cwd=tree,
        env=env,
        capture_output=True,
        text=True,
        timeout=TEST_LIMIT_SECONDS,
        check=False,
    )
    return Verdict(ended.returncode, ended.stdout + ended.stderr)
