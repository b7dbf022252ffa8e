"""The same house on both databases and on both ways of carrying out effects."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.house import House
from tests.services.smtp import MailServer

# As houses have it: one folder with everything inside, or PostgreSQL together with Redis.
USUAL = {("sqlite", "inside"), ("postgresql", "rq")}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the other two pairs to the long runs: a quick one has seen both halves of each."""
    for item in items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        pair = params.get("database_url"), params.get("transport")
        if None not in pair and pair not in USUAL:
            item.add_marker(pytest.mark.long)


@pytest.fixture(params=["inside", "rq"])
def transport(request: pytest.FixtureRequest) -> str:
    """Letters leave from inside the server, or by RQ."""
    return str(request.param)


@pytest.fixture
def house(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    database_url: str,
    transport: str,
    mail: MailServer,
) -> Iterator[House]:
    """A house with a mail server; it is closed afterwards."""
    redis_url = request.getfixturevalue("redis_url") if transport == "rq" else ""
    made = House(tmp_path, database_url, f"{mail.url}?timeout=2", redis_url)
    try:
        yield made
    finally:
        made.end()
