"""How long `dry-run` takes to be ready, beside an interpreter that does nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

from benchmarks.result import Result, quantile
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
    + "World(new_mill(recipe, plant.equipment, 0), plant.equipment).step()"
)


def _ms(code: str) -> float:
    began_s = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    return 1000.0 * (time.perf_counter() - began_s)


def run(quick: bool) -> Sequence[Result]:
    """They take turns; medians, the files of all in the cache."""
    codes = ("pass", IMPORTS, FIRST_SCAN)
    rounds = [[_ms(code) for code in codes] for _ in range(3 if quick else 15)][1:]
    empty_ms, full_ms, scan_ms = (quantile(times, 0.5) for times in zip(*rounds, strict=True))
    anchor = f"empty interpreter: {empty_ms:.0f} ms"
    detail = {"empty_ms": empty_ms, "dry_run_ms": full_ms, "first_scan_ms": scan_ms}
    return (
        Result("imports of dry-run", full_ms - empty_ms, "ms", anchor, GOAL_MS, detail),
        Result("imports, files read, first scan", scan_ms - empty_ms, "ms", anchor),
    )
