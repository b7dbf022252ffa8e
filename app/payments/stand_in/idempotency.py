"""Idempotency keys as Stripe treats them: one answer per key, whatever becomes of the first one."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from app.payments.stand_in.exchange import Answer
from app.payments.stand_in.problems import Json, ProblemError

KEY_LIFE_SECONDS: Final = 24 * 60 * 60
KEYS_LIMIT: Final = 50_000
KEY_CHARACTERS_LIMIT: Final = 255


@dataclass(slots=True)
class KeptAnswer:
    """What a key was first used for, and its answer once there is one."""

    path: str
    print_: bytes  # of the parameters
    began_at: float
    answer: Answer | None = None


class Keys:
    """The newest keys of the last day."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: OrderedDict[str, KeptAnswer] = OrderedDict()

    def begin(self, key: str, path: str, params: Json) -> Answer | None:
        """The answer that this key has already; None when the call is now to be carried out.

        Refuses a key that was used for something else, or whose first call still runs.
        """
        if not 1 <= len(key) <= KEY_CHARACTERS_LIMIT:
            words = f"Idempotency keys have 1 to {KEY_CHARACTERS_LIMIT} characters."
            raise ProblemError(words, kind="idempotency_error", before_work=True)
        print_ = hashlib.sha256(json.dumps(params, sort_keys=True).encode()).digest()
        with self._guard:
            self._forget()
            kept = self._kept.get(key)
            if kept is None:
                self._kept[key] = KeptAnswer(path, print_, time.monotonic())
                return None
        if (kept.path, kept.print_) != (path, print_):
            raise _other_use(key, kept.path, path)
        if kept.answer is None:
            raise _in_use(key)
        return kept.answer

    def finish(self, key: str, answer: Answer) -> None:
        """Keep the answer that every repeat will get."""
        with self._guard:
            if key in self._kept:
                self._kept[key].answer = answer

    def release(self, key: str) -> None:
        """Forget a key whose call was refused before any work."""
        with self._guard:
            self._kept.pop(key, None)

    def __len__(self) -> int:
        return len(self._kept)

    def _forget(self) -> None:
        oldest_at = time.monotonic() - KEY_LIFE_SECONDS
        while self._kept:
            first = next(iter(self._kept.values()))
            if len(self._kept) < KEYS_LIMIT and first.began_at > oldest_at:
                return
            self._kept.popitem(last=False)


def _other_use(key: str, first_path: str, path: str) -> ProblemError:
    what = "parameters" if path == first_path else "endpoint"
    words = (
        f"Keys for idempotent requests can only be used with the same {what} they were first used"
        f" with. Try using a key other than '{key}' if you meant to execute a different request."
    )
    return ProblemError(words, kind="idempotency_error", before_work=True)


def _in_use(key: str) -> ProblemError:
    words = f"There is currently another in-progress request using this idempotent key ({key})."
    return ProblemError(
        words,
        status=409,
        kind="idempotency_error",
        code="idempotency_key_in_use",
        before_work=True,
    )
