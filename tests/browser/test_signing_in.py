"""A buyer signs in by a real letter: with keys alone, without JavaScript, on two devices."""

import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.services.box_office import BoxOffice, box_office
from tests.services.browser import PHONE, visitor
from tests.services.smtp import MailServer, mail_server

pytestmark = pytest.mark.browser

EMAIL = "bo@example.org"


@pytest.fixture(scope="module")
def mailbox() -> Iterator[MailServer]:
    """Where letters arrive."""
    with mail_server() as running:
        yield running


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, mailbox: MailServer) -> Iterator[BoxOffice]:
    """Lantern House, which sends letters."""
    folder = tmp_path_factory.mktemp("house")
    with box_office(folder, settings={"SMTP_URL": mailbox.url}) as running:
        yield running


def ask(page: Page, mailbox: MailServer) -> str:
    """Ask for a letter with keys alone; its text."""
    mailbox.clear()
    page.goto("/orders/find")
    page.get_by_role("link", name="Or sign in by email").press("Enter")
    page.get_by_label("Email").focus()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Look in your email")
    [letter] = mailbox.wait_for(1)
    return text_of(letter)


def text_of(letter: EmailMessage) -> str:
    """The plain text of a letter that arrived."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def found(pattern: str, text: str) -> str:
    """What the pattern finds."""
    match = re.search(pattern, text)
    assert match is not None, text
    return match[0]


def test_the_link_of_a_letter_signs_in_with_keys_alone(
    chromium: Browser, house: BoxOffice, mailbox: MailServer
) -> None:
    with visitor(chromium, base_url=house.url, javascript=False) as bo:
        bo.page.goto(found(r"http\S+/me/sign-in/\S+", ask(bo.page, mailbox)))
        bo.page.get_by_role("button", name="Yes, sign in").press("Enter")
        expect(bo.page.get_by_text(f"Signed in as {EMAIL}")).to_be_visible()
        expect(bo.page.get_by_text(re.compile("Chrome.* on Linux, now"))).to_be_visible()

        bo.page.get_by_role("link", name="What's on", exact=True).first.press("Enter")
        bo.page.get_by_role("link", name="My tickets").press("Enter")
        with bo.page.expect_download() as download:
            bo.page.get_by_role("link", name="Download all of it").press("Enter")
        assert download.value.suggested_filename == "my-tickets.json"
        bo.page.get_by_role("button", name="Sign out", exact=True).press("Enter")
        expect(bo.page.get_by_text("You are signed out.")).to_be_visible()
        bo.assert_content()


def test_the_code_of_a_letter_signs_in_on_another_device(
    chromium: Browser, house: BoxOffice, mailbox: MailServer
) -> None:
    with visitor(chromium, base_url=house.url, viewport=PHONE) as bo:
        text = ask(bo.page, mailbox)
        code = found(r"(?<!\S)[0-9A-Z]{3}-[0-9A-Z]{3}(?=[\s.,]|$)", text)
        bo.page.get_by_label("Code").fill(code)
        bo.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(bo.page.get_by_text(f"Signed in as {EMAIL}")).to_be_visible()
        bo.assert_accessible()
        bo.assert_content()

    with visitor(chromium, base_url=house.url) as cy:
        answer = cy.page.goto(found(r"http\S+/me/sign-in/\S+", text))
        assert answer is not None
        assert answer.status == 410
        expect(cy.page.get_by_text("This link does not work any more.")).to_be_visible()
