"""Would the proofs notice? Each mutant must turn the one test that it names red."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.mutant import Mutant, all_mutants, apply, copy_tree, run_test

pytestmark = pytest.mark.crash
NEEDED = {
    "reply-before-commit",
    "stolen-hold",
    "normal-sync",
    "wall-clock",
    "half-a-hold",
    "forgotten-idempotency",
    "mail-twice",
    "lost-release",
    "stale-epoch",
}


@pytest.mark.parametrize("mutant", all_mutants(), ids=lambda mutant: mutant.name)
def test_every_mutant_fits_the_code(mutant: Mutant, tmp_path: Path) -> None:
    copy_tree(tmp_path)

    apply(mutant, tmp_path)


@pytest.mark.long(weight=1)
@pytest.mark.parametrize("mutant", all_mutants(), ids=lambda mutant: mutant.name)
def test_the_named_test_catches_the_mutant(mutant: Mutant, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    copy_tree(tree)
    apply(mutant, tree)

    verdict = run_test(mutant.test, tree, tmp_path)

    assert verdict.is_red_because(mutant.because), (
        f"{mutant.breaks}, and {mutant.test} ended with {verdict.code}:\n{verdict.said[:4000]}"
    )


def test_there_is_a_mutant_for_every_promise() -> None:
    assert {mutant.name for mutant in all_mutants()} >= NEEDED
