"""`./run` sets up once, keeps the server alive, and says every no in one sentence."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.services.ports import free_port
from tests.services.processes import Owner, Program

RUN = Path(__file__).parent.parent / "run"
RUN_SECONDS_LIMIT = 60
NOBODY = Owner(65534, 65534)

# What `run` may count on: the plain tools of any Unix.
TOOLS = ("sh", "cat", "cksum", "date", "dirname", "grep", "id", "printf", "rm", "sleep", "tail")

# Stands in for Python where setting up would cost a minute: makes a .venv in which `pip install`
# only leaves a note and a server. Everything else is the real Python.
SHAM_PYTHON = """#!/bin/sh
case "$*" in
"-m venv "*)
    mkdir -p "$3/bin" && touch "$3/pyvenv.cfg" && cp "$0" "$3/bin/python"
    echo venv >>"$NOTES" ;;
"-m pip install "*)
    echo "pip $*" >>"$NOTES"
    cp "$SERVER" "$(dirname "$0")/fullhouse" ;;
*) exec {python} "$@" ;;
esac
"""

SERVER = """#!{python}
import os, signal, sys, time
notes = open(os.environ["NOTES"], "a", buffering=1)
notes.write(f"serve {{os.getpid()}} {{sys.argv[1:]}} {{os.environ['FULLHOUSE_DATA_DIR']}}\\n")
def drain(number, frame):
    notes.write(f"drains after {{number}}\\n")
    time.sleep(0.3)
    notes.write("drained\\n")
    sys.exit(0)
{body}
"""
STAYS = "signal.signal(signal.SIGTERM, drain)\nwhile True: time.sleep(0.05)"
IGNORES = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(0.05)"


class House:
    """A copy of `run` in a folder whose name has spaces, with a sham Python on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / "a full house"
        self.place.mkdir()
        self.run = self.place / "run"
        shutil.copy(RUN, self.run)
        (self.place / "pyproject.toml").write_text('[project]\nname = "fullhouse"\n')
        self.notes_file = folder / "notes"
        self.notes_file.touch()
        self.server_file = folder / "server"
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in (*TOOLS, "cp", "mkdir", "touch"):
            self.bin.joinpath(tool).symlink_to(str(shutil.which(tool)))
        self.put("python3", SHAM_PYTHON.format(python=sys.executable))
        self.serve(STAYS)
        self.env = {
            "PATH": str(self.bin),
            "NOTES": str(self.notes_file),
            "SERVER": str(self.server_file),
            "PORT": str(free_port()),
        }

    def put(self, name: str, script: str) -> None:
        """A program of this name on the PATH."""
        _write_script(self.bin / name, script)

    def serve(self, body: str) -> None:
        """What the server does, from its next installation on."""
        _write_script(self.server_file, SERVER.format(python=sys.executable, body=body))
        installed = self.place / ".venv" / "bin" / "fullhouse"
        if installed.exists():
            shutil.copy(self.server_file, installed)

    @property
    def notes(self) -> list[str]:
        """What was called so far."""
        return self.notes_file.read_text().splitlines()

    def count(self, word: str) -> int:
        """How often something was called."""
        return sum(line.startswith(word) for line in self.notes)

    def start(self, *arguments: str, cwd: Path | None = None) -> Program:
        """Start `run` and leave it running."""
        return Program([self.run, *arguments], log=self.place.parent / "log", env=self.env, cwd=cwd)

    def ends(
        self, *arguments: str, cwd: Path | None = None, owner: Owner | None = None
    ) -> tuple[int, str]:
        """Exit code and words of a `run` that ends by itself."""
        log = self.place.parent / "words"
        log.unlink(missing_ok=True)
        program = Program(
            [self.run, *arguments], log=log, env=self.env, cwd=cwd or self.place, owner=owner
        )
        with program:
            code = program.wait(within_seconds=RUN_SECONDS_LIMIT)
        return code, program.log_text()

    def server_pid(self, start: int) -> int:
        """The process of the server's n-th start, counted from 1, once it is there."""
        deadline = time.monotonic() + 10
        while self.count("serve") < start and time.monotonic() < deadline:
            time.sleep(0.02)
        serving = [line for line in self.notes if line.startswith("serve")]
        return int(serving[start - 1].split()[1])


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


# ---- words --------------------------------------------------------------------------------------


def test_help_needs_no_python(house: House) -> None:
    (house.bin / "python3").unlink()

    code, words = house.ends("help")

    assert code == 0
    assert "./run test" in words


def test_help_names_every_command(house: House) -> None:
    (line,) = re.findall(r'^commands="(.*)"$', RUN.read_text(encoding="utf-8"), re.MULTILINE)
    _code, words = house.ends("help")

    missing = [name for name in line.split() if not re.search(rf"\b{name}(?![\w-])", words)]
    assert missing == []


def test_an_unknown_command_is_refused_with_a_hint(house: House) -> None:
    code, words = house.ends("dance")

    assert (code, words) == (2, 'There is no "./run dance": ./run help shows what there is.\n')


def test_a_missing_python_gets_one_sentence(house: House) -> None:
    (house.bin / "python3").unlink()

    code, words = house.ends()

    assert code == 1
    assert "Full House needs Python 3.11 or newer and there is no python3 here" in words
    assert_one_sentence(words)


def test_an_old_python_gets_one_sentence(house: House) -> None:
    house.put("python3", OLD_PYTHON)

    code, words = house.ends()

    assert code == 1
    assert "Full House needs Python 3.11 or newer and python3 here is 3.9.2" in words
    assert_one_sentence(words)


def test_a_newer_python_beside_an_old_one_is_found(house: House) -> None:
    (house.bin / "python3").rename(house.bin / "python3.12")
    house.put("python3", OLD_PYTHON)
    house.serve("sys.exit(0)")

    assert house.ends()[0] == 0
    assert house.count("venv") == 1


def test_a_python_without_venv_gets_one_sentence(house: House) -> None:
    house.put("python3", NO_ENSUREPIP.format(python=sys.executable))

    code, words = house.ends()

    assert code == 1
    assert "install python3-venv" in words
    assert_one_sentence(words)


def test_a_busy_port_is_said_before_anything_is_fetched(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(house.env["PORT"])))
        taken.listen()

        code, words = house.ends()

    assert code == 78
    assert f"Port {house.env['PORT']} is already in use" in words
    assert_one_sentence(words)
    assert house.notes == []


def test_an_unwritable_folder_gets_one_sentence() -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        house = House(Path(name))
        house.place.chmod(0o555)

        # Root may write anywhere, so it has somebody else try.
        code, words = house.ends(owner=NOBODY if os.geteuid() == 0 else None)

    assert code == 1
    assert "cannot be written to" in words
    assert_one_sentence(words)


def test_a_foreign_venv_is_left_alone(house: House) -> None:
    (house.place / ".venv").mkdir()
    (house.place / ".venv" / "mine").touch()

    code, words = house.ends()

    assert code == 1
    assert "move it away" in words
    assert (house.place / ".venv" / "mine").exists()


def test_no_network_gets_one_sentence(house: House) -> None:
    with_real_python(house)
    house.env |= {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_CONFIG_FILE": os.devnull}

    code, words = house.ends()

    assert code == 1
    assert "is this machine on the network?" in words
    assert_one_sentence(words, after=2)


def test_an_install_that_fails_says_why(house: House) -> None:
    house.put("python3", FAILING_PIP.format(python=sys.executable))

    code, words = house.ends()

    assert code == 1
    assert ".venv/install.log says why, and its last line is: No space left" in words
    assert_one_sentence(words, after=2)


# ---- set-up -------------------------------------------------------------------------------------


def test_the_first_start_installs_and_the_second_does_not(house: House) -> None:
    house.serve("sys.exit(0)")

    assert house.ends()[0] == 0
    start = time.monotonic()
    code, words = house.ends()

    assert (code, words) == (0, "")
    assert time.monotonic() - start < 2
    assert (house.count("venv"), house.count("pip"), house.count("serve")) == (1, 1, 2)


def test_changed_requirements_are_installed_into_the_same_venv(house: House) -> None:
    house.serve("sys.exit(0)")
    house.ends()
    with (house.place / "pyproject.toml").open("a") as wanted:
        wanted.write("# one more package\n")

    house.ends()

    assert (house.count("venv"), house.count("pip")) == (1, 2)


def test_an_interrupted_installation_is_done_again(house: House) -> None:
    house.serve("sys.exit(0)")
    house.ends()
    (house.place / ".venv" / "installed").unlink()

    house.ends()

    assert house.count("pip") == 2


def test_a_moved_folder_gets_a_new_venv(house: House) -> None:
    house.serve("sys.exit(0)")
    house.ends()
    moved = house.place.parent / "elsewhere"
    house.place.rename(moved)
    house.place, house.run = moved, moved / "run"

    assert house.ends()[0] == 0
    assert (house.count("venv"), house.count("pip")) == (2, 2)


def test_another_python_gets_a_new_venv(house: House) -> None:
    house.serve("sys.exit(0)")
    house.ends()
    for name in ("installed", "made-for"):
        stamp = house.place / ".venv" / name
        stamp.write_text(re.sub(r"\b3\.\d+ /", "3.10 /", stamp.read_text()))

    assert house.ends()[0] == 0
    assert (house.count("venv"), house.count("pip")) == (2, 2)


def test_a_venv_made_by_hand_is_used(house: House) -> None:
    house.serve("sys.exit(0)")
    subprocess.run(
        [house.bin / "python3", "-m", "venv", house.place / ".venv"], env=house.env, check=True
    )

    assert house.ends()[0] == 0
    assert (house.count("venv"), house.count("pip")) == (1, 1)


def test_the_tests_bring_their_packages_and_the_box_office_does_not(house: House) -> None:
    house.serve("sys.exit(0)")
    house.ends()
    house.ends("test")

    first, second = [line for line in house.notes if line.startswith("pip")]
    assert first.endswith(" -e .")
    assert second.endswith(" -e .[test]")


def test_data_lies_beside_run_from_wherever_it_is_started(house: House) -> None:
    house.serve("sys.exit(0)")

    house.ends(cwd=Path("/"))
    house.env["FULLHOUSE_DATA_DIR"] = "elsewhere"
    house.ends(cwd=Path("/"))

    folders = [line.split("] ")[1] for line in house.notes if line.startswith("serve")]
    assert folders == [str(house.place / "data"), "elsewhere"]


def test_other_commands_go_to_fullhouse_with_their_words_untouched(house: House) -> None:
    house.serve("sys.exit(3)")

    code, _ = house.ends("event", "create", "my gala.toml")

    assert code == 3
    assert "['event', 'create', 'my gala.toml']" in house.notes[-1]


# ---- the supervisor -----------------------------------------------------------------------------


def test_a_killed_server_is_started_again_at_once(house: House) -> None:
    with house.start() as running:
        os.kill(house.server_pid(1), signal.SIGKILL)
        start = time.monotonic()
        second = house.server_pid(2)

        assert time.monotonic() - start < 1
        assert running.stop() == 0
        assert "being opened again" in running.log_text()
        assert_gone(second)


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT])
def test_a_wish_to_stop_lets_the_server_drain(house: House, wish: signal.Signals) -> None:
    with house.start() as running:
        pid = house.server_pid(1)
        time.sleep(0.2)

        assert running.stop(by=wish) == 0

    assert house.notes[-2:] == [f"drains after {int(signal.SIGTERM)}", "drained"]
    assert_gone(pid)


def test_a_server_that_does_not_drain_is_ended(house: House) -> None:
    text = house.run.read_text()
    assert "\nDRAIN_SECONDS=12 " in text
    house.run.write_text(text.replace("\nDRAIN_SECONDS=12 ", "\nDRAIN_SECONDS=1 "))
    house.serve(IGNORES)

    with house.start() as running:
        pid = house.server_pid(1)
        time.sleep(0.2)
        start = time.monotonic()

        assert running.stop(within_seconds=5) == 128 + signal.SIGKILL
        assert 0.8 < time.monotonic() - start < 4

    assert_gone(pid)
    assert house.count("serve") == 1


@pytest.mark.parametrize("code", [78, 2, 0])
def test_a_server_that_knows_better_is_not_started_again(house: House, code: int) -> None:
    house.serve(f"print('Port 8000 is in use.', file=sys.stderr); sys.exit({code})")
    house.ends()

    assert house.ends() == (code, "Port 8000 is in use.\n")
    assert house.count("serve") == 2


def test_a_server_that_keeps_dying_stays_closed(house: House) -> None:
    house.serve("sys.exit(1)")

    code, words = house.ends()

    assert code == 1
    assert house.count("serve") == 6
    assert "stopped 6 times within a minute and stays closed" in words


def test_it_works_through_a_link_to_its_folder(house: House) -> None:
    house.serve("sys.exit(0)")
    house.ends()
    link = house.place.parent / "link"
    link.symlink_to(house.place)
    house.run = link / "run"

    assert house.ends()[0] == 0
    assert (house.count("venv"), house.count("pip")) == (1, 1)


# -------------------------------------------------------------------------------------------------

OLD_PYTHON = """#!/bin/sh
case "$*" in
*platform*) echo 3.9.2 ;;
*) exit 1 ;;
esac
"""

FAILING_PIP = SHAM_PYTHON.replace(
    '"-m pip install "*)',
    '"-m pip install "*) echo "Collecting flask"; echo "No space left"; exit 1',
)

NO_ENSUREPIP = """#!/bin/sh
case "$*" in
*ensurepip*) exit 1 ;;
*) exec {python} "$@" ;;
esac
"""


def with_real_python(house: House) -> None:
    """Set up for real; what a pip may find on this machine beside the network is out of reach."""
    house.put("python3", '#!/bin/sh\nexec "' + sys.executable + '" "$@"\n')
    house.env["HOME"] = str(house.place.parent)


def assert_one_sentence(words: str, after: int = 0) -> None:
    lines = words.splitlines()
    assert len(lines) == after + 1, words
    assert "Traceback" not in words


def assert_gone(pid: int) -> None:
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def _write_script(path: Path, script: str) -> None:
    path.write_text(script)
    path.chmod(0o755)
