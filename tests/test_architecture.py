"""Who may import whom, and how big things may get: the table of the architecture as data."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.source import (
    AUDIENCES,
    PRODUCT,
    ROOT,
    Source,
    imports,
    is_below,
    parse,
    python_files,
    strings,
)

PURE = (
    *("app.inventory", "app.lottery.draw", "app.lottery.pool", "app.lottery.ballot"),
    *("app.lottery.refusals", "app.lottery.sealing"),
)
# The only ones that know every feature: they put the box office together.
JOINERS = ("app.cli", "app.server")
OUTSIDE_WORLD = (
    *("threading", "asyncio", "concurrent", "multiprocessing", "subprocess", "signal"),
    *("time", "random", "secrets", "os", "io", "pathlib", "socket", "sqlite3", "urllib", "http"),
)
REQUEST = ("flask.request", "flask.session", "flask.g", "flask.current_app")

PYTHON_LINES_LIMIT = 400
TEST_LINES_LIMIT = 600
FUNCTION_LINES_LIMIT = 60
SCRIPT_LINES_LIMIT = 150
# Functions that are one table from their first line to their last.
TABLES = {"app.api.openapi._paths", "tests.invariants.test_invariants._sound_rows"}


@dataclass(frozen=True, slots=True)
class Rule:
    """Below `where`: only these of our own modules and of others' (None: any), and never those."""

    where: tuple[str, ...]
    own: tuple[str, ...] | None = None
    others: tuple[str, ...] | None = None
    never: tuple[str, ...] = ()


RULES = (
    Rule(
        ("app.models",),
        own=("app.models", "app.money", "app.clock"),
        others=("sqlalchemy",),
        never=("flask",),
    ),
    Rule(
        PURE,
        own=(*PURE, "app.frozen", "app.money", "app.refusals"),
        others=(),
        never=OUTSIDE_WORLD,
    ),
    Rule(
        ("app.inventory_store", "app.inventory_reading", "app.inventory_writing"),
        never=("flask", *AUDIENCES),
    ),
    Rule(
        ("app.inventory_actor",),
        others=("sqlalchemy.exc",),
        never=("flask", "app.models", *AUDIENCES),
    ),
    Rule(
        AUDIENCES,
        never=("rq", "stripe", "app.inventory_store", "app.inventory_writing", "app.server"),
    ),
    Rule(("jobs",), never=REQUEST),
)


def broken_rules(source: Source) -> Iterator[str]:
    """A sentence for each import that the table forbids to this file."""
    rules = [rule for rule in RULES if is_below(source.module, rule.where)]
    for name in sorted(set(imports(source))):
        forbidden = any(_forbids(rule, name) for rule in rules)
        if forbidden or _reaches_into_an_audience(source.module, name):
            yield f"{source.module} imports {name}"


def _forbids(rule: Rule, name: str) -> bool:
    if is_below(name, rule.never) and not is_below(name, PURE):
        return True
    if is_below(name, PRODUCT):
        return (
            rule.own is not None and not is_below(name, rule.own) and name not in _roofs(rule.own)
        )
    if rule.others is None or name.split(".")[0] in sys.stdlib_module_names:
        return False
    return not is_below(name, rule.others)


def _roofs(allowed: tuple[str, ...]) -> set[str]:
    """The packages above what is allowed: `from app import money` names `app` too."""
    return {name.rpartition(".")[0] for name in allowed}


def _reaches_into_an_audience(module: str, name: str) -> bool:
    target = next((audience for audience in AUDIENCES if is_below(name, (audience,))), None)
    if target is None or is_below(name, PURE) or not is_below(module, ("app",)):
        return False
    return module != "app" and not is_below(module, (target, *JOINERS))


def test_imports_follow_the_table() -> None:
    broken = [words for source in python_files(*PRODUCT) for words in broken_rules(source)]

    assert broken == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("app.models.orders", "from flask import g"),
        ("app.models.orders", "from app.shop import queries"),
        ("app.inventory.state", "import sqlalchemy"),
        ("app.inventory.state", "import threading"),
        ("app.inventory.state", "from time import monotonic"),
        ("app.inventory.state", "from app.clock import now"),
        ("app.inventory.state", "from ..models import Event"),
        ("app.lottery.pool", "from app.lottery import routes"),
        ("app.lottery.pool.state", "from random import shuffle"),
        ("app.lottery.ballot.state", "import sqlalchemy"),
        ("app.lottery.sealing", "from secrets import token_hex"),
        ("app.lottery.draw.bundle", "import secrets"),
        ("app.lottery.draw.bundle", "from app.lottery import queries"),
        ("app.inventory_store", "import flask"),
        ("app.inventory_actor", "from app.models import Seat"),
        ("app.shop.routes", "from app.office.queries import plans"),
        ("app.shop.routes", "import rq"),
        ("app.shop.routes", "from app import inventory_store"),
        ("app.wire", "from app.api import routes"),
        ("jobs.emails", "from flask import request"),
    ],
)
def test_the_table_notices(module: str, text: str) -> None:
    assert list(broken_rules(parse(module, text)))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("app.models.orders", "from sqlalchemy.orm import Mapped\nfrom app import money"),
        ("app.inventory.state", "from dataclasses import dataclass\nfrom app.refusals import Busy"),
        ("app.inventory.state", "from datetime import datetime\nfrom .records import SeatHeld"),
        ("app.shop.routes", "from app.shop import queries\nfrom app.models import Event"),
        ("app", "from app.shop import routes"),
        ("app.inventory_store", "from app.lottery.pool import Pool"),
        ("app.lottery.pool", "from app.lottery.draw.prizes import opening"),
        ("jobs.reseeding", "from app.lottery.draw import prizes"),
    ],
)
def test_the_table_lets_pass(module: str, text: str) -> None:
    assert list(broken_rules(parse(module, text))) == []


def test_the_pure_core_asks_nobody_for_the_time() -> None:
    asked = [
        f"{source.module}:{node.lineno}"
        for source in python_files("app")
        if is_below(source.module, PURE)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today")
    ]

    assert asked == []


def test_files_stay_small() -> None:
    long = [
        f"{source.module} has {source.line_count} lines"
        for source in python_files(*PRODUCT, "tests")
        if source.line_count > _lines_limit(source)
    ]

    assert long == []


def test_functions_stay_small() -> None:
    long = [
        f"{source.module}.{node.name} has {node.end_lineno - node.lineno + 1} lines"
        for source in python_files(*PRODUCT, "tests")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= FUNCTION_LINES_LIMIT
        and f"{source.module}.{node.name}" not in TABLES
    ]

    assert long == []


def test_scripts_stay_small() -> None:
    long = [
        f"{path.name} has {count} lines"
        for path in sorted((ROOT / "static" / "js").glob("*.js"))
        if (count := path.read_text("utf-8").count("\n")) > SCRIPT_LINES_LIMIT
    ]

    assert long == []


def test_only_one_module_reads_what_htmx_sends() -> None:
    sent = ("hx-request", "hx-target", "hx-trigger", "hx-boosted", "hx-current-url")
    readers = {
        source.module
        for source in python_files("app")
        for text, _ in strings(source)
        if text.lower() in sent
    }

    assert readers <= {"app.htmx"}


def _lines_limit(source: Source) -> int:
    return TEST_LINES_LIMIT if is_below(source.module, ("tests",)) else PYTHON_LINES_LIMIT
