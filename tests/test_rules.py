"""The rules of a test run hold: tried on small suites in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.budget import MINUTES_SETTING, SEED_SETTING

HERE = Path(__file__).parent.parent
RUN_SECONDS_LIMIT = 60


def run_suite(folder: Path, suite: str, *options: str, **env: str) -> tuple[int, str]:
    (folder / "conftest.py").write_text('pytest_plugins = ["tests.rules"]')
    (folder / "test_it.py").write_text(suite)
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name != "CI" and not name.startswith(("PYTEST_", "FULLHOUSE_TEST_"))
    }
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "pytest",
                "-p",
                "no:cacheprovider",
                "-p",
                "xdist.plugin",
                *options,
            ),
            *("-c", str(HERE / "pyproject.toml"), "--rootdir", str(folder), str(folder)),
        ],
        env=inherited | {"PYTHONPATH": str(HERE), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | env,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS_LIMIT,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


EVERY_KIND_OF_SKIP = """
import pytest
@pytest.fixture
def missing(): pytest.skip("reason 1")
def test_a(missing): pass
def test_b(): pytest.skip("reason 2")
@pytest.mark.skip(reason="reason 3")
def test_c(): pass
@pytest.mark.xfail(reason="reason 4")
def test_d(): assert False
def test_e(): pass
"""


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_skip_is_a_failure_in_ci(tmp_path: Path, processes: str) -> None:
    at_home, _ = run_suite(tmp_path, EVERY_KIND_OF_SKIP, "-n", processes)
    in_ci, output = run_suite(tmp_path, EVERY_KIND_OF_SKIP, "-n", processes, CI="true")

    assert at_home == 0
    assert in_ci == 1
    assert output.count("CI=true allows no skips: ") >= 4
    assert all(f"reason {number}" in output for number in (1, 2, 3, 4))
    assert " 1 passed" in output


def test_a_file_that_skips_itself_is_a_failure_in_ci(tmp_path: Path) -> None:
    suite = "import pytest\npytest.skip('no time', allow_module_level=True)"

    code, output = run_suite(tmp_path, suite, CI="true")

    assert code not in (0, 5)
    assert "no time" in output


SIZES = """
import pytest
def test_both(time_budget): assert time_budget.size(quick=5, long=100) == {size}
def test_quick(): pass
@pytest.mark.long
def test_long(): pass
"""


def test_a_quick_run_leaves_the_long_proofs_out(tmp_path: Path) -> None:
    code, output = run_suite(tmp_path, SIZES.format(size=5))

    assert code == 0
    assert "2 passed, 1 deselected" in output


def test_a_long_run_takes_only_what_has_a_long_form(tmp_path: Path) -> None:
    code, output = run_suite(tmp_path, SIZES.format(size=100), **{MINUTES_SETTING: "0.01"})

    assert code == 0
    assert "2 passed, 1 deselected" in output


ROUNDS = """
def test_rounds(time_budget):
    for seed in time_budget.rounds(at_least=4):
        assert seed != 43
"""


def test_a_failing_seed_is_printed_with_the_words_to_repeat_it(tmp_path: Path) -> None:
    code, output = run_suite(tmp_path, ROUNDS, **{SEED_SETTING: "41"})

    assert code == 1
    assert f"{SEED_SETTING}=43 ./run test 'test_it.py::test_rounds'" in output


def test_the_repeated_seed_comes_first(tmp_path: Path) -> None:
    suite = "def test_first(seed, time_budget): assert next(time_budget.rounds(1)) == seed == 43"

    assert run_suite(tmp_path, suite, **{SEED_SETTING: "43"})[0] == 0


SHARES = """
import pytest, time
@pytest.mark.weight(3)
def test_a(time_budget): assert 4.4 < time_budget.seconds < 4.6
def test_b(time_budget):
    start, done = time.monotonic(), 0
    for seed in time_budget.rounds(at_least=1):
        done += 1
        time.sleep(0.1)
    assert done > 3
    assert 1.3 < time.monotonic() - start < 2.5
"""


def test_the_time_of_a_long_run_is_shared_by_weight(tmp_path: Path) -> None:
    code, output = run_suite(tmp_path, SHARES, **{MINUTES_SETTING: "0.1"})

    assert code == 0, output


SETTINGS = """
import os
def test_a(): assert "DATABASE_URL" not in os.environ
def test_b(): assert not [name for name in os.environ if name.startswith("FULLHOUSE_HOLD")]
def test_c(): assert "SECRET_KEY_FILE" not in os.environ
"""


def test_no_setting_of_the_developer_reaches_a_test(tmp_path: Path) -> None:
    code, output = run_suite(
        tmp_path,
        SETTINGS,
        DATABASE_URL="postgresql://real",
        FULLHOUSE_HOLD_SECONDS="7",
        SECRET_KEY_FILE="/etc/secret",
    )

    assert code == 0, output
