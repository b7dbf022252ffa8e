"""What an organizer asks of a draw: from its file to its end, and every no on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from app.box_office import BoxOffice
from app.clock import wall_ms
from app.control_requests import carry_out
from app.draw_files.promises import PromiseChanged
from app.lottery.pool import commands as c
from app.lottery.refusals import NotThatFar
from app.models import Lottery, LotteryBatch
from app.prize_draws.secrets_of_batches import kept_secret
from app.refusals import Refusal
from tests.draw_files.written import WHOLE, with_line, with_more
from tests.opened import opened

BASIS = {"kind": "k", "number": "1", "region": "r", "promoter": "p", "free_entry": "none"}
CONTRIBUTED = WHOLE[: WHOLE.index("[public_value]")].replace("roof", "gift", 1) + (
    '[public_value]\nhow = "contributions"\n[[prizes]]\nname = "Lamp"\ncount = 50\n'
)
KEY_UNTIL = (
    '[[prizes]]\nname = "Key"\ncount = 50\nkind = "entitlement"\nopens = "members-page"\n'
    'page = "Welcome."\nuntil = "{}-06-01 12:00"\n'
)
INSTANT = CONTRIBUTED.replace("gift", "quick").replace(
    '[public_value]\nhow = "contributions"\n', ""
).replace("size = 100", 'size = 100\nmode = "instant"')  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> Iterator[BoxOffice]:
    """A box office with nothing in it."""
    with opened(tmp_path) as office:
        yield office


def do(office: BoxOffice, name: str, **words: Any) -> dict[str, Any]:
    """One request about a draw, asked until it is done."""
    while True:
        told = carry_out(office, f"lottery.{name}", words)
        if told.get("is_done", True):
            return told


def opens(office: BoxOffice, raw: str | bytes, **words: Any) -> dict[str, Any]:
    """The batch of a draw file opens."""
    return do(office, "open", file=raw if isinstance(raw, str) else raw.decode(), **words)


def buys(office: BoxOffice, slug: str, name: str, count: int, **facts: Any) -> None:
    """Somebody gets free tickets at once."""
    with office.db.read() as connection:
        lottery_id = connection.scalar(select(Lottery.id).where(Lottery.slug == slug))
    assert lottery_id is not None
    place = c.PlacePurchase(name, f"buyer-{name}", count, 0, False, "2026-11-05", **facts)
    office.pool_of(lottery_id).ask(c.BuyAtOnce(place, f"free-{name}", wall_ms()))


def rows(office: BoxOffice) -> list[Any]:
    """Everything of draws that a request could have changed."""
    found: list[Any] = []
    with office.db.read() as connection:
        for table in ("lotteries", "lottery_batches", "lottery_bases", "lottery_wins", "venues"):
            found += connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all()
    return found


def test_the_same_file_again_changes_nothing(office: BoxOffice) -> None:
    first = opens(office, WHOLE)
    before = rows(office)

    assert opens(office, WHOLE) == first
    assert (first["batch"], first["status"]) == ("roof-1", "open")
    assert rows(office) == before


def test_words_may_be_mended_and_promises_may_not(office: BoxOffice) -> None:
    opens(office, WHOLE)
    opens(office, with_line('name = "Tea"', 'name = "Tea"\nnote = "Hot"\npicture = "cup"'))
    assert office.draws.by_slug("roof").words.of_tier("tea").note == "Hot"
    opens(office, with_line("tickets@", "box@"))
    assert office.draws.by_slug("roof").house.contact_email == "box@marshhall.example"

    for old, new, place in (
        ("size = 100", "size = 101", "draw.size"),
        ("size = 100", "size = 100\nprice = 1", "draw.price"),
        ("size = 100", "size = 100\ncredits = 1", "draw.credits"),
        ("size = 100", 'size = 100\nrules = "Others"', "draw.rules"),
        ("2098", "2097", "draw.closes_at"),
        ("count = 10", "count = 11", "prizes"),
        ("count = 6", "count = 7", "public_value"),
        ('title = "The Roof Draw"', 'title = "Another"', "draw.title"),
        ('currency = "GBP"', 'currency = "EUR"', "draw.currency"),
        ("[draw]", "[limits]\nage = 18\n[draw]", "limits"),
    ):
        before = rows(office)
        with pytest.raises(PromiseChanged) as refused:
            opens(office, with_line(old, new))
        assert refused.value.details["problems"][0].startswith(f"{place}:"), place
        assert rows(office) == before, place


def test_the_next_batch_may_promise_something_else(office: BoxOffice) -> None:
    opens(office, WHOLE)
    other = with_line("count = 10", "count = 20")
    with pytest.raises(Refusal, match="Another batch of this draw is open"):
        opens(office, other, batch="2")
    do(office, "close", draw="roof")
    with pytest.raises(Refusal) as refused:
        opens(office, other, batch="3")
    assert "the next one is 2" in refused.value.words

    assert opens(office, other, batch="2")["batch"] == "roof-2"
    assert opens(office, other)["batch"] == "roof-2", "without a number: the last one"


def test_the_commitment_covers_names_worth_and_rules_of_the_prizes(office: BoxOffice) -> None:
    opens(office, with_line('name = "Tea"', 'name = "Tea"\nworth = 3\nnote = "Hot"').replace(
        b"size = 100", b'size = 100\nrules = "One ticket, one chance."'
    ))  # fmt: skip

    _seed, params = kept_secret(office, "roof-1")

    assert params.terms["rules_1"] == "One ticket, one chance."
    assert (params.terms["prize_2_name"], params.terms["prize_2_cents"]) == ("Tea", 300)
    assert "Hot" not in str(params.plain()), "words that may be mended are no promise"


def test_a_prize_only_brings_what_the_house_plays(office: BoxOffice) -> None:
    seat = with_more('[[prizes]]\nname="Seat"\ncount=10\nkind="seat"\nevent="gala"\n')

    with pytest.raises(Refusal) as refused:
        opens(office, seat)

    assert "prizes[2].event: Marsh Hall has no event at the address gala." in refused.value.words
    assert rows(office) == []


def test_a_draw_goes_from_its_buyers_own_numbers_to_its_end(office: BoxOffice) -> None:
    opens(office, CONTRIBUTED)
    for number in range(1, 5):
        given = f"{number:064x}"
        buys(office, "gift", f"p{number}", 25, contribution=given, public_name="Bo")
    assert do(office, "close", draw="gift", by="Ada")["next"] == "gather"
    with pytest.raises(Refusal, match="not fixed yet") as refused:
        do(office, "draw", draw="gift", by="Ada")
    assert refused.value.words.endswith("buyers contributed: ./run lottery value gift")
    assert do(office, "value", draw="gift", by="Ada")["is_fixed"]
    assert do(office, "show", draw="gift")["batches"][0]["next"] == "draw"
    do(office, "draw", draw="gift", by="Ada")
    assert do(office, "reveal", draw="gift") == do(office, "reveal", draw="gift")

    found = do(office, "show", draw="gift")["batches"][0]
    assert (found["status"], found["sold"], found["next"]) == ("drawn", 100, "")
    assert len(found["list_hash"]) == len(found["secret"]) == 64
    unclaimed = do(office, "claims", draw="gift", unclaimed=True)["claims"]
    assert len(unclaimed) == 50
    with pytest.raises(Refusal, match="is not over: gift-1"):
        do(office, "end", draw="gift")


def test_a_claimed_prize_is_confirmed_once(office: BoxOffice) -> None:
    opens(office, INSTANT)
    buys(office, "quick", "p1", 100)
    first = do(office, "claims", draw="quick", unclaimed=True)["claims"][0]["ticket"]
    with pytest.raises(Refusal, match="Nobody has claimed that prize"):
        do(office, "confirm", draw="quick", ticket=first, by="Dee")
    pool = office.pool_of(office.draws.by_slug("quick").id)
    pool.ask(c.ClaimPrize("quick-1", int(first[2:]), "buyer-p1"))
    assert do(office, "claims", draw="quick")["claims"][0]["confirmed_by"] == ""

    for by in ("Dee", "Max"):  # the second one changes nothing
        assert do(office, "confirm", draw="quick", ticket=first[2:], by=by)["prize"] == "lamp"

    assert do(office, "claims", draw="quick")["claims"][0]["confirmed_by"] == "Dee"


def test_paid_tickets_say_that_they_are_not_on_sale_until_there_is_a_basis(
    office: BoxOffice,
) -> None:
    opens(office, with_line("size = 100", "size = 100\nprice = 1"))
    assert "no legal basis" in do(office, "show", draw="roof")["warning"]

    do(office, "basis", draw="roof", **BASIS, until="2097-12-31")

    found = do(office, "show", draw="roof")
    assert (found["warning"], found["basis"]["until"]) == ("", "2098-01-01T00:00:00Z")


BAD: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("open", {"file": ""}, "cannot be used yet"),
    ("open", {"file": WHOLE.replace("2098", "2020")}, "This would change"),
    ("open", {"file": CONTRIBUTED.replace("2098", "2020")}, "draw.closes_at: has passed already"),
    ("open", {"file": CONTRIBUTED + KEY_UNTIL.format("2097")}, "prizes[1].until: is over before"),
    (
        "open",
        {"file": INSTANT.replace("quick", "keys") + KEY_UNTIL.format("2020")},
        "prizes[1].until: is over before",
    ),
    ("open", {"file": WHOLE, "batch": "0"}, "the next one is 2"),
    ("open", {"file": WHOLE, "batch": "one"}, "A batch has a number"),
    ("open", {"file": CONTRIBUTED, "batch": "2"}, "the next one is 1"),
    ("show", {"draw": "none"}, "no draw called none"),
    ("close", {"draw": "roof", "batch": "7"}, "has no batch 7. It has 1."),
    ("close", {"draw": "roof", "batch": "1; DROP"}, "A batch has a number"),
    ("value", {"draw": "roof", "value": "1 2 3 4 5 6", "by": "Ada"}, "still selling"),
    (
        "value",
        {"draw": "roof", "value": "1 2 3", "by": "Ada"},
        "6 numbers, and 3 were given",
    ),
    (
        "value",
        {"draw": "roof", "value": "1 2 3 4 5 x", "by": "Ada"},
        "“x” is not a number.",
    ),
    ("value", {"draw": "roof", "value": "1 2 3 4 5 6"}, "Say with --by"),
    ("value", {"draw": "roof"}, "does not come from the buyers"),
    ("draw", {"draw": "roof"}, "still selling"),
    ("draw", {"draw": "quick"}, "placed before its first sale"),
    ("reveal", {"draw": "roof"}, "not come that far"),
    ("settle", {"draw": "roof"}, "not come that far"),
    ("end", {"draw": "roof"}, "is not over: roof-1"),
    ("confirm", {"draw": "roof", "ticket": "1-1"}, "Say with --by"),
    ("confirm", {"draw": "roof", "ticket": "1-0", "by": "D"}, "such as 1-417"),
    ("confirm", {"draw": "roof", "ticket": "2-1", "by": "D"}, "such as 1-417"),
    ("confirm", {"draw": "roof", "ticket": "x", "by": "D"}, "such as 1-417"),
    ("confirm", {"draw": "roof", "ticket": "1", "by": "D"}, "Nobody has claimed"),
    ("basis", {"draw": "roof", **BASIS, "number": " "}, "--number is empty: write it as page"),
    ("basis", {"draw": "roof", **BASIS, "free_entry": ""}, "--free-entry is empty"),
    ("basis", {"draw": "roof", **BASIS, "kind": "x" * 201}, "--kind has 201 characters"),
    ("basis", {"draw": "roof", **BASIS, "until": "soon"}, "as 2030-12-31"),
    ("basis", {"draw": "roof", **BASIS, "until": "2020-01-01"}, "is over already"),
)


def test_bad_requests_get_words_and_change_nothing(office: BoxOffice) -> None:
    opens(office, WHOLE)
    opens(office, INSTANT)
    before = rows(office)
    for name, words, said in BAD:
        with pytest.raises(Refusal) as refused:
            do(office, name, **words)
        told = refused.value.words + str(refused.value.details.get("problems", ""))
        assert said in told, (name, words, told)
        assert rows(office) == before, (name, words)


def test_nothing_sells_whose_winners_would_follow_from_a_known_value(office: BoxOffice) -> None:
    file = WHOLE.replace("closes_at", "#") + "[successor]\nthreshold = 50\nsize = 100\n"
    opens(office, file)
    buys(office, "roof", "p1", 60)
    do(office, "reseed", lottery=1, batch="roof-1")
    do(office, "close", draw="roof", batch="1")
    typed = {"draw": "roof", "value": "1 2 3 4 5 6", "batch": "1"}

    with pytest.raises(NotThatFar) as refused:
        do(office, "value", **typed, by="Ada")
    assert "Close batch 2 first" in refused.value.words
    do(office, "close", draw="roof", batch="2")
    assert not do(office, "value", **typed, by="Ada")["is_fixed"]
    before = rows(office)
    with pytest.raises(NotThatFar) as refused:
        opens(office, file.replace("count = 10", "count = 20"), batch="3")
    assert "it was typed for batch 1." in refused.value.words
    assert "Name in its file a source of a day to come" in refused.value.words
    assert rows(office) == before
    opens(office, file.replace('"Lotto"', '"Lotto of another day"'), batch="3")
    assert do(office, "value", **typed, by="Dee")["is_fixed"]  # that one has another source
    assert opens(office, file.replace('"Lotto"', '"Lotto of another day"'))["batch"] == "roof-3"


def test_a_successor_that_came_too_late_promises_nothing_for_the_next_file(
    office: BoxOffice,
) -> None:
    file = WHOLE.replace("closes_at", "#") + "[successor]\nthreshold = 50\nsize = 100\n"
    opens(office, file)
    buys(office, "roof", "p1", 60)
    do(office, "close", draw="roof")
    with pytest.raises(NotThatFar):
        do(office, "reseed", lottery=1, batch="roof-1")

    opens(office, file.replace("count = 10", "count = 20"), batch="2")

    assert [tier.count for tier in kept_secret(office, "roof-2")[1].tiers] == [1, 20]


def test_two_batches_for_which_a_step_is_due_are_told_apart(office: BoxOffice) -> None:
    opens(office, WHOLE.replace("closes_at", "#") + "[successor]\nthreshold = 50\nsize = 100\n")
    buys(office, "roof", "p1", 60)
    do(office, "reseed", lottery=1, batch="roof-1")

    with pytest.raises(Refusal) as refused:
        do(office, "close", draw="roof")
    assert "Say which batch is meant: 1, 2." in refused.value.words
    do(office, "close", draw="roof", batch="1")

    with office.db.read() as connection:
        query = select(LotteryBatch.status).order_by(LotteryBatch.number)
        assert list(connection.execute(query).scalars()) == ["closed", "open"]
    with pytest.raises(Refusal) as refused:
        opens(office, WHOLE.replace("closes_at", "#"), batch="2")
    assert "Batch 2 opened by itself" in refused.value.words
