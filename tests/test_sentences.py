"""Sentences of templates: put in when a template is loaded, exactly as they would be drawn."""

from __future__ import annotations

import re

import pytest
from jinja2 import Environment

from app.words import PlainSentences, gettext, ngettext
from tests.source import ROOT

PRINTED = re.compile(r"""\{\{-? _\((["'])[^"']*\1\) -?\}\}""")


@pytest.fixture
def drawn() -> Environment:
    """An environment like the shop's."""
    env = Environment(autoescape=True, extensions=[PlainSentences])
    env.globals.update(_=gettext, ngettext=ngettext)
    return env


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ('{{ _("Total") }}', "Total"),
        ("<p title=\"{{ _('Time left') }}\">x</p>", '<p title="Time left">x</p>'),
        ('a {{- _("What\'s on & off") -}} b', "aWhat&#39;s on &amp; offb"),
        ('{{ _("until %(time)s", time="<19>") }}', "until &lt;19&gt;"),
        ('{{ ngettext("%(num)s seat", "%(num)s seats", 2) }}', "2 seats"),
        ('{{ _("Total") ~ "!" }}', "Total!"),
        ('{% set x = _("Total") %}{{ x }}', "Total"),
        ("{{ _(word) }}", "&lt;b&gt;"),
        ('{{ other("Total") }}', "other Total"),
    ],
)
def test_a_sentence_is_drawn_as_ever(drawn: Environment, template: str, text: str) -> None:
    answer = drawn.from_string(template).render(word="<b>", other=lambda word: f"other {word}")

    assert answer == text


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 credit"), (0, "0 credits"), (999, "999 credits"), (15005, "15,005 credits")],
)
def test_a_count_is_written_with_its_thousands_apart(count: int, words: str) -> None:
    assert ngettext("%(num)d credit", "%(num)d credits", count) == words
    assert ngettext("%(num)s credit", "%(num)s credits", count) == words


def test_a_plain_sentence_costs_nothing_at_drawing(drawn: Environment) -> None:
    asked: list[str] = []
    drawn.globals["_"] = asked.append

    assert drawn.from_string('{{ _("Total") }}').render() == "Total"
    assert asked == []


def test_every_sentence_of_ours_is_the_same_with_it_and_without(drawn: Environment) -> None:
    plain = Environment(autoescape=True)
    plain.globals["_"] = gettext
    files = (ROOT / "templates").rglob("*.html")
    sentences = {found[0] for file in files for found in PRINTED.finditer(file.read_text())}

    told = {sentence: drawn.from_string(sentence).render() for sentence in sentences}

    assert told == {sentence: plain.from_string(sentence).render() for sentence in sentences}
    assert len(sentences) > 100
