"""Suggested seat features from the words of categories, sections and rows."""

from __future__ import annotations

import re
from functools import lru_cache

from app.plans.plan import Feature

SUGGESTING_WORDS = {
    Feature.WHEELCHAIR: re.compile(r"wheel\s?chair|rollstuhl|fauteuil roulant", re.I),
    Feature.COMPANION: re.compile(r"companion|carer|begleit|accompagnant", re.I),
    Feature.RESTRICTED: re.compile(
        r"restricted|limited view|partial view|sichtbehindert|visibilité réduite", re.I
    ),
    Feature.STEP_FREE: re.compile(r"step[\s-]?free|without steps|level access|stufenlos", re.I),
}
# A wheelchair place that needs stairs would be none, and its companion sits beside it.
REACHED_WITHOUT_STEPS = frozenset({Feature.WHEELCHAIR, Feature.COMPANION})


@lru_cache(maxsize=4096)
def suggested_features(words: str) -> frozenset[Feature]:
    """What these words promise; the organizer confirms it."""
    found = {feature for feature, pattern in SUGGESTING_WORDS.items() if pattern.search(words)}
    if found & REACHED_WITHOUT_STEPS:
        found.add(Feature.STEP_FREE)
    return frozenset(found)
