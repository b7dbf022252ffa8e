"""Every feature of the application, in the order in which they are told of each other."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Final

from flask import Flask

from app import (
    assets,
    basket_cookie,
    buyer_cookie,
    csrf,
    errors,
    headers,
    home_parts,
    notices,
    quick_templates,
    rate_limits,
    words,
)
from app.box_office import BoxOffice
from app.requests import FormRequest

# Each has `init_app(app)`.
FEATURES: Final = (
    *("app.health", "app.api", "app.accounts", "app.shop", "app.me", "app.draws"),
    *("app.ballot_pages", "app.admin", "app.webhooks"),
)
ROOT: Final = Path(__file__).parent


def assemble(office: BoxOffice) -> Flask:
    """A Flask application with all features of the box office."""
    folder = ROOT / "_templates" if (ROOT / "_templates").exists() else ROOT.parent / "templates"
    static = ROOT / "_static" if (ROOT / "_static").exists() else ROOT.parent / "static"
    app = Flask("fullhouse", template_folder=str(folder), static_folder=str(static))
    app.request_class = FormRequest
    app.config.update(SECRET_KEY=office.tokens.of("flask", "session"))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["fullhouse"] = office
    rate_limits.init_limits(office.settings)
    for shared in (
        quick_templates,
        words,
        errors,
        assets,
        csrf,
        basket_cookie,
        buyer_cookie,
        notices,
        home_parts,
    ):
        shared.init_app(app)
    for name in FEATURES:
        feature = importlib.import_module(name) if importlib.util.find_spec(name) else None
        init_app = getattr(feature, "init_app", None)
        if init_app is not None:
            init_app(app)
    if office.settings.bench:
        app.add_url_rule("/healthz/empty", view_func=_empty)
    headers.init_app(app, office.settings)
    return app


def _empty() -> str:
    """The baseline that benchmarks compare with."""
    return ""
