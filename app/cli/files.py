"""Reading a file that somebody named, or saying why not."""

from __future__ import annotations

from pathlib import Path

from app.refusals import Refusal


class NoFile(Refusal):
    """The file cannot be read."""

    code, status = "no_file", 422
    safe = "Nothing was changed."
    next_step = "Look at its name, its folder and who may read it."


def read_file(path: Path, limit_bytes: int) -> bytes:
    """Its bytes, at most one more than the limit, so that whoever reads them notices."""
    try:
        with path.open("rb") as file:
            return file.read(limit_bytes + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no file name"
        raise NoFile(f"{path} cannot be read: {why}.") from None


def named_after(refusal: Refusal, path: Path) -> Refusal:
    """A file's refusal with its name before each problem, as editors understand it."""
    problems = [f"{path.name}, {problem}" for problem in refusal.details["problems"]]
    named = Refusal(refusal.happened, safe=refusal.safe, problems=problems)
    named.next_step = " ".join(problems)
    return named
