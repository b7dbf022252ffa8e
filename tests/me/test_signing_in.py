"""A letter proves an address: its link once, its code with few tries, the same for everybody."""

from __future__ import annotations

import re
from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.effects import Done
from app.models import BuyerSession, OutboxRow, SignInRequest
from app.models.buyers import WRONG_CODES_LIMIT
from app.sign_ins.asking import LINK_MINUTES, OPEN_LIMIT
from app.tokens import new_id
from tests.me.conftest import Buy, SignIn
from tests.me.letters import last_letter, outcome_of_last
from tests.shop.visitor import Visitor

TIMED_PRESSES = 200
TIMED_SHARE = 0.1  # of the median: what is left is the machine's
OVER = "This link does not work any more."


def count(office: BoxOffice, table: Any, *which: Any) -> int:
    """How many rows there are."""
    with office.db.read() as connection:
        query = select(func.count()).select_from(table).where(*which)
        return int(connection.execute(query).scalar_one())


def change(office: BoxOffice, email: str, **values: Any) -> None:
    """Change what is kept of an address's requests."""
    with office.db.write() as connection:
        changed = update(SignInRequest).where(SignInRequest.email == email).values(**values)
        assert connection.execute(changed).rowcount


def is_over(visitor: Visitor, path: str) -> bool:
    """Whether a link is refused, both looking and pressing, with the same words."""
    looked = visitor.open(path)
    assert visitor.page.count("<form") == 1, "the form that asks for a new one"
    pressed = visitor.send(path)
    return (
        (looked.status_code, pressed.status_code) == (410, 410)
        and OVER in looked.text
        and OVER in pressed.text
    )


# ---- the link ------------------------------------------------------------------------------------


def test_one_press_behind_the_link_signs_in(
    office: BoxOffice, bo: Visitor, email: str, ask: SignIn
) -> None:
    letter = ask(bo, email)

    assert (letter.to, letter.subject) == (email, "Sign in to Lantern House")
    assert bo.open(letter.path).status_code == 200
    assert f'As <span class="who">{email}</span>, asked for at ' in bo.page
    bo.follow(bo.send(letter.path))
    assert f"Signed in as {email}" in bo.page


def test_page_and_letter_name_the_browser_that_asked(app: Flask, bo: Visitor, email: str) -> None:
    bo.open("/me")
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
    bo.send("/me/links", {"email": email}, headers={"User-Agent": firefox})
    letter = last_letter(app.extensions["fullhouse"])
    bo.open(letter.path)

    assert "from Firefox on Linux." in bo.page
    assert "from Firefox on Linux" in " ".join(letter.text.split())


def test_looking_at_a_link_does_not_use_it_up(
    office: BoxOffice, bo: Visitor, cy: Visitor, email: str, ask: SignIn
) -> None:
    letter = ask(bo, email)
    for _time in range(3):
        assert cy.open(letter.path).status_code == 200

    assert count(office, BuyerSession, BuyerSession.email == email) == 0
    assert bo.open(letter.path).status_code == 200
    assert bo.send(letter.path).status_code == 303


def test_a_link_works_once(bo: Visitor, cy: Visitor, email: str, sign_in: SignIn) -> None:
    letter = sign_in(bo, email)

    assert is_over(cy, letter.path)


def test_the_same_browser_may_press_again_while_the_first_answer_is_lost(
    office: BoxOffice, bo: Visitor, email: str, ask: SignIn
) -> None:
    letter = ask(bo, email)
    bo.open(letter.path)
    with bo.without_new_cookies():
        assert bo.send(letter.path).status_code == 303

    bo.follow(bo.send(letter.path))

    assert f"Signed in as {email}" in bo.page
    assert count(office, BuyerSession, BuyerSession.email == email) == 1


def test_whoever_is_signed_in_and_opens_an_old_link_is_led_to_their_tickets(
    bo: Visitor, email: str, sign_in: SignIn
) -> None:
    letter = sign_in(bo, email)

    assert bo.open(letter.path).headers["Location"] == "/me"


def test_a_link_ends_after_a_quarter_of_an_hour(
    office: BoxOffice, bo: Visitor, email: str, ask: SignIn
) -> None:
    letter = ask(bo, email)
    change(office, email, expires_at=utc_now() - timedelta(seconds=1))

    assert is_over(bo, letter.path)
    assert LINK_MINUTES == 15


def test_a_made_up_link_looks_like_a_used_one(
    office: BoxOffice, bo: Visitor, email: str, ask: SignIn
) -> None:
    letter = ask(bo, email)
    wrong = letter.path[:-1] + ("A" if letter.path[-1] != "A" else "B")

    assert is_over(bo, wrong)
    assert is_over(bo, "/me/sign-in/nothing")
    assert is_over(bo, f"/me/sign-in/{office.tokens.signed('sign-in', 'made-up')}")


def test_a_link_is_bound_to_its_address(
    office: BoxOffice, bo: Visitor, email: str, ask: SignIn
) -> None:
    letter = ask(bo, email)
    change(office, email, address_key=office.tokens.address_key("cy@example.org"))

    assert is_over(bo, letter.path)


def test_older_links_work_until_one_is_used(
    bo: Visitor, cy: Visitor, email: str, ask: SignIn
) -> None:
    older, newer, third = ask(bo, email), ask(bo, email), ask(bo, email)
    assert bo.open(newer.path).status_code == 200

    bo.open(older.path)
    assert bo.send(older.path).status_code == 303

    assert is_over(cy, newer.path)
    assert is_over(cy, third.path)


def test_an_address_has_few_links_at_a_time(bo: Visitor, email: str, ask: SignIn) -> None:
    letters = [ask(bo, email) for _time in range(OPEN_LIMIT + 1)]

    assert is_over(bo, letters[0].path)
    assert bo.open(letters[1].path).status_code == 200


def test_whoever_did_not_ask_ends_every_link(
    office: BoxOffice, bo: Visitor, cy: Visitor, email: str, ask: SignIn
) -> None:
    first, second = ask(cy, email), ask(cy, email)
    bo.open(second.path)
    bo.follow(bo.send(f"{second.path}/refusal"))

    assert "nobody was signed in" in bo.page
    assert is_over(cy, first.path)
    assert is_over(cy, second.path)
    assert bo.send(f"{second.path}/refusal").status_code == 410


# ---- the code ------------------------------------------------------------------------------------


def test_the_code_signs_in_where_it_was_asked_for(bo: Visitor, email: str, ask: SignIn) -> None:
    code = ask(bo, email).code
    typed = f" {code[:3].lower()} {code[4:]} ".replace("0", "o").replace("1", "l")
    bo.follow(bo.send(bo.path, {"code": typed}))

    assert f"Signed in as {email}" in bo.page


def test_a_wrong_code_says_how_often_it_can_be_tried(
    office: BoxOffice, bo: Visitor, email: str, ask: SignIn
) -> None:
    letter = ask(bo, email)
    answer = bo.send(bo.path, {"code": "WRONG1"})

    assert answer.status_code == 422
    assert "You can try 4 more times." in answer.text
    assert count(office, BuyerSession, BuyerSession.email == email) == 0
    assert bo.send(bo.path, {"code": letter.code}).status_code == 303


def test_five_wrong_codes_end_the_code_and_the_link(bo: Visitor, email: str, ask: SignIn) -> None:
    letter, page = ask(bo, email), bo.path
    answers = [bo.send(page, {"code": typed}) for typed in ("", "é", "000000", "x" * 90, "\0")]

    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 410]
    assert "The code was wrong five times" in answers[-1].text
    assert bo.send(page, {"code": letter.code}).status_code == 410
    assert is_over(bo, letter.path)
    assert WRONG_CODES_LIMIT == 5


def test_a_code_opens_nothing_on_the_page_of_somebody_else(
    bo: Visitor, cy: Visitor, email: str, ask: SignIn
) -> None:
    letter = ask(bo, email)
    ask(cy, f"cy.{email}")

    assert cy.send(cy.path, {"code": letter.code}).status_code == 422
    assert cy.send("/me/links/made.up", {"code": letter.code}).status_code == 410


# ---- the same for everybody ----------------------------------------------------------------------


def test_the_answer_is_the_same_whether_or_not_the_address_is_known(
    office: BoxOffice, bo: Visitor, cy: Visitor, email: str, buy: Buy
) -> None:
    buy(email)
    seen = []
    for visitor, typed in ((bo, email), (cy, "un." + email)):
        visitor.open("/me")
        statements = _statements(office)
        answer = visitor.send("/me/links", {"email": typed, "key": visitor.hidden("key")})
        asked = statements()
        page = visitor.follow(answer).text.replace(typed, "ADDRESS")
        page = re.sub(r"/me/links/[^\"]+|value=\"[^\"]*\"", "SECRET", page)
        seen.append((answer.status_code, len(answer.data), asked, page))

    assert seen[0] == seen[1]
    assert len(seen[0][2]) > 3, "what was asked of the database"


def _statements(office: BoxOffice) -> Any:
    """Begins to listen; gives back what ends it with all statements since."""
    heard: list[str] = []
    engines = (office.db.writers, office.db._readers)

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        heard.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear)

    def end() -> list[str]:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", hear)
        return heard

    return end


@pytest.mark.long
def test_the_answer_takes_as_long_whether_or_not_the_address_is_known(
    office: BoxOffice, bo: Visitor, email: str, buy: Buy
) -> None:
    for _time in range(10):
        buy(email)
    taken: dict[bool, list[float]] = {True: [], False: []}
    bo.open("/me")
    for number in range(2 * TIMED_PRESSES):
        is_known = number % 2 == 0
        typed = {"email": email if is_known else f"un.{email}", "key": new_id()}
        begun = perf_counter()
        bo.send("/me/links", typed)
        taken[is_known].append(perf_counter() - begun)

    known, unknown = median(taken[True]), median(taken[False])
    assert abs(known - unknown) < TIMED_SHARE * unknown


def test_an_unknown_address_can_sign_in_and_finds_nothing(
    bo: Visitor, email: str, sign_in: SignIn
) -> None:
    sign_in(bo, email)

    assert "No tickets with this address" in bo.page


def test_one_press_writes_one_letter(office: BoxOffice, bo: Visitor, email: str) -> None:
    before = count(office, OutboxRow, OutboxRow.kind == "mail.sign_in")
    bo.open("/me")
    answers = [
        bo.send("/me/links", {"email": email, "key": bo.hidden("key")}) for _time in range(3)
    ]

    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert count(office, OutboxRow, OutboxRow.kind == "mail.sign_in") == before + 1


def test_an_ended_press_gets_a_new_letter(bo: Visitor, email: str, office: BoxOffice) -> None:
    bo.open("/me")
    form = {"email": email, "key": bo.hidden("key")}
    first = bo.send("/me/links", form)
    change(office, email, expires_at=utc_now() - timedelta(seconds=1))

    assert bo.send("/me/links", form).headers["Location"] != first.headers["Location"]


@pytest.mark.parametrize("typed", ["", "bo", "bo@", "bo@example", "a@b.c\r\nBcc: x@y.z", "é" * 300])
def test_what_is_no_address_gets_words(office: BoxOffice, bo: Visitor, typed: str) -> None:
    before = count(office, SignInRequest)
    bo.open("/me")
    answer = bo.send("/me/links", {"email": typed})

    assert answer.status_code == 422
    assert "Type an email address such as" in answer.text
    assert count(office, SignInRequest) == before


# ---- the letter ----------------------------------------------------------------------------------


def test_a_letter_that_comes_too_late_is_left_out(
    office: BoxOffice, bo: Visitor, email: str, sign_in: SignIn
) -> None:
    sign_in(bo, email)

    assert outcome_of_last(office) == Done({"left_out": "the link has been used or has ended"})


def test_the_page_says_so_where_no_letter_can_leave(bo: Visitor, email: str, ask: SignIn) -> None:
    ask(bo, email)

    assert "No mail server is set up here" in bo.page
    assert "is on its way" not in bo.page


def test_nothing_that_is_kept_opens_anything(
    office: BoxOffice, bo: Visitor, email: str, ask: SignIn
) -> None:
    letter = ask(bo, email)
    bo.open(letter.path)
    cookie = bo.send(letter.path).headers["Set-Cookie"].partition("buyer=")[2]

    kept = _everything(office)

    assert email in kept
    assert letter.token.rpartition(".")[2] not in kept, "the proof of the link"
    assert letter.code not in kept
    assert letter.code.replace("-", "") not in kept
    assert len(cookie.partition(".")[0]) >= 43
    assert cookie.partition(".")[0] not in kept, "the token of the session"


def _everything(office: BoxOffice) -> str:
    """Every value of the tables in question, as text."""
    with office.db.read() as connection:
        rows = [
            row
            for table in (SignInRequest, BuyerSession, OutboxRow)
            for row in connection.execute(select(table.__table__))
        ]
    return "\n".join(str(tuple(row)) for row in rows)
