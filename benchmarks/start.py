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
    "from controller.edge.recipefile import load_recipe;"
    "from sim.dryrun import dry_run; import sim.cli_dryrun"
)


def _ms(code: str) -> float:
    began_s = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    return 1000.0 * (time.perf_counter() - began_s)


def run(quick: bool) -> Sequence[Result]:
    """The two take turns; medians, the files of both in the cache."""
    rounds = [(_ms("pass"), _ms(IMPORTS)) for _ in range(3 if quick else 15)][1:]
    empty_ms = quantile([empty for empty, _ in rounds], 0.5)
    full_ms = quantile([full for _, full in rounds], 0.5)
    anchor = f"empty interpreter: {empty_ms:.0f} ms"
    detail = {"empty_ms": empty_ms, "dry_run_ms": full_ms}
    return (Result("imports of dry-run", full_ms - empty_ms, "ms", anchor, GOAL_MS, detail),)
