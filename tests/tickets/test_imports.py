"""Starting the server does not pay for drawing tickets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("reportlab", "icalendar", "segno", "PIL", "sqlalchemy", "app.models")


@pytest.mark.parametrize("name", ["codes", "staff_codes", "words", "qr", "pdf", "calendar"])
def test_importing_a_part_loads_no_heavy_library(name: str) -> None:
    script = f"import sys, app.tickets.{name}; print(*[m for m in {HEAVY} if m in sys.modules])"

    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )

    assert run.stdout.strip() == ""
