"""What columns keep is what was put in, and nothing else gets in."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.dialects import sqlite

from app.models import HoldState
from app.models.base import Choice, Json

DIALECT = sqlite.dialect()


@pytest.mark.parametrize("plain", [[], {}, [[]], ["[]"], [["area", "adult", 2]], {"b": 1, "a": []}])
def test_plain_data_comes_back(plain: Any) -> None:
    kept = Json().process_bind_param(plain, DIALECT)

    assert isinstance(kept, str)
    assert Json().process_result_value(kept, DIALECT) == plain


def test_an_empty_list_is_a_new_one_each_time() -> None:
    first, second = (Json().process_result_value("[]", DIALECT) for _ in range(2))

    assert first is not second


@pytest.mark.parametrize("value", [HoldState.LIVE, "live"], ids=["member", "text"])
def test_a_choice_is_kept_as_its_text(value: str) -> None:
    assert Choice(HoldState).process_bind_param(value, DIALECT) == "live"


@pytest.mark.parametrize("value", ["", "LIVE", "alive", 1])
def test_anything_else_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid HoldState"):
        Choice(HoldState).process_bind_param(value, DIALECT)
