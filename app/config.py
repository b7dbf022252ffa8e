"""Settings: one frozen dataclass from the environment; the defaults run with nothing else."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

HOLD_SECONDS_MOST: Final = 3600
MIN_PAYMENT_SECONDS: Final = 300
HOLD_LIFE_SECONDS: Final = 3600  # no hold outlives this from its first seat
EXTENSIONS_LIMIT: Final = 4
RESTART_GRACE_SECONDS: Final = 30
REFUSED_CARD_SECONDS: Final = 300  # a refused card leaves at least this long
SECRET_LEAST_BYTES: Final = 32
WHOLE_DIGITS: Final = 9
STRIPE_KEYS: Final = ("sk_live_", "sk_test_", "rk_live_", "rk_test_")
STRIPE_WEBHOOK_START: Final = "whsec_"
SECRET_FILE: Final = "secret"  # noqa: S105  a file name


class BadSetting(Exception):  # noqa: N818
    """A setting that cannot be accepted; its text is one sentence for whoever starts the server."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Times in seconds. Secrets never appear in `repr`."""

    port: int
    host: str
    data_dir: Path
    base_url: str
    database_url: str
    redis_url: str | None
    smtp_url: str | None
    secret_key: bytes
    stripe_secret_key: str | None
    stripe_webhook_secret: str | None
    stripe_api_base: str | None
    hold_seconds: int
    extension_seconds: int
    payment_seconds: int
    rate_limits: bool
    trusted_proxies: int
    bench: bool
    fault: str | None

    def __repr__(self) -> str:
        return f"Settings(port={self.port}, data_dir={str(self.data_dir)!r})"

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use."""
        return self.database_url.startswith("sqlite")

    @property
    def is_https(self) -> bool:
        """Whether people reach us by https."""
        return self.base_url.startswith("https://")

    @property
    def live_key(self) -> bool:
        """Whether real money can move."""
        return bool(self.stripe_secret_key and "_live_" in self.stripe_secret_key)


def read_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment; a bad one raises `BadSetting` with a sentence.

    Makes the data folder (0700) and, where `SECRET_KEY` is not set, the secret file (0600).
    """
    env = os.environ if env is None else env
    port = _whole(env, "PORT", 8000, 1, 65535)
    data_dir = Path(_text(env, "FULLHOUSE_DATA_DIR", "data")).absolute()
    stripe_key, webhook_secret, api_base = _stripe(env)
    payment_least = MIN_PAYMENT_SECONDS if stripe_key and not api_base else 1
    make_data_dir(data_dir)
    return Settings(
        port=port,
        host=_host(env),
        data_dir=data_dir,
        base_url=_base_url(env, port),
        database_url=_database_url(env, data_dir),
        redis_url=_url(env, "REDIS_URL", ("redis", "rediss", "unix")),
        smtp_url=_smtp_url(env),
        secret_key=_secret_key(env, data_dir),
        stripe_secret_key=stripe_key,
        stripe_webhook_secret=webhook_secret,
        stripe_api_base=api_base,
        hold_seconds=_whole(env, "FULLHOUSE_HOLD_SECONDS", 600, 1, HOLD_SECONDS_MOST),
        extension_seconds=_whole(env, "FULLHOUSE_EXTENSION_SECONDS", 300, 1, HOLD_SECONDS_MOST),
        payment_seconds=_whole(env, "FULLHOUSE_PAYMENT_SECONDS", 1800, payment_least, 86400),
        rate_limits=_switch(env, "FULLHOUSE_RATE_LIMITS", True),
        trusted_proxies=_whole(env, "FULLHOUSE_TRUSTED_PROXIES", 0, 0, 5),
        bench=_switch(env, "FULLHOUSE_BENCH", False),
        fault=_text(env, "FULLHOUSE_FAULT", "") or None,
    )


def make_data_dir(data_dir: Path) -> None:
    """Make the data folder with mode 0700, or say why that is not possible."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = data_dir / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise BadSetting(
            f"The data folder {data_dir} cannot be written ({error.strerror}): make it writable,"
            " or set FULLHOUSE_DATA_DIR to one that is."
        ) from None


def write_synced(path: Path, content: bytes) -> None:
    """Write a private file (0600) and sync it with its folder before anything relies on it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(temporary, path)  # never replaces one that another start has just made
    except FileExistsError:
        pass
    except OSError:  # a disk without hard links
        if not path.exists():
            temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _secret_key(env: Mapping[str, str], data_dir: Path) -> bytes:
    given = _secret(env, "SECRET_KEY")
    if given is not None:
        if len(given) < SECRET_LEAST_BYTES:
            raise BadSetting(f"SECRET_KEY must have at least {SECRET_LEAST_BYTES} characters.")
        return given.encode()
    path = data_dir / SECRET_FILE
    try:
        if not path.exists():
            write_synced(path, secrets.token_hex(SECRET_LEAST_BYTES).encode())
        content = path.read_bytes().strip()
    except OSError as error:
        raise BadSetting(
            f"The secret file {path} cannot be used ({error.strerror}): let whoever runs the"
            " box office own it."
        ) from None
    if len(content) < SECRET_LEAST_BYTES:
        raise BadSetting(f"The secret file {path} is damaged: restore it from your backup.")
    return content


def _database_url(env: Mapping[str, str], data_dir: Path) -> str:
    given = _secret(env, "DATABASE_URL")
    if not given:
        return f"sqlite:///{data_dir / 'fullhouse.db'}"
    scheme = given.split(":", 1)[0]
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        return "postgresql+psycopg:" + given.split(":", 1)[1]
    if given.startswith("sqlite:///") and given.removeprefix("sqlite:///") not in ("", ":memory:"):
        return given
    raise BadSetting("DATABASE_URL must start with postgresql:// or name a file with sqlite:///.")


def _host(env: Mapping[str, str]) -> str:
    given = _text(env, "FULLHOUSE_HOST", "127.0.0.1")
    try:
        return str(IPv4Address("127.0.0.1" if given == "localhost" else given))
    except ValueError:
        raise BadSetting(
            "FULLHOUSE_HOST must be an IPv4 address of this computer, like 127.0.0.1, or 0.0.0.0"
            f" for all of them, not {given!r}."
        ) from None


def _base_url(env: Mapping[str, str], port: int) -> str:
    given = _text(env, "FULLHOUSE_BASE_URL", f"http://127.0.0.1:{port}").rstrip("/")
    parts = _split(given)
    is_plain = parts is not None and not (parts.path or parts.query or parts.fragment)
    if not is_plain or not _has_host(parts) or "@" in given:
        raise BadSetting("FULLHOUSE_BASE_URL must look like https://tickets.example.org.")
    return given


def _has_host(parts: SplitResult | None) -> bool:
    try:
        return (
            parts is not None
            and parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0
        )
    except ValueError:  # no port can be so high, or be such a word
        return False


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    given = _secret(env, name)
    if not given:
        return None
    parts = _split(given)
    if parts is None or parts.scheme not in schemes:
        raise BadSetting(f"{name} must start with {' or '.join(f'{s}://' for s in schemes)}.")
    return given


def _smtp_url(env: Mapping[str, str]) -> str | None:
    given = _url(env, "SMTP_URL", ("smtp", "smtps"))
    if given is not None:
        from app.mail.server import read_mail_server

        read_mail_server(given)
    return given


def _stripe(env: Mapping[str, str]) -> tuple[str | None, str | None, str | None]:
    """Key, webhook secret and address of Stripe: the first two together, and never mixed."""
    key, secret = _secret(env, "STRIPE_SECRET_KEY"), _secret(env, "STRIPE_WEBHOOK_SECRET")
    base = _url(env, "STRIPE_API_BASE", ("http", "https"))
    if key is not None and not key.startswith(STRIPE_KEYS):
        raise BadSetting(
            "STRIPE_SECRET_KEY must start with sk_live_ or sk_test_ (or rk_ for a restricted key):"
            " copy the secret key, not the publishable one."
        )
    if secret is not None and not secret.startswith(STRIPE_WEBHOOK_START):
        raise BadSetting("STRIPE_WEBHOOK_SECRET must start with whsec_.")
    if (key is None) != (secret is None):
        raise BadSetting("Set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET together.")
    if base is not None and key is not None and "_live_" in key:
        raise BadSetting("STRIPE_API_BASE cannot be set beside a live STRIPE_SECRET_KEY.")
    if base is not None and not _has_host(_split(base)):
        raise BadSetting("STRIPE_API_BASE must look like http://127.0.0.1:12111.")
    return key, secret, None if base is None else base.rstrip("/")


def _secret(env: Mapping[str, str], name: str) -> str | None:
    path = env.get(f"{name}_FILE")
    if path and env.get(name):
        raise BadSetting(f"Set {name} or {name}_FILE, not both.")
    if not path:
        return env.get(name) or None
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        raise BadSetting(f"{name}_FILE names {path}, which cannot be read.") from None


def _text(env: Mapping[str, str], name: str, default: str) -> str:
    return env.get(name, "").strip() or default


def _whole(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    given = env.get(name, "").strip()
    if not given:
        return default
    is_whole = given.isascii() and given.isdigit() and len(given) <= WHOLE_DIGITS
    if not is_whole or not least <= int(given) <= most:
        raise BadSetting(f"{name} must be a whole number from {least} to {most}, not {given!r}.")
    return int(given)


def _switch(env: Mapping[str, str], name: str, default: bool) -> bool:
    given = env.get(name, "").strip().lower()
    if not given:
        return default
    if given in ("on", "1", "true", "yes"):
        return True
    if given in ("off", "0", "false", "no"):
        return False
    raise BadSetting(f"{name} must be on or off, not {given!r}.")
