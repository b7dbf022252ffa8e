"""Looks at settings, folder, database and neighbours, and says what to do about what is wrong."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.clock import utc_now
from app.config import SECRET_FILE, Settings
from app.control import NoServer, ask_server
from app.db import SAFE_SQLITE, Database, sqlite_version
from app.invariants import check
from app.keys import events_with_lost_keys
from app.models import Account, EffectState, Event, OutboxRow
from app.refusals import GatewayAway, Refusal
from app.schema import HEAD
from app.upkeep.backup import FOLDER
from app.upkeep.doctor_ballots import look_at_ballots
from app.upkeep.doctor_draws import look_at_draws
from app.upkeep.doctor_money import look_at_money
from app.upkeep.findings import BAD, GOOD, LOOK, Finding
from app.upkeep.sqlite_files import database_file
from app.vault import Vault

DISK_LOW_BYTES: Final = 1024 * 1024 * 1024
DISK_LEAST_BYTES: Final = 64 * 1024 * 1024
LOG_LARGE_BYTES: Final = 64 * 1024 * 1024
PING_SECONDS: Final = 5.0
REDIS_SECONDS: Final = 2.0
MAIL_SECONDS: Final = 5.0
BACKUP_OLD_DAYS: Final = 7
DAY_SECONDS: Final = 24 * 3600


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything, one after the other; nothing is changed."""
    looks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _look_at_program,
        _look_at_server,
        _look_at_settings,
        _look_at_folder,
        _look_at_disk,
        _look_at_database,
        _look_at_backups,
        _look_at_redis,
        _look_at_mail,
    )
    for look in looks:
        yield from look(settings)


def _look_at_program(settings: Settings) -> Iterator[Finding]:
    yield Finding(GOOD, f"Python {sys.version.split()[0]}.")
    if not settings.is_sqlite:
        return
    version = ".".join(map(str, sqlite_version()))
    if sqlite_version() >= SAFE_SQLITE:
        yield Finding(GOOD, f"SQLite {version}.")
    else:
        safe = ".".join(map(str, SAFE_SQLITE))
        yield Finding(
            LOOK,
            f"SQLite {version} has a fault that {safe} mends: install the package pysqlite3,"
            " and never open the database with other programs while the server runs.",
        )


def _look_at_server(settings: Settings) -> Iterator[Finding]:
    try:
        found = ask_server(Path(settings.data_dir), "ping", {}, PING_SECONDS)
        yield Finding(GOOD, f"The box office is open at {found['base_url']}.")
    except NoServer:
        yield Finding(LOOK, "The box office is closed: ./run opens it.")
    except Refusal:
        yield Finding(BAD, "The box office runs but does not answer: stop it and start it again.")


def _look_at_settings(settings: Settings) -> Iterator[Finding]:
    if not settings.rate_limits:
        yield Finding(LOOK, "Rate limits are off: take FULLHOUSE_RATE_LIMITS away before you sell.")
    if settings.fault:
        yield Finding(BAD, "FULLHOUSE_FAULT breaks parts on purpose: take it away before you sell.")
    if settings.bench:
        yield Finding(LOOK, "FULLHOUSE_BENCH is on: take it away before you sell.")
    yield from _look_at_cards(settings)
    if settings.smtp_url is None:
        yield Finding(LOOK, "No mail server is set (SMTP_URL): letters are kept, not sent.")
    if not settings.is_https and not settings.base_url.startswith(
        ("http://127.", "http://localhost", "http://[::1]")
    ):
        yield Finding(BAD, "People reach the shop without https: set FULLHOUSE_BASE_URL to https.")
    if settings.is_https and not settings.trusted_proxies:
        yield Finding(
            LOOK,
            "FULLHOUSE_TRUSTED_PROXIES is 0: behind a proxy all buyers share one address for rate"
            " limits; set it to 1.",
        )


def _look_at_cards(settings: Settings) -> Iterator[Finding]:
    """The keys are set or not set; what they are is told to nobody."""
    if not settings.stripe_secret_key:
        yield Finding(
            LOOK, "STRIPE_SECRET_KEY is not set. Card payments are a demo: nobody is charged."
        )
        return
    yield Finding(GOOD, "STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET are set.")
    if settings.stripe_api_base:
        yield Finding(LOOK, "STRIPE_API_BASE leads to a stand-in: nobody is charged.")
    elif not settings.live_key:
        yield Finding(LOOK, "The key is one of Stripe's test mode: nobody is charged.")
    from app.payments.stripe_gateway import StripeGateway

    try:
        words = StripeGateway(settings).check()
        yield Finding(BAD, words) if words else Finding(GOOD, "Stripe accepts the key.")
    except GatewayAway:
        yield Finding(BAD, "Stripe does not answer: cards wait until it does.")


def _look_at_folder(settings: Settings) -> Iterator[Finding]:
    folder, private = Path(settings.data_dir), True
    for path in (folder, folder / SECRET_FILE, *_databases(settings)):
        if not path.exists():
            continue
        found = path.stat()
        wanted = 0o700 if path.is_dir() else 0o600
        mode = stat.S_IMODE(found.st_mode)
        if mode & 0o077 and path.name != database_file(settings).name:
            private = False
            yield Finding(BAD, f"Others can read {path} (mode {mode:o}): chmod {wanted:o} {path}.")
        if found.st_uid != os.getuid():
            yield Finding(
                LOOK, f"{path} belongs to another account than yours: use that one for commands."
            )
    if private:
        yield Finding(GOOD, f"Data in {folder}, for its owner only.")


def _look_at_disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.data_dir).free
    words = f"{free // 1024 // 1024:,} MB free where the data lies."
    state = BAD if free < DISK_LEAST_BYTES else LOOK if free < DISK_LOW_BYTES else GOOD
    yield Finding(state, words if state == GOOD else f"Only {words} Make room.")


def _look_at_database(settings: Settings) -> Iterator[Finding]:
    if settings.is_sqlite and not database_file(settings).exists():
        yield Finding(LOOK, "There is no database yet: the first start makes it.")
        return
    database = Database(settings)
    try:
        with database.read_moment() as connection:
            yield from _look_into(connection, settings)
    except (Refusal, SQLAlchemyError) as error:
        yield Finding(BAD, f"The database cannot be read: {str(error).splitlines()[0]}")
    finally:
        database.close()
    log = Path(f"{database_file(settings)}-wal") if settings.is_sqlite else None
    if log is not None and log.exists() and log.stat().st_size > LOG_LARGE_BYTES:
        yield Finding(LOOK, f"{log} is large: something has been reading for a long time.")


def _look_into(connection: Connection, settings: Settings) -> Iterator[Finding]:
    if not inspect(connection).has_table("alembic_version"):
        yield Finding(LOOK, "The database is empty: the first start fills it.")
        return
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if version != HEAD:
        yield Finding(LOOK, f"The database has shape {version}; the next start makes it {HEAD}.")
        return
    broken = check(connection)
    for words in broken:
        yield Finding(BAD, words)
    if broken:
        yield Finding(BAD, "Do not sell on: keep a copy (./run backup) and write to whoever helps.")
    else:
        yield Finding(GOOD, "Every seat, order, ticket and payment agrees with all the others.")
    yield from _look_at_keys(connection, settings)
    yield from _look_at_people_and_letters(connection)
    yield from look_at_money(connection)
    yield from look_at_draws(connection)
    yield from look_at_ballots(connection)


def _look_at_keys(connection: Connection, settings: Settings) -> Iterator[Finding]:
    coming = select(Event.id).where(Event.starts_at > utc_now())
    lost = events_with_lost_keys(connection, Vault(settings.secret_key))
    count = len(lost.intersection(connection.execute(coming).scalars()))
    if count:
        yield Finding(
            BAD,
            f"The secret is not the one that keys of {count} coming events were sealed with:"
            " tickets sold with them cannot be shown or sent again until that secret is back."
            " Codes that people have stay valid, and new tickets get new keys.",
        )


def _look_at_people_and_letters(connection: Connection) -> Iterator[Finding]:
    admins = select(Account.id).where(Account.is_admin == 1, Account.password_hash.is_not(None))
    if connection.execute(admins.limit(1)).first() is None:
        yield Finding(LOOK, "Nobody is admin yet: ./run create-admin YOUR@ADDRESS.")
    dead = connection.scalar(
        select(func.count()).select_from(OutboxRow).where(OutboxRow.state == EffectState.DEAD)
    )
    if dead:
        yield Finding(BAD, f"{dead} letters or refunds have failed: an admin can try them again.")


def _look_at_backups(settings: Settings) -> Iterator[Finding]:
    if not settings.is_sqlite or not database_file(settings).exists():
        return
    copies = sorted((Path(settings.data_dir) / FOLDER).glob("*.db"))
    if not copies:
        yield Finding(LOOK, "There is no copy in the data folder: ./run backup makes one.")
        return
    newest = max(copy.stat().st_mtime for copy in copies)
    age_days = (database_file(settings).stat().st_mtime - newest) / DAY_SECONDS
    if age_days > BACKUP_OLD_DAYS:
        yield Finding(LOOK, f"The newest copy is {age_days:.0f} days old: ./run backup.")
    else:
        yield Finding(GOOD, "There is a copy from the last days; keep one on another machine too.")


def _look_at_redis(settings: Settings) -> Iterator[Finding]:
    if settings.redis_url is None:
        return
    import redis

    client = redis.Redis.from_url(
        settings.redis_url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
    )
    try:
        client.ping()
        yield Finding(GOOD, "Redis answers.")
    except (redis.RedisError, OSError):
        yield Finding(BAD, "Redis does not answer: letters wait until it does. Look at REDIS_URL.")
    finally:
        client.close()


def _look_at_mail(settings: Settings) -> Iterator[Finding]:
    if settings.smtp_url is None:
        return
    import smtplib
    from urllib.parse import urlsplit

    parts = urlsplit(settings.smtp_url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname or "", parts.port or 0, timeout=MAIL_SECONDS) as server:
            server.noop()
        yield Finding(GOOD, f"The mail server {parts.hostname} answers.")
    except (OSError, smtplib.SMTPException):
        yield Finding(
            BAD, f"The mail server {parts.hostname} does not answer: letters wait until it does."
        )


def _databases(settings: Settings) -> tuple[Path, ...]:
    return (database_file(settings),) if settings.is_sqlite else ()
