"""Words for people: translation through Flask-Babel, dates and lists as people say them.

English is the source and the only language so far, so its words are given back without looking
anything up: flask_babel.gettext costs twelve microseconds a call, and a basket has twenty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import lru_cache, wraps
from typing import Any, Final, ParamSpec

from babel.dates import format_datetime
from flask import Flask
from flask_babel import Babel, get_translations
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import escape

from app.clock import utc_now

P = ParamSpec("P")

SOURCE_LANGUAGE: Final = "en"
PAGE_LANGUAGE: Final = "en-GB"
BABEL_LOCALE: Final = "en_GB"
KEPT_LIMIT: Final = 2048
NEAR: Final = timedelta(days=300)  # so long a day ahead is known by its name alone
SENTENCE: Final = ("variable_begin", "name", "lparen", "string", "rparen", "variable_end")


def init_app(app: Flask) -> None:
    """Give templates `_`, `ngettext` and the language of the page."""
    Babel(app, default_locale=BABEL_LOCALE)
    app.jinja_env.add_extension(PlainSentences)
    app.jinja_env.globals.update(
        _=gettext, gettext=gettext, ngettext=ngettext, page_language=PAGE_LANGUAGE
    )


class PlainSentences(Extension):
    """Puts `{{ _("Sentences like this") }}` into a template as text when it is loaded.

    Looked up at every drawing each of them costs a microsecond. Another language needs a Jinja
    environment of its own (jinja_env.overlay), with its sentences put in the same way.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The tokens of a template, those of plain sentences replaced by their text."""
        tokens, at = list(stream), 0
        while at < len(tokens):
            span = tokens[at : at + len(SENTENCE)]
            is_call = tuple(token.type for token in span) == SENTENCE and span[1].value == "_"
            if is_call:
                yield Token(span[0].lineno, "data", str(escape(gettext(span[3].value))))
            else:
                yield tokens[at]
            at += len(SENTENCE) if is_call else 1


def gettext(text: str, **variables: Any) -> str:
    """The text in the reader's language, with its variables filled in."""
    if language() != SOURCE_LANGUAGE:
        text = get_translations().ugettext(text)
    return text % variables if variables else text


def ngettext(one: str, many: str, count: int, **variables: Any) -> str:
    """The text for a count, in the reader's language; `num` is the count, as 10,000."""
    if language() != SOURCE_LANGUAGE:
        text = get_translations().ungettext(one, many, count)
    else:
        text = one if count == 1 else many
    return str(text).replace("%(num)d", "%(num)s") % {"num": f"{count:,}", **variables}


def kept_words(make: Callable[P, str]) -> Callable[P, str]:
    """The same function, which remembers its last words in each language.

    For words made of little, on the way of every press: to put them together takes longer.
    """

    @lru_cache(KEPT_LIMIT)
    def kept(_language: str, *about: P.args, **named: P.kwargs) -> str:
        return make(*about, **named)

    @wraps(make)
    def words(*about: P.args, **named: P.kwargs) -> str:
        return kept(language(), *about, **named)  # type: ignore[arg-type]

    return words


def day_words(local: datetime) -> str:
    """Saturday 21 November; with its year where that is not plain."""
    return _written(local, "EEEE d MMMM")


def moment_words(local: datetime) -> str:
    """Saturday 21 November, 19:30; with its year where that is not plain."""
    return _written(local, "EEEE d MMMM", ", HH:mm")


def short_moment_words(local: datetime) -> str:
    """Sat 21 Nov, 19:30; with its year where that is not plain."""
    return _written(local, "EEE d MMM", ", HH:mm")


def short_day_words(local: datetime) -> str:
    """21 November; with its year where that is not plain."""
    return _written(local, "d MMMM")


def date_parts(local: datetime) -> tuple[str, str, str]:
    """Sat, 21, Nov."""
    weekday, day, month = _formatted(local.replace(tzinfo=None), "EEE|d|MMM").split("|")
    return weekday, day, month


def clock_words(local: datetime) -> str:
    """19:30."""
    return f"{local.hour:02}:{local.minute:02}"  # five times as quick as strftime


def list_words(things: Sequence[str]) -> str:
    """A, B and C."""
    if len(things) < 2:
        return "".join(things)
    return gettext("%(some)s and %(last)s", some=", ".join(things[:-1]), last=things[-1])


def _written(local: datetime, day: str, clock: str = "") -> str:
    year = " y" if _needs_year(local) else ""
    return _formatted(local.replace(tzinfo=None), f"{day}{year}{clock}")


def _needs_year(local: datetime) -> bool:
    """Whether a day without its year could be taken for one in another year."""
    now = utc_now()
    now = now.replace(tzinfo=None) if local.tzinfo is None else now.astimezone(local.tzinfo)
    return local - now > NEAR if local > now else local.year != now.year


@lru_cache(KEPT_LIMIT)
def _formatted(naive: datetime, pattern: str) -> str:
    """Without its zone: the same moment in two zones is equal, and reads differently."""
    return str(format_datetime(naive, pattern, locale=BABEL_LOCALE))


def language() -> str:
    """The language of the page or letter at hand."""
    return _language.get()


_language: Final = ContextVar("language", default=SOURCE_LANGUAGE)
