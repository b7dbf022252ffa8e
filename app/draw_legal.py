"""Why paid draw tickets may be sold, in the words that page, ticket and letter show."""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.draw_cards import DrawCard
from app.lottery.pool.records import LegalBasisRecorded
from app.models import LotteryBasis
from app.words import gettext as _


def basis_of(connection: Connection, lottery_id: int) -> LegalBasisRecorded | None:
    """The recorded basis of a draw; None without one."""
    row = connection.execute(
        select(LotteryBasis.__table__).where(LotteryBasis.lottery_id == lottery_id)
    ).first()
    if row is None:
        return None
    return LegalBasisRecorded(
        row.kind, row.number, row.region, row.promoter, row.free_entry, row.until_ms
    )


def legal_words(card: DrawCard, basis: LegalBasisRecorded) -> str:
    """What stands behind the kind of the basis: number, promoter, age, share, the free way in."""
    sentences = [
        _("%(region)s, no. %(number)s.", region=basis.region, number=basis.number),
        _("Promoter: %(promoter)s.", promoter=basis.promoter.rstrip(".")),
    ]
    age = card.rules.age_limit
    if age:
        sentences.append(_("Only for people aged %(age)s or over.", age=age))
    if card.words.share:
        sentences.append(f"{card.words.share.rstrip('.')}.")
    if basis.free_entry:
        sentences.append(
            _("Taking part without paying: %(way)s.", way=basis.free_entry.rstrip("."))
        )
    return " ".join(sentences)
