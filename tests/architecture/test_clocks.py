"""Which clock may be asked where: what decides goes by the one that counts suspends alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLOCK = ROOT / "controller" / "edge" / "clock.py"
DECIDING = sorted(
    {
        ROOT / "controller" / "cycle.py",
        ROOT / "controller" / "process.py",
        *(ROOT / "controller" / "core").rglob("*.py"),
        *(ROOT / "controller" / "edge").rglob("*.py"),
    }
    - {CLOCK}
)
# The calendar may be set, and the plain monotonic clock stands still while the computer sleeps.
FORBIDDEN = frozenset(
    {
        *("time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.clock_gettime"),
        *("time.localtime", "time.gmtime", "time.strftime", "datetime.now", "datetime.utcnow"),
        *("datetime.today", "date.today"),
    }
)


def asked(text: str) -> set[str]:
    """The last two names of each attribute, as `time.monotonic`."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute):
            found.add(".".join(ast.unparse(node).split(".")[-2:]))
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            found |= {f"time.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", DECIDING, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_decides_asks_no_clock_but_the_one(path: Path) -> None:
    """I24: a calendar that is set changes no output."""
    assert asked(path.read_text()) & FORBIDDEN == set()


@pytest.mark.parametrize(
    "text", ["import time\ntime.time()", "from time import monotonic", "datetime.datetime.now(UTC)"]
)
def test_the_test_sees_them(text: str) -> None:
    assert asked(text) & FORBIDDEN


def test_the_one_clock_counts_suspends() -> None:
    assert "time.CLOCK_BOOTTIME" in asked(CLOCK.read_text())
