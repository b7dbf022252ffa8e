"""Every state of every page is valid HTML with one heading, one main part and labelled fields."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import html5lib  # type: ignore[import-untyped]
import pytest
from flask.testing import FlaskClient

from tests.shop.gallery import STATES, gallery

XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A visitor of the gallery."""
    return gallery().test_client()


@pytest.fixture(params=sorted(STATES))
def document(request: pytest.FixtureRequest, client: FlaskClient) -> Any:
    """One state's page, parsed; a single parse error fails here."""
    answer = client.get(f"/{request.param}")
    assert answer.status_code == 200
    return html5lib.HTMLParser(strict=True).parse(answer.get_data(as_text=True))


def test_it_has_one_heading_and_one_main_part(document: Any) -> None:
    assert len(document.findall(f".//{XHTML}h1")) == 1
    assert len(document.findall(f".//{XHTML}main")) == 1


def test_its_headings_go_down_one_step_at_a_time(document: Any) -> None:
    levels = [int(node.tag[-1]) for node in document.iter() if _is_heading(node)]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_its_ids_are_unique(document: Any) -> None:
    ids = Counter(node.get("id") for node in document.iter() if node.get("id"))
    assert [name for name, count in ids.items() if count > 1] == []


def test_its_references_lead_somewhere(document: Any) -> None:
    ids = {node.get("id") for node in document.iter()}
    for node in document.iter():
        for name in ("aria-labelledby", "aria-describedby", "for"):
            assert set((node.get(name) or "").split()) <= ids, (node.tag, name, node.get(name))


def test_its_forms_carry_the_proof_that_they_are_ours(document: Any) -> None:
    for form in document.iter(f"{XHTML}form"):
        if (form.get("method") or "get").lower() == "post":
            names = {field.get("name") for field in form.iter(f"{XHTML}input")}
            assert "csrf" in names, form.get("action")


def _is_heading(node: Any) -> bool:
    tag = str(node.tag).removeprefix(XHTML)
    return len(tag) == 2 and tag[0] == "h" and tag[1] in "123456"
