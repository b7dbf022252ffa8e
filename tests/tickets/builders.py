"""Tickets for the tests: Bo's seat at Lantern House."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import zxingcpp
from PIL.Image import Image

from app.tickets.codes import TicketFacts, sign
from app.tickets.staff_codes import new_staff_code
from app.tickets.words import PrintedTicket

KEY = hashlib.sha256(b"a key for tests").digest()
FACTS = TicketFacts(key_id=0, event=7, serial=0x0123456789ABCDEF, zone=2, valid_from_hours=2066)


def ticket_code(number: int = 0) -> str:
    """A genuine code; another one for each number."""
    return sign(KEY, replace(FACTS, serial=FACTS.serial + number))


def printed_ticket(number: int = 0, **words: Any) -> PrintedTicket:
    """Bo's ticket number so-and-so, with some words changed."""
    usual: dict[str, Any] = {
        "event_title": "The Salt Road",
        "date_line": "Saturday 21 November 2026",
        "doors_line": "Doors 19:00, starts 19:30",
        "venue": "Lantern House",
        "address": "14 Market Street",
        "place": f"Stalls, row F, seat {12 + number}",
        "section": "Stalls",
        "row": "F",
        "seat": str(12 + number),
        "ticket_type": "Adult",
        "price": "£24.00",
        "name": "Bo Buyer",
        "order_code": "7KQ2M9",
        "code": ticket_code(number),
        "staff_code": new_staff_code(number.to_bytes(6, "big")),
        "stock": "straw",
        "notes": "Use the left-hand foyer door for stalls. Step-free from the foyer.",
        "validity": "21 November, from 18:00",
        "organizer": "Lantern House",
        "legal_line": "Lantern House Trust. One scan lets one person in.",
    }
    return PrintedTicket(**(usual | words))


def codes_seen(image: Image) -> list[str]:
    """The texts of all QR codes that a reader finds in a picture, sorted."""
    found = zxingcpp.read_barcodes(image.convert("L"))
    return sorted(code.text for code in found if code.format == zxingcpp.BarcodeFormat.QRCode)
