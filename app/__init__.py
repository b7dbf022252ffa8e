"""Full House: a self-hosted box office for small venues."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.box_office import BoxOffice
    from app.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application, with a box office that it opens itself."""
    from app.background import Background
    from app.box_office import open_box_office
    from app.config import read_settings

    office = open_box_office(settings or read_settings())
    app = build_app(office)
    Background(office, app).start()
    return app


def build_app(office: BoxOffice) -> Flask:
    """The WSGI application of an open box office: the only place that knows every feature."""
    from app.features import assemble

    return assemble(office)
