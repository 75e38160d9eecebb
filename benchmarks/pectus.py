"""The tick of another open engine, where its package installs: Open Pectus.

It has no plant model and runs at the pace of a wall clock; its tick is called by hand here. It is
put into an environment of its own that is thrown away, and is no dependency of anything.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.dry_run import cpu_s
from benchmarks.result import Result
from benchmarks.rig import lab_plant
from controller.edge.recipefile import load_recipe, resolve_recipe
from sim.dryrun import DryRun, dry_run

VERSION = "0.1.1585"
PYTHONS = ("python3.13", "python3.12")  # it needs 3.12
TICKS = 20_000
ROUNDS = 3


def _works(python: str) -> bool:
    """Whether it is there and starts: what is found may be a stub for another version."""
    if shutil.which(python) is None:
        return False
    return not subprocess.call([python, "-c", "pass"], stderr=subprocess.DEVNULL)


def _installed(folder: str) -> str:
    """The interpreter of a fresh environment that has it. Raises CalledProcessError."""
    base = next(filter(_works, PYTHONS), None)
    if base is None:
        raise SystemExit(f"pectus: it needs one of {', '.join(PYTHONS)} on PATH")
    subprocess.run([base, "-m", "venv", folder], check=True)
    python = str(Path(folder) / "bin" / "python")
    wanted = ["--only-binary", ":all:", "--no-binary", "openpectus", f"openpectus=={VERSION}"]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
    return python


def _tick_us(python: str) -> float:
    script = str(Path(__file__).with_name("pectus_tick.py"))
    command = [python, script, str(TICKS)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def _scan_us() -> float:
    plant = lab_plant()
    recipe = load_recipe(resolve_recipe("training", plant.id), plant.equipment)
    found: list[DryRun] = []
    spent_s = cpu_s(lambda: found.append(dry_run(recipe, plant)))
    return 1e6 * spent_s / found[0].scans


def run(quick: bool) -> Sequence[Result]:
    """The two take turns, each in processor time; the least of each counts."""
    with TemporaryDirectory(prefix="bm-bench-") as folder:
        python = _installed(folder)
        rounds = [(_tick_us(python), _scan_us()) for _ in range(1 if quick else ROUNDS)]
    tick_us, scan_us = (min(times) for times in zip(*rounds, strict=True))
    anchor = f"Open Pectus {VERSION}: {tick_us:.1f} us, a scan with its plant: {scan_us:.1f} us"
    return (Result("tick of Open Pectus to our scan", tick_us / scan_us, "times", anchor),)
