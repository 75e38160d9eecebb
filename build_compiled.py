"""Builds a copy of the packages in which the scan and the simulated plant are compiled with mypyc.

    python build_compiled.py [FOLDER]

The copy is whole and stands beside the sources (`build/compiled`), so that no compiled file is ever
found before a source that was edited since. Use it with PYTHONPATH=FOLDER; the tests are in it too.
Takes mypy and a C compiler, and about a minute.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent
FOLDER = ROOT / "build" / "compiled"
PACKAGES = ("controller", "sim", "hmi", "recipes", "deploy")
# What tests read beside the packages. The project file would be taken for one of setuptools.
AROUND = (
    *("tests", "benchmarks", "docs", "requirements", "pyproject.toml", "hatch_build.py"),
    *("README.md", "CHANGELOG.md", "SECURITY.md"),
)
# What every scan and every step of the plant runs through, and the values that they hand on. What
# is read from files by pydantic and what `transitions` takes apart stays as it is.
CORE = (
    *("batch", "by_hand", "commanding", "constants", "derived", "events", "gas", "gate", "hands"),
    *("health", "image", "images", "interlocks", "labels", "limits", "outputs", "permissives"),
    *("phases", "procedure", "scan", "signals", "state", "totals", "trust", "twin", "value"),
    "watch",
    *("matrix/row", "alarms/alarm", "alarms/book", "alarms/hiding", "alarms/log", "alarms/rules"),
)
SIM = (
    *("coating", "drive", "dryrun", "gas", "mill", "parameters", "peaks", "sensors", "thermal"),
    *("registers", "world", "study/run"),
)


def build(folder: Path) -> None:
    """Makes the copy anew and compiles in it. Raises CalledProcessError when that fails."""
    shutil.rmtree(folder, ignore_errors=True)
    _copy(folder, PACKAGES)
    files = [f"controller/core/{name}.py" for name in CORE] + [f"sim/{name}.py" for name in SIM]
    command = [sys.executable, "-m", "mypyc", "--strict", *files]
    # The most takes the compiler a quarter longer than the least, and makes a scan 2 % faster.
    env = {"MYPYC_OPT_LEVEL": "3", **os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, check=False, env=env, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
        done.check_returncode()
    shutil.rmtree(folder / "build")
    _copy(folder, AROUND)


def _copy(folder: Path, names: tuple[str, ...]) -> None:
    without = shutil.ignore_patterns("node_modules", "__pycache__", "*.so")
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=without)
        else:
            shutil.copy2(ROOT / name, folder / name)


if __name__ == "__main__":
    chosen = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else FOLDER
    build(chosen)
    print(f"compiled; use it with PYTHONPATH={chosen}")
