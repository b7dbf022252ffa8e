"""Templates drawn quickly write to the letter what Jinja's own way writes."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from jinja2 import Environment
from markupsafe import Markup

from app import quick_templates
from app.quick_templates import QuickCode

THINGS: dict[str, Any] = {
    "text": "<b onclick='x' title=\"y\">&amp;</b>",
    "mark": Markup("<b>&amp;</b>"),
    "number": 12,
    "nothing": None,
    "letters": ["<", "b"],
}
TEMPLATES = (
    "{{ text }} {{ mark }} {{ number }} {{ nothing }} {{ letters }} {{ missing }}",
    "{% for letter in letters %}{{ letter }}{% endfor %}",
    "{% set kept %}{{ text }}{% endset %}{{ kept }}",
    "{% macro shout(word) %}{{ word }}!{% endmacro %}{{ shout(text) }}",
    "{{ text ~ mark }} {{ text|upper }} {{ text|safe }}",
    "{% autoescape false %}{{ text }}{% endautoescape %}{{ text }}",
    "{% autoescape number > 99 %}{{ text }}{% endautoescape %}",
)


@pytest.fixture
def quick() -> Environment:
    """The environment of an application of ours."""
    app = Flask("quick")
    quick_templates.init_app(app)
    env = app.jinja_env
    env.autoescape = True
    return env


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_same_is_written(quick: Environment, template: str) -> None:
    usual = Environment(autoescape=True)

    assert quick.from_string(template).render(THINGS) == usual.from_string(template).render(THINGS)


def test_it_is_our_way_that_was_tried(quick: Environment) -> None:
    source = quick.compile("{{ text }}", raw=True)

    assert quick.code_generator_class is QuickCode
    assert "environment.text_of(" in source
