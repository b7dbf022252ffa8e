"""Refusals of draws and ballots: expected noes with words for people."""

from __future__ import annotations

from app.refusals import Refusal

NOT_CHARGED = "Nothing was charged and nothing was changed."
UNCHANGED = "Nothing was changed."


class BadCount(Refusal):
    """Not a number of tickets that can be asked for."""

    code, status = "bad_count", 422
    happened = "That is not a number of tickets that can be bought in one go."
    safe = NOT_CHARGED
    next_step = "Choose another number."


class SoldOut(Refusal):
    """No ticket, or not as many as asked for, is left."""

    code, status = "sold_out", 409
    happened = "There are not that many tickets left."
    safe = NOT_CHARGED
    next_step = "Choose fewer, or come back when the next batch opens."


class OverBudget(Refusal):
    """More than the buyer's own budget allows; `fits` says how many tickets would fit."""

    code, status = "over_budget", 422
    happened = "That would go over the budget you set yourself."
    safe = NOT_CHARGED
    next_step = "Buy fewer tickets, or wait for next month."


class OnBreak(Refusal):
    """The buyer asked for a break, which cannot be shortened."""

    code, status = "on_break", 409
    happened = "You asked for a break from buying tickets."
    safe = NOT_CHARGED
    next_step = "You can look at your tickets and results meanwhile."


class AgeNeeded(Refusal):
    """The buyer did not say that they are old enough."""

    code, status = "age_needed", 422
    happened = "Only people who are old enough may take part."
    safe = NOT_CHARGED
    next_step = "Confirm your age if you are."


class StaffMayNotBuy(Refusal):
    """The house could know where the prizes are, so its staff stay out."""

    code, status = "staff_may_not_buy", 403
    happened = "Staff of the house cannot buy in this draw, because its prizes are already placed."
    safe = NOT_CHARGED
    next_step = "Draws whose prizes are placed in the evening are open to you."


class NoLegalBasis(Refusal):
    """Paid tickets stay off sale until a licence or an exemption is recorded."""

    code, status = "no_legal_basis", 409
    happened = "Tickets of this draw are not on sale."
    safe = NOT_CHARGED
    next_step = "The house has to record its licence or exemption first."


class DrawNotOpen(Refusal):
    """No batch of this draw sells at this moment."""

    code, status = "draw_not_open", 409
    happened = "This draw is not selling tickets right now."
    safe = NOT_CHARGED
    next_step = "The draw's page says when it opens, closes and is drawn."


class NotPaid(Refusal):
    """Tickets are handed out in order of payment, and this purchase is not paid."""

    code, status = "not_paid", 409
    happened = "This purchase has not been paid."
    safe = "No ticket was handed out for it."
    next_step = "Pay first, or start again."


class NotThatFar(Refusal):
    """The step belongs to another stage of the draw."""

    code, status = "not_that_far", 409
    happened = "The draw has not come that far."
    safe = UNCHANGED
    next_step = "Do the steps in their order: close, public value, draw, secret, settle, archive."


class SealBroken(Refusal):
    """What was given does not fit what was committed."""

    code, status = "seal_broken", 409
    happened = "This does not fit the commitment that was published."
    safe = UNCHANGED
    next_step = "Use the values that belong to this draw."


class ValueDiffers(Refusal):
    """The public value is typed by two people, and they typed different ones."""

    code, status = "value_differs", 409
    happened = "The two public values differ."
    safe = UNCHANGED
    next_step = "Compare both with the public source and type it again."


class SecondPersonNeeded(Refusal):
    """One person alone does not fix a public value."""

    code, status = "second_person_needed", 409
    happened = "You have already typed the public value."
    safe = "It is kept."
    next_step = "Somebody else of the staff has to type it as well."


class NothingWon(Refusal):
    """The ticket has no prize."""

    code, status = "nothing_won", 409
    happened = "This ticket has not won a prize."
    safe = UNCHANGED
    next_step = "Your results are listed with your tickets."


class ClaimTooLate(Refusal):
    """The time to claim is over."""

    code, status = "claim_too_late", 410
    happened = "The time to claim this prize is over."
    safe = UNCHANGED
    next_step = "The rules of the draw say what becomes of it."


class AlreadyEntered(Refusal):
    """One entry for each address."""

    code, status = "already_entered", 409
    happened = "There is already an entry for this address."
    safe = "It counts as it is."
    next_step = "You can change or withdraw it until the ballot closes."


class BallotNotOpen(Refusal):
    """Entries are taken, changed and withdrawn only while the ballot is open."""

    code, status = "ballot_not_open", 409
    happened = "This ballot does not take or change entries right now."
    safe = UNCHANGED
    next_step = "The ballot's page says when it opens, closes and is drawn."


class InBasket(Refusal):
    """The kept seats are in a basket, and only from there they can be let go."""

    code, status = "in_basket", 409
    happened = "Your seats are in a basket at this moment."
    safe = "They are still yours to buy."
    next_step = "Empty the basket first, or finish paying."


class RightOver(Refusal):
    """The time to buy has ended, or the right was used or given up."""

    code, status = "right_over", 410
    happened = "There are no seats kept for you any more."
    safe = "Nothing was charged."
    next_step = "If you still want to come, join at the end of the waiting list."
