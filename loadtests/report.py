"""A load test's figures as one HTML page and one CSV: percentiles, throughput, failures."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

PERCENTILES = ("50%", "90%", "95%", "99%", "100%")
COLUMNS = ("name", "requests", "failures", "per_second", *(f"p{p[:-1]}_ms" for p in PERCENTILES))
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
caption { text-align: left; font-weight: 600; padding: .5rem 0 }
th, td { border-bottom: 1px solid #999; padding: .3rem .6rem; text-align: right }
th:first-child, td:first-child { text-align: left }
"""


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one kind of request, or of all together."""

    name: str
    request_count: int
    failure_count: int
    per_second: float
    percentiles_ms: tuple[float, ...]

    def texts(self) -> list[str]:
        """The row as it is shown, in the order of COLUMNS."""
        times = [f"{ms:.0f}" for ms in self.percentiles_ms]
        counts = [str(self.request_count), str(self.failure_count), f"{self.per_second:.1f}"]
        return [self.name, *counts, *times]


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of a run."""

    title: str
    rows: Sequence[Row]
    faults: Sequence[tuple[str, int]]

    @property
    def failure_count(self) -> int:
        """How many requests failed."""
        return sum(count for _, count in self.faults)


def read_report(prefix: Path, title: str) -> Report:
    """Read what Locust left in PREFIX_stats.csv and PREFIX_failures.csv."""
    with prefix.with_name(f"{prefix.name}_stats.csv").open(newline="") as source:
        rows = [_row(line) for line in csv.DictReader(source)]
    with prefix.with_name(f"{prefix.name}_failures.csv").open(newline="") as source:
        faults = [
            (f"{line['Name']}: {line['Error']}", int(line["Occurrences"]))
            for line in csv.DictReader(source)
        ]
    return Report(title, rows, faults)


def write_csv(report: Report, path: Path) -> None:
    """Write the figures for a spreadsheet."""
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        writer.writerows(row.texts() for row in report.rows)


def write_html(report: Report, path: Path) -> None:
    """Write the figures as a page that needs nothing else."""
    faults = "".join(
        f"<tr><td>{escape(words)}</td><td>{count}</td></tr>" for words, count in report.faults
    )
    failed = (
        f"<table><caption>Failures</caption><tr><th>What</th><th>Times</th></tr>{faults}</table>"
        if faults
        else "<p>No request failed.</p>"
    )
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in COLUMNS)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row.texts()) + "</tr>"
        for row in report.rows
    )
    path.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">'
        f"<title>{escape(report.title)}</title><style>{STYLE}</style>"
        f"<h1>{escape(report.title)}</h1>"
        f"<table><caption>Latency in milliseconds, throughput in requests per second</caption>"
        f"<tr>{head}</tr>{body}</table>{failed}</html>\n"
    )


def show(report: Report) -> str:
    """The figures as text for a terminal."""
    table = [list(COLUMNS), *(row.texts() for row in report.rows)]
    widths = [max(len(line[at]) for line in table) for at in range(len(COLUMNS))]
    lines = [
        "  ".join(
            text.ljust(widths[0]) if at == 0 else text.rjust(widths[at])
            for at, text in enumerate(line)
        )
        for line in table
    ]
    lines += [f"FAILED {count} x {words}" for words, count in report.faults]
    return "\n".join(lines)


def _row(line: dict[str, str]) -> Row:
    return Row(
        name="all" if line["Name"] == "Aggregated" else line["Name"],
        request_count=int(line["Request Count"]),
        failure_count=int(line["Failure Count"]),
        per_second=float(line["Requests/s"]),
        percentiles_ms=tuple(_number(line[name]) for name in PERCENTILES),
    )


def _number(text: str) -> float:
    return 0.0 if text in ("", "N/A") else float(text)
