"""What a draw gives: exactly the published table, in steps, from all of its facts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.lottery.draw.bundle import seal, verify
from app.lottery.draw.drawing import Drawn, Facts, drawing, units
from app.lottery.draw.order import first_winners, ordering
from app.lottery.draw.params import BallotParams, PrizeParams, Tier, checked, commit
from app.lottery.draw.prizes import opening
from app.lottery.draw.public import Contributions, NoValue, Numbers, Source
from app.lottery.draw.published import Published
from app.lottery.draw.refused import BundleRefused
from app.lottery.draw.steps import SLICE_COUNT, finished
from app.lottery.draw.tickets import ticket_proof, verify_ticket
from tests.lottery.samples import FACTS, ballot, bundle_of, entries, evening, instant, seed_of

MANY = PrizeParams("instant", "Many", 20_000, (Tier("a", 37), Tier("b", 500)), NoValue())


def drawn_from(facts: Facts) -> Drawn:
    """The whole draw at once."""
    return finished(drawing(facts))


@pytest.mark.parametrize("size", [1, 12, 2047, 2048, 2049, 5000])
def test_every_tier_has_exactly_its_count(size: int) -> None:
    params = replace(
        MANY, size=size, tiers=(Tier("a", 1), Tier("b", size // 3), Tier("c", 1))[:size]
    )
    params = replace(params, tiers=tuple(tier for tier in params.tiers if tier.count))
    result = drawn_from(Facts(params, "batch", seed_of("sizes"))).result
    positions = [position for tier in result for position in tier]  # type: ignore[union-attr]

    assert [len(tier) for tier in result] == [tier.count for tier in params.tiers]  # type: ignore[arg-type]
    assert len(set(positions)) == len(positions)
    assert all(1 <= position <= size for position in positions)


def test_an_opened_batch_is_the_one_that_is_revealed() -> None:
    opened = finished(opening(MANY, "batch", seed_of("many")))
    drawn = drawn_from(Facts(MANY, "batch", seed_of("many")))
    winners = [at for at, prize in enumerate(opened.prizes, 1) if prize == 2]

    assert (opened.commitment, opened.tree.root) == (drawn.commitment, drawn.root)
    assert drawn.result[1] == winners


def test_opening_takes_short_steps_and_says_how_far_it_is() -> None:
    steps = list(opening(MANY, "batch", seed_of("many")))

    assert max(steps) <= SLICE_COUNT
    assert sum(steps) == 2 * MANY.size - 1


@pytest.mark.parametrize("name", [name for name in FACTS if name != "weighted"])
def test_a_draw_says_beforehand_how_long_it_is(name: str) -> None:
    assert sum(drawing(FACTS[name]())) == units(FACTS[name]())


def test_a_ticket_is_proved_before_the_reveal() -> None:
    tree = finished(opening(MANY, "batch", seed_of("many"))).tree
    root = tree.root.hex()

    leaf = verify_ticket(ticket_proof(tree, 19_999), Published(merkle_root=root))

    assert (leaf.position, leaf.prize) == (19_999, tree.prizes[19_998])
    with pytest.raises(BundleRefused, match="published"):
        verify_ticket(ticket_proof(tree, 1), Published(merkle_root="00" * 32))


def test_an_evening_needs_the_seed_and_the_value_and_the_list() -> None:
    facts = evening()
    seeds = {
        drawn_from(other).seed
        for other in (
            facts,
            replace(facts, server_seed=seed_of("another")),
            replace(facts, public=[[3, 8, 21, 40, 41, 48]]),
            replace(facts, lines=facts.lines[:-1]),
            replace(facts, batch="tombola-2"),
            replace(facts, params=replace(facts.params, title="Tombola")),
        )
    }

    assert len(seeds) == 6


def test_a_bundle_is_compared_with_what_was_published() -> None:
    raw, drawn = bundle_of("instant"), drawn_from(instant())
    told = Published(drawn.commitment.hex(), drawn.list_hash.hex().upper(), drawn.root.hex() + "\n")

    assert verify(raw, told).drawn == drawn
    for name in ("commitment", "list_hash", "merkle_root"):
        with pytest.raises(BundleRefused, match="published"):
            verify(raw, Published(**{name: "00" * 32}))


@pytest.mark.parametrize("name", FACTS)
def test_what_is_sealed_is_verified_with_the_same_facts(name: str) -> None:
    facts = FACTS[name]()

    verified = verify(seal(facts, drawn_from(facts)))

    assert verified.facts.params == facts.params
    assert list(verified.facts.lines) == list(facts.lines)


def test_rules_that_cannot_be_drawn_are_refused_before_they_are_committed() -> None:
    for params in (
        replace(MANY, size=0),
        replace(MANY, size=10_000_001),
        replace(MANY, tiers=(Tier("a", 20_001),)),
        replace(MANY, tiers=()),
        replace(MANY, public=Contributions()),
        replace(MANY, kind="evening"),
        replace(MANY, title=""),
        replace(MANY, terms={"note": "x" * 65_536}),
        BallotParams("b", 0, 1, NoValue()),
        BallotParams("b", 1, 1001, NoValue()),
        BallotParams("b", 1, 1, Numbers(())),
        BallotParams("b", 1, 1, Numbers((Source("s", 6, 50, 49),))),
    ):
        with pytest.raises(BundleRefused):
            checked(params)


def test_what_is_committed_to_is_what_a_draw_is_checked_against() -> None:
    facts = evening()

    assert commit(facts.params, facts.batch, facts.server_seed) == drawn_from(facts).commitment
    with pytest.raises(BundleRefused, match="batch"):
        commit(facts.params, "two words", facts.server_seed)


def test_only_an_instant_batch_is_opened() -> None:
    params = evening().params
    assert isinstance(params, PrizeParams)

    with pytest.raises(ValueError, match="instant"):
        finished(opening(params, "batch", seed_of("x")))


# ---- ballots ------------------------------------------------------------------------------------


def test_an_order_has_every_entry_once() -> None:
    weights = [1 + number % 5 for number in range(3000)]

    assert sorted(finished(ordering(weights, seed_of("order")))) == list(range(3000))


def test_a_ballot_of_nobody_has_no_order() -> None:
    assert drawn_from(replace(ballot(), lines=())).result == []


def test_entries_with_more_chances_than_can_be_drawn_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.lottery.draw.lists.POSITION_COUNT_LIMIT", 6)

    with pytest.raises(BundleRefused, match="chances"):
        drawn_from(replace(ballot(), lines=ballot().lines[:7]))


def test_groups_win_together_or_wait() -> None:
    served = first_winners([2, 0, 1, 3], [1, 2, 3, 1], 4)

    assert served.winners == [2, 0]
    assert served.waiting == [1, 3]


def test_a_smaller_group_may_pass_a_larger_one_that_does_not_fit() -> None:
    served = first_winners([0, 1, 2], [3, 2, 1], 4)

    assert (served.winners, served.waiting) == ([0, 2], [1])


def test_the_list_is_the_same_in_whatever_order_entries_came() -> None:
    lines = entries((1, 1), (2, 1), (3, 1))

    assert list(lines) == sorted(lines)
    assert len({line.split()[0] for line in lines}) == 3
