"""The QR code that fills in a transfer form: EPC069-12 version 002, read by banking apps in Europe.

Only euros can be transferred by it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from markupsafe import Markup

from app.tickets.qr import svg_of

NAME_LIMIT: Final = 70  # characters; so much the format takes


def transfer_svg(holder: str, iban: str, cents: int, reference: str, title: str) -> Markup:
    """Inline SVG of the code, black on white with its quiet zone; the page gives it a size."""
    from segno.helpers import make_epc_qr

    symbol = make_epc_qr(
        name=holder[:NAME_LIMIT], iban=iban, amount=Decimal(cents) / 100, text=reference
    )
    return svg_of(symbol, title)
