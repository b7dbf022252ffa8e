"""Why paid tickets may be sold, and the house's rules, in words."""

from __future__ import annotations

from app.draws.queries.shown import Shown
from app.draws.views.draw import LegalView
from app.words import gettext as _


def legal_view(shown: Shown) -> LegalView | None:
    """The legal line of a paid draw; None where nothing is paid."""
    basis = shown.totals.basis
    if basis is None or not shown.is_paid:
        return None
    sentences = [
        _("%(region)s, no. %(number)s.", region=basis.region, number=basis.number),
        _("Promoter: %(promoter)s.", promoter=basis.promoter.rstrip(".")),
    ]
    age = shown.card.rules.age_limit
    if age:
        sentences.append(_("Only for people aged %(age)s or over.", age=age))
    if shown.card.words.share:
        sentences.append(f"{shown.card.words.share.rstrip('.')}.")
    if basis.free_entry:
        sentences.append(
            _("Taking part without paying: %(way)s.", way=basis.free_entry.rstrip("."))
        )
    return LegalView(basis.kind, " ".join(sentences))


def rules_paragraphs(shown: Shown) -> tuple[str, ...]:
    """The rules in full, paragraph by paragraph."""
    return tuple(part.strip() for part in shown.card.words.rules.split("\n\n") if part.strip())
