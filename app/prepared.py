"""Statements compiled once per database: what the hot path writes, without compiling it again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection, TypeDecorator
from sqlalchemy.sql.expression import ClauseElement

GROUP_SIZES: Final = (64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2, 1)
VALUES_GROUP: Final = re.compile(r"(?<=VALUES )\(\?(?:, \?)*\)")

Row = dict[str, Any]
Run = Callable[[Connection, Sequence[Row]], int]


class Prepared:
    """One Core statement that is run with many rows of the same columns.

    Of the Python-side defaults only plain values are applied, not functions.
    """

    def __init__(self, statement: ClauseElement | Callable[[str], ClauseElement]) -> None:
        self._statement = statement
        self._compiled: dict[tuple[str, tuple[str, ...]], Run] = {}

    def run(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Run it for every row; how many rows of the table it touched."""
        if not rows:
            return 0
        key = (connection.dialect.name, tuple(rows[0]))
        run = self._compiled.get(key)
        if run is None:
            run = self._compiled[key] = self._compile(connection, key[1])
        return run(connection, rows)

    def _compile(self, connection: Connection, columns: tuple[str, ...]) -> Run:
        statement = self._statement
        if callable(statement):
            statement = statement(connection.dialect.name)
        compiled: Any = statement.compile(dialect=connection.dialect, column_keys=list(columns))
        sql = str(compiled)
        fixed = {
            name: _default(statement, name) if value is None else value
            for name, value in compiled.params.items()
            if name not in columns
        }
        names = list(compiled.positiontup or compiled.params)
        processors = [
            (at, _processor(compiled, name, connection.dialect))
            for at, name in enumerate(names)
            if name in compiled._bind_processors
        ]
        values_of = _picker(names, fixed)
        named = names if not compiled.positional else None
        group = VALUES_GROUP.search(sql) if compiled.positional and compiled.isinsert else None

        def run(connection: Connection, rows: Sequence[Row]) -> int:
            values = [_processed(values_of(row), processors, named) for row in rows]
            if group is not None and len(values) > 1:
                return _run_groups(connection, sql, group[0], values)
            given = values if len(values) > 1 else values[0]
            return connection.exec_driver_sql(sql, given).rowcount

        return run


def _processor(compiled: Any, name: str, dialect: Any) -> Callable[[Any], Any]:
    """How a value is bound; without SQLAlchemy's wrapper where only our own type has a say."""
    kind = compiled.binds[name].type
    if not isinstance(kind, TypeDecorator) or kind.impl_instance.bind_processor(dialect):
        processor: Callable[[Any], Any] = compiled._bind_processors[name]
        return processor
    bind = kind.process_bind_param
    return lambda value: bind(value, dialect)


def _run_groups(connection: Connection, sql: str, group: str, values: list[Any]) -> int:
    """Insert many rows in few statements: sqlite3 lets go of the GIL once for each statement.

    With one statement a row, every row would queue behind all other threads.
    """
    count, at = 0, 0
    for size in GROUP_SIZES:
        while len(values) - at >= size:
            part = values[at : at + size]
            grouped = sql.replace(group, ", ".join([group] * size), 1)
            count += connection.exec_driver_sql(grouped, tuple(chain.from_iterable(part))).rowcount
            at += size
    return count


def _default(statement: ClauseElement, name: str) -> Any:
    table = getattr(statement, "table", None)
    column = None if table is None else table.c.get(name)
    default = None if column is None else column.default
    return default.arg if default is not None and default.is_scalar else None


def _picker(names: list[str], fixed: Row) -> Callable[[Row], list[Any]]:
    if not fixed:
        return lambda row: [row[name] for name in names]
    return lambda row: [row[name] if name in row else fixed[name] for name in names]


def _processed(
    values: list[Any],
    processors: list[tuple[int, Callable[[Any], Any]]],
    names: list[str] | None,
) -> Any:
    for at, processor in processors:
        if values[at] is not None:  # no type of ours makes anything of it
            values[at] = processor(values[at])
    return tuple(values) if names is None else dict(zip(names, values, strict=True))
