"""Ticket codes are short, stable, private and signed."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tickets.codes import (
    BadSignature,
    BadTicketCode,
    TicketFacts,
    UnknownKey,
    claimed_key,
    new_key_pair,
    public_key_of,
    sign,
    validity,
    verify,
    window_hours,
)
from tests.tickets.builders import FACTS, KEY

DAY = date(2026, 11, 21)
PUBLIC_KEY = public_key_of(KEY)

any_facts = st.builds(
    TicketFacts,
    key_id=st.integers(0, 15),
    event=st.integers(0, 2**32 - 1),
    serial=st.integers(0, 2**64 - 1),
    zone=st.integers(0, 255),
    generation=st.integers(0, 255),
    valid_from_hours=st.integers(0, 2047),
    valid_until_hours=st.one_of(st.just(0), st.integers(2048, 4095)),
)


@given(any_facts)
def test_a_code_gives_back_exactly_the_facts_that_were_signed(facts: TicketFacts) -> None:
    code = sign(KEY, facts)

    assert verify(code, {(facts.event, facts.key_id): PUBLIC_KEY}) == facts
    assert len(code) == 199
    assert code.isdecimal()


def test_the_same_facts_always_give_the_same_code() -> None:
    assert sign(KEY, FACTS) == sign(KEY, FACTS)


def test_a_code_has_room_for_nothing_but_the_facts_and_their_signature() -> None:
    signed = int(sign(KEY, FACTS)[1:]).to_bytes(82, "big")

    assert len(signed) - 64 == 18
    assert {field.name for field in fields(TicketFacts)} == {
        "key_id",
        "event",
        "serial",
        "zone",
        "generation",
        "valid_from_hours",
        "valid_until_hours",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key_id", 16),
        ("event", 2**32),
        ("serial", 2**64),
        ("zone", 256),
        ("generation", -1),
        ("valid_from_hours", 4096),
        ("valid_until_hours", -1),
    ],
)
def test_facts_that_do_not_fit_are_refused(field: str, value: int) -> None:
    with pytest.raises(ValueError, match=field):
        TicketFacts(**({"key_id": 0, "event": 1, "serial": 1} | {field: value}))


def test_a_window_that_ends_when_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="after"):
        TicketFacts(0, 1, 1, valid_from_hours=2048, valid_until_hours=2048)


def test_another_events_key_does_not_open_this_event() -> None:
    other = new_key_pair()

    with pytest.raises(BadSignature):
        verify(sign(other.private, FACTS), {(7, 0): PUBLIC_KEY, (8, 0): other.public})


def test_a_code_of_an_unlisted_event_is_refused_with_words_for_the_door() -> None:
    with pytest.raises(UnknownKey, match="not on this list"):
        verify(sign(KEY, FACTS), {(8, 0): PUBLIC_KEY})


def test_a_rotated_key_signs_and_the_old_one_still_verifies() -> None:
    new = new_key_pair()
    keys = {(7, 0): PUBLIC_KEY, (7, 1): new.public}
    newer = TicketFacts(key_id=1, event=7, serial=5)

    assert verify(sign(KEY, FACTS), keys) == FACTS
    assert verify(sign(new.private, newer), keys) == newer


def test_the_key_that_a_code_names_can_be_read_to_look_it_up() -> None:
    assert claimed_key(sign(KEY, TicketFacts(key_id=3, event=99, serial=1))) == (99, 3)


def test_every_no_has_its_own_reason_and_words() -> None:
    noes = BadTicketCode.__subclasses__()

    assert len({no.reason for no in noes}) == len(noes) == 7
    assert len({no.words for no in noes}) == 7
    assert all(str(no()) == no.words for no in noes)


def test_a_private_key_does_not_show_when_its_pair_is_printed() -> None:
    pair = new_key_pair()

    assert repr(pair.private) not in repr(pair)
    assert pair.public == public_key_of(pair.private)


def test_offsets_count_from_midnight_utc_of_the_events_day() -> None:
    facts = TicketFacts(0, 7, 1, valid_from_hours=2066, valid_until_hours=2072)

    assert validity(facts, DAY) == (
        datetime(2026, 11, 21, 18, tzinfo=UTC),
        datetime(2026, 11, 22, 0, tzinfo=UTC),
    )


def test_no_offset_means_no_limit() -> None:
    assert validity(TicketFacts(0, 7, 1), DAY) == (None, None)


def test_a_window_may_begin_weeks_before_the_day_and_end_weeks_after() -> None:
    facts = TicketFacts(0, 7, 1, valid_from_hours=1, valid_until_hours=4095)

    assert validity(facts, DAY) == (
        datetime(2026, 8, 27, 17, tzinfo=UTC),
        datetime(2027, 2, 14, 7, tzinfo=UTC),
    )


def test_a_moved_event_takes_its_windows_along() -> None:
    facts = TicketFacts(0, 7, 1, valid_from_hours=2066)

    moved, _ = validity(facts, DAY + timedelta(days=30))

    assert moved == datetime(2026, 12, 21, 18, tzinfo=UTC)


def test_a_window_between_whole_hours_is_widened_never_narrowed() -> None:
    mumbai = timezone(timedelta(hours=5, minutes=30))
    begin = datetime(2026, 11, 21, 18, 0, tzinfo=mumbai)  # 12:30 UTC
    end = datetime(2026, 11, 21, 23, 0, tzinfo=mumbai)  # 17:30 UTC

    hours = window_hours(DAY, begin, end)

    assert hours == (2048 + 12, 2048 + 18)
    assert window_hours(DAY, None, None) == (0, 0)


@given(st.integers(60, 85 * 24 * 60), st.integers(24 * 60, 85 * 24 * 60))
def test_hours_and_instants_agree(minutes_before: int, minutes_after: int) -> None:
    midnight = datetime(2026, 11, 21, tzinfo=UTC)
    begin = midnight - timedelta(minutes=minutes_before)
    end = midnight + timedelta(minutes=minutes_after)
    from_hours, until_hours = window_hours(DAY, begin, end)
    valid_from, valid_until = validity(
        TicketFacts(0, 7, 1, valid_from_hours=from_hours, valid_until_hours=until_hours), DAY
    )

    assert valid_from is not None
    assert valid_until is not None
    assert timedelta() <= begin - valid_from < timedelta(hours=1)
    assert timedelta() <= valid_until - end < timedelta(hours=1)


def test_a_window_too_far_from_the_day_is_refused() -> None:
    with pytest.raises(ValueError, match="85 days"):
        window_hours(DAY, datetime(2026, 8, 1, tzinfo=UTC), None)
