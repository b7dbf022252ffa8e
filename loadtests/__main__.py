"""Send a crowd to a box office on this computer and write a report: python -m loadtests."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from app.simulate import raise_file_limit
from app.wire import NotThisComputerError, loopback_address
from loadtests.report import read_report, show, write_csv, write_html

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
CROWD_LIMIT_COUNT = 5_000
RUN_LIMIT_SECONDS = 3_600
SPARE_SECONDS = 120
SPARE_FILES_COUNT = 500

EXIT_NO_FAILURE = 0
EXIT_FAILURES = 1
EXIT_NOT_RUN = 2


def main(words: list[str] | None = None) -> int:
    """Run the load test; 0 when no request failed, 1 when some did, 2 when it could not run."""
    ask = _parser().parse_args(words)
    try:
        url = loopback_address(ask.url).url
    except NotThisComputerError as no:
        print(f"{no}. A crowd is only ever sent to a server on this computer.")
        return EXIT_NOT_RUN
    ask.out.mkdir(parents=True, exist_ok=True)
    prefix = ask.out / "locust"
    ended = _run_locust(url, ask, prefix)
    if not prefix.with_name("locust_stats.csv").exists():
        print(f"Locust ended with {ended} and left no figures.")
        return EXIT_NOT_RUN
    title = f"{ask.shoppers} shoppers, {ask.pollers} map pollers, {ask.bulk} bulk buyers"
    title += f" for {ask.seconds} s"
    report = read_report(prefix, title)
    write_csv(report, ask.out / "report.csv")
    write_html(report, ask.out / "report.html")
    print(show(report))
    print(f"The report is in {ask.out / 'report.html'} and {ask.out / 'report.csv'}.")
    return EXIT_FAILURES if report.failure_count else EXIT_NO_FAILURE


def _run_locust(url: str, ask: argparse.Namespace, prefix: Path) -> int:
    crowd = ask.shoppers + ask.pollers + ask.bulk
    raise_file_limit(crowd + SPARE_FILES_COUNT)
    env = os.environ | {
        "FULLHOUSE_LOAD_SHOPPERS": str(ask.shoppers),
        "FULLHOUSE_LOAD_POLLERS": str(ask.pollers),
        "FULLHOUSE_LOAD_BULK": str(ask.bulk),
        "FULLHOUSE_LOAD_EVENT": ask.event,
        "FULLHOUSE_LOAD_DRAW": ask.draw,
        "PYTHONPATH": os.pathsep.join(
            [str(LOCUSTFILE.parents[1]), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        ).rstrip(os.pathsep),
    }
    command = [
        *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--host", url),
        *("--users", str(crowd), "--spawn-rate", str(max(1, min(crowd, 200)))),
        *("--run-time", f"{ask.seconds}s", "--stop-timeout", "10"),
        *("--csv", str(prefix), "--html", str(prefix.with_suffix(".html")), "--only-summary"),
        *("--exit-code-on-error", "0", "--loglevel", "WARNING"),
    ]
    with prefix.with_suffix(".log").open("wb") as log:
        ended = subprocess.run(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            timeout=ask.seconds + SPARE_SECONDS,
            check=False,
        )
    return ended.returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m loadtests",
        description="Send shoppers, map pollers and bulk buyers to a box office on this computer. "
        "Start it with FULLHOUSE_RATE_LIMITS=off, since the whole crowd has one address.",
    )
    parser.add_argument("--url", default=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
    parser.add_argument("--event", default="", help="slug of the event; otherwise the next one")
    parser.add_argument("--shoppers", type=_count, default=20, metavar="N")
    parser.add_argument("--pollers", type=_count, default=100, metavar="N")
    parser.add_argument("--bulk", type=_count, default=0, metavar="N", help="bulk buyers of a draw")
    parser.add_argument("--draw", default="", help="slug of a free draw; otherwise the first")
    parser.add_argument("--seconds", type=_seconds, default=60, metavar="N")
    parser.add_argument("--out", type=Path, default=Path("loadtest-report"), metavar="FOLDER")
    return parser


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= CROWD_LIMIT_COUNT:
        raise argparse.ArgumentTypeError(f"a number from 0 to {CROWD_LIMIT_COUNT}")
    return number


def _seconds(text: str) -> int:
    number = int(text)
    if not 1 <= number <= RUN_LIMIT_SECONDS:
        raise argparse.ArgumentTypeError(f"a number from 1 to {RUN_LIMIT_SECONDS}")
    return number


if __name__ == "__main__":
    sys.exit(main())
