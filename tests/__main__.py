"""`./run test`: fetch or name what is missing, then run pytest on all cores."""

import argparse
import os
import sys
import time

import pytest

from tests.budget import MINUTES_SETTING, SEED_SETTING
from tests.services.programs import provide

LONG_MINUTES = 12
LONG_TEST_SECONDS_LIMIT = 2400
QUICK_PROCESSES_LIMIT = 8  # each has half a gigabyte, a browser and two servers
LONG_PROCESSES = 2  # the long proofs never wait
# Whole files, the long ones first (tests/rules.py): nobody is left with a long one at the end.
QUICK_SHARING = ("--dist", "loadfile", "--no-loadscope-reorder")
LONG_SHARING = ("--dist", "worksteal")


def main(arguments: list[str]) -> int:
    """Run the tests that were asked for and give pytest's exit code."""
    wish, others = _read(arguments)
    _keep_compiled()
    provide()
    processes = LONG_PROCESSES if wish.long else _quick_processes()
    sharing = LONG_SHARING if wish.long else QUICK_SHARING
    options = ["-n", str(processes), *sharing, "--durations", "10"]
    if wish.long:
        seed = os.environ.setdefault(SEED_SETTING, str(int(time.time()) % 1_000_000))
        os.environ[MINUTES_SETTING] = str(wish.minutes)
        options += [
            "--hypothesis-seed",
            seed,
            "-o",
            f"faulthandler_timeout={LONG_TEST_SECONDS_LIMIT}",
        ]
        print(f"Long proofs for about {wish.minutes:g} minutes from seed {seed}.", flush=True)
    return int(pytest.main([*options, *others]))


def _quick_processes() -> int:
    """More than there are cores: many tests wait for something most of the time."""
    return min(QUICK_PROCESSES_LIMIT, 2 * (os.cpu_count() or 1))


def _keep_compiled() -> None:
    """Let Python keep what it compiles: hundreds of starts would compile it again."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def _read(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="./run test",
        description=__doc__,
        epilog="Everything else goes to pytest.",
        allow_abbrev=False,
    )
    parser.add_argument("--long", action="store_true", help="the long proofs, with fresh seeds")
    parser.add_argument(
        "--minutes", type=_positive, default=LONG_MINUTES, help=f"for --long ({LONG_MINUTES})"
    )
    return parser.parse_known_args(arguments)


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < 24 * 60:
        raise argparse.ArgumentTypeError("between 0 and 1440")
    return number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
