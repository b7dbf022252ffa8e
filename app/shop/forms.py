"""What buyers send: fields read once, cut to their limits, never trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import request

from app.frozen import frozen
from app.refusals import Invalid
from app.requests import this_request
from app.words import gettext as _

PLACES_LIMIT: Final = 100  # in one press
ID_LIMIT: Final = 200  # characters of a seat's id
TYPE_PREFIX: Final = "type:"
AREA_PREFIX: Final = "area:"


@frozen
class HoldForm:
    """Places to keep and places to give back: seats, and areas with a ticket type."""

    seats: tuple[str, ...] = ()
    released: tuple[str, ...] = ()
    area: str = ""
    more: str = ""  # one place more of this ticket type
    fewer: str = ""
    ticket_type: str | None = None
    types: Mapping[str, str] | None = None  # the basket's prices as chosen, by line
    from_list: bool = False
    page: str = ""  # the event whose page it stands on, where it tells

    @classmethod
    def from_request(cls) -> HoldForm:
        """The form as it was sent."""
        fields = this_request().form.to_dict(flat=False)
        once = {name: texts[0] for name, texts in fields.items() if texts}
        seats, released = _ids(fields, "seat"), _ids(fields, "release")
        if "yours" in fields:
            yours = _ids(fields, "yours")
            released += tuple(seat for seat in yours if seat not in seats)
            seats = tuple(seat for seat in seats if seat not in yours)
        return cls(
            seats=seats,
            released=released,
            area=once.get("area", "")[:ID_LIMIT],
            more=once.get("more", "")[:ID_LIMIT],
            fewer=once.get("fewer", "")[:ID_LIMIT],
            ticket_type=once.get("ticket_type", "")[:ID_LIMIT] or None,
            types=None if released else _types(once),
            from_list=once.get("from") == "seats",
            page=once.get("page", ""),
        )

    @property
    def adds(self) -> bool:
        """Whether places were pressed to keep them."""
        return bool(self.seats or self.more)

    @property
    def gives_back(self) -> bool:
        """Whether places were pressed to give them back."""
        return bool(self.released or self.fewer)

    @property
    def is_one_thing(self) -> bool:
        """Whether nothing but one command to keep places follows from it."""
        return self.adds and not self.gives_back and not self.types

    @property
    def is_of_area(self) -> bool:
        """Whether standing places were pressed."""
        return bool(self.area) or any(place.startswith(AREA_PREFIX) for place in self.released)


@frozen
class BestForm:
    """How many seats together, where, and for whom."""

    count: int
    category: str | None
    step_free: bool
    from_list: bool
    page: str = ""

    @classmethod
    def from_request(cls) -> BestForm:
        """The form as it was sent; raises `Invalid` for a count that is none."""
        form = request.form
        typed = form.get("count", "").strip()
        if not (typed.isascii() and typed.isdigit() and 0 < int(typed[:4]) <= PLACES_LIMIT):
            raise Invalid({"count": _("Say how many seats you want, 1 or more.")})
        return cls(
            int(typed),
            form.get("category", "")[:ID_LIMIT] or None,
            form.get("step_free") == "1",
            form.get("from") == "seats",
            form.get("page", ""),
        )


def _ids(fields: Mapping[str, list[str]], name: str) -> tuple[str, ...]:
    texts = fields.get(name)
    if texts is None:
        return ()
    return tuple(
        dict.fromkeys([text for text in texts[:PLACES_LIMIT] if 0 < len(text) <= ID_LIMIT])
    )


def _types(form: Mapping[str, str]) -> Mapping[str, str] | None:
    found = {
        name[len(TYPE_PREFIX) :]: text
        for name, text in form.items()
        if name.startswith(TYPE_PREFIX) and len(name) + len(text) <= 2 * ID_LIMIT
    }
    return found or None
