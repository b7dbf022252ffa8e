"""Signing keys of events: made once, sealed at rest, found again after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select

from app.box_office import BoxOffice
from app.clock import utc_now
from app.keys import FIRST_KEY_ID, EventKeys, NoKeyLeft, TicketKeyLost
from app.models import EventKey
from app.orders.placing import place_order
from app.orders.views import order_view
from app.tickets.codes import KEY_ID_MAX, verify
from app.vault import SealBroken, Vault
from tests.actor.acting import in_thread
from tests.opened import opened, show_of
from tests.orders.buying import BO, CY


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[BoxOffice]:
    with opened(tmp_path, database_url) as office:
        show_of(office)
        yield office


def event_of(office: BoxOffice) -> int:
    """The show's event."""
    return office.catalogue.by_slug("gala").id


def fresh(office: BoxOffice) -> EventKeys:
    """What another start knows."""
    return EventKeys(office.db, office.vault)


def test_a_key_is_made_when_it_is_first_needed(office: BoxOffice) -> None:
    event_id = event_of(office)
    assert office.keys.public_keys(event_id) == {}

    assert office.keys.current_id(event_id) == FIRST_KEY_ID

    public = office.keys.public_keys(event_id)[event_id, FIRST_KEY_ID]
    private = office.keys.signing(event_id, FIRST_KEY_ID).private
    assert Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw() == public


def test_a_restart_finds_the_same_key(office: BoxOffice) -> None:
    event_id = event_of(office)
    before = office.keys.signing(event_id, office.keys.current_id(event_id))

    again = fresh(office)

    assert again.current_id(event_id) == before.key_id
    assert again.signing(event_id, before.key_id) == before


def test_many_buyers_at_once_make_one_key(office: BoxOffice) -> None:
    event_id = event_of(office)

    waiting = [in_thread(lambda: office.keys.current_id(event_id)) for _ in range(8)]

    assert {wait() for wait in waiting} == {FIRST_KEY_ID}
    with office.db.read() as connection:
        assert len(connection.execute(select(EventKey.key_id)).all()) == 1


def test_the_newest_key_signs_and_older_ones_verify(office: BoxOffice) -> None:
    event_id = event_of(office)
    office.keys.current_id(event_id)
    sealed = office.vault.seal(b"p" * 32, f"event key {event_id}.2")
    newer = {"event_id": event_id, "key_id": 2, "public_key": b"q" * 32, "created_at": utc_now()}
    with office.db.write() as connection:
        connection.execute(insert(EventKey), newer | {"private_key_sealed": sealed})

    again = fresh(office)

    assert again.current_id(event_id) == 2
    assert set(again.public_keys(event_id)) == {(event_id, 1), (event_id, 2)}
    assert again.signing(event_id, 1).private != again.signing(event_id, 2).private


def test_a_key_that_does_not_exist_is_no_key(office: BoxOffice) -> None:
    with pytest.raises(KeyError):
        office.keys.signing(event_of(office), 9)


def test_the_private_half_is_sealed_at_rest(office: BoxOffice) -> None:
    event_id = event_of(office)
    key = office.keys.signing(event_id, office.keys.current_id(event_id))

    with office.db.read() as connection:
        sealed = connection.execute(select(EventKey.private_key_sealed)).scalar_one()

    assert key.private not in sealed
    with pytest.raises(SealBroken):
        EventKeys(office.db, Vault(b"another secret, forty letters or so long")).signing(
            event_id, key.key_id
        )


def elsewhere(office: BoxOffice) -> EventKeys:
    """What a start knows whose secret was lost."""
    return EventKeys(office.db, Vault(b"another secret, forty letters or so long"))


def test_without_its_secret_new_tickets_get_a_new_key(office: BoxOffice) -> None:
    event_id = event_of(office)
    former = office.keys.signing(event_id, office.keys.current_id(event_id))
    public = office.keys.public_keys(event_id)

    keys = elsewhere(office)

    assert keys.current_id(event_id) == 2
    assert keys.signing(event_id, 2).private != former.private
    assert keys.public_keys(event_id).items() > public.items()
    assert elsewhere(office).current_id(event_id) == 2


def test_when_the_secret_is_back_the_former_key_signs_again(office: BoxOffice) -> None:
    event_id = event_of(office)
    former = office.keys.signing(event_id, office.keys.current_id(event_id))
    elsewhere(office).current_id(event_id)

    again = fresh(office)

    assert again.current_id(event_id) == former.key_id
    assert again.signing(event_id, former.key_id) == former


def test_an_event_has_no_more_keys_than_its_tickets_can_name(office: BoxOffice) -> None:
    event_id = event_of(office)
    with office.db.write() as connection:
        row = {"event_id": event_id, "public_key": b"q" * 32, "private_key_sealed": b"none"}
        last = row | {"key_id": KEY_ID_MAX, "created_at": utc_now()}
        connection.execute(insert(EventKey), last)

    with pytest.raises(NoKeyLeft):
        fresh(office).current_id(event_id)


def test_a_house_that_lost_its_secret_sells_on(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        show_of(office).hold("bo", 1)
        former = place_order(office, "bo", BO, "demo", "paid").order_id

    with opened(tmp_path, secret_key="another secret, forty letters or so long") as office:
        show = show_of(office)
        show.hold("cy", 2)
        order = place_order(office, "cy", CY, "demo", "paid").order_id
        (ticket,) = order_view(office, order).tickets
        facts = verify(ticket.code, office.keys.public_keys(show.id))

        assert (facts.key_id, show.letters(1, 2)) == (2, "ss")
        with pytest.raises(TicketKeyLost, match="cannot be shown"):
            order_view(office, former)


def test_a_key_shows_no_private_half(office: BoxOffice) -> None:
    event_id = event_of(office)
    key = office.keys.signing(event_id, office.keys.current_id(event_id))

    assert repr(key.private) not in repr(key)
