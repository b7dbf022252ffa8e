"""Answers that come later: while an actor writes, no thread waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from flask import Response

from app.errors import fault_of
from app.problems import JSON_HEADERS, plain_json, problem_bytes, problem_headers
from app.questions import Question
from app.refusals import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LATER: Final = "fullhouse.later"  # a place in the environment, where a server can do without us
UNKNOWN_YET: Final = "202 Accepted"  # no client sees it

Ending = tuple[int, Iterable[tuple[str, str]], bytes]


class Later:
    """What will be answered once an actor has answered a question: a shape of its outcome."""

    __slots__ = ("_fault", "_question", "_shape", "_status")

    def __init__(
        self, question: Question[Any], shape: Callable[[Any], dict[str, Any]], status: int
    ) -> None:
        self._question = question
        self._shape = shape
        self._status = status
        self._fault: Exception | None = None

    @property
    def might_wait(self) -> bool:
        """Whether `begin` may have to look into the database."""
        return self._question.might_wait

    def begin(self, tell: Callable[[], None]) -> bool:
        """Ask; False when there is nothing to wait for. Else `tell` is called by the actor."""
        try:
            return self._question.send(tell)
        except Exception as fault:  # noqa: BLE001  it becomes the answer
            self._fault = fault
            return False

    def leave(self) -> bool:
        """Whether it has taken too long; the ending says so then."""
        self._fault = self._question.leave()
        return self._fault is not None

    def ending(self) -> Ending:
        """Status, headers and body of what was answered; quick, and raises nothing."""
        return self._ending(self._question.outcome)

    def wait(self) -> Ending:
        """The same for a server that lets its thread wait."""
        return self._ending(self._question.ask)

    def _ending(self, take: Callable[[], Any]) -> Ending:
        fault, self._fault = self._fault, None
        try:
            if fault is not None:
                raise fault
            return self._status, JSON_HEADERS, plain_json(self._shape(take())).encode()
        except Refusal as refusal:
            return refusal.status, problem_headers(refusal), problem_bytes(refusal)
        except Exception as error:  # noqa: BLE001  an answer all the same
            told = fault_of(error)
            return told.status, problem_headers(told), problem_bytes(told)
        finally:
            del fault  # or it and this frame would hold each other until a gc


class LaterResponse(Response):
    """A response whose status and body are not known yet."""

    def __init__(self, later: Later) -> None:
        super().__init__()
        self._later = later

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Leave the rest to a server that knows how, else wait."""
        if LATER in environ:
            environ[LATER] = self._later
            start_response(UNKNOWN_YET, self.headers.to_wsgi_list())
            return ()
        self.status_code, headers, body = self._later.wait()
        self.headers.update(headers)
        self.set_data(body)
        return super().__call__(environ, start_response)
