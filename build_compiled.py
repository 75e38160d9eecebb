"""Builds a copy of the packages in which the simulated plant is compiled with mypyc.

    python build_compiled.py [FOLDER]

The copy is whole and stands beside the sources (`build/compiled`), so that no compiled file is ever
found before a source that was edited since. Use it with PYTHONPATH=FOLDER. Takes mypy and a C
compiler.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent
FOLDER = ROOT / "build" / "compiled"
COPIED = ("controller", "sim", "hmi", "recipes", "deploy")
# The scan stays interpreted: docs/decisions/0014-compiled.md says why.
COMPILED = ("gas", "drive", "thermal", "coating", "sensors", "parameters", "mill", "peaks")


def build(folder: Path) -> None:
    """Makes the copy anew and compiles in it. Raises CalledProcessError when that fails."""
    shutil.rmtree(folder, ignore_errors=True)
    without = shutil.ignore_patterns("node_modules", "__pycache__", "*.so")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=without)
    files = [f"sim/{name}.py" for name in COMPILED]
    command = [sys.executable, "-m", "mypyc", "--strict", *files]
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, "PYTHONPATH": str(folder)})
    shutil.rmtree(folder / "build")


if __name__ == "__main__":
    chosen = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else FOLDER
    build(chosen)
    print(f"compiled; use it with PYTHONPATH={chosen}")
