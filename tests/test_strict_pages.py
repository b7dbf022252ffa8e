"""Templates, styles and scripts keep the content security policy and ask no other origin."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.source import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))

# Attributes through which a page loads something or sends something away.
LOADING = {"src", "srcset", "poster", "action", "formaction", "data", "background", "manifest"}
ELSEWHERE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
STYLE_LOADS = re.compile(r"@import|url\(\s*['\"]?(?:https?:)?//", re.IGNORECASE)
SCRIPT_FAULTS = re.compile(
    r"\beval\s*\(|new\s+Function\b|\.(?:style\.cssText|insertAdjacentHTML)\b"
    r"|['\"`](?:https?:)?//(?!www\.w3\.org/)|setTimeout\(\s*['\"`]|document\.write",
)
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


class Strict(HTMLParser):
    """Gathers what a strict policy would block, or what would tell another origin of a visit."""

    def __init__(self, *, is_mail: bool = False) -> None:
        super().__init__()
        self.is_mail = is_mail
        self.faults: list[str] = []
        self._bare_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element and its attributes."""
        values = {name: value or "" for name, value in attrs}
        self._bare_script = tag == "script" and "src" not in values
        if tag == "style" and not self.is_mail:
            self._fault("a <style> element")
        if tag == "script" and self.is_mail:
            self._fault("a script in a mail")
        for name, value in values.items():
            self._look_at(tag, name, value, values)

    def handle_data(self, text: str) -> None:
        """Look at what stands inside a script element."""
        if self._bare_script and text.strip():
            self._fault("an inline script")

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        self._bare_script = False

    def _look_at(self, tag: str, name: str, value: str, values: dict[str, str]) -> None:
        if name == "style" and not self.is_mail:
            self._fault(f"style= on <{tag}>")
        if name.startswith(("on", "hx-on")):
            self._fault(f"{name}= on <{tag}>")
        if name in ("hx-vals", "hx-headers") and value.strip().startswith(("js:", "javascript:")):
            self._fault(f"a script in {name}=")
        if name == "hx-trigger" and "[" in value:
            self._fault("a filter in hx-trigger= needs eval")
        if value.strip().lower().startswith("javascript:"):
            self._fault(f"a script in {name}= on <{tag}>")
        loads = name in LOADING or (tag in ("link", "use", "image") and name.endswith("href"))
        if loads and ELSEWHERE.match(value) and values.get("rel") != "canonical":
            self._fault(f"another origin in {name}= on <{tag}>")

    def _fault(self, words: str) -> None:
        self.faults.append(f"line {self.getpos()[0]}: {words}")


def faults_of(text: str, *, is_mail: bool = False) -> list[str]:
    """What is wrong in a template, its Jinja parts taken out."""
    parser = Strict(is_mail=is_mail)
    parser.feed(JINJA.sub(lambda match: "x" + "\n" * match.group().count("\n"), text))
    parser.close()
    return parser.faults


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_keeps_the_policy(path: Path) -> None:
    assert faults_of(path.read_text("utf-8"), is_mail="emails" in path.parts) == []


@pytest.mark.parametrize("path", STYLES, ids=_name)
def test_a_style_sheet_loads_nothing_from_elsewhere(path: Path) -> None:
    assert STYLE_LOADS.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_a_script_needs_no_eval_and_no_other_origin(path: Path) -> None:
    assert SCRIPT_FAULTS.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        '<p style="color: red">',
        "<style>p {}</style>",
        "<script>seats()</script>",
        '<button onclick="hold()">',
        '<button hx-on:click="hold()">',
        '<a href="javascript:hold()">',
        '<img src="https://example.org/seat.png">',
        '<script src="//example.org/a.js"></script>',
        '<link rel="stylesheet" href="https://example.org/a.css">',
        '<form action="https://example.org/pay">',
        "<div hx-vals='js:{a: 1}'>",
        '<div hx-trigger="click[ctrlKey]">',
    ],
)
def test_a_fault_in_a_template_is_noticed(text: str) -> None:
    assert len(faults_of(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        '<script type="module" src="{{ asset("js/seats.js") }}"></script>',
        '<a href="https://example.org/">the venue</a>',
        '<svg xmlns="http://www.w3.org/2000/svg"><use href="#seat"/></svg>',
        '<div hx-headers:inherited=\'{"X-CSRFToken": "{{ token }}"}\'>',
    ],
)
def test_what_the_policy_allows_is_left_alone(text: str) -> None:
    assert faults_of(text) == []
