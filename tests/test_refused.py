"""What Full House refuses to be: no tool for getting round other shops' rules.

No rotating proxies, no false names, no solving of CAPTCHAs, no accounts by the dozen, no purchase
or login at somebody else's shop. These tests fail when a setting, a dependency or a code path for
any of it comes in.
"""

import ast
import re
import tomllib
from collections.abc import Iterator

import pytest

from tests.source import PRODUCT, ROOT, Source, imports, own_names, parse, python_files, strings

# Packages whose purpose is to look like somebody else, or to pass a gate meant to keep them out.
PACKAGES = re.compile(
    r"captcha|capsolver|undetected|stealth|fake.?useragent|user.?agents?\b|cloudscraper|cfscrape"
    r"|curl.?cffi|tls.?client|proxy.?(?:broker|pool|rotat)|rotating|scrapy|selenium|mechanize"
    r"|\bstem\b|torpy|pysocks|twocaptcha",
    re.IGNORECASE,
)
BROWSERS = ("playwright", "selenium", "pyppeteer", "webdriver", "mechanize", "scrapy")
WORDS = re.compile(
    r"captcha|stealth|undetect|spoof|impersonat|rotat\w*_?(?:proxy|proxies|agent|address)"
    r"|(?:proxy|proxies)_?(?:pool|list|rotat\w*)|fake_?(?:agent|account|name)|account_?farm"
    r"|auto_?(?:buy|purchase|checkout|login)|burner",
    re.IGNORECASE,
)
TEXTS = re.compile(r"Mozilla/\d|AppleWebKit|\bsocks[45]h?://|\.onion\b|captcha", re.IGNORECASE)
# Which proxies in front of us may tell us a visitor's address: the opposite of hiding ours.
PROXIES_IN_FRONT = {"trusted_proxies", "FULLHOUSE_TRUSTED_PROXIES"}


def refused(source: Source) -> Iterator[str]:
    """A sentence for each sign of a tool that we do not want to be."""
    for name in imports(source):
        if name.split(".")[0] in BROWSERS or PACKAGES.search(name):
            yield f"{source.module} imports {name}"
    for name, line in own_names(source):
        if WORDS.search(name):
            yield f"{source.module}:{line} names {name}"
    for text, line in strings(source):
        if TEXTS.search(text):
            yield f"{source.module}:{line} says {text}"
    for call in (node for node in ast.walk(source.tree) if isinstance(node, ast.Call)):
        if any(word.arg in ("proxy", "proxies", "proxy_url") for word in call.keywords):
            yield f"{source.module}:{call.lineno} goes through a proxy"


def test_no_code_gets_round_other_shops_rules() -> None:
    signs = [words for source in python_files(*PRODUCT) for words in refused(source)]

    assert signs == []


@pytest.mark.parametrize(
    "text",
    [
        "from playwright.sync_api import sync_playwright",
        "import undetected_chromedriver",
        "httpx.Client(proxy=next(addresses))",
        "requests.get(url, proxies={'https': address})",
        "headers = {'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64)'}",
        "def solve_captcha(picture): pass",
        "proxy_pool = []",
        "def auto_purchase(page): pass",
        "gateway = 'socks5://127.0.0.1:9050'",
    ],
)
def test_a_tool_that_we_refuse_to_be_is_noticed(text: str) -> None:
    assert list(refused(parse("app.watch.sources", text)))


def test_no_dependency_is_made_for_hiding() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    shipped = project["dependencies"] + [
        line for name, lines in extras.items() if name != "test" for line in lines
    ]
    tested_with = extras["test"]

    assert [line for line in shipped if PACKAGES.search(line)] == []
    assert [line for line in shipped if line.split(">")[0].split("[")[0] in BROWSERS] == []
    assert [line for line in tested_with if PACKAGES.search(line)] == []


def test_no_setting_is_made_for_hiding() -> None:
    settings = {
        text
        for source in python_files("app")
        for text, _ in strings(source)
        if re.fullmatch(r"[A-Z][A-Z0-9_]{3,}", text)
    }
    suspicious = re.compile(r"PROX|AGENT|CAPTCHA|STEALTH|TOR_|CREDENTIAL|LOGIN_")

    assert {name for name in settings if suspicious.search(name)} <= PROXIES_IN_FRONT
