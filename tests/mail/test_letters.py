"""What letters say: every kind, as people get it."""

from datetime import timedelta
from io import BytesIO

import html5lib  # type: ignore[import-untyped]
import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from icalendar import Calendar
from sqlalchemy import insert, select, update

from app.clock import from_ms, utc_now
from app.effects import Done, Kept
from app.inventory.commands import ChangeStatus, MoveTicket
from app.models import Dispute, DisputeState, Event, Order, Payment
from app.orders.finding import find_orders
from app.orders.papers import valid_tickets
from app.orders.paying import demo_notice, record_payment
from app.orders.paying_later import confirm_order
from app.orders.placed import Buyer
from app.orders.placing import place_order
from app.orders.refunding import refund_part, refund_tickets
from app.orders.views import order_view
from tests.giving_back import give_back_sold
from tests.jobs.house import House
from tests.jobs.shows import add_show
from tests.mail.letters import due_letter, html_of, letter_of, outcome_of, text_of

BASE = "https://tickets.example.org"


def test_the_tickets_letter_says_what_which_show_and_when(house: House) -> None:
    order = house.buy(count=2)
    message = due_letter(house, "mail.order_paid")

    assert message["Subject"].startswith("Your 2 tickets: Nightjar Quartet, ")
    assert message["From"] == "Lantern House <tickets@tickets.example.org>"
    assert message["Reply-To"] == "Lantern House <help@lantern-house.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    text = text_of(message)
    assert text.startswith("Your 2 tickets for Nightjar Quartet\n")
    assert f"{BASE}/o/{order}/{house.office.tokens.order_secret(order)}\n" in text
    assert "£44.00" in text
    assert "This is a demo" in " ".join(text.split())
    assert "Main house, Lantern House, 14 Market Street" in text
    assert "Returns until noon of the day before." in text


def test_text_and_html_say_the_same(house: House) -> None:
    house.buy(count=3)
    message = due_letter(house, "mail.order_paid")
    body = html5lib.parse(html_of(message), namespaceHTMLElements=False).find("body")
    shown = " ".join(" ".join(body.itertext()).split())

    for line in text_of(message).splitlines():
        words = line.strip().rstrip(".")
        is_bill = "£" in words and line.startswith("  ")
        if words.strip("-") and not words.isupper() and not is_bill and "://" not in words:
            assert words in shown, words
    assert shown.count("£22.00") == text_of(message).count("£22.00") == 3


def test_plain_text_is_sixty_characters_wide(house: House) -> None:
    house.buy(count=5)
    lines = text_of(due_letter(house, "mail.order_paid")).splitlines()

    assert max(len(line) for line in lines if not line.startswith("http")) <= 60


def test_the_html_is_valid_and_loads_nothing(house: House) -> None:
    house.buy()
    html = html_of(due_letter(house, "mail.order_paid"))
    html5lib.HTMLParser(strict=True).parse(html)

    assert "<script" not in html
    assert "<img" not in html
    assert "url(" not in html
    links = [part.split('"')[0] for part in html.split('href="')[1:]]
    assert links
    assert all(link.startswith(f"{BASE}/") for link in links)


def test_names_and_titles_cannot_become_markup_or_headers(house: House) -> None:
    add_show(house.office, title="<b>Nightjar</b> & Owl\r\nBcc: cy@example.org")
    house.buy(name="<i>Bo</i>\r\nBcc: cy@example.org", email="bo@example.org")
    message = due_letter(house, "mail.order_paid")

    assert message["Bcc"] is None
    assert message["To"] == '"<i>Bo</i> Bcc: cy@example.org" <bo@example.org>'
    assert "<i>" not in html_of(message)
    assert "&lt;b&gt;Nightjar" in html_of(message)


def test_the_attached_tickets_and_calendar_are_the_orders(house: House) -> None:
    order = house.buy(count=2)
    message = due_letter(house, "mail.order_paid")
    pdf, calendar = message.iter_attachments()
    document = pypdfium2.PdfDocument(BytesIO(pdf.get_content()))
    codes = {zxingcpp.read_barcodes(page.render(scale=4).to_pil())[0].text for page in document}
    document.close()

    view = order_view(house.office, order)
    assert codes == {ticket.code for ticket in view.tickets}
    assert calendar.get_content_type() == "text/calendar"
    [event] = Calendar.from_ical(str(calendar.get_content())).walk("VEVENT")
    assert event["SUMMARY"] == "Nightjar Quartet"


def test_an_order_over_two_events_is_one_letter(house: House) -> None:
    first = house.gala
    second = add_show(house.office, "owls", "Owls at Noon", utc_now() + timedelta(days=40))
    basket = house.hold(2, first)
    house.hold(1, second, basket)
    place_order(house.office, basket, Buyer("Bo", "bo@example.org"), "demo", "paid")
    message = due_letter(house, "mail.order_paid")

    assert message["Subject"].endswith(" and 1 more event")
    assert text_of(message).startswith("Your 3 tickets for 2 events\n")
    assert "Owls at Noon" in text_of(message)


def test_a_free_order_names_no_price(house: House) -> None:
    event_id = add_show(house.office, "free", "Open Day", cents=0)
    basket = house.hold(1, event_id)
    place_order(house.office, basket, Buyer("Bo", "bo@example.org"), "free")
    text = text_of(due_letter(house, "mail.order_paid"))

    assert "nothing to pay" in text
    assert "Total" not in text


def test_a_ticket_letter_is_left_out_once_no_ticket_is_valid(house: House) -> None:
    order = house.buy()
    give_back_sold(house.office, order, "the house was flooded", "ada")
    outcome = outcome_of(house, "mail.order_paid", order=order)

    assert isinstance(outcome, Done)
    assert "left_out" in outcome.facts


def place_manual(house: House) -> str:
    """An order that is paid later; its code."""
    manual = {"manual": {"quota": 20, "closes_hours": 24, "words": "Pay at the counter."}}
    event_id = add_show(house.office, "later", "Pay Later", payments=manual)
    basket = house.hold(2, event_id)
    return place_order(house.office, basket, Buyer("Bo", "bo@example.org"), "manual").order_id


def test_an_order_that_is_paid_later_asks_for_a_confirmation(house: House) -> None:
    order = place_manual(house)
    message = due_letter(house, "mail.order_pending")
    token = text_of(message).split(f"{BASE}/confirm/")[1].split()[0]

    assert message["Subject"].startswith("Please confirm: Pay Later, ")
    assert message["Message-ID"] == f"<order.{order}.order_pending@tickets.example.org>"
    assert house.office.tokens.confirmed_order(token) == order
    assert "Pay at the counter." in text_of(message)
    assert not list(message.iter_attachments())


def test_a_confirmed_order_is_not_asked_again(house: House) -> None:
    order = place_manual(house)
    confirm_order(house.office, order)

    assert isinstance(outcome_of(house, "mail.order_pending", order=order), Done)


def place_transfer(house: House) -> str:
    """An order that is paid by transfer and confirmed; its code."""
    transfer = {
        "quota": 20, "days": 7, "closes_hours": 72, "holder": "Marsh Hall Trust",
        "iban": "DE89370400440532013000", "account": "", "words": "Thank you for your patience.",
    }  # fmt: skip
    event_id = add_show(house.office, "transfer", "Pay There", payments={"transfer": transfer})
    basket = house.hold(2, event_id)
    order = place_order(house.office, basket, Buyer("Bo", "bo@example.org"), "transfer").order_id
    confirm_order(house.office, order)
    return order


def test_a_confirmed_transfer_is_told_where_to_and_with_which_reference(house: House) -> None:
    order = place_transfer(house)
    message = due_letter(house, "mail.order_kept")
    words = " ".join(text_of(message).split())

    assert message["Subject"].startswith("Kept for you: Pay There")
    assert message["Message-ID"] == f"<order.{order}.order_kept@tickets.example.org>"
    assert "Thank you for your patience." in words
    assert "To: Marsh Hall Trust" in words
    assert "IBAN: DE89 3704 0044 0532 0130 00" in words
    assert f"Reference: {order[:4]} {order[4:]}" in words


def test_a_reminder_says_what_is_missing_and_until_when(house: House) -> None:
    order = place_transfer(house)
    outcome = outcome_of(house, "mail.order_reminder", order=order)

    assert isinstance(outcome, Kept)
    assert outcome.subject.startswith("Still to be paid: Pay There")
    assert "you need not do anything" in " ".join(outcome.message.replace("=\n", "").split())


def test_no_reminder_leaves_for_an_order_that_was_paid_meanwhile(house: House) -> None:
    order = place_transfer(house)
    record_payment(house.office, order, "dee")

    outcome = outcome_of(house, "mail.order_reminder", order=order)

    assert isinstance(outcome, Done)
    assert "left_out" in outcome.facts


def test_money_that_goes_back_is_told_with_its_reason(house: House) -> None:
    order = house.buy()
    demo_notice(house.office, order, "paid", again=1)
    message = due_letter(house, "mail.money_back")

    assert message["Subject"].startswith("£44.00 go back to you: Nightjar Quartet")
    assert "second payment" in text_of(message)
    assert "no money moved" in " ".join(text_of(message).split())


def test_a_cancelled_order_is_told_why(house: House) -> None:
    order = house.buy()
    give_back_sold(house.office, order, "The house was flooded.", "ada")
    text = " ".join(text_of(due_letter(house, "mail.money_back")).split())

    assert "your order was cancelled: The house was flooded." in text


def test_a_part_that_goes_back_leaves_no_doubt_about_the_tickets(house: House) -> None:
    order = house.buy()
    refund_part(house.office, order, 500, "The heating failed", "ada", "one key")
    text = " ".join(text_of(due_letter(house, "mail.money_back")).split())

    assert "a part of what you paid goes back to you: The heating failed." in text
    assert "All tickets that your order still shows are valid." in text
    assert "cancelled" not in text


def test_one_ticket_taken_back_is_told_with_the_others(house: House) -> None:
    order = house.buy()
    first = order_view(house.office, order).tickets[0].id
    refund_tickets(house.office, order, [first], "You were ill.", "ada")
    text = " ".join(text_of(due_letter(house, "mail.money_back")).split())

    assert "some of your tickets are no longer valid: You were ill." in text
    assert "cancelled" not in text


def test_a_moved_seat_is_told_with_both_places(house: House) -> None:
    order = house.buy(count=1)
    view = order_view(house.office, order)
    [ticket] = valid_tickets(view)
    free = next(seat for seat in house.office.offer_of(house.gala).seats if seat.id != ticket.seat)
    house.office.inventory_of(house.gala).ask(MoveTicket(ticket.id, free.id, "ada", 1))
    message = due_letter(house, "mail.order_moved")

    assert message["Subject"].startswith("Your seat has changed: Nightjar Quartet")
    words = " ".join(text_of(message).split())
    assert f"instead of {ticket.place}." in words
    assert "Please use the new one." in words
    assert len(list(message.iter_attachments())) == 2


def test_find_my_orders_lists_all_orders_of_an_address(house: House) -> None:
    orders = [house.buy("Bo@Example.org"), house.buy("bo@example.org")]
    house.buy("cy@example.org")
    find_orders(house.office, "bo@example.ORG")
    text = text_of(due_letter(house, "mail.find_orders"))

    assert text.count(f"{BASE}/o/") == 2
    assert all(f"{BASE}/o/{order}/" in text for order in orders)


def test_find_my_orders_writes_no_letter_to_a_stranger(house: House) -> None:
    house.buy("bo@example.org")
    find_orders(house.office, "cy@example.org")
    payload = house.rows()[-1].payload

    assert outcome_of(house, "mail.find_orders", **payload).facts.keys() == {"left_out"}


def test_a_letter_sent_again_has_the_tickets_and_an_id_of_its_own(house: House) -> None:
    order = house.buy()
    message = letter_of(house, "mail.resend", order=order)

    assert message["Subject"].startswith("Your 2 tickets: ")
    assert message["Message-ID"] == f"<order.{order}.resend.77@tickets.example.org>"
    assert len(list(message.iter_attachments())) == 2


def test_an_order_without_tickets_is_sent_again_as_it_is(house: House) -> None:
    order = house.buy()
    give_back_sold(house.office, order, "", "ada")
    text = " ".join(text_of(letter_of(house, "mail.resend", order=order)).split())

    assert "its money went back to you" in text


def test_a_cancelled_event_is_told_with_the_houses_words(house: House) -> None:
    order = house.buy()
    status = ChangeStatus("cancelled", "The singer is ill.", "ada", 1)
    house.office.inventory_of(house.gala).ask(status)
    message = letter_of(house, "mail.event_cancelled", order=order, event=house.gala)

    assert message["Subject"].startswith("Cancelled: Nightjar Quartet, ")
    assert "The singer is ill." in text_of(message)


def test_the_address_of_an_order_that_was_forgotten_gets_nothing(house: House) -> None:
    order = house.buy()
    with house.office.db.write() as connection:
        connection.execute(update(Order).values(name="", email="", email_key=""))
    outcome = outcome_of(house, "mail.resend", order=order)

    assert isinstance(outcome, Done)


@pytest.mark.parametrize("kind", ["mail.order_paid", "mail.resend", "mail.money_back"])
def test_an_order_that_is_gone_ends_its_letters(house: House, kind: str) -> None:
    outcome = outcome_of(house, kind, order="NOTTHERE", refund="x")

    assert outcome == Done({"left_out": "the order is gone"})


def test_the_time_is_the_venues_over_a_change_of_clocks(house: House) -> None:
    house.buy()
    with house.office.db.write() as connection:  # 30 March 2036 is the day after the change
        starts_at = utc_now().replace(
            year=2036, month=3, day=30, hour=18, minute=30, second=0, microsecond=0
        )
        connection.execute(update(Event).values(starts_at=starts_at, doors_at=None, ends_at=None))
    house.office.catalogue.refresh()
    text = text_of(due_letter(house, "mail.order_paid"))

    assert "Sunday 30 March 2036\nStarts 19:30\n" in text


def dispute_of(house: House, state: DisputeState = DisputeState.OPEN) -> str:
    """A dispute about a paid order; its id."""
    order = house.buy()
    row = {
        "id": "du_1", "order_id": order, "state": state, "cents": 4400, "reason": "fraudulent",
        "respond_by": from_ms(1_900_000_000_000), "opened_at": utc_now(),
    }  # fmt: skip
    with house.office.db.write() as connection:
        payment = connection.scalar(select(Payment.id).where(Payment.order_id == order))
        connection.execute(insert(Dispute), row | {"payment_id": payment})
    return order


def test_the_house_is_told_of_a_dispute_and_until_when_to_answer(house: House) -> None:
    order = dispute_of(house)
    outcome = outcome_of(house, "mail.dispute_opened", dispute="du_1")

    assert isinstance(outcome, Kept)
    assert outcome.recipient != "bo@example.org"
    assert outcome.subject == f"A payment is disputed: order {order[:4]} {order[4:]}"
    words = " ".join(outcome.message.replace("=\n", "").split())
    assert "44.00 back" in words
    assert "fraudulent" in words
    assert "Sun 17 Mar" in words, "until when to answer"
    assert "let nobody in" in words
    assert house.office.tokens.order_secret(order) not in words


@pytest.mark.parametrize(
    ("state", "subject"), [(DisputeState.WON, "Dispute won"), (DisputeState.LOST, "Dispute lost")]
)
def test_the_house_is_told_how_a_dispute_ended(
    house: House, state: DisputeState, subject: str
) -> None:
    dispute_of(house, state)

    assert outcome_of(house, "mail.dispute_ended", dispute="du_1").subject.startswith(subject)
    assert isinstance(outcome_of(house, "mail.dispute_opened", dispute="du_1"), Done)


def test_disputed_tickets_are_not_sent(house: House) -> None:
    order = dispute_of(house)

    assert isinstance(outcome_of(house, "mail.order_paid", order=order), Done)
    assert valid_tickets(order_view(house.office, order)) == ()
