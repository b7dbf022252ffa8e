"""What is wrong with an event file, key by key."""

from __future__ import annotations

from app.plans.refused import Problem
from app.refusals import Refusal

SHOWN_COUNT = 3


class EventFileRefused(Refusal):
    """The file is no event yet; `problems` says where and why."""

    code, status = "event_file_refused", 422
    happened = "This event file cannot be used yet."
    safe = "Nothing was changed."

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems=[str(problem) for problem in problems])
        self.problems = problems
        self.next_step = " ".join(str(problem) for problem in problems[:SHOWN_COUNT])
