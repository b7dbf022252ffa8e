"""What many of the first tables have in common."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STRICT: Final[dict[str, Any]] = {"sqlite_strict": True}
STRICT_KEYED: Final[dict[str, Any]] = {"sqlite_strict": True, "sqlite_with_rowid": False}
