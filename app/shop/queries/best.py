"""What to say when the house could not find seats together."""

from __future__ import annotations

from app.box_office import inventory_of
from app.catalogue import EventCard
from app.inventory.views import HoldView
from app.pages import Action, Notice
from app.shop.queries.places import seat_words
from app.words import gettext as _
from app.words import list_words


def best_notice(event: EventCard, hold: HoldView, count: int) -> Notice | None:
    """No four together: which ones these are, and a way to give them back."""
    if hold.together is not False:
        return None
    offer = inventory_of(event.id).offer
    seats = [held.seat for held in hold.seats[-count:]]
    return Notice(
        _("No %(count)s seats together are left.", count=count),
        _(
            "These are the nearest: %(seats)s.",
            seats=list_words([seat_words(offer, s) for s in seats]),
        ),
        _("They are kept for you."),
        actions=(
            Action(
                _("Give them back"),
                f"/e/{event.slug}/holds",
                tuple(("release", seat) for seat in seats),
                target="#basket",
            ),
        ),
    )
