"""backup, restore, doctor: copies that are proven, and nothing lost on the way."""

from __future__ import annotations

import json
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def sold(run: Run, data_dir: Path) -> Path:
    """A house that has sold tickets; its database."""
    assert run("demo").code == 0
    return data_dir / "fullhouse.db"


def counts(path: Path) -> tuple[int, int]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        return (
            connection.execute("SELECT count(*) FROM orders").fetchone()[0],
            connection.execute("SELECT count(*) FROM tickets").fetchone()[0],
        )


def spoil(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def findings(run: Run) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"good": [], "look": [], "bad": []}
    for finding in json.loads(run("doctor", "--json").out):
        found[finding["state"]].append(finding["words"])
    return found


def test_a_copy_is_one_private_file_with_everything(run: Run, sold: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"

    ended = run("backup", copy)

    assert ended.code == 0
    assert counts(copy) == counts(sold)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert f"Keep the file {sold.parent / 'secret'} apart" in ended.out
    assert "agrees with all the others" in ended.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "data"]


def test_without_a_name_copies_gather_in_the_data_folder(run: Run, sold: Path) -> None:
    assert run("backup").code == 0

    (copy,) = (sold.parent / "backups").iterdir()
    assert counts(copy) == counts(sold)


def test_a_secret_from_the_environment_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET_KEY", "x" * 40)
    run("demo")

    assert "Keep the SECRET_KEY that this box office" in run("backup", tmp_path / "copy.db").out


@pytest.mark.parametrize(
    ("target", "words"),
    [("there.db", "exists already"), ("no/such/folder.db", "There is no folder")],
)
def test_a_copy_that_cannot_be_written_is_told(
    run: Run, sold: Path, tmp_path: Path, target: str, words: str
) -> None:
    (tmp_path / "there.db").write_text("precious")

    ended = run("backup", tmp_path / target)

    assert (ended.code, words in ended.err) == (1, True)
    assert (tmp_path / "there.db").read_text() == "precious"


def test_nothing_to_copy_is_told(run: Run) -> None:
    ended = run("backup")

    assert (ended.code, "There is no database at" in ended.err) == (1, True)


def test_a_copy_comes_back_into_an_empty_folder(
    run: Run, sold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, other = tmp_path / "copy.db", tmp_path / "other"
    run("backup", copy)
    other.mkdir(mode=0o700)
    (other / "secret").write_bytes((sold.parent / "secret").read_bytes())
    monkeypatch.setenv("FULLHOUSE_DATA_DIR", str(other))

    ended = run("restore", copy)

    assert (ended.code, ended.err) == (0, "")
    assert counts(other / "fullhouse.db") == counts(sold)
    assert "secret here is not" not in ended.out
    assert "the-salt-road" in run("event", "list").out


def test_without_the_secret_it_says_what_is_lost(
    run: Run, sold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy.db"
    run("backup", copy)
    monkeypatch.setenv("FULLHOUSE_DATA_DIR", str(tmp_path / "other"))

    ended = run("restore", copy)

    assert ended.code == 0
    assert "The secret here is not the one of this copy" in ended.out
    assert "links in letters" in ended.out


def test_the_doctor_names_tickets_of_a_lost_secret(run: Run, sold: Path) -> None:
    assert not any("secret" in words for words in findings(run)["bad"])
    (sold.parent / "secret").write_text("another secret, forty letters or so long")

    (words,) = (words for words in findings(run)["bad"] if "secret" in words)

    assert "cannot be shown or sent again until that secret is back" in words
    assert "new tickets get new keys" in words


def test_existing_data_is_only_replaced_when_that_is_said(
    run: Run, sold: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    run("backup", copy)
    spoil(sold, "INSERT INTO series VALUES (99, 1, 'newer', 'Newer')")

    refused = run("restore", copy)
    assert (refused.code, "There is data in" in refused.err) == (1, True)
    assert "SELECT" not in refused.err

    done = run("restore", copy, "--replace")
    assert done.code == 0
    (aside,) = sold.parent.glob("fullhouse-before-*.db")
    with sqlite3.connect(sold) as here, sqlite3.connect(aside) as there:
        query = "SELECT count(*) FROM series WHERE slug = 'newer'"
        assert here.execute(query).fetchone() == (0,)
        assert there.execute(query).fetchone() == (1,)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE allocations SET ticket_id = 'none' WHERE state = 'sold'", "not sound: Seat"),
        ("UPDATE orders SET total_cents = total_cents + 1", "not sound: Order"),
        ("DROP TABLE alembic_version", "holds something else than a box office"),
        ("UPDATE alembic_version SET version_num = '9999'", "made by a newer Full House"),
    ],
)
def test_a_copy_that_is_not_sound_is_never_brought_back(
    run: Run, sold: Path, tmp_path: Path, statement: str, words: str
) -> None:
    copy = tmp_path / "copy.db"
    run("backup", copy)
    spoil(copy, statement)
    before = sold.read_bytes()

    ended = run("restore", copy, "--replace")

    assert (ended.code, words in ended.err) == (1, True), ended.err
    assert sold.read_bytes() == before
    assert not list(sold.parent.glob("*before*")) + list(sold.parent.glob(".restored*"))


@pytest.mark.parametrize(
    "content", [b"", b"not a database at all", b"SQLite format 3\0" + b"x" * 99]
)
def test_other_files_are_refused(run: Run, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(content)

    ended = run("restore", path)

    assert ended.code == 1
    assert "Nothing was changed" in ended.err


def test_a_copy_of_a_database_in_use_brings_its_log_along(
    run: Run, sold: Path, tmp_path: Path
) -> None:
    writer = sqlite3.connect(sold)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("INSERT INTO series VALUES (99, 1, 'in-the-log', 'In the log')")
    writer.commit()
    copy = tmp_path / "copy.db"

    assert run("backup", copy).code == 0

    with sqlite3.connect(copy) as connection:
        found = connection.execute("SELECT count(*) FROM series WHERE slug = 'in-the-log'")
        assert found.fetchone() == (1,)
    writer.close()


def test_a_healthy_house_gets_no_bad_word(run: Run, sold: Path) -> None:
    run("backup")
    found = findings(run)

    assert found["bad"] == []
    assert any("agrees with all the others" in words for words in found["good"])
    assert any("Nobody is admin yet" in words for words in found["look"])
    assert any("The box office is closed" in words for words in found["look"])


def test_the_doctor_finds_what_is_wrong(
    run: Run, sold: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FULLHOUSE_RATE_LIMITS", "off")
    monkeypatch.setenv("FULLHOUSE_BASE_URL", "http://tickets.example.org")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:1")
    (sold.parent / "secret").chmod(0o644)
    spoil(sold, "UPDATE areas SET taken = taken - 1 WHERE key = 'floor' AND taken > 150")

    found = findings(run)

    bad = "\n".join(found["bad"])
    for words in ("without https", "Others can read", "Redis does not answer",
                  "mail server 127.0.0.1 does not answer", "counts 159 taken places"):  # fmt: skip
        assert words in bad
    assert any("Rate limits are off" in words for words in found["look"])
    assert run("doctor").code == 1


def test_before_the_first_start_the_doctor_says_so(run: Run) -> None:
    ended = run("doctor")

    assert (ended.code, "There is no database yet" in ended.out) == (0, True)


def test_a_bad_setting_is_one_sentence_and_code_78(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "eighty")

    ended = run("doctor")

    assert ended.code == 78
    assert ended.err == "PORT must be a whole number from 1 to 65535, not 'eighty'.\n"


def test_a_folder_that_cannot_be_written_is_one_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FULLHOUSE_DATA_DIR", str(tmp_path / "file" / "data"))

    ended = run("event", "list")

    assert (ended.code, "cannot be written" in ended.err) == (78, True)


def test_a_fault_is_written_down_and_told_in_a_sentence(
    run: Run, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import app.upkeep.doctor

    def break_down(settings: object) -> None:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(app.upkeep.doctor, "examine", break_down)

    ended = run("doctor")

    faults = data_dir / "command-faults.log"
    assert ended.code == 1
    assert f"(ZeroDivisionError). What exactly is written down in {faults}" in ended.err
    assert "ZeroDivisionError: inside" in faults.read_text()
    assert faults.stat().st_mode & 0o077 == 0
