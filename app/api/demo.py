"""The demo gateway's word on an order, played by whoever tries the box office."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from app.api.blueprint import bp, json_answer, kept_key
from app.api.forms import notice_form
from app.api.orders import order_secret
from app.api.reading import parse_object, read_body
from app.api.shapes import order_shape
from app.box_office import office
from app.orders.first_answers import last_entry
from app.orders.paying import demo_notice
from app.orders.views import order_view
from app.rate_limits import limit


@bp.post("/demo/payments")
def create_demo_payment() -> ResponseReturnValue:
    """Play a payment notice, at any time and any number of times."""
    box = office()
    body = read_body()
    form = notice_form(parse_object(body))
    limit("order")
    order_view(box, form.order, order_secret())
    key = kept_key(body)
    with box.answers.once(key) as turn:
        if turn.kept is not None:
            view = order_view(box, form.order, as_of=turn.kept.get("entry"))
            return json_answer(order_shape(box, view, str(turn.kept["status"])))
        demo_notice(box, form.order, form.outcome)
        with box.db.read() as connection:
            entry = last_entry(connection, form.order)
        view = order_view(box, form.order, as_of=entry)
        if key is not None:
            outcome = {"status": str(view.order.status), "entry": entry}
            box.answers.write(key, outcome)
            turn.keep(outcome)
        return json_answer(order_shape(box, view))
