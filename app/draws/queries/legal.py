"""Why paid tickets may be sold, and the house's rules, in words."""

from __future__ import annotations

from app.draw_legal import legal_words
from app.draws.queries.words import limits_words
from app.draws.views.draw import LegalView
from app.prize_draws.shown import Shown


def legal_view(shown: Shown) -> LegalView | None:
    """The legal line of a paid draw; None where nothing is paid."""
    basis = shown.totals.basis
    if basis is None or not shown.is_paid:
        return None
    return LegalView(basis.kind, legal_words(shown.card, basis))


def rules_paragraphs(shown: Shown) -> tuple[str, ...]:
    """The rules in full, paragraph by paragraph."""
    rules = (part.strip() for part in shown.card.words.rules.split("\n\n"))
    return tuple(part for part in (*rules, " ".join(limits_words(shown.card))) if part)
