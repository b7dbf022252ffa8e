"""What other features add to the home page and to the links at the top of every page.

Features add theirs in `init_app`, so that no audience has to know another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask

from app.box_office import BoxOffice, office
from app.refusals import Refusal


@dataclass(frozen=True, slots=True)
class HomePart:
    """A section under what is on. `read` gives what its template draws as `view`; None: nothing."""

    key: str
    template: str
    style: str
    read: Callable[[BoxOffice], Any]


@dataclass(frozen=True, slots=True)
class DrawnPart:
    """A section as it is to be drawn."""

    template: str
    style: str
    view: Any


@dataclass(frozen=True, slots=True)
class TopLink:
    """A link at the top; `here` is what a page says when it stands behind it."""

    here: str
    url: str
    label: Callable[[], str]
    is_shown: Callable[[BoxOffice], bool]


def init_app(app: Flask) -> None:
    """Give every page the links at its top."""
    app.jinja_env.globals["top_links"] = top_links


def add_home_part(part: HomePart) -> None:
    """Put a section at the end; one that is there already is replaced."""
    _parts[part.key] = part


def add_top_link(link: TopLink) -> None:
    """Put a link behind what is on; one that is there already is replaced."""
    _links[link.here] = link


def home_parts() -> tuple[DrawnPart, ...]:
    """The sections that have something to show."""
    read = ((part, part.read(office())) for part in _parts.values())
    return tuple(DrawnPart(part.template, part.style, view) for part, view in read if view)


def top_links() -> list[TopLink]:
    """The links that lead somewhere; none while that cannot be asked: pages need no database."""
    try:
        return [link for link in _links.values() if link.is_shown(office())]
    except (Refusal, RuntimeError):
        return []


_parts: Final[dict[str, HomePart]] = {}
_links: Final[dict[str, TopLink]] = {}
