"""Why free seats that were won are not there yet, in words for the winner and for the house."""

from __future__ import annotations

from app.prize_draws.seat_gifts import CANCELLED, NO_EVENT, NOBODY, OVER, PAUSED, SOLD_OUT
from app.words import gettext as _


def reason_words(reason: str, event: str) -> str:
    """One sentence on what happened; `event` is its title, or "" where there is none."""
    named = event or _("The show")
    words = {
        SOLD_OUT: _("%(event)s has not enough free seats at the moment.", event=named),
        OVER: _("%(event)s was over before the seats could be given.", event=named),
        CANCELLED: _("%(event)s is cancelled.", event=named),
        PAUSED: _("%(event)s gives no seats at the moment.", event=named),
        NO_EVENT: _("The show of this prize cannot be found."),
        NOBODY: _("The winner's name and address have been deleted, as they wished."),
    }
    return words.get(reason, "")


def comes_by_itself(reason: str) -> bool:
    """Whether it is tried again without anybody doing anything."""
    return reason in (SOLD_OUT, PAUSED)
