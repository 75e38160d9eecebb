"""The small C programs beside which things are measured, and what stands in without a compiler."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@cache
def program(name: str) -> tuple[str, ...]:
    """The command of `name`: the C program if there is a compiler, else the same in Python."""
    compiler = shutil.which("cc")
    if compiler is None:
        return (sys.executable, str(HERE / f"{name}.py"))
    place = tempfile.mkdtemp(prefix="bm-bench-")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    built = Path(place) / name
    subprocess.run([compiler, "-O2", "-o", str(built), str(HERE / f"{name}.c")], check=True)
    return (str(built),)


def language(name: str) -> str:
    """What it is written in."""
    return "C" if len(program(name)) == 1 else "Python"
