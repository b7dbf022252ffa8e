"""An order's receipt and credit notes in words, for a page and for print."""

from __future__ import annotations

from datetime import tzinfo

from app.models import ReceiptKind
from app.money import sum_words
from app.orders.papers import full_day_words, spoken_code
from app.orders.receipts import ReceiptView
from app.orders.views import OrderView
from app.tax import rate_words
from app.tickets.receipt_words import PrintedPaper, PrintedReceipt, ReceiptLine
from app.words import gettext as _


def printed_receipt(view: OrderView, receipts: tuple[ReceiptView, ...]) -> PrintedReceipt:
    """What the papers of an order say; there is at least the receipt."""
    first = receipts[0]
    is_demo = view.order.is_demo
    return PrintedReceipt(
        title=_("Receipt %(number)s", number=first.number),
        seller=tuple(_seller(first)),
        order_words=_("Booking %(code)s", code=spoken_code(view.order.id)),
        buyer=view.order.name,
        papers=tuple(_paper(receipt, view.zone) for receipt in receipts),
        demo_words=_("Demo receipt: no money moved.") if is_demo else "",
        total_label=_("Total"),
    )


def _seller(receipt: ReceiptView) -> list[str]:
    """Who sold it; the venue only where it is called something else."""
    seller = receipt.seller
    lines = [seller["name"]]
    if seller["venue"] != seller["name"]:
        lines.append(seller["venue"])
    lines += [", ".join(seller["address"].splitlines()), seller["tax"]]
    return [line for line in lines if line]


def _paper(receipt: ReceiptView, zone: tzinfo) -> PrintedPaper:
    is_credit = receipt.kind == ReceiptKind.CREDIT_NOTE
    title = _("Credit note %(number)s") if is_credit else _("Receipt %(number)s")
    return PrintedPaper(
        title=title % {"number": receipt.number},
        issued=full_day_words(receipt.issued_at.astimezone(zone)),
        lines=tuple(
            ReceiptLine(
                line["words"], line["ticket_type"], sum_words(line["cents"], receipt.currency)
            )
            for line in receipt.lines
        ),
        total=sum_words(receipt.total_cents, receipt.currency),
        taxes=tuple(
            _(
                "Includes %(tax)s VAT at %(rate)s",
                tax=sum_words(tax["tax_cents"], receipt.currency),
                rate=rate_words(tax["rate"]),
            )
            for tax in receipt.taxes
        ),
    )
