"""The same commands beside a running server, on both databases, and from another machine."""

from __future__ import annotations

import itertools
import json
import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from app.plans.samples import sample_plan
from tests.conftest import Serve
from tests.draw_files.written import WHOLE as DRAW
from tests.event_files.written import WHOLE
from tests.services.box_office import BoxOffice, box_office, run_command

SELLABLE = WHOLE + '\n[payments.manual]\nquota = 20\ncloses_hours = 24\nwords = "At the counter."\n'
SELLABLE += "[payments.transfer]\nholder = 'Marsh Hall'\naccount = '1'\n"


numbers = itertools.count(1)


@dataclass(frozen=True)
class Night:
    """One event of a running box office, made by its command."""

    house: BoxOffice
    slug: str

    def fullhouse(self, *arguments: str) -> str:
        """What a command prints that must work."""
        return self.house.fullhouse(*arguments)

    def refused(self, *arguments: str) -> str:
        """The sentence of a command that must be refused."""
        code, output = run_command(
            arguments, folder=self.house.folder, settings=self.house.settings
        )
        assert code == 1, output
        assert "Traceback" not in output
        return output

    def ask(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        """Ask the API."""
        return ask(self.house, path, body, **headers)

    def order(self, seat: str, payment: str = "demo") -> dict[str, Any]:
        """Hold a seat and order it."""
        return order(self.house, self.slug, seat, payment)

    def letter_of(self, seat: str) -> str:
        """What the state of a seat is."""
        seats = self.ask(f"/events/{self.slug}/seats")["seats"]
        return {str(row["id"]): str(row["state"]) for row in seats}[seat]

    def kept(self, query: str, **values: str) -> Any:
        """One value from its database."""
        engine = create_engine(url_of(self.house))
        with engine.connect() as connection:
            found = connection.execute(text(query), values).scalar_one()
        engine.dispose()
        return found

    def staff_code(self, placed: dict[str, Any]) -> str:
        """The ten characters under the code of an order's ticket."""
        query = "SELECT staff_code FROM tickets WHERE order_id = :order"
        return str(self.kept(query, order=placed["code"]))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BoxOffice]:
    """A running box office for all tests of this file."""
    with ExitStack() as stack:
        settings = {}
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres_server")
            settings["DATABASE_URL"] = stack.enter_context(server.database())
        folder = tmp_path_factory.mktemp("house")
        (folder / "data").mkdir(mode=0o700)
        yield stack.enter_context(box_office(folder, settings=settings))


@pytest.fixture
def night(house: BoxOffice) -> Night:
    """An event that nobody else uses, on sale."""
    return open_night(house)


def open_night(house: BoxOffice) -> Night:
    number = next(numbers)
    path = house.folder / f"winter-{number}.toml"
    path.write_text(SELLABLE.replace("Winter Concert", f"Night {number}"), encoding="utf-8")
    house.fullhouse("event", "create", str(path), "--publish")
    return Night(house, f"night-{number}")


def ask(house: BoxOffice, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{house.url}/api/v1{path}",
        data,
        {"Content-Type": "application/json", "Connection": "close", **headers},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def order(house: BoxOffice, slug: str, seat: str, payment: str = "demo") -> dict[str, Any]:
    hold = ask(house, f"/events/{slug}/holds", {"seats": [seat]})
    body = {"basket": hold["basket"], "name": "Bo", "email": "bo@example.org", "payment": payment}
    if payment == "demo":
        body["demo_outcome"] = "paid"
    placed: dict[str, Any] = ask(house, "/orders", body)
    return placed


def url_of(house: BoxOffice) -> str:
    url = house.settings.get("DATABASE_URL") or f"sqlite:///{house.data_dir / 'fullhouse.db'}"
    return url.replace("postgresql://", "postgresql+psycopg://")


def is_sqlite(house: BoxOffice) -> bool:
    return "DATABASE_URL" not in house.settings


def test_an_event_is_made_sold_changed_and_cancelled_beside_the_server(night: Night) -> None:
    night.fullhouse("event", "block", night.slug, "balcony-A-1", "--reason", "camera")
    assert night.letter_of("balcony-A-1") == "b"
    bought = night.order("balcony-B-3")
    code = night.staff_code(bought)
    refusal = night.refused("event", "move", night.slug, code, "balcony-A-1")
    assert "Not free: balcony-A-1." in refusal
    night.fullhouse("event", "move", night.slug, code, "Balcony B5")
    assert (night.letter_of("balcony-B-3"), night.letter_of("balcony-B-5")) == ("f", "s")

    output = night.fullhouse("event", "cancel", night.slug, "--because", "The roof leaks")

    assert "1 orders to refund" in output
    assert bought["code"] in output
    assert night.ask(f"/events/{night.slug}")["status"] == "cancelled"


def test_a_rehearsal_of_any_size_can_be_sold_at_once(house: BoxOffice) -> None:
    made = house.demo(seats=700, event="Crash_Test.1")

    assert len(made["seats"]) == 700
    assert made["url"] == f"{house.url}/e/Crash_Test.1"
    assert (made["areas"][0]["id"], made["areas"][0]["capacity"]) == ("standing", 70)
    child = {"id": made["areas"][0]["id"], "count": 1, "ticket_type": made["ticket_types"][1]["id"]}
    wish = {"seats": made["seats"][:2], "areas": [child]}
    hold = ask(house, "/events/Crash_Test.1/holds", wish)
    assert hold["total_cents"] == 2400 * 2 + 800
    again = house.demo(seats=700, event="Crash_Test.1")
    assert [seat["state"] for seat in again["seats"][:3]] == ["h", "h", "f"]


def test_a_plan_never_drops_a_seat_that_is_held_or_sold(night: Night) -> None:
    night.order("balcony-A-3")
    night.ask(f"/events/{night.slug}/holds", {"seats": ["balcony-A-4"]})
    for gone in ("balcony-A-3", "balcony-A-4"):
        document = json.loads(sample_plan("town-hall-standing"))
        for zone in document["zones"]:
            for row in zone["rows"]:
                row["seats"] = [seat for seat in row["seats"] if seat["seat_guid"] != gone]
        path = night.house.folder / "smaller.json"
        path.write_text(json.dumps(document))

        words = night.refused("import-plan", str(path), "--event", night.slug)

        assert "lacks seats that are held, sold or blocked" in words
    assert len(night.ask(f"/events/{night.slug}/seats")["seats"]) == 216


def test_money_taken_by_hand_turns_an_order_into_tickets(night: Night) -> None:
    waiting = night.order("balcony-A-3", payment="manual")
    assert (waiting["status"], waiting["tickets"]) == ("pending", [])

    output = night.fullhouse("order", "paid", waiting["code"])

    assert "is paid" in output
    paid = night.ask(f"/orders/{waiting['code']}", **{"Order-Secret": waiting["secret"]})
    assert (paid["status"], len(paid["tickets"])) == ("paid", 1)
    assert "is paid" in night.fullhouse("order", "paid", waiting["code"].lower())


def test_a_banks_list_finds_the_orders_that_it_pays(night: Night) -> None:
    waiting = night.order("balcony-A-4", payment="transfer")
    path = night.house.folder / "bank.csv"
    path.write_text(f"Day;What;Sum\n1;tickets {waiting['code']};24,00\n2;rent;500,00\n")

    looked = night.fullhouse("order", "match", str(path))
    recorded = night.fullhouse("order", "match", str(path), "--record", "--by", "Dee")
    again = night.fullhouse("order", "match", str(path), "--record")

    assert "1 fit. Nothing was changed" in looked
    assert "1 recorded as paid" in recorded
    assert "paid already" in again
    assert "0 recorded" in again
    by = "SELECT by FROM journal WHERE kind = 'payment.captured' AND order_id = :code"
    if not is_sqlite(night.house):
        by = by.replace("SELECT by", 'SELECT "by"')
    assert night.kept(by, code=waiting["code"]) == "Dee"


def test_a_list_of_payments_that_is_none_is_refused(night: Night) -> None:
    path = night.house.folder / "bank.xlsx"
    path.write_bytes(b"PK\x03\x04\0\0")

    assert "not a CSV file" in night.refused("order", "match", str(path))
    assert "cannot be read" in night.refused("order", "match", str(path) + "x")


def test_another_sum_is_recorded_and_goes_back(night: Night) -> None:
    waiting = night.order("balcony-A-5", payment="transfer")

    code, output = run_command(
        ("order", "paid", waiting["code"], "--amount", "20", "--by", "Dee"),
        folder=night.house.folder,
        settings=night.house.settings,
    )

    assert code == 1
    assert "This payment buys nothing: the sum was not the order's" in output
    assert waiting["code"] in night.fullhouse("order", "refunds")
    assert "Say an amount" in night.refused("order", "paid", waiting["code"], "--amount", "x")


def test_money_for_other_orders_is_refused(night: Night) -> None:
    by_card = night.order("balcony-A-3")

    assert "not paid by hand" in night.refused("order", "paid", by_card["code"])
    assert "cannot find" in night.refused("order", "paid", "ABCD2345")


def test_a_ticket_verifies_with_public_keys_alone(night: Night, tmp_path: Path) -> None:
    code = night.order("balcony-A-3")["tickets"][0]["code"]
    assert "Genuine" in night.fullhouse("verify-ticket", code)
    changed = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert "Not genuine" in night.refused("verify-ticket", changed)
    keys = tmp_path / "keys.json"
    keys.write_text(night.fullhouse("event", "keys"))

    assert run_command(["verify-ticket", code, "--keys", str(keys)], folder=tmp_path)[0] == 0
    assert run_command(["verify-ticket", changed, "--keys", str(keys)], folder=tmp_path)[0] == 1
    assert list(tmp_path.glob("data*")) == []  # it needed no box office


def test_the_doctor_sees_the_open_house(house: BoxOffice) -> None:
    output = house.fullhouse("doctor")

    assert f"The box office is open at {house.url}" in output
    assert "agrees with all the others" in output


def test_an_admin_can_be_invited_while_the_house_is_open(house: BoxOffice) -> None:
    output = house.fullhouse("create-admin", "ada@example.org", "--name", "Ada")

    link = output.split()[-1]
    assert link.startswith(f"{house.url}/setup/")
    with urllib.request.urlopen(link, timeout=20) as page:
        assert b"ada@example.org" in page.read()


def test_a_copy_is_made_while_the_house_sells(night: Night, tmp_path: Path) -> None:
    bought = night.order("balcony-A-3")
    copy = tmp_path / "copy.db"
    if not is_sqlite(night.house):
        assert "pg_dump" in night.refused("backup", str(copy))
        assert "pg_restore" in night.refused("restore", str(copy))
        return

    night.fullhouse("backup", str(copy))

    query = f"SELECT count(*) FROM tickets WHERE order_id = '{bought['code']}'"
    with sqlite3.connect(copy) as connection:
        assert connection.execute(query).fetchone() == (1,)
    assert "A box office is open" in night.refused("restore", str(copy), "--replace")
    assert night.letter_of("balcony-A-3") == "s"


def test_a_crowd_after_one_seat_has_one_winner(house: BoxOffice) -> None:
    house.demo(seats=30, event="crowd")

    output = house.fullhouse("simulate", "A7", "--event", "crowd", "--users", "40")

    assert "Exactly one owner" in output
    again = ["simulate", "A7", "--event", "crowd"]
    code, words = run_command(again, folder=house.folder, settings=house.settings)
    assert (code, "is held already" in words) == (2, True)


def test_from_another_machine_a_letter_does_it(
    serve: Serve, postgres_url: str, tmp_path: Path
) -> None:
    house = serve({"DATABASE_URL": postgres_url})
    settings = house.settings | {"FULLHOUSE_DATA_DIR": str(tmp_path / "data")}
    path = tmp_path / "far.toml"
    path.write_text(SELLABLE.replace("Winter Concert", "Far Away"), encoding="utf-8")

    made = run_command(
        ["event", "create", str(path), "--publish"], folder=tmp_path, settings=settings
    )
    assert made[0] == 0, made[1]
    assert order(house, "far-away", "balcony-A-3")["status"] == "paid"

    path.write_text(DRAW, encoding="utf-8")
    opened = run_command(["lottery", "open", str(path)], folder=tmp_path, settings=settings)
    assert (opened[0], "Batch roof-1 is open" in opened[1]) == (0, True), opened[1]

    block = ["event", "block", "far-away", "balcony-A-3", "--reason", "x"]
    code, words = run_command(block, folder=tmp_path, settings=settings)
    assert (code, "Not free: balcony-A-3." in words) == (1, True)


def test_a_draw_is_opened_closed_and_proved_beside_the_server(
    house: BoxOffice, tmp_path: Path
) -> None:
    slug, path = f"draw-{next(numbers)}", tmp_path / "draw.toml"
    start, end = DRAW.index("[public_value]"), DRAW.index("[[prizes]]")
    instant = DRAW.replace(DRAW[start:end], "").replace(
        "size = 100", 'size = 50_000\nmode = "instant"'
    )
    path.write_text(instant.replace('slug = "roof"', f'slug = "{slug}"'), encoding="utf-8")

    for _ in range(2):
        opened = house.fullhouse("lottery", "open", str(path))
        assert f"Batch {slug}-1 is open" in opened
    assert "is closed: 0 tickets" in house.fullhouse("lottery", "close", slug)
    house.fullhouse("lottery", "reveal", slug)

    shown = json.loads(house.fullhouse("lottery", "show", slug, "--json"))
    assert len(shown["batches"][0]["secret"]) == len(shown["batches"][0]["merkle_root"]) == 64
    code, output = run_command(
        ["lottery", "draw", slug], folder=house.folder, settings=house.settings
    )
    assert code == 1
    assert "were placed before its first sale" in output


def test_what_was_brought_back_sells_on(serve: Serve, tmp_path: Path) -> None:
    house = serve()
    night, copy = open_night(house), tmp_path / "copy.db"
    first = night.order("balcony-A-3")
    house.fullhouse("backup", str(copy))
    night.order("balcony-A-4")
    house.stop()

    house.fullhouse("restore", str(copy), "--replace")
    house.start()

    assert (night.letter_of("balcony-A-3"), night.letter_of("balcony-A-4")) == ("s", "f")
    known = night.ask(f"/orders/{first['code']}", **{"Order-Secret": first["secret"]})
    assert known["tickets"] == first["tickets"]
    assert night.order("balcony-A-4")["status"] == "paid"
