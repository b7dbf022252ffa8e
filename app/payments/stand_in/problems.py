"""What Stripe says when it refuses, in its own shape."""

from __future__ import annotations

from typing import Any, Final

INVALID: Final = "invalid_request_error"

Json = dict[str, Any]


class ProblemError(Exception):
    """A refused call: HTTP status, Stripe's type and code, words, and the parameter at fault."""

    def __init__(
        self,
        words: str,
        *,
        status: int = 400,
        kind: str = INVALID,
        code: str | None = None,
        param: str | None = None,
        before_work: bool = False,
    ) -> None:
        super().__init__(words)
        self.status = status
        self.before_work = before_work  # then no idempotency key keeps the answer
        told = {"code": code, "message": words, "param": param, "type": kind}
        self.error: Json = {name: value for name, value in told.items() if value is not None}

    def shape(self) -> Json:
        """The body of the answer."""
        return {"error": self.error}


def invalid(words: str, param: str | None, code: str | None = None) -> ProblemError:
    """A call whose parameters are wrong, so that nothing was begun."""
    return ProblemError(words, code=code, param=param, before_work=True)


def unknown_parameter(param: str) -> ProblemError:
    """A parameter that the installed version of the API does not have."""
    return invalid(f"Received unknown parameter: {param}", param, "parameter_unknown")


def missing_parameter(param: str) -> ProblemError:
    """A parameter that must be there."""
    return invalid(f"Missing required param: {param}.", param, "parameter_missing")


def not_done_here(param: str) -> ProblemError:
    """Something that Stripe can do and the stand-in cannot."""
    return invalid(f"The stand-in cannot do this: {param}.", param, "stand_in_cannot")


def no_such(kind: str, asked_id: str, param: str = "id") -> ProblemError:
    """An id that nothing has."""
    status = 404 if param == "id" else 400
    words = f"No such {kind}: '{asked_id}'"
    return ProblemError(words, status=status, code="resource_missing", param=param)
