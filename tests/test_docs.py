"""What exists is documented, and what is documented exists."""

import re
from pathlib import Path

import pytest

from app.api.openapi import document
from tests.services.box_office import run_command
from tests.source import ROOT, python_files, strings

DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [*DOCS, *sorted(ROOT.glob("*.md"))]
SETTING = re.compile(r"FULLHOUSE_[A-Z_]+|PORT|(?:[A-Z]+_)+(?:URL|KEY|SECRET|BASE)")
FOR_TESTS = re.compile(r"FULLHOUSE_TEST_[A-Z]+")


def settings_in_code() -> set[str]:
    """Every name that app/config.py reads from the environment, and our own names elsewhere."""
    return {
        text
        for source in python_files("app")
        for text, _ in strings(source)
        if SETTING.fullmatch(text)
        and (source.module == "app.config" or text.startswith("FULLHOUSE_"))
    }


def settings_in_docs() -> set[str]:
    """Every name in code type in the settings page; `_FILE` forms belong to their secret."""
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    named = {
        name.removesuffix("_FILE") for name in re.findall(r"`([A-Z][A-Z_]+)(?:=[^`]*)?`", text)
    }
    return {name for name in named if SETTING.fullmatch(name) and not FOR_TESTS.fullmatch(name)}


def commands_in_code(tmp_path: Path) -> set[str]:
    """The commands that `fullhouse --help` lists."""
    code, words = run_command(["--help"], folder=tmp_path)
    assert code == 0, words
    return set(re.findall(r"^    ([a-z][a-z-]+)\b", words, re.MULTILINE))


def commands_in_run() -> set[str]:
    """The commands that `./run` passes on."""
    found = re.search(r'^commands="([^"]+)"', (ROOT / "run").read_text("utf-8"), re.MULTILINE)
    assert found is not None
    return set(found[1].split())


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    assert settings_in_code() == settings_in_docs()


def test_every_command_is_documented(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "operating.md").read_text("utf-8")
    missing = [
        name
        for name in sorted(commands_in_code(tmp_path))
        if not re.search(rf"(?:fullhouse|\./run) {name}\b", text)
    ]

    assert missing == []


def test_run_passes_on_every_command_and_no_other(tmp_path: Path) -> None:
    assert commands_in_run() == commands_in_code(tmp_path)


def test_every_command_that_the_documents_name_exists(tmp_path: Path) -> None:
    known = commands_in_code(tmp_path) | {"test", "check", "bench", "help", "again", "when"}
    unknown = [
        f"{page.name}: {name}"
        for page in PAGES
        for name in re.findall(r"`?(?:fullhouse|\./run) ([a-z][a-z-]+)\b", _code(page))
        if name not in known
    ]

    assert unknown == []


def test_every_help_text_says_something(tmp_path: Path) -> None:
    for name in sorted(commands_in_code(tmp_path)):
        code, words = run_command([name, "--help"], folder=tmp_path)

        assert code == 0, name
        assert len(words.split()) > 10, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    dead = [
        target for target in targets if "://" not in target and not (page.parent / target).exists()
    ]

    assert dead == []


@pytest.mark.parametrize("page", DOCS, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_documents_name_exist(page: Path) -> None:
    folders = "app|jobs|tests|loadtests|docs|packaging|templates|static"
    named = re.findall(rf"`((?:{folders})/[\w./-]+\.\w+)`", page.read_text("utf-8"))

    assert [name for name in named if not (ROOT / name).exists()] == []


def test_decisions_are_numbered_once_and_short() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [page.name[:4] for page in pages]

    assert [page.name for page in pages if not re.match(r"\d{4}-[a-z0-9-]+\.md$", page.name)] == []
    assert len(numbers) == len(set(numbers))
    assert [page.name for page in pages if len(page.read_text("utf-8").splitlines()) > 40] == []


def test_every_path_of_the_api_is_documented() -> None:
    text = _nameless((ROOT / "docs" / "api.md").read_text("utf-8"))

    assert [path for path in document()["paths"] if _nameless(path) not in text] == []


def _nameless(text: str) -> str:
    """Paths whose parameters have lost their names: `/holds/{}`."""
    return re.sub(r"\{\w+\}", "{}", text)


def _code(page: Path) -> str:
    """What stands in code type on a page."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", page.read_text("utf-8"), re.DOTALL))
