"""No address that the box office serves leaves a secret in the access log."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from app import build_app
from app.box_office import BoxOffice, open_box_office
from app.config import read_settings
from app.logs import mask_path
from app.tokens import new_id, new_order_id

# What stands in the addresses of our pages; a new name must be sorted in here.
SECRET_PARTS = {"secret", "token"}
OPEN_PARTS = {
    *("slug", "code", "order_id", "hold_id", "filename", "name", "digest"),
    *("row_id", "mail_id", "organizer_id", "number", "position"),
    "batch_id",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxOffice]:
    settings = {"FULLHOUSE_DATA_DIR": str(tmp_path_factory.mktemp("data"))}
    office = open_box_office(read_settings(settings))
    yield office
    office.close()


@pytest.fixture(scope="module")
def app(office: BoxOffice) -> Flask:
    return build_app(office)


def test_every_part_of_every_address_is_known_as_open_or_secret(app: Flask) -> None:
    names = {name for rule in app.url_map.iter_rules() for name in rule.arguments}

    assert names - SECRET_PARTS - OPEN_PARTS == set()


def test_no_secret_part_of_any_address_reaches_the_log(app: Flask, office: BoxOffice) -> None:
    guarded = [rule for rule in app.url_map.iter_rules() if rule.arguments & SECRET_PARTS]
    assert len(guarded) > 5
    for rule in guarded:
        for secret in secrets_of(office):
            path = re.sub(r"<(?:\w+:)?(secret|token)>", secret, rule.rule)
            path = re.sub(r"<(?:\w+:)?\w+>", new_order_id(), path)

            assert secret in path
            assert secret not in mask_path(path), rule.rule
            assert secret[-12:] not in mask_path(path), rule.rule


def secrets_of(office: BoxOffice) -> list[str]:
    """One of each kind of proof that stands in an address."""
    return [
        office.tokens.order_secret(new_order_id()),
        office.tokens.ticket(new_id()),
        office.tokens.signed("confirm", new_order_id()),
        new_id() + new_id(),
    ]
