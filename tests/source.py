"""The project's own source, read once, for the tests that watch over its shape."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PRODUCT = ("app", "jobs", "loadtests")
AUDIENCES = tuple(
    f"app.{name}"
    for name in (
        *(
            "shop",
            "me",
            "office",
            "counter",
            "door",
            "draws",
            "ballot_pages",
            "watch",
            "admin",
            "api",
            "webhooks",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file and its syntax tree."""

    path: Path
    module: str
    tree: ast.Module
    line_count: int


@cache
def python_files(*folders: str) -> tuple[Source, ...]:
    """Every Python file below these folders of the project."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(_read(path) for path in paths)


def parse(module: str, text: str) -> Source:
    """A source made up by a test."""
    return Source(Path(f"{module}.py"), module, ast.parse(text), text.count("\n"))


def imports(source: Source) -> Iterator[str]:
    """Every module it imports and, for `from x import y`, both `x` and `x.y`."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, source)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def is_below(name: str, prefixes: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of these or lies inside one of them."""
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def strings(source: Source) -> Iterator[tuple[str, int]]:
    """Every piece of text in it but the docstrings, with its line."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(source.tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in docstrings:
                yield text, node.lineno


def own_names(source: Source) -> Iterator[tuple[str, int]]:
    """Every name that this file itself gives to something, with its line."""
    for node in ast.walk(source.tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node.lineno
            case ast.arg():
                yield node.arg, node.lineno
            case ast.Name(ctx=ast.Store()):
                yield node.id, node.lineno
            case ast.Attribute(ctx=ast.Store()):
                yield node.attr, node.lineno
            case ast.alias(asname=str(name)):
                yield name, node.lineno


def _read(path: Path) -> Source:
    text = path.read_text("utf-8")
    parts = path.relative_to(ROOT).with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Source(path, module, ast.parse(text, filename=str(path)), text.count("\n"))


def _absolute(node: ast.ImportFrom, source: Source) -> str:
    if not node.level:
        return node.module or ""
    package = source.module.split(".")
    up = node.level - (1 if source.path.name == "__init__.py" else 0)
    base = package[: len(package) - up] if up else package
    return ".".join([*base, *([node.module] if node.module else [])])
