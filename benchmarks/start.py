"""How long `dry-run` takes to be ready, beside an interpreter that does nothing."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Sequence

from benchmarks.result import Result
from benchmarks.rig import ROOT

GOAL_MS = 150.0
IMPORTS = (
    "from controller.edge.plantfile import load_plant;"
    "from controller.edge.recipefile import load_recipe, resolve_recipe;"
    "from sim.dryrun import dry_run; import sim.cli_dryrun;"
)
FIRST_SCAN = (
    IMPORTS
    + "from pathlib import Path; from sim.world import World, new_mill;"
    + "plant = load_plant(Path('deploy/lab-0.5l.toml'));"
    + "recipe = load_recipe(resolve_recipe('training', plant.id), plant.equipment);"
    + "World(new_mill(recipe, plant.equipment, 0), plant).step()"
)


def _ms(code: str) -> float:
    """Processor time of a process that runs `code`: with warm files it waits for nothing else.

    Bytecode is kept, as an installed program's is.
    """
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000.0 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def run(quick: bool) -> Sequence[Result]:
    """They take turns; the least of each counts, with the files of all in the cache."""
    codes = ("pass", IMPORTS, FIRST_SCAN)
    rounds = [[_ms(code) for code in codes] for _ in range(3 if quick else 15)][1:]
    empty_ms, full_ms, scan_ms = map(min, zip(*rounds, strict=True))
    anchor = f"empty interpreter: {empty_ms:.0f} ms"
    detail = {"empty_ms": empty_ms, "dry_run_ms": full_ms, "first_scan_ms": scan_ms}
    return (
        Result("imports of dry-run", full_ms - empty_ms, "ms", anchor, GOAL_MS, detail),
        Result("imports, files read, first scan", scan_ms - empty_ms, "ms", anchor),
    )
