"""What a batch of records changes, gathered per table before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.clock import from_ms, utc_now
from app.inventory import records as r
from app.models import EffectState, EntryKind, OrderStatus, PaymentState, TicketState
from app.models.work import lane_of

Row = dict[str, Any]


class Batch:
    """What one batch of records changes, gathered before anything is written."""

    def __init__(self, event_id: int, currency: str, kept: Mapping[str, str]) -> None:
        self.event_id = event_id
        self.kept = kept  # seat -> the ballot's word for whom; it stays while held and sold
        self.currency = currency
        self.seats: dict[str, list[Any]] = {}  # seat -> [owner before or None, row after or None]
        self.started: dict[str, Row] = {}
        self.changed: dict[str, None] = {}
        self.over: dict[str, str] = {}
        self.taken: dict[str, int] = {}
        self.blocks: dict[tuple[str, str], None] = {}
        self.orders: list[Row] = []
        self.payments: list[Row] = []
        self.entries: list[Row] = []
        self.lines: list[Row] = []
        self.tickets: list[Row] = []
        self.voided: list[Row] = []
        self.moved: list[Row] = []
        self.moved_lines: list[Row] = []  # of tickets that this batch issues where they are now
        self.refunds: list[Row] = []
        self.sold: list[r.EventSold] = []
        self.lapsed: list[Row] = []
        self.effects: list[Row] = []
        self.journal: list[Row] = []
        self.event: Row = {}

    def gather(self, facts: Iterable[r.Record]) -> None:
        """Sort records into rows; several changes of one seat become one."""
        for fact in facts:
            _GATHER[type(fact)](self, fact)

    def _seat(self, seat: str, before: str | None, after: Row | None) -> None:
        entry = self.seats.get(seat)
        if entry is None:
            self.seats[seat] = [before, after]
        else:
            entry[1] = after

    def _row(self, seat: str, state: str, **columns: str) -> Row:
        reason = self.kept.get(seat)
        empty = {"hold_id": None, "ticket_id": None, "ticket_type": None, "reason": reason}
        return {"event_id": self.event_id, "seat_id": seat, "state": state, **empty, **columns}

    def hold_started(self, fact: r.HoldStarted) -> None:
        self.started[fact.hold_id] = {
            "id": fact.hold_id,
            "event_id": self.event_id,
            "basket_id": fact.basket,
            "first_ms": fact.first_ms,
            "expires_ms": fact.expires_ms,
        }

    def hold_changed(self, fact: r.HoldChanged) -> None:
        self.changed[fact.hold_id] = None

    def hold_over(self, fact: r.HoldOver) -> None:
        self.over[fact.hold_id] = fact.state

    def seat_held(self, fact: r.SeatHeld) -> None:
        row = self._row(fact.seat, "held", hold_id=fact.hold_id, ticket_type=fact.ticket_type)
        self._seat(fact.seat, "" if fact.keeper else None, row)

    def seat_retyped(self, fact: r.SeatRetyped) -> None:
        row = self._row(fact.seat, "held", hold_id=fact.hold_id, ticket_type=fact.ticket_type)
        self._seat(fact.seat, fact.hold_id, row)

    def seat_freed(self, fact: r.SeatFreed) -> None:
        self._seat(fact.seat, fact.owner, None)

    def seat_sold(self, fact: r.SeatSold) -> None:
        row = self._row(fact.seat, "sold", ticket_id=fact.ticket_id, ticket_type=fact.ticket_type)
        self._seat(fact.seat, fact.hold_id, row)

    def seat_given(self, fact: r.SeatGiven) -> None:
        row = self._row(fact.seat, "sold", ticket_id=fact.ticket_id, ticket_type=fact.ticket_type)
        self._seat(fact.seat, None, row | ({"reason": fact.keeper} if fact.keeper else {}))

    def seat_blocked(self, fact: r.SeatBlocked) -> None:
        self._seat(fact.seat, None, self._row(fact.seat, "blocked", reason=fact.reason))

    def seat_kept(self, fact: r.SeatKept) -> None:
        self._seat(fact.seat, fact.before, self._row(fact.seat, "blocked", reason=fact.keeper))

    def area_held(self, fact: r.AreaHeld) -> None:
        self.taken[fact.area] = self.taken.get(fact.area, 0) + fact.count
        self.changed[fact.hold_id] = None

    def area_freed(self, fact: r.AreaFreed) -> None:
        self.taken[fact.area] = self.taken.get(fact.area, 0) - fact.count

    def area_blocked(self, fact: r.AreaBlocked) -> None:
        self.taken[fact.area] = self.taken.get(fact.area, 0) + fact.count
        self.blocks[fact.area, fact.reason] = None

    def order_placed(self, fact: r.OrderPlaced) -> None:
        order, at = fact.order, from_ms(fact.order.at_ms)
        self.orders.append(
            {
                "id": order.id, "basket_id": fact.basket, "status": OrderStatus.PAID,
                "gateway": order.gateway, "name": order.name, "email": order.email,
                "email_key": order.buyer, "locale": order.locale, "currency": fact.currency,
                "total_cents": fact.total_cents, "open_events": 0, "is_demo": order.is_demo,
                "idempotency_key": order.idempotency_key, "fingerprint": order.fingerprint,
                "created_at": at, "paid_at": at,
            }
        )  # fmt: skip
        payment_id = f"{order.gateway}:{fact.payment_reference}"
        self.payments.append(
            {
                "id": payment_id, "order_id": order.id,
                "gateway": order.gateway, "reference": fact.payment_reference,
                "state": PaymentState.CAPTURED, "amount_cents": fact.total_cents,
                "currency": fact.currency, "settled": True, "captured_at": at,
            }
        )  # fmt: skip
        self.entries.append(
            {
                "at": at, "kind": EntryKind.PAYMENT, "order_id": order.id,
                "payment_id": payment_id, "gateway": order.gateway,
                "cents": fact.total_cents, "currency": fact.currency,
            }
        )  # fmt: skip

    def lines_written(self, fact: r.LinesWritten) -> None:
        for line in fact.lines:
            self.lines.append(
                {
                    "id": line.id, "order_id": fact.order_id, "event_id": self.event_id,
                    "seat_id": line.seat, "area": line.area, "ticket_type": line.ticket_type,
                    "category": line.category, "price_cents": line.cents,
                }
            )  # fmt: skip

    def event_sold(self, fact: r.EventSold) -> None:
        self.sold.append(fact)

    def order_lapsed(self, fact: r.OrderLapsed) -> None:
        self.lapsed.append({"lapsed": fact.order_id, "at": utc_now()})

    def ticket_issued(self, fact: r.TicketIssued) -> None:
        line = fact.line
        self.tickets.append(
            {
                "id": fact.ticket.id, "order_id": fact.order_id, "line_id": line.id,
                "event_id": self.event_id, "seat_id": line.seat, "area": line.area,
                "ticket_type": line.ticket_type, "serial": fact.ticket.serial,
                "key_id": fact.key_id, "generation": 0, "staff_code": fact.ticket.staff_code,
                "state": TicketState.ISSUED, "issued_at": from_ms(fact.at_ms), "voided_at": None,
            }
        )  # fmt: skip

    def ticket_voided(self, fact: r.TicketVoided) -> None:
        at = from_ms(fact.at_ms)
        for row in self.tickets:
            if row["id"] == fact.ticket_id:  # issued in this very batch
                row["state"], row["voided_at"] = TicketState.VOID, at
                return
        self.voided.append({"ticket": fact.ticket_id, "at": at})

    def ticket_moved(self, fact: r.TicketMoved) -> None:
        moved = {"ticket": fact.ticket_id, "seat": fact.seat}
        for row in self.tickets:
            if row["id"] == fact.ticket_id:  # issued in this very batch
                row["seat_id"], row["generation"] = fact.seat, row["generation"] + 1
                self.moved_lines.append(moved)
                return
        self.moved.append(moved)

    def refund_requested(self, fact: r.RefundRequested) -> None:
        self.refunds.append(
            {
                "id": fact.refund_id, "payment_id": fact.payment_id, "order_id": fact.order_id,
                "amount_cents": fact.cents, "reason": fact.reason,
                "ticket_ids": list(fact.ticket_ids), "requested_at": from_ms(fact.at_ms),
            }
        )  # fmt: skip

    def effect_due(self, fact: r.EffectDue) -> None:
        self.effects.append(effect_row(fact.kind, fact.dedupe_key, fact.payload))

    def journalled(self, fact: r.Journalled) -> None:
        self.journal.append(
            {
                "at": utc_now(), "kind": fact.kind, "event_id": self.event_id,
                "order_id": fact.order_id, "by": fact.by, "facts": fact.facts,
            }
        )  # fmt: skip

    def status_changed(self, fact: r.StatusChanged) -> None:
        self.event["status"] = fact.status
        self.event["status_words"] = fact.words
        if fact.status == "cancelled":
            self.event["cancelled_at"] = from_ms(fact.at_ms)
        if fact.status == "published":
            self.event["published_at"] = from_ms(fact.at_ms)

    def plan_replaced(self, fact: r.PlanReplaced) -> None:
        self.event["plan_id"] = fact.plan_id


_GATHER: dict[type[r.Record], Callable[[Batch, Any], None]] = {
    r.HoldStarted: Batch.hold_started,
    r.HoldChanged: Batch.hold_changed,
    r.HoldOver: Batch.hold_over,
    r.SeatHeld: Batch.seat_held,
    r.SeatRetyped: Batch.seat_retyped,
    r.SeatFreed: Batch.seat_freed,
    r.SeatSold: Batch.seat_sold,
    r.SeatGiven: Batch.seat_given,
    r.SeatBlocked: Batch.seat_blocked,
    r.SeatKept: Batch.seat_kept,
    r.AreaHeld: Batch.area_held,
    r.AreaFreed: Batch.area_freed,
    r.AreaBlocked: Batch.area_blocked,
    r.OrderPlaced: Batch.order_placed,
    r.LinesWritten: Batch.lines_written,
    r.EventSold: Batch.event_sold,
    r.OrderLapsed: Batch.order_lapsed,
    r.TicketIssued: Batch.ticket_issued,
    r.TicketVoided: Batch.ticket_voided,
    r.TicketMoved: Batch.ticket_moved,
    r.RefundRequested: Batch.refund_requested,
    r.EffectDue: Batch.effect_due,
    r.Journalled: Batch.journalled,
    r.StatusChanged: Batch.status_changed,
    r.PlanReplaced: Batch.plan_replaced,
}


def effect_row(kind: str, dedupe_key: str, payload: Row) -> Row:
    """An effect that is due at once."""
    now = utc_now()
    return {
        "kind": kind, "lane": lane_of(kind), "dedupe_key": dedupe_key, "payload": payload,
        "state": EffectState.DUE, "tries": 0, "claims": 0, "due_at": now, "created_at": now,
    }  # fmt: skip
