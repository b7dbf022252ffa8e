"""The stand-alone script, as a module: it imports nothing of ours."""

from __future__ import annotations

import importlib.util
from functools import cache
from types import ModuleType
from typing import Final

from tests.source import ROOT

PATH: Final = ROOT / "static" / "verify_draw.py"


@cache
def script() -> ModuleType:
    """The script's functions, without running it."""
    spec = importlib.util.spec_from_file_location("verify_draw", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def script_accepts(raw: bytes) -> bool:
    """Whether the script says that a file holds."""
    code, _ = script().judge(raw)
    return bool(code == 0)
