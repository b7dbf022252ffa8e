"""Pages for admins: only for them, and everything on them works."""

import re
from html import unescape

import html5lib  # type: ignore[import-untyped]
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.clock import utc_now
from app.effects import Failed
from app.models import Organizer
from app.outbox import claim, settle
from tests.admin.conftest import As
from tests.jobs.house import House

PAGES = (
    *("/admin", "/admin/outbox", "/admin/outbox?state=dead", "/admin/outbox/1", "/admin/mails"),
    *("/admin/mails/1", "/admin/mails/1/letter.eml", "/admin/cleaning"),
)
PRESSES = (
    *("/admin/outbox/1/tries", "/admin/outbox/tries", "/admin/mails/1/delivery"),
    *("/admin/mails/deliveries", "/admin/organizers/1/personal-days"),
)


def words_of(client: FlaskClient, path: str) -> str:
    """What a page says."""
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def press(client: FlaskClient, path: str, **fields: str) -> str:
    """Send a form the way its page does, and give what the next page says."""
    page = client.get("/admin/cleaning").text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    answer = client.post(path, data={"csrf": csrf, **fields})
    assert answer.status_code in (303, 409, 422), (path, answer.status_code, answer.text[:500])
    if answer.status_code == 303:
        return words_of(client, answer.headers["Location"])
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def keep_a_letter(house: House) -> str:
    """An order whose letter is kept; its code."""
    order = house.buy()
    house.start_runner()
    house.wait_until_done()
    house.stop_runner()
    return order


def give_up(house: House, words: str = "550 nobody of that name") -> int:
    """An order whose letter was given up; the row's id."""
    house.buy()
    row_id = int(house.rows()[-1].id)
    with house.office.db.write() as connection:
        effect = claim(connection, row_id, utc_now())
        assert effect is not None
        settle(connection, effect, Failed(words, is_final=True), utc_now())
    return row_id


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_a_page_without_signing_in(signed_in: As, path: str) -> None:
    answer = signed_in("nobody").get(path)

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?next=/admin")


@pytest.mark.parametrize("path", PAGES)
def test_staff_who_are_not_admins_see_no_such_page(house: House, signed_in: As, path: str) -> None:
    keep_a_letter(house)

    assert signed_in("dee").get(path).status_code == 404


@pytest.mark.parametrize("path", PRESSES)
@pytest.mark.parametrize("name", ["nobody", "dee"])
def test_only_admins_can_press(house: House, signed_in: As, name: str, path: str) -> None:
    keep_a_letter(house)
    client = signed_in(name)
    csrf = client.get("/sign-in").text.split('name="csrf" value="')
    proof = csrf[1].split('"')[0] if len(csrf) > 1 else ""
    answer = client.post(path, data={"csrf": proof, "days": "90"})

    assert answer.status_code in (303, 403, 404)
    assert "/admin" not in answer.headers.get("Location", "").split("?")[0]
    with house.office.db.read() as connection:
        assert connection.execute(select(Organizer.personal_days)).scalar_one() == 730


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_valid_and_keeps_out_of_caches(
    house: House, signed_in: As, path: str
) -> None:
    keep_a_letter(house)
    answer = signed_in("ada").get(path)

    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    if answer.content_type.startswith("text/html"):
        html5lib.HTMLParser(strict=True).parse(answer.text)


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_house_has_pages_too(signed_in: As, path: str) -> None:
    answer = signed_in("ada").get(path)

    assert answer.status_code == (404 if "/1" in path else 200)


def test_a_kept_letter_is_shown_and_never_called_sent(house: House, signed_in: As) -> None:
    order = keep_a_letter(house)
    client = signed_in("ada")

    assert "1 letter is kept here and has not been sent." in words_of(client, "/admin/mails")
    letter = words_of(client, "/admin/mails/1")
    assert "It was not sent." in letter
    assert f"https://tickets.example.org/o/{order}/" in letter
    assert f"tickets-{order}.pdf" in letter
    assert "Kept here, because no mail server is set. It was not sent." in words_of(
        client, "/admin/outbox/1"
    )


def test_a_kept_letter_opens_in_a_mail_program(house: House, signed_in: As) -> None:
    order = keep_a_letter(house)
    answer = signed_in("ada").get("/admin/mails/1/letter.eml")

    assert answer.content_type == "message/rfc822"
    assert f"Message-ID: <order.{order}.order_paid@tickets.example.org>" in answer.text


def test_a_kept_letter_cannot_be_sent_without_a_mail_server(house: House, signed_in: As) -> None:
    keep_a_letter(house)

    words = press(signed_in("ada"), "/admin/mails/1/delivery")
    assert "There is no mail server to send it with" in words
    assert house.states() == ["done"]


def test_a_letter_that_was_given_up_says_why_and_can_be_tried_again(
    house: House, signed_in: As
) -> None:
    row_id = give_up(house, "550 <script>nobody</script> of that name")
    client = signed_in("ada")

    assert "&lt;script&gt;nobody&lt;/script&gt;" in client.get("/admin/outbox").text
    assert "<script>nobody" not in client.get(f"/admin/outbox/{row_id}").text
    assert "It is tried again now." in press(client, f"/admin/outbox/{row_id}/tries")
    assert house.states() == ["due"]


def test_everything_that_was_given_up_is_tried_again_with_one_press(
    house: House, signed_in: As
) -> None:
    give_up(house)
    give_up(house)
    client = signed_in("ada")

    assert "2 were given up." in words_of(client, "/admin/outbox")
    assert "2 are tried again now." in press(client, "/admin/outbox/tries")
    assert house.states() == ["due", "due"]


def test_a_row_that_goes_on_by_itself_is_not_tried_twice(house: House, signed_in: As) -> None:
    house.buy()

    assert "It goes on by itself." in press(signed_in("ada"), "/admin/outbox/1/tries")


def test_a_long_list_goes_on_over_pages(house: House, signed_in: As) -> None:
    from app.outbox import add_effect

    with house.office.db.write() as connection:
        for number in range(60):
            add_effect(connection, "refund.submit", f"refund.submit:{number}", {})
    client = signed_in("ada")
    first = client.get("/admin/outbox").text
    older = unescape(re.search(r'href="(/admin/outbox\?[^"]*before=\d+)"', first)[1])  # type: ignore[index]

    assert first.count("/admin/outbox/") == 50
    assert client.get(older).text.count("/admin/outbox/") == 10


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40])
def test_a_page_that_cannot_be_is_not_there(signed_in: As, before: str) -> None:
    assert signed_in("ada").get(f"/admin/outbox?before={before}").status_code == 404


def test_the_days_of_personal_data_can_be_set(house: House, signed_in: As) -> None:
    house.buy()
    client = signed_in("ada")

    assert "Kept." in press(client, "/admin/organizers/1/personal-days", days="365")
    assert 'value="365"' in client.get("/admin/cleaning").text


@pytest.mark.parametrize("days", ["", "29", "3661", "soon", "1e3", "99999999999999999999"])
def test_days_that_cannot_be_are_refused_with_words(house: House, signed_in: As, days: str) -> None:
    house.buy()

    words = press(signed_in("ada"), "/admin/organizers/1/personal-days", days=days)
    assert "Type a number of days from 30 to 3660." in words
    with house.office.db.read() as connection:
        assert connection.execute(select(Organizer.personal_days)).scalar_one() == 730


def test_an_organizer_that_is_not_there_cannot_be_set(signed_in: As) -> None:
    client = signed_in("ada")
    page = client.get("/admin/cleaning").text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    answer = client.post("/admin/organizers/99/personal-days", data={"csrf": csrf, "days": "90"})

    assert answer.status_code == 404
