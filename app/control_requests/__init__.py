"""What commands may ask of the box office, by name; each is carried out where the actors are."""

from __future__ import annotations

from typing import Final

from app.box_office import BoxOffice
from app.control_requests import (
    ballots,
    credits,
    draws,
    events,
    house,
    lotteries,
    places,
    plans,
    refunds,
)
from app.control_requests.asked import Request, Words
from app.refusals import Refusal

REQUESTS: Final[dict[str, Request]] = {
    "ping": house.ping,
    "event.create": events.create_event,
    "event.publish": events.publish_event,
    "event.pause": events.pause_event,
    "event.cancel": events.cancel_event,
    "event.block": places.block_places,
    "event.unblock": places.unblock_places,
    "event.move": places.move_ticket,
    "plan.import": plans.import_plan,
    "event.refund": refunds.refund_event,
    "event.refunds": refunds.report_event,
    "order.paid": house.pay_order,
    "order.match": house.match_payments,
    "order.calls_again": house.act_again,
    "order.refund": refunds.refund,
    "order.refund_again": refunds.refund_again,
    "order.refunds": refunds.list_open,
    "order.paid_out": refunds.paid_out,
    "order.disputes": refunds.list_all_disputes,
    "order.admit": refunds.admit,
    "lottery.allocate": lotteries.allocate,
    "lottery.announce": lotteries.announce,
    "lottery.reseed": lotteries.reseed,
    "lottery.open": draws.open_draw,
    "lottery.list": draws.list_draws,
    "lottery.show": draws.show_draw,
    "lottery.basis": draws.record_basis,
    "lottery.close": draws.close,
    "lottery.value": draws.fix_value,
    "lottery.draw": draws.draw,
    "lottery.reveal": draws.reveal,
    "lottery.settle": draws.settle,
    "lottery.end": draws.end,
    "lottery.claims": draws.list_claims,
    "lottery.confirm": draws.confirm,
    "lottery.archive": draws.archive,
    "lottery.vouchers": credits.make_vouchers,
    "ballot.open": ballots.open_ballot,
    "ballot.close": ballots.close_ballot,
    "ballot.value": ballots.type_value,
    "ballot.draw": ballots.draw_ballot,
    "ballot.reveal": ballots.reveal_ballot,
    "ballot.end": ballots.end_ballot,
    "ballot.list": ballots.list_ballots,
    "ballot.arrange": ballots.arrange,
    "ballot.announce": ballots.announce,
    "admin.create": house.invite_admin,
    "demo.open": house.open_demo,
    "demo.close": house.close_demo,
    "demo.event": house.open_rehearsal,
}


class UnknownRequest(Refusal):
    """The server and the command are of different versions."""

    code = "unknown_request"
    happened = "The running server does not know this command."
    safe = "Nothing was changed."
    next_step = "Start the server again, so that both are of the same version."


def carry_out(office: BoxOffice, name: str, words: Words) -> Words:
    """Carry out one request; raises `UnknownRequest` or the request's own refusal."""
    request = REQUESTS.get(name)
    if request is None:
        raise UnknownRequest
    return request(office, words)
