"""What is wrong with a file that somebody wrote, key by key."""

from __future__ import annotations

from app.plans.refused import Problem
from app.refusals import Refusal

SHOWN_COUNT = 3


class FileRefused(Refusal):
    """The file cannot be used yet; `problems` says where and why."""

    code, status = "file_refused", 422
    happened = "This file cannot be used yet."
    safe = "Nothing was changed."

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems=[str(problem) for problem in problems])
        self.problems = problems
        self.next_step = " ".join(str(problem) for problem in problems[:SHOWN_COUNT])
