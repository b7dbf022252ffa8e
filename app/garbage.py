"""The garbage collector's hours: not while the office opens, and never over what stays."""

from __future__ import annotations

import gc
from typing import Final

# Almost everything here is freed by counting references. A full collection goes over all seats of
# all open events, and every thread waits for it: a tenth of a second that buyers would notice.
YOUNG_LIMIT: Final = 10_000
MIDDLE_LIMIT: Final = 20
OLD_LIMIT: Final = 50


def hold_off() -> None:
    """Collect nothing while what is made is there to stay."""
    gc.disable()


def begin() -> None:
    """Collect again, and pass over everything that is there already."""
    gc.freeze()
    gc.set_threshold(YOUNG_LIMIT, MIDDLE_LIMIT, OLD_LIMIT)
    gc.enable()
