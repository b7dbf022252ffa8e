"""Settings: defaults that run alone, and one sentence for whatever cannot be accepted."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app import config
from app.config import BadSetting, Settings, read_settings, write_synced

LONG = "a secret of the tests, forty letters long"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment with a data folder and nothing else."""
    return {"FULLHOUSE_DATA_DIR": str(tmp_path / "data")}


def refused(env: dict[str, str], **more: str) -> str:
    """The sentence that refuses these settings."""
    with pytest.raises(BadSetting) as told:
        read_settings(env | more)
    return str(told.value)


def test_nothing_need_be_set(env: dict[str, str]) -> None:
    settings = read_settings(env)

    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.is_sqlite
    assert (settings.hold_seconds, settings.extension_seconds) == (600, 300)
    assert (settings.payment_seconds, settings.rate_limits) == (1800, True)
    assert (settings.redis_url, settings.smtp_url, settings.trusted_proxies) == (None, None, 0)


def test_the_data_folder_and_its_secret_are_private(env: dict[str, str]) -> None:
    settings = read_settings(env)

    secret = settings.data_dir / config.SECRET_FILE
    assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert read_settings(env).secret_key == settings.secret_key


def test_secrets_are_never_shown(env: dict[str, str]) -> None:
    url = "postgresql://ada:hidden@127.0.0.1/house"
    settings = read_settings(env | {"SECRET_KEY": LONG, "DATABASE_URL": url})

    assert LONG not in repr(settings)
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80000000000000"),
        ("PORT", "000008000000"),
        ("PORT", "-1"),
        ("PORT", "eight"),
        ("PORT", "²"),
        ("PORT", "8000.0"),
        ("FULLHOUSE_HOST", "tickets.example.org"),
        ("FULLHOUSE_HOST", "127.0.0.1:8000"),
        ("FULLHOUSE_HOST", "127.0.0.256"),
        ("FULLHOUSE_HOST", "127.1"),
        ("FULLHOUSE_HOST", "::1"),
        ("FULLHOUSE_HOLD_SECONDS", "0"),
        ("FULLHOUSE_HOLD_SECONDS", "3601"),
        ("FULLHOUSE_EXTENSION_SECONDS", "x"),
        ("FULLHOUSE_PAYMENT_SECONDS", "86401"),
        ("FULLHOUSE_TRUSTED_PROXIES", "6"),
        ("FULLHOUSE_RATE_LIMITS", "maybe"),
        ("FULLHOUSE_BENCH", "2"),
        ("FULLHOUSE_BASE_URL", "tickets.example.org"),
        ("FULLHOUSE_BASE_URL", "ftp://tickets.example.org"),
        ("FULLHOUSE_BASE_URL", "https://tickets.example.org/shop"),
        ("FULLHOUSE_BASE_URL", "https://tickets.example.org?a=b"),
        ("FULLHOUSE_BASE_URL", "https://tickets.example.org#a"),
        ("FULLHOUSE_BASE_URL", "https://ada@tickets.example.org"),
        ("FULLHOUSE_BASE_URL", "https://tickets.example.org:99999"),
        ("FULLHOUSE_BASE_URL", "https://tickets.example.org:port"),
        ("FULLHOUSE_BASE_URL", "https://[::1"),
        ("DATABASE_URL", "mysql://127.0.0.1/house"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("REDIS_URL", "http://127.0.0.1"),
        ("REDIS_URL", "redis://[::1"),
        ("SMTP_URL", "127.0.0.1:25"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY_FILE", "/nowhere/at/all"),
    ],
)
def test_a_bad_setting_is_refused_by_its_name(env: dict[str, str], name: str, given: str) -> None:
    words = refused(env, **{name: given})

    assert name.removesuffix("_FILE") in words
    assert words.endswith(".")


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY"])
def test_a_refused_secret_is_not_repeated(env: dict[str, str], name: str) -> None:
    assert "hidden" not in refused(env, **{name: "x:hidden"})


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("postgres://h/d", "postgresql+psycopg://h/d"),
        ("postgresql://h/d", "postgresql+psycopg://h/d"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
        ("sqlite:////srv/house.db", "sqlite:////srv/house.db"),
    ],
)
def test_a_database_is_known_by_its_address(env: dict[str, str], given: str, wanted: str) -> None:
    assert read_settings(env | {"DATABASE_URL": given}).database_url == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("0.0.0.0", "0.0.0.0"), (" 192.0.2.7 ", "192.0.2.7"), ("localhost", "127.0.0.1")],  # noqa: S104
)
def test_it_listens_where_it_is_told(env: dict[str, str], given: str, wanted: str) -> None:
    assert read_settings(env | {"FULLHOUSE_HOST": given}).host == wanted


@pytest.mark.parametrize("given", ["on", "1", "TRUE", "yes", " On "])
def test_a_switch_can_be_on(env: dict[str, str], given: str) -> None:
    assert read_settings(env | {"FULLHOUSE_BENCH": given}).bench


@pytest.mark.parametrize("given", ["off", "0", "False", "NO"])
def test_a_switch_can_be_off(env: dict[str, str], given: str) -> None:
    assert not read_settings(env | {"FULLHOUSE_RATE_LIMITS": given}).rate_limits


def test_a_secret_can_come_from_a_file(env: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(f"{LONG}\n")

    assert read_settings(env | {"SECRET_KEY_FILE": str(path)}).secret_key == LONG.encode()


def test_a_secret_cannot_come_from_two_places(env: dict[str, str], tmp_path: Path) -> None:
    assert "not both" in refused(env, SECRET_KEY=LONG, SECRET_KEY_FILE=str(tmp_path / "secret"))


def test_a_damaged_secret_file_stops_the_start(env: dict[str, str]) -> None:
    settings = read_settings(env)
    (settings.data_dir / config.SECRET_FILE).write_text("half")

    assert "restore it from your backup" in refused(env)


def test_a_secret_that_cannot_be_read_stops_the_start(env: dict[str, str]) -> None:
    folder = read_settings(env).data_dir / config.SECRET_FILE
    folder.unlink()
    folder.mkdir()

    assert "cannot be used" in refused(env)


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    assert "cannot be written" in refused({"FULLHOUSE_DATA_DIR": str(tmp_path / "data")})


def test_a_test_address_of_the_bank_is_refused_beside_a_live_key(env: dict[str, str]) -> None:
    words = refused(env, **stripe("sk_live_x"), STRIPE_API_BASE="http://127.0.0.1")

    assert "live" in words


def test_payments_are_only_short_with_the_demo(env: dict[str, str]) -> None:
    short = {"FULLHOUSE_PAYMENT_SECONDS": "1"}
    base = {"STRIPE_API_BASE": "http://127.0.0.1:1"}
    assert read_settings(env | short).payment_seconds == 1
    assert read_settings(env | short | stripe("sk_test_x") | base).payment_seconds == 1
    refused(env, FULLHOUSE_PAYMENT_SECONDS="299", **stripe("sk_test_x"))


def test_a_live_key_is_known(env: dict[str, str]) -> None:
    def with_key(key: str) -> Settings:
        return read_settings(env | stripe(key))

    assert with_key("sk_live_x").live_key
    assert with_key("rk_live_x").live_key
    assert not with_key("sk_test_x").live_key


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"STRIPE_SECRET_KEY": "pk_live_x"}, "secret key, not the publishable"),
        ({"STRIPE_SECRET_KEY": "hello"}, "must start with"),
        ({"STRIPE_WEBHOOK_SECRET": "x"}, "whsec_"),
        ({"STRIPE_WEBHOOK_SECRET": ""}, "together"),
        ({"STRIPE_SECRET_KEY": ""}, "together"),
        ({"STRIPE_API_BASE": "ftp://127.0.0.1"}, "must start with http"),
        ({"STRIPE_API_BASE": "http://"}, "must look like"),
    ],
)
def test_a_wrong_setting_of_stripe_is_refused_in_words_without_the_key(
    env: dict[str, str], setting: dict[str, str], words: str
) -> None:
    told = refused(env, **(stripe("sk_test_abc123") | setting))

    assert words in told
    assert "abc123" not in told


def stripe(key: str) -> dict[str, str]:
    """Key and webhook secret."""
    return {"STRIPE_SECRET_KEY": key, "STRIPE_WEBHOOK_SECRET": "whsec_x"}


def test_a_file_that_another_start_has_just_made_stays(tmp_path: Path) -> None:
    write_synced(tmp_path / "secret", b"first")

    write_synced(tmp_path / "secret", b"second")

    assert (tmp_path / "secret").read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_a_disk_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_paths: object) -> None:
        raise PermissionError("no hard links here")

    monkeypatch.setattr("os.link", refuse)

    write_synced(tmp_path / "secret", b"first")

    assert (tmp_path / "secret").read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
