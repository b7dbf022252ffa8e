"""What can be typed, by noun; with the standard library only, so that starting is quick."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from app.cli.ballot_words import add_ballot
from app.cli.demo_stripe import add_options as add_demo_stripe_options
from app.cli.lottery_words import add_lottery

EXIT_USAGE: Final = 2
COMMANDS: Final = (
    "serve, work, demo, demo-stripe, event, import-plan, order, lottery, ballot, create-admin,"
    " verify-ticket, verify-draw, simulate, ledger, doctor, backup, restore"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A command: the function that does it, as `module:function`, and its words."""

    does: str
    words: dict[str, Any]
    needs_settings: bool = True


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        """End with the sentence and the way to help."""
        sentence = message[:1].upper() + message[1:].rstrip(".")
        print(f"{sentence}. “{self.prog} --help” explains.", file=sys.stderr)
        raise SystemExit(EXIT_USAGE)


def read_command(arguments: Sequence[str]) -> Wanted:
    """The command in what was typed; ends the process with a sentence when there is none."""
    parser = _parser()
    words = vars(parser.parse_args(arguments))
    does = words.pop("does", None)
    if does is None:
        asked = words.get("command")
        parser.error(f"{asked} needs one more word" if asked else f"Say what to do: {COMMANDS}")
    needs_settings = words.pop("needs_settings", True)
    words.pop("command", None)
    words.pop("event_command", None)
    words.pop("order_command", None)
    words.pop("lottery_command", None)
    words.pop("ballot_command", None)
    return Wanted(does, words, needs_settings)


def _parser() -> Parser:
    parser = Parser(
        prog="fullhouse",
        description="Full House, a box office that sells every seat exactly once.",
        epilog="Settings come from the environment: docs/settings.md.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    _add_running(commands)
    _add_events(commands)
    add_ballot(commands, Parser, _add)
    _add_house(commands)
    add_lottery(commands, Parser, _add)
    _add_upkeep(commands)
    return parser


def _add(commands: Any, name: str, does: str, help_words: str) -> Any:
    parser = commands.add_parser(name, help=help_words, description=help_words, allow_abbrev=False)
    parser.set_defaults(does=does)
    return parser


def _add_running(commands: Any) -> None:
    _add(commands, "serve", "app.cli.serving:serve", "Open the box office until it is stopped.")
    _add(commands, "work", "app.cli.serving:work", "Send letters and clean up beside the server"
         " (only with REDIS_URL).")  # fmt: skip
    demo = _add(commands, "demo", "app.cli.demo:demo", "Fill the demo house, or make an event of"
                " any size in it for rehearsals.")  # fmt: skip
    demo.add_argument("--seats", type=int, metavar="N", help="make an event with N seats")
    demo.add_argument("--event", metavar="SLUG", help="the address of that event, e.g. crash-test")
    demo.add_argument("--json", action="store_true", help="print what there is as JSON")
    demo.add_argument("--close", action="store_true", help="take the demo house down")
    add_demo_stripe_options(_add(commands, "demo-stripe", "app.cli.demo_stripe:demo_stripe",
                                 "Stand in for Stripe on this computer: try paying, without"
                                 " money."))  # fmt: skip
    crowd = _add(commands, "simulate", "app.cli.crowd:simulate", "Send a crowd after one seat of"
                 " the running box office, then count its owners.")  # fmt: skip
    crowd.add_argument("seat", metavar="SEAT", help="the seat's id, or its row and number: F12")
    crowd.add_argument("--event", required=True, metavar="SLUG")
    crowd.add_argument("--users", type=int, default=100, metavar="N", help="buyers (100)")
    crowd.add_argument("--url", metavar="URL", help="of a box office on this computer")


def _add_events(commands: Any) -> None:
    event = commands.add_parser("event", help="Make, publish, pause, cancel and list events; block"
                                " places and move tickets.", allow_abbrev=False)  # fmt: skip
    kinds = event.add_subparsers(dest="event_command", metavar="WHAT", parser_class=Parser)
    create = _add(kinds, "create", "app.cli.events:create", "Make a draft from an event file"
                  " (docs/event-file.md).")  # fmt: skip
    create.add_argument("file", metavar="FILE")
    create.add_argument("--publish", action="store_true", help="publish it at once")
    create.add_argument("--check", action="store_true", help="only read the file and say what is"
                        " wrong")  # fmt: skip
    publish = _add(kinds, "publish", "app.cli.events:publish", "Put an event on the page and on"
                   " sale.")  # fmt: skip
    publish.add_argument("event", metavar="SLUG")
    pause = _add(kinds, "pause", "app.cli.events:pause", "Stop sales for a while.")
    cancel = _add(kinds, "cancel", "app.cli.events:cancel", "Stop sales for good and list the"
                  " orders to refund.")  # fmt: skip
    for parser in (pause, cancel):
        parser.add_argument("event", metavar="SLUG")
        parser.add_argument("--because", default="", metavar="WORDS", help="shown on the page")
    cancel.add_argument("--moved-to", default="", metavar="SLUG", help="the event held instead")
    refund = _add(kinds, "refund", "app.cli.orders:refund_event", "Take all tickets of an event"
                  " back, all their money with them, or say how far that is.")  # fmt: skip
    refund.add_argument("event", metavar="SLUG")
    refund.add_argument("--because", default="", metavar="WORDS", help="the buyers read it")
    refund.add_argument("--report", action="store_true", help="only say how far it is")
    refund.add_argument("--json", action="store_true", help="the report as JSON")
    listing = _add(kinds, "list", "app.cli.events:list_", "List all events.")
    listing.add_argument("--json", action="store_true")
    _add(kinds, "keys", "app.cli.tickets:list_keys", "Print the public keys of all events, with"
         " which tickets can be checked anywhere.")  # fmt: skip
    _add_places(kinds)


def _add_places(kinds: Any) -> None:
    block = _add(kinds, "block", "app.cli.events:block", "Take free places off sale.")
    unblock = _add(kinds, "unblock", "app.cli.events:unblock", "Put blocked places back on sale.")
    for parser in (block, unblock):
        parser.add_argument("event", metavar="SLUG")
        parser.add_argument("seats", nargs="*", metavar="SEAT", help="ids, or such as F12")
        parser.add_argument("--area", action="append", default=[], metavar="AREA=COUNT")
    block.add_argument("--reason", required=True, metavar="WORDS", help="why, e.g. “camera”")
    unblock.add_argument("--reason", default="", metavar="WORDS", help="of an area's block")
    move = _add(kinds, "move", "app.cli.events:move", "Give a ticket another free seat.")
    move.add_argument("event", metavar="SLUG")
    move.add_argument("ticket", metavar="CODE", help="the ten characters under its QR code")
    move.add_argument("seat", metavar="SEAT")


def _add_house(commands: Any) -> None:
    plan = _add(commands, "import-plan", "app.cli.plans:import_plan", "Keep a seating plan (JSON of"
                " pretix) for later events, or say what is wrong with it.")  # fmt: skip
    plan.add_argument("file", metavar="FILE")
    plan.add_argument("--house", default="", metavar="SLUG", help="whose plan it is")
    plan.add_argument("--event", default="", metavar="SLUG", help="put it under this event")
    order = commands.add_parser("order", help="Record money that was taken by hand, and give"
                                " money back.", allow_abbrev=False)  # fmt: skip
    kinds = order.add_subparsers(dest="order_command", metavar="WHAT", parser_class=Parser)
    _add_refunds(kinds)
    paid = _add(kinds, "paid", "app.cli.orders:paid", "The money for an order that is paid at the"
                " counter or by transfer has come.")  # fmt: skip
    paid.add_argument("order", metavar="CODE")
    paid.add_argument("--amount", default="", metavar="SUM", help="where it is not the order's sum:"
                      " such money buys no tickets, and somebody gives it back")  # fmt: skip
    paid.add_argument("--reference", default="", metavar="TEXT", help="what the bank calls this"
                      " payment: tells a second one from the same one typed again")  # fmt: skip
    paid.add_argument("--by", default="", metavar="NAME", help="who took it")
    match = _add(kinds, "match", "app.cli.orders:match", "Find the orders that a bank's list of"
                 " payments (CSV) names by their references.")  # fmt: skip
    match.add_argument("file", metavar="FILE")
    match.add_argument("--record", action="store_true", help="record those that fit as paid;"
                       " without it nothing is changed")  # fmt: skip
    match.add_argument("--column", default="", metavar="HEADING", help="of the sums that came in,"
                       " where the list has several columns of sums")  # fmt: skip
    match.add_argument("--by", default="", metavar="NAME", help="who looked at the list")
    match.add_argument("--json", action="store_true")
    admin = _add(commands, "create-admin", "app.cli.admins:create", "Make somebody an admin and"
                 " print a one-time set-up link.")  # fmt: skip
    admin.add_argument("email", metavar="EMAIL")
    admin.add_argument("--name", default="", metavar="NAME")
    ticket = _add(commands, "verify-ticket", "app.cli.tickets:verify", "Say whether a ticket code"
                  " is genuine, with the public key alone.")  # fmt: skip
    ticket.set_defaults(needs_settings=False)  # the public key alone must do
    ticket.add_argument("code", metavar="CODE", help="the 199 digits in the QR code")
    ticket.add_argument("--keys", metavar="FILE", help="public keys, as “event keys” prints them;"
                        " without it those in the database are used")  # fmt: skip
    draw = _add(commands, "verify-draw", "app.cli.draws:verify", "Repeat a draw from its published"
                " file, or check the proof of one ticket (docs/draw-v1.md).")  # fmt: skip
    draw.set_defaults(needs_settings=False)  # the file alone must do
    draw.add_argument("file", metavar="FILE", help="the bundle of a draw, or a ticket's proof")
    for name, what in (("commitment", "commitment"), ("list-hash", "hash of the frozen list"),
                       ("merkle-root", "Merkle root")):  # fmt: skip
        draw.add_argument(f"--{name}", metavar="HASH", help=f"the {what} that was published")


def _add_refunds(kinds: Any) -> None:
    refund = _add(kinds, "refund", "app.cli.orders:refund", "Give money back: for all tickets of an"
                  " order, for some, or a part of the sum.")  # fmt: skip
    refund.add_argument("order", metavar="CODE")
    refund.add_argument("--ticket", action="append", default=[], dest="tickets", metavar="CODE",
                        help="the ten characters under its QR code; can be repeated")  # fmt: skip
    refund.add_argument("--amount", default="", metavar="SUM", help="a part, such as 5.50; the"
                        " tickets stay valid")  # fmt: skip
    refund.add_argument("--because", required=True, metavar="WORDS", help="the buyer reads it")
    again = _add(kinds, "refund-again", "app.cli.orders:refund_again", "Try a refund that has"
                 " failed once more.")  # fmt: skip
    paid_out = _add(kinds, "paid-out", "app.cli.orders:paid_out", "Record that a refund was paid"
                    " out by hand.")  # fmt: skip
    paid_out.add_argument("--by", default="", metavar="NAME", help="who paid it out")
    for parser in (again, paid_out):
        parser.add_argument("refund", metavar="REFUND", help="as “order refunds” names it")
    admit = _add(kinds, "admit", "app.cli.orders:admit", "Let the tickets of an order in although"
                 " its payment is disputed.")  # fmt: skip
    admit.add_argument("order", metavar="CODE")
    admit.add_argument("--by", default="", metavar="NAME", help="who says so")
    disputes = _add(kinds, "disputes", "app.cli.orders:list_disputes", "List payments that buyers'"
                    " banks have asked back.")  # fmt: skip
    disputes.add_argument("--json", action="store_true")
    _add(kinds, "calls-again", "app.cli.orders:calls_again", "Act once more on what Stripe told and"
         " could not be acted on.")  # fmt: skip
    waiting = _add(kinds, "refunds", "app.cli.orders:list_refunds", "List refunds that wait for a"
                   " person: to be paid out by hand, or failed.")  # fmt: skip
    waiting.add_argument("--json", action="store_true")


def _add_upkeep(commands: Any) -> None:
    ledger = _add(commands, "ledger", "app.cli.ledger:ledger", "Print what came in, what went back"
                  " and what was kept, for each day and way of paying.")  # fmt: skip
    ledger.add_argument("--check", action="store_true", help="prove that it equals all orders,"
                        " payments and refunds to the cent")  # fmt: skip
    ledger.add_argument("--from", default="", dest="first", metavar="DATE", help="the first day,"
                        " such as 2030-12-31")  # fmt: skip
    ledger.add_argument("--to", default="", dest="last", metavar="DATE", help="the last day")
    ledger.add_argument("--json", action="store_true", help="print it as data, in minor units")
    doctor = _add(commands, "doctor", "app.cli.upkeep:doctor", "Look at settings, disk and"
                  " database, and say what to do.")  # fmt: skip
    doctor.add_argument("--json", action="store_true")
    backup = _add(commands, "backup", "app.cli.upkeep:backup", "Keep a copy of the database; the"
                  " box office may stay open.")  # fmt: skip
    backup.add_argument("file", nargs="?", metavar="FILE", help="a new file or a folder")
    restore = _add(commands, "restore", "app.cli.upkeep:restore", "Bring a copy back while the box"
                   " office is closed.")  # fmt: skip
    restore.add_argument("file", metavar="FILE")
    restore.add_argument("--replace", action="store_true", help="over existing data, which is kept"
                         " beside")  # fmt: skip
