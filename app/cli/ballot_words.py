"""What can be typed behind `ballot`; with the standard library only, so that starting is quick."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Add = Callable[[Any, str, str, str], Any]


def add_ballot(commands: Any, parser_class: type[Any], add: Add) -> None:
    """Add `ballot` and everything that can follow it."""
    words = "Open, close, draw, prove and end ballots: fair draws for the right to buy."
    ballot = commands.add_parser("ballot", help=words, description=words, allow_abbrev=False)
    kinds = ballot.add_subparsers(dest="ballot_command", metavar="WHAT", parser_class=parser_class)
    opening = add(kinds, "open", "app.cli.ballots:open_", "Open the ballot that a ballot file"
                  " describes (docs/ballot-file.md); its seats are set aside. Again it changes"
                  " nothing.")  # fmt: skip
    opening.add_argument("file", metavar="FILE")
    opening.add_argument("--check", action="store_true", help="only read the file and say what is"
                         " wrong")  # fmt: skip
    listing = add(kinds, "list", "app.cli.ballots:list_", "List all ballots and how they stand.")
    listing.add_argument("--json", action="store_true")
    close = add(kinds, "close", "app.cli.ballots:close", "Freeze the list of entries, once the time"
                " to enter is over, and publish it as hashes.")  # fmt: skip
    value = add(kinds, "value", "app.cli.ballots:value", "Type the public value as its source gives"
                " it; two people have to.")  # fmt: skip
    draw = add(kinds, "draw", "app.cli.ballots:draw", "Draw, once the public value is fixed: seats"
               " are kept for the winners, and everybody gets a letter.")  # fmt: skip
    reveal = add(kinds, "reveal", "app.cli.ballots:reveal", "Publish the secret, and with it the"
                 " file from which anybody can repeat the draw.")  # fmt: skip
    end = add(kinds, "end", "app.cli.ballots:end", "End the waiting list, or call a ballot off;"
              " seats that nobody has a right to go on sale.")  # fmt: skip
    end.add_argument("--because", default="", metavar="WORDS", help="calls it off before the draw;"
                     " everybody who entered reads it")  # fmt: skip
    for parser in (close, value, draw, reveal, end):
        parser.add_argument("ballot", metavar="SLUG")
    value.add_argument(
        "value",
        nargs="?",
        default="",
        metavar="VALUE",
        help="e.g. “3 8 19 27 33 41”; left out where the entrants contribute it",
    )
    value.add_argument("--by", default="", metavar="NAME", help="who types it")
    for parser in (opening, close, draw, reveal, end):
        parser.add_argument("--by", default="", metavar="NAME", help="who does it")
