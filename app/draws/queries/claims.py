"""The form of a claim in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from app.box_office import office
from app.draws.queries.purchase_parts import claim_words
from app.draws.views.claims import ClaimForm
from app.lottery.pool.terms import ENTITLEMENT, MONEY, THING
from app.orders.views import OrderView, draw_path
from app.prize_draws.claim_details import has_details
from app.prize_draws.results import Bought
from app.words import gettext as _
from app.words import ngettext

FIELDS = ("money_way", "account_name", "iban", "thing_way", "address")


def claim_form(
    view: OrderView,
    found: Bought,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> ClaimForm:
    """What is asked of this winner."""
    assert view.draw is not None
    card, path = view.draw.card, draw_path(view.order.id, view.secret)
    with office().db.read() as connection:
        is_told = has_details(connection, purchase_id=view.order.id)
    count = sum(1 for won in found.wins if won.tier.kind in (MONEY, THING) and not won.is_given)
    return ClaimForm(
        title=ngettext("How do you want to get it?", "How do you want to get them?", count),
        button=claim_words(found) or _("Change where it goes"),
        url=f"{path}/claims",
        back_url=path,
        stock=card.stock,
        draw_title=card.title,
        money=_names(found, (MONEY,)),
        things=_names(found, (THING,)),
        others=_names(found, _others(found)),
        is_told=is_told,
        counter_words=_("Bring this purchase, on paper or on your phone, to %(house)s.",
                        house=card.house.venue or card.house.name),
        typed=typed or {},
        errors={name: errors[name] for name in FIELDS if name in errors} if errors else {},
    )  # fmt: skip


def _others(found: Bought) -> tuple[str, ...]:
    asked = (MONEY, THING, ENTITLEMENT)
    return tuple({won.tier.kind for won in found.wins if won.tier.kind not in asked})


def _names(found: Bought, kinds: Iterable[str]) -> tuple[str, ...]:
    """The prizes of these kinds that are not given out, with how many of each."""
    wins = (won for won in found.wins if won.tier.kind in kinds and not won.is_given)
    counts = Counter(won.tier.name for won in wins)
    return tuple(
        name if count == 1 else _("%(num)d × %(name)s", name=name, num=count)
        for name, count in counts.items()
    )
