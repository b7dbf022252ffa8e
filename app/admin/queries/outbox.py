"""The outbox as admins see it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import func, select

from app.admin.queries.words import kind_words, moment, state_label
from app.admin.views import EffectLine, EffectPage, OutboxPage
from app.box_office import office
from app.models import EffectState, OutboxRow
from app.pages import Action, Chip, Empty, Fact
from app.refusals import NotFound
from app.words import gettext as _
from app.words import ngettext

PAGE_LIMIT: Final = 50
COUNT_LIMIT: Final = 10_000
OPEN: Final = (EffectState.DUE, EffectState.CLAIMED)

_rows = OutboxRow.__table__.c


def outbox_page(state: str, before: int | None) -> OutboxPage:
    """One page of rows, newest first; `state` is open, dead, done or everything."""
    query = select(OutboxRow.__table__).order_by(_rows.id.desc()).limit(PAGE_LIMIT + 1)
    if state in _STATES:
        query = query.where(_rows.state.in_(_STATES[state]))
    if before is not None:
        query = query.where(_rows.id < before)
    with office().db.read() as connection:
        rows = list(connection.execute(query))
        counts = {name: _count(connection, states) for name, states in _STATES.items()}
    shown = rows[:PAGE_LIMIT]
    older = f"/admin/outbox?state={state}&before={shown[-1].id}" if len(rows) > PAGE_LIMIT else ""
    return OutboxPage(
        words=_summary(counts),
        filters=_filters(state, counts),
        lines=tuple(_line(row) for row in shown),
        dead_count=counts["dead"],
        older_url=older,
        empty=None if shown else Empty(_("Nothing here"), _("There is no such row right now.")),
    )


def effect_page(row_id: int) -> EffectPage:
    """Everything about one row, or `NotFound`."""
    with office().db.read() as connection:
        row = connection.execute(
            select(OutboxRow.__table__).where(_rows.id == row_id)
        ).one_or_none()
    if row is None:
        raise NotFound("There is no such row; what was done is deleted after a while.")
    facts = (
        Fact(_("Written"), moment(row.created_at)),
        Fact(_("Next try") if row.state == EffectState.DUE else _("Was due"), moment(row.due_at)),
        Fact(_("Tries"), str(row.tries)),
        Fact(_("Done"), moment(row.done_at)),
        Fact(_("Outcome"), _outcome_words(row.result or {})),
        Fact(_("Kind"), row.kind),
        Fact(_("Key"), row.dedupe_key),
    )
    return EffectPage(
        id=row.id,
        what=kind_words(row.kind),
        about=_about(row.payload),
        state=state_label(str(row.state), row.tries),
        facts=tuple(fact for fact in facts if fact.words),
        error=row.last_error or "",
        is_dead=row.state == EffectState.DEAD,
        actions=_ways(row.payload),
    )


_STATES: Final = {"open": OPEN, "dead": (EffectState.DEAD,), "done": (EffectState.DONE,)}


def _count(connection: Any, states: tuple[EffectState, ...]) -> int:
    some = select(_rows.id).where(_rows.state.in_(states)).limit(COUNT_LIMIT).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def _summary(counts: dict[str, int]) -> str:
    waiting = ngettext("%(num)d is waiting.", "%(num)d are waiting.", counts["open"])
    if not counts["dead"]:
        return f"{waiting} {_('Nothing was given up.')}"
    dead = ngettext("%(num)d was given up.", "%(num)d were given up.", counts["dead"])
    return f"{waiting} {dead}"


def _filters(state: str, counts: dict[str, int]) -> tuple[Chip, ...]:
    names = {"": _("Everything"), "open": _("Waiting"), "dead": _("Given up"), "done": _("Done")}
    return tuple(
        Chip(
            label,
            f"/admin/outbox?state={name}" if name else "/admin/outbox",
            is_on=state == name,
            note=str(counts[name]) if name in ("open", "dead") else "",
        )
        for name, label in names.items()
    )


def _line(row: Any) -> EffectLine:
    return EffectLine(
        url=f"/admin/outbox/{row.id}",
        what=kind_words(row.kind),
        about=_about(row.payload),
        state=state_label(str(row.state), row.tries),
        when=moment(row.done_at or row.created_at),
        note=row.last_error or "",
    )


def _about(payload: dict[str, Any]) -> str:
    if "order" in payload:
        return _("Order %(code)s", code=payload["order"])
    return str(payload.get("refund", ""))


def _ways(payload: dict[str, Any]) -> tuple[Action, ...]:
    code = payload.get("order")
    if not isinstance(code, str):
        return ()
    return (Action(_("See the order"), f"/o/{code}/{office().tokens.order_secret(code)}"),)


def _outcome_words(result: dict[str, Any]) -> str:
    if result.get("kept"):
        return _("Kept here, because no mail server is set. It was not sent.")
    if "left_out" in result:
        return _("Nothing had to be done: %(why)s.", why=result["left_out"])
    if "message_id" in result:
        return _("The mail server took it.")
    if "ids" in result:
        return ngettext("%(num)d row removed", "%(num)d rows removed", len(result["ids"]))
    if "state" in result:
        return f"{result['state']}. {result.get('words') or ''}".strip()
    return ""
