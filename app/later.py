"""Answers that come later: while an actor writes, no thread waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Final, TypeVar

from flask import Response, current_app
from werkzeug.datastructures import Headers

from app.errors import fault_of
from app.problems import JSON_HEADERS, plain_json, problem_bytes, problem_headers
from app.questions import Question
from app.refusals import Refusal
from app.requests import this_request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

T = TypeVar("T")

LATER: Final = "fullhouse.later"  # a place in the environment, where a server can do without us
NO_WAITING: Final = "fullhouse.no_waiting"  # true where the server's own loop runs the view
HTML_HEADERS: Final = (("Content-Type", "text/html; charset=utf-8"),)
UNKNOWN_YET: Final = "202 Accepted"  # no client sees it

Ending = tuple[int, Iterable[tuple[str, str]], bytes]
Take = Callable[[], T]  # the outcome of a question that has been answered; raises its refusal


class Later:
    """What will be answered once an actor has answered a question.

    `complete` makes status, headers and body of the outcome, and of any refusal; it raises
    nothing. `needs_thread` says, once the answer is there, whether that takes more than memory;
    it is called outside of the request.
    """

    __slots__ = ("_complete", "_fault", "_needs_thread", "_question")

    def __init__(
        self,
        question: Question[T],
        complete: Callable[[Take[T]], Ending],
        needs_thread: Callable[[], bool] | None = None,
    ) -> None:
        self._question: Question[Any] = question
        self._complete: Callable[[Take[Any]], Ending] = complete
        self._needs_thread = needs_thread
        self._fault: Exception | None = None

    @property
    def might_wait(self) -> bool:
        """Whether `begin` may have to look into the database."""
        return self._question.might_wait

    @property
    def might_wait_to_end(self) -> bool:
        """Whether `ending` may have to."""
        return self._needs_thread is not None and self._needs_thread()

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
        """Status, headers and body of what was answered; raises nothing."""
        return self._complete(self._outcome)

    def wait(self) -> Ending:
        """The same for a server that lets its thread wait."""
        return self._complete(self._question.ask)

    def _outcome(self) -> Any:
        fault, self._fault = self._fault, None
        if fault is None:
            return self._question.outcome()
        try:
            raise fault
        finally:
            del fault  # or it and this frame would hold each other until a gc


class LaterResponse(Response):
    """A response whose status and body are not known yet: it has headers, and nothing else."""

    def __init__(self, later: Later) -> None:
        self.headers = Headers()  # what else a response begins with would be for nothing
        self._later = later

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Leave the rest to a server that knows how, else wait."""
        if LATER in environ:
            environ[LATER] = self._later
            start_response(UNKNOWN_YET, [*self.headers])
            return ()
        status, headers, body = self._later.wait()
        for name, value in headers:
            if name in self.headers and name != "Set-Cookie":
                del self.headers[name]
            self.headers.add(name, value)
        return Response(body, status, self.headers)(environ, start_response)


class Elsewhere(Response):
    """Says to the server's loop: this view has to wait, run it again in a thread."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Leave nothing but the word."""
        environ[LATER] = self
        start_response(UNKNOWN_YET, [])
        return ()


def may_wait() -> bool:
    """Whether the view at hand may ask and wait; else it answers `Elsewhere` before it acts."""
    return not this_request().environ.get(NO_WAITING)


def json_later(
    question: Question[T], shape: Callable[[T], dict[str, Any]], status: int
) -> LaterResponse:
    """The outcome as JSON of this shape; a refusal as problem+json."""

    def complete(take: Take[T]) -> Ending:
        try:
            return status, JSON_HEADERS, plain_json(shape(take())).encode()
        except Refusal as refusal:
            return refusal.status, problem_headers(refusal), problem_bytes(refusal)
        except Exception as error:  # noqa: BLE001  an answer all the same
            told = fault_of(error)
            return told.status, problem_headers(told), problem_bytes(told)

    return LaterResponse(Later(question, complete))


def page_later(
    question: Question[T],
    draw: Callable[[Take[T]], Response | str],
    needs_thread: Callable[[], bool],
) -> LaterResponse:
    """The page or fragment that `draw` makes of the outcome, within the request at hand."""
    context = copy_context()  # of Flask, too: the request stays what it is until it is answered
    return LaterResponse(
        Later(question, lambda take: context.run(_drawn, draw, take), needs_thread)
    )


def _drawn(draw: Callable[[Take[T]], Response | str], take: Take[T]) -> Ending:
    try:
        drawn = draw(take)
        if isinstance(drawn, str):
            return 200, HTML_HEADERS, drawn.encode()
        response = drawn
    except Exception as error:  # noqa: BLE001  the app's own handlers answer it
        response = current_app.make_response(current_app.handle_user_exception(error))
    headers = [header for header in response.headers if header[0] != "Content-Length"]
    return response.status_code, headers, response.get_data()
