"""What a buyer types into a transfer form, for pages and letters."""

from __future__ import annotations

from collections.abc import Iterator

from app.money import sum_words
from app.orders.papers import spoken_code
from app.orders.paying_later import LaterTerms
from app.orders.rows import OrderRow
from app.words import gettext as _


def transfer_lines(terms: LaterTerms | None, order: OrderRow) -> Iterator[tuple[str, str]]:
    """To whom, where, how much, and the reference that finds the order: labels and words."""
    if terms is not None:
        yield _("To"), terms.holder
        if terms.iban:
            yield _("IBAN"), spaced_iban(terms.iban)
        if terms.account:
            yield _("Account"), terms.account
    yield _("Sum"), sum_words(order.total_cents, order.currency)
    yield _("Reference"), spoken_code(order.id)


def spaced_iban(iban: str) -> str:
    """An account number in groups of four, as people read it."""
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
