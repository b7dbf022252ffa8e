"""verify-draw: was a draw the one that was promised? The published file is all that this needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from app.cli.files import read_file
from app.lottery.draw.bundle import Verified, verify_file
from app.lottery.draw.canonical import BUNDLE_BYTES_LIMIT
from app.lottery.draw.merkle import Leaf
from app.lottery.draw.params import PrizeParams
from app.lottery.draw.published import Published
from app.lottery.draw.refused import BundleRefused

SHOWN_COUNT: Final = 20


def verify(words: dict[str, Any]) -> int:
    """Repeat the draw in a file and say what came out, or why it does not hold."""
    published = Published(words["commitment"], words["list_hash"], words["merkle_root"])
    raw = read_file(Path(words["file"]), BUNDLE_BYTES_LIMIT)
    try:
        found = verify_file(raw, published)
    except BundleRefused as refused:
        raise BundleRefused(f"Does not hold: {refused}") from None
    if isinstance(found, Leaf):
        lines, anchor, is_compared = _ticket_lines(found), "Merkle root", published.merkle_root
    else:
        lines, anchor, is_compared = _draw_lines(found), "commitment", published.commitment
    if not is_compared:
        lines.append(f"Compare the {anchor} in the file with the one that was published before the"
                     " first sale: only together do they prove anything.")  # fmt: skip
    print("\n".join(lines))
    return 0


def _draw_lines(verified: Verified) -> list[str]:
    params, drawn = verified.facts.params, verified.drawn
    if isinstance(params, PrizeParams):
        pairs = zip(params.tiers, drawn.result, strict=True)
        results = [f"  {tier.key}: {_some(positions)}" for tier, positions in pairs]
        size = f"{params.size} tickets"
    else:
        results = [f"  order of the list's lines: {_some(drawn.result)}"]
        size = f"{len(verified.facts.lines)} entries"
    return [
        "Holds: repeating the draw gives exactly what the file says.",
        f"  {params.title}: {params.kind}, batch {verified.facts.batch}, {size}",
        *results,
        f"  commitment {drawn.commitment.hex()}",
    ]


def _ticket_lines(leaf: Leaf) -> list[str]:
    prize = f"prize tier {leaf.prize}" if leaf.prize else "no prize"
    return [
        "Holds: the path leads from this ticket to the Merkle root.",
        f"  ticket {leaf.position} of {leaf.size}: {prize}",
        f"  commitment {leaf.commitment.hex()}",
    ]


def _some(numbers: Any) -> str:
    shown = ", ".join(str(number) for number in numbers[:SHOWN_COUNT])
    more = len(numbers) - SHOWN_COUNT
    return f"{shown} and {more} more" if more > 0 else shown or "none"
