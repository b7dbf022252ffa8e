"""The prize table of a draw file: `[[prizes]]`, one for each kind, the rarest first."""

from __future__ import annotations

import re
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.clock import to_ms
from app.draw_words import EARLY_ACCESS, MEMBERS_PAGE, OPENS, PICTURES, STOCKS, TierWords
from app.lottery.pool.terms import (
    ENTITLEMENT,
    KINDS,
    MONEY,
    SEAT,
    SIZE_LIMIT,
    THING,
    TIER_LIMIT,
    Tier,
)
from app.toml_files.fields import Fields
from app.toml_files.reading import LINE_LIMIT, NAME_LIMIT, TEXT_LIMIT, slug_of

KEY: Final = re.compile(r"[a-z0-9-]{1,40}")
SEATS_LIMIT: Final = 20  # tickets to an event that one prize brings

Prize = tuple[Tier, TierWords]


def read_prizes(top: Fields, digits: int, zone: ZoneInfo) -> tuple[Prize, ...]:
    """Every kind of prize with its words."""
    prizes: list[Prize] = []
    for table in top.tables("prizes", TIER_LIMIT):
        prize = _prize(table, digits, zone)
        key, count = prize[0].key, prize[0].count
        if key in (known.key for known, _words in prizes):
            table.refuse("key" if "key" in table else "name", f"“{key}” stands twice.")
        if prizes and count < prizes[-1][0].count:
            table.refuse("count", "is less than the one before: the rarest prizes come first.")
        prizes.append(prize)
        table.end()
    if not prizes and "prizes" not in top:
        top.refuse("prizes", "At least one [[prizes]] is needed.")
    return tuple(prizes)


def _prize(table: Fields, digits: int, zone: ZoneInfo) -> Prize:
    name = table.text("name", NAME_LIMIT)
    key = table.text("key", 40, slug_of(name)[:40].strip("-") or "prize")
    if not KEY.fullmatch(key):
        table.refuse("key", "may have small letters a to z, digits and dashes only.")
    kind = table.one_of("kind", KINDS, THING)
    worth = table.price("worth", digits, None if kind == MONEY else 0)
    if kind == MONEY and "worth" in table and not worth:
        table.refuse("worth", "is how much money this prize is, above 0.")
    tier = Tier(key, name, table.whole("count", 1, SIZE_LIMIT), kind, worth)
    event, tickets, opens = _brings(table, kind)
    words = TierWords(
        note=table.text("note", LINE_LIMIT, ""),
        stock=table.one_of("stock", STOCKS, "straw"),
        picture=table.one_of("picture", PICTURES, "star"),
        event=event,
        tickets=tickets,
        opens=opens,
        **_when(table, kind, zone),
        **_how(table, kind, opens),
    )
    return tier, words


def _brings(table: Fields, kind: str) -> tuple[str, int, str]:
    """The event, how many tickets to it, and what opens: only for the kinds that bring those."""
    tickets, opens = 0, ""
    if kind == SEAT:
        tickets = table.whole("tickets", 1, SEATS_LIMIT, 1)
    elif "tickets" in table:
        table.refuse("tickets", f"belongs to a prize of kind {SEAT}.")
    if kind == ENTITLEMENT:
        opens = table.text("opens", 40)
        if opens and opens not in OPENS:
            table.refuse("opens", f"must be one of {', '.join(OPENS)}.")
    elif "opens" in table:
        table.refuse("opens", f"belongs to a prize of kind {ENTITLEMENT}.")
    needs_event = kind == SEAT or opens == EARLY_ACCESS
    event = table.slug("event", None if needs_event else "")
    if event and not needs_event:
        table.refuse(
            "event", f"belongs to a prize of kind {SEAT} or one that opens {EARLY_ACCESS}."
        )
    return event, tickets, opens


def _when(table: Fields, kind: str, zone: ZoneInfo) -> dict[str, Any]:
    """From when to when something is open."""
    if kind != ENTITLEMENT:
        for key in ("from", "until"):
            if key in table:
                table.refuse(key, f"belongs to a prize of kind {ENTITLEMENT}.")
        return {}
    begins, ends = table.instant("from", zone), table.instant("until", zone)
    if begins is not None and ends is not None and ends <= begins:
        table.refuse("until", "must be later than from.")
    return {
        "from_ms": 0 if begins is None else to_ms(begins),
        "until_ms": 0 if ends is None else to_ms(ends),
    }


def _how(table: Fields, kind: str, opens: str) -> dict[str, Any]:
    """Whether seats need no staff, and what members read."""
    at_once = table.flag("at_once", False)
    if at_once and kind != SEAT:
        table.refuse("at_once", f"belongs to a prize of kind {SEAT}.")
    if opens == MEMBERS_PAGE:
        return {"page": table.text("page", TEXT_LIMIT, long=True)}
    if "page" in table:
        table.refuse("page", f"belongs to a prize that opens {MEMBERS_PAGE}.")
    return {"at_once": at_once}
