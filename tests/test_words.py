"""Only the glossary's words: one thing has one name, in files and in identifiers."""

import re
from pathlib import Path

import pytest

from tests.source import AUDIENCES, PRODUCT, ROOT, Source, is_below, own_names, parse, python_files

# What the glossary calls by another name, and that name.
FORBIDDEN = {
    "reservation": "hold",
    "booking": "order",
    "cart": "basket",
    "user": "account, buyer, organizer, staff or admin",
    "item": "order line",
    "util": "a name for what it does",
    "utils": "a name for what it does",
    "helper": "a name for what it does",
    "helpers": "a name for what it does",
    "manager": "a name for what it does",
    "service": "a name for what it does",
}
# Files and databases do lock; a place is held or blocked.
FORBIDDEN_OF_PLACES = {"lock": "hold or block"}
WHERE_PLACES_ARE = ("app.inventory", "app.models", "app.orders", "app.plans", *AUDIENCES)
# These say nothing as the name of a module, however good they are inside one.
FORBIDDEN_MODULES = {*FORBIDDEN, "data", "info", "handle", "misc", "common"}

# Names that others gave.
GIVEN = {
    "user_id",  # the operating system's
    "user_loader",  # Flask-Login's
    "MANAGER",  # a role that the staff of a venue have
}
# Words that mean something else there.
GIVEN_IN = {
    "tests": {"item"},  # pytest calls a test so
    "app.identity": {"manager"},  # Flask-Login's LoginManager
}


def bad_names(source: Source) -> list[str]:
    """A sentence for each name that the glossary does not know."""
    given = {
        word
        for place, allowed in GIVEN_IN.items()
        for word in allowed
        if is_below(source.module, (place,))
    }
    forbidden = FORBIDDEN
    if is_below(source.module, WHERE_PLACES_ARE):
        forbidden = FORBIDDEN | FORBIDDEN_OF_PLACES
    return [
        f"{source.path.name}:{line} {name}: say {forbidden[word]}"
        for name, line in own_names(source)
        if name not in GIVEN
        for word in words(name)
        if word in forbidden and word not in given
    ]


def words(name: str) -> list[str]:
    """The words of an identifier in snake or camel case, in the singular."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_|-", " ", name).lower().split()
    return [word if word in FORBIDDEN else word.removesuffix("s") for word in spaced]


def test_identifiers_use_the_glossary() -> None:
    bad = [words for source in python_files(*PRODUCT, "tests") for words in bad_names(source)]

    assert bad == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("def list_reservations(): pass", 1),
        ("class CartItem: pass", 2),
        ("for item in holds: pass", 1),
        ("self.users = []", 1),
        ("def lock_seat(): pass", 1),
        ("def f(user: str): pass", 1),
        ("holds.items(); x = request.user_agent", 0),
        ("blocked = unlock = itemize = 1", 0),
    ],
)
def test_a_foreign_word_is_noticed(text: str, count: int) -> None:
    assert len(bad_names(parse("app.shop.routes", text))) == count


def test_file_names_use_the_glossary() -> None:
    folders = ("app", "jobs", "loadtests", "templates", "static/js", "static/css")
    bad = [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if "__pycache__" not in path.parts and set(words(path.stem)) & FORBIDDEN_MODULES
    ]

    assert bad == []


PLACE = re.compile(r"(?<![\w.])/(?:work|root)/[\w.-]+")


def test_nothing_names_the_machine_it_was_written_on() -> None:
    texts = [path for path in _own_texts() if PLACE.search(path.read_text("utf-8", "replace"))]

    assert texts == []


def _own_texts() -> list[Path]:
    """Our own text files, whatever their kind; what others made is left out."""
    kinds = ("*.py", "*.md", "*.toml", "*.html", "*.txt", "*.css", "*.js", "*.service", "*.conf")
    folders = [*PRODUCT, "tests", "templates", "static/css", "static/js", "docs", "packaging"]
    found = [path for kind in kinds for folder in folders for path in (ROOT / folder).rglob(kind)]
    found += [path for kind in kinds for path in ROOT.glob(kind)]
    return [ROOT / "run", *sorted(found)]
