"""What can be typed behind `lottery`; with the standard library only, so that starting is quick."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Add = Callable[[Any, str, str, str], Any]


def add_lottery(commands: Any, parser_class: type[Any], add: Add) -> None:
    """Add `lottery` and everything that can follow it."""
    words = "Open, close, draw, prove and settle prize draws; record why they may be sold."
    lottery = commands.add_parser("lottery", help=words, description=words, allow_abbrev=False)
    kinds = lottery.add_subparsers(
        dest="lottery_command", metavar="WHAT", parser_class=parser_class
    )
    _add_opening(kinds, add)
    _add_evening(kinds, add)
    _add_prizes(kinds, add)


def _add_opening(kinds: Any, add: Add) -> None:
    opening = add(kinds, "open", "app.cli.lotteries:open_", "Open the batch that a draw file"
                  " describes (docs/draw-file.md). Again it changes nothing.")  # fmt: skip
    opening.add_argument("file", metavar="FILE")
    opening.add_argument("--batch", default="", metavar="N", help="its number, for a further batch")
    opening.add_argument("--check", action="store_true", help="only read the file and say what is"
                         " wrong")  # fmt: skip
    opening.add_argument("--by", default="", metavar="NAME", help="who opens it")
    listing = add(kinds, "list", "app.cli.lotteries:list_", "List all draws and how they stand.")
    show = add(kinds, "show", "app.cli.lotteries:show", "Tell everything about one draw, and what"
               " to do next.")  # fmt: skip
    show.add_argument("draw", metavar="SLUG")
    for parser in (listing, show):
        parser.add_argument("--json", action="store_true")
    basis = add(kinds, "basis", "app.cli.lotteries:basis", "Record why tickets that cost money may"
                " be sold; page and ticket show it.")  # fmt: skip
    basis.add_argument("draw", metavar="SLUG")
    basis.add_argument("--kind", required=True, metavar="WORDS", help="e.g. “small society"
                       " lottery, registered”")  # fmt: skip
    basis.add_argument("--number", required=True, metavar="TEXT", help="of the licence")
    basis.add_argument("--region", required=True, metavar="WORDS", help="where it holds")
    basis.add_argument("--promoter", required=True, metavar="WORDS", help="who is responsible")
    basis.add_argument("--free-entry", required=True, metavar="WORDS", help="how people take part"
                       " without paying, or that they cannot")  # fmt: skip
    basis.add_argument("--until", default="", metavar="DATE", help="the last day, e.g. 2030-12-31")
    basis.add_argument("--by", default="", metavar="NAME", help="who recorded it")


def _add_evening(kinds: Any, add: Add) -> None:
    close = add(kinds, "close", "app.cli.lotteries:close", "Sell no more of a batch.")
    value = add(kinds, "value", "app.cli.lotteries:value", "Type the public value of a closed batch"
                " as its source gives it; two people have to. Without VALUE it is taken from the"
                " buyers, where that was announced.")  # fmt: skip
    draw = add(kinds, "draw", "app.cli.lotteries:draw", "Draw a closed batch once its public value"
               " is fixed.")  # fmt: skip
    reveal = add(kinds, "reveal", "app.cli.lotteries:reveal", "Publish the secret of a batch, and"
                 " with it the file from which anybody can repeat the draw.")  # fmt: skip
    settle = add(kinds, "settle", "app.cli.lotteries:settle", "End a batch of which nobody can"
                 " claim anything any more; it does so by itself, too.")  # fmt: skip
    for parser in (close, value, draw, reveal, settle):
        parser.add_argument("draw", metavar="SLUG")
    value.add_argument("value", nargs="?", default="", metavar="VALUE", help="e.g. “3 7 12 25 31"
                       " 49”, with ; between several sources")  # fmt: skip
    value.add_argument("--batch", default="", metavar="N", help="where several wait for it")
    for parser in (close, draw, reveal, settle):
        parser.add_argument("batch", nargs="?", default="", metavar="BATCH", help="its number,"
                            " where several could be meant")  # fmt: skip
    for parser in (close, value, draw, reveal, settle):
        parser.add_argument("--by", default="", metavar="NAME", help="who does it")
    end = add(kinds, "end", "app.cli.lotteries:end", "End a whole draw whose batches are settled;"
              " its page and its proof stay.")  # fmt: skip
    end.add_argument("draw", metavar="SLUG")


def _add_prizes(kinds: Any, add: Add) -> None:
    claims = add(kinds, "claims", "app.cli.lotteries:claims", "List the prizes that winners have"
                 " claimed, those that wait for staff first.")  # fmt: skip
    claims.add_argument("draw", metavar="SLUG")
    claims.add_argument("--unclaimed", action="store_true", help="those that nobody has claimed")
    claims.add_argument("--details", action="store_true", help="with where each prize goes")
    claims.add_argument("--json", action="store_true")
    confirm = add(kinds, "confirm", "app.cli.lotteries:confirm", "Record that a claimed prize was"
                  " given out.")  # fmt: skip
    confirm.add_argument("draw", metavar="SLUG")
    confirm.add_argument("ticket", metavar="TICKET", help="as “lottery claims” has it, 1-417")
    confirm.add_argument("--by", default="", metavar="NAME", help="who gave it out")
    archive = add(kinds, "archive", "app.cli.lotteries:archive", "Remove sold tickets that need not"
                  " be kept any more, as every night; what proves draws stays.")  # fmt: skip
    archive.add_argument("--dry-run", action="store_true", help="only say which would go")
    archive.add_argument("--json", action="store_true")
    vouchers = add(kinds, "vouchers", "app.cli.lotteries:vouchers", "Make codes that bring play"
                   " credits, each once; they are shown now and never again.")  # fmt: skip
    vouchers.add_argument("credits", type=int, metavar="CREDITS", help="what each is worth")
    vouchers.add_argument("--count", type=int, default=1, metavar="N", help="how many (1)")
    vouchers.add_argument("--note", required=True, metavar="WORDS", help="what for, as its owner"
                          " reads it: Gift card")  # fmt: skip
    vouchers.add_argument("--until", default="", metavar="DATE", help="the last day, e.g."
                          " 2030-12-31")  # fmt: skip
    vouchers.add_argument("--by", default="", metavar="NAME", help="who made them")
    vouchers.add_argument("--json", action="store_true")
