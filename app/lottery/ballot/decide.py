"""decide(state, command, moment): an outcome and the records that make it true, or a Refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from app.inventory.outcome import Decision, Moment
from app.lottery.ballot import calling_off, drawing, entering, rights
from app.lottery.ballot import commands as c
from app.lottery.ballot.state import BallotState

T = TypeVar("T")

_RULES: dict[type[c.Command[Any]], Callable[[BallotState, Any, Moment], Decision[Any]]] = {
    c.OpenBallot: drawing.open_ballot,
    c.ShowBallot: drawing.show_ballot,
    c.EnterBallot: entering.enter_ballot,
    c.ChangeEntry: entering.change_entry,
    c.WithdrawEntry: entering.withdraw_entry,
    c.ShowEntry: entering.show_entry,
    c.CloseBallot: drawing.close_ballot,
    c.FixValue: drawing.fix_value,
    c.RecordOrder: drawing.record_order,
    c.AnnounceResults: drawing.announce_results,
    c.PublishSecret: drawing.publish_secret,
    c.KeepRight: rights.keep_right,
    c.FreeRight: rights.free_right,
    c.UseRight: rights.use_right,
    c.DeclineRight: rights.decline_right,
    c.JoinList: rights.join_list,
    c.ReturnSeats: rights.return_seats,
    c.StretchRights: rights.stretch_rights,
    c.CloseEvent: rights.close_event,
    c.EndBallot: rights.end_ballot,
    c.DropEvent: calling_off.drop_event,
    c.Expire: rights.expire,
}


def decide(state: BallotState, command: c.Command[T], moment: Moment) -> Decision[T]:
    """What the command gives and what must become true for it; raises a Refusal, changes nothing.

    Rights whose time has come must have been ended by `Expire` at the same moment.
    """
    decision: Decision[T] = _RULES[type(command)](state, command, moment)
    return decision


def settled(state: BallotState, command: c.Command[T], moment: Moment) -> Decision[T]:
    """End due rights, decide and apply: one whole step, as the loop does it."""
    due = rights.expire(state, c.Expire(), moment)
    state.apply(due.records)
    decision = decide(state, command, moment)
    state.apply(decision.records)
    return Decision(decision.outcome, due.records + decision.records)
