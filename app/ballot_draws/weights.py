"""Entries that count more: by a code that some people were given, as the ballot said in public."""

from __future__ import annotations

import hmac
from typing import Final

from app.ballot_files.reading import BallotFile, folded_code
from app.box_office import BoxOffice
from app.lottery.ballot.terms import BallotTerms, WeightRule
from app.refusals import Invalid

PURPOSE: Final = "ballot-weight"


def rules_of_file(office: BoxOffice, file: BallotFile) -> tuple[WeightRule, ...]:
    """What the file says about weights; of each code only a keyed hash."""
    return tuple(
        WeightRule(one.words, one.weight, code_key(office, file.slug, one.code))
        for one in file.weights
    )


def weight_of_code(office: BoxOffice, slug: str, terms: BallotTerms, code: str) -> int:
    """How often an entry with this code counts; raises `Invalid` for a code that nobody has."""
    key, found = code_key(office, slug, code), 0
    for rule in terms.weights:  # all of them: the time taken says nothing
        if hmac.compare_digest(rule.code_key, key):
            found = rule.weight
    if not found:
        raise Invalid({"code": "This ballot does not know that code. Leave it out to count once."})
    return found


def rule_words(terms: BallotTerms, weight: int) -> str:
    """Why an entry of this weight counts more; empty for one that counts once."""
    return "; ".join(rule.words for rule in terms.weights if rule.weight == weight)


def code_key(office: BoxOffice, slug: str, code: str) -> str:
    """The keyed hash of a code, the same for small and capital letters and any spaces."""
    return office.tokens.of(PURPOSE, f"{slug}:{folded_code(code)}")
