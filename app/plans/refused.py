"""What is wrong with a plan file, place by place."""

from __future__ import annotations

from dataclasses import dataclass

from app.refusals import Refusal

PROBLEM_LIMIT = 100  # problems listed; the rest is counted


@dataclass(frozen=True, slots=True)
class Problem:
    """One place such as `zones[0].rows[2]` ("" is the file), what to mend there, and its line."""

    place: str
    words: str
    line: int | None = None

    def __str__(self) -> str:
        where = self.place or "file"
        return f"{where}, line {self.line}: {self.words}" if self.line else f"{where}: {self.words}"


class PlanRefused(Refusal):
    """The file is no plan that could be sold from; `problems` says where and why."""

    code, status = "plan_refused", 422
    happened = "This seating plan cannot be used yet."
    safe = "Nothing was changed."

    def __init__(self, problems: tuple[Problem, ...], uncounted: int = 0) -> None:
        super().__init__(problems=[str(problem) for problem in problems])
        self.problems = problems
        self.more_count = uncounted
        more = f" There are {uncounted} more." if uncounted else ""
        self.next_step = " ".join(str(problem) for problem in problems[:3]) + more
