"""Events as the terminal lists them, read without the server."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect

from app.catalogue import Catalogue
from app.config import Settings
from app.db import Database
from app.upkeep.sqlite_files import database_file


def all_events(settings: Settings) -> list[dict[str, Any]]:
    """Every event, soonest first; empty before the first start."""
    if settings.is_sqlite and not database_file(settings).exists():
        return []
    database = Database(settings)
    try:
        with database.read() as connection:
            if not inspect(connection).has_table("events"):
                return []
        return [
            {
                "slug": card.slug,
                "title": card.title,
                "starts": card.local_start.strftime("%Y-%m-%d %H:%M"),
                "time_zone": card.time_zone,
                "status": card.sale_state() if card.status == "published" else card.status,
                "venue": card.house.venue,
                "house": card.house.name,
                "is_demo": card.house.is_demo,
            }
            for card in Catalogue(database).all_events()
        ]
    finally:
        database.close()
