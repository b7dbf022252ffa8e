"""What every basket says, looked up once: it is drawn at every press on a seat."""

from __future__ import annotations

from functools import lru_cache

from app.box_office import office
from app.shop.views.basket import BasketWords
from app.words import gettext as _
from app.words import language, ngettext


def basket_words() -> BasketWords:
    """The words in the reader's language."""
    settings = office().settings
    return words_of(language(), settings.hold_seconds, settings.extension_seconds)


def extension_words(seconds: int) -> str:
    """Add 5 minutes."""
    if seconds % 60:
        return _("Add %(seconds)s seconds", seconds=seconds)
    return ngettext("Add %(num)s minute", "Add %(num)s minutes", seconds // 60)


@lru_cache(64)
def words_of(language: str, hold_seconds: int, extension_seconds: int) -> BasketWords:
    """The words in one language, for holds and extensions of these lengths."""
    return BasketWords(
        your_basket=_("Your basket"),
        held_for_you=_("Held for you"),
        paying_now=_("Paying now"),
        time_left=_("Time left"),
        price_for=_("Price for"),
        give_back=_("Give back"),
        change_prices=_("Change the prices"),
        total=_("Total"),
        nothing_added=_("Nothing is added later. No account needed."),
        ending=_("Less than 2 minutes left."),
        need_longer=_("Need longer?"),
        no_longer=_("The time cannot be extended again."),
        add_time=extension_words(extension_seconds),
        held=_("held"),
        go_on=_("Go on"),
        checkout=_("Checkout"),
        list_kept=_("These places went back on sale. We kept the list."),
        get_again=_("Try to get them again"),
        empty=ngettext(
            "Pick a seat and it is kept here for %(num)s minute.",
            "Pick a seat and it is kept here for %(num)s minutes.",
            max(1, hold_seconds // 60),
        ),
    )
