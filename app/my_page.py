"""What stands on a buyer's own page: each feature adds its section, and what it keeps of them.

Features add theirs in `init_app`; the page, the download and the deletion go through all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Response
from sqlalchemy import Connection

from app.box_office import BoxOffice
from app.pages import FormState
from app.sign_ins.sessions import SignedInBuyer

Read = Callable[[BoxOffice, SignedInBuyer], Any]
Show = Callable[[SignedInBuyer, FormState], Response]


@dataclass(frozen=True, slots=True)
class Section:
    """One section. `read` gives what its template draws as `view`; None leaves the section out.

    `kept` gives plain data for the download; `lost` one sentence on what deleting would lose;
    `forget` removes what is kept, in the transaction that deletes.
    """

    key: str  # of the download, and the id that the chip leads to
    label: Callable[[], str]
    template: str
    read: Read
    kept: Read | None = None
    lost: Callable[[BoxOffice, SignedInBuyer], str] | None = None
    forget: Callable[[Connection, SignedInBuyer], None] | None = None
    is_aside: bool = False


def add_section(section: Section) -> None:
    """Put a section at the end; one that is there already is replaced."""
    _sections[section.key] = section


def sections() -> tuple[Section, ...]:
    """All of them, in the order in which they were added."""
    return tuple(_sections.values())


def serve_page(show: Show) -> None:
    """Say how the page is drawn, for the forms in the sections of other features."""
    _shows[:] = [show]


def show_again(buyer: SignedInBuyer, form: FormState) -> Response:
    """The page with what was typed into one of its forms, and a sentence under each wrong field."""
    return _shows[0](buyer, form)


_sections: Final[dict[str, Section]] = {}
_shows: Final[list[Show]] = []
