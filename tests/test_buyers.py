"""Names and addresses: people's real ones pass, nothing that breaks a letter does."""

from __future__ import annotations

import pytest

from app.buyers import EMAIL_LIMIT, NAME_LIMIT, read_buyer, read_email, read_name
from app.refusals import Invalid


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Bo", "Bo"),
        ("  Bo   B. Buyer ", "Bo B. Buyer"),
        ("Zoë Ångström-O'Neill", "Zoë Ångström-O'Neill"),
        ("Zoe\u0308", "Zoë"),
        ("Мария 李", "Мария 李"),
        ("مهدی\u200cزاده", "مهدی\u200cزاده"),
        ("Bo\nBuyer", "Bo Buyer"),
        ("x" * NAME_LIMIT, "x" * NAME_LIMIT),
    ],
)
def test_a_real_name_is_kept(typed: str, name: str) -> None:
    assert read_name(typed) == name


@pytest.mark.parametrize("typed", ["", "   ", "\n\t", "x" * (NAME_LIMIT + 1), "Bo\x00", "\ud800"])
def test_a_name_that_cannot_be_printed_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_name(typed)

    assert set(refused.value.fields) == {"name"}


@pytest.mark.parametrize(
    ("typed", "email"),
    [
        ("bo@example.org", "bo@example.org"),
        (" Bo.B+tickets@Example.ORG ", "Bo.B+tickets@example.org"),
        ("o'neill@mail.example.org", "o'neill@mail.example.org"),
        ("bo@bücher.example", "bo@xn--bcher-kva.example"),
    ],
)
def test_a_real_address_is_kept(typed: str, email: str) -> None:
    assert read_email(typed) == email


@pytest.mark.parametrize(
    "typed",
    [
        *("", "bo", "bo@", "@example.org", "bo@example", "bo@@example.org", "b o@example.org"),
        *("bo@example..org", "bo@.example.org", "bo@-a.example.org", "bo@1.2.3.4", "bo.@a.example"),
        *("bo@example.org\nBcc: cy@example.org", "bo\r\n@example.org", "<bo@example.org>"),
        *('"bo b"@example.org', "bo@exa mple.org", "bo,cy@example.org", "bö@example.org"),
        *("bo@" + "a" * 64 + ".org", "x" * 65 + "@example.org", "bo@" + "a." * EMAIL_LIMIT + "org"),
        "bo@\ud800.example",
    ],
)
def test_an_address_that_no_letter_reaches_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_email(typed)

    assert set(refused.value.fields) == {"email"}


@pytest.mark.parametrize(
    "sign",
    [
        *("\u202e", "\u202a", "\u2066", "\u2069", "\u200e", "\u061c"),  # turn writing round
        *("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\U000e0041"),
        *("\u3164", "\u2800", "\ue000", "\ufffe"),
    ],
)
def test_a_name_with_a_sign_that_nobody_sees_is_refused(sign: str) -> None:
    for typed in (f"Bo{sign}Buyer", f"{sign}Bo", f"Bo {sign}"):
        with pytest.raises(Invalid) as refused:
            read_buyer(typed, "bo@example.org")

        assert "Type it by hand" in refused.value.fields["name"]


def test_everything_wrong_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        read_buyer("", "bo")

    assert set(refused.value.fields) == {"name", "email"}
