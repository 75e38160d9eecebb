"""A whole batch in virtual time: times real time, and beside a loop that does next to nothing.

Times are those of one processor, the least of several: what other programs do is not measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from benchmarks.lean import Lean
from benchmarks.result import Result
from benchmarks.rig import lab_plant
from controller.edge.recipefile import load_recipe, resolve_recipe
from sim.dryrun import DryRun, dry_run
from sim.world import PERIOD_S

LEAN_SCANS = 20_000
GOAL_TIMES = 4_000.0


def cpu_s(work: Callable[[], object]) -> float:
    """Processor time of one call."""
    began_s = time.process_time()
    work()
    return time.process_time() - began_s


def _lean() -> None:
    loop = Lean()
    for scan in range(LEAN_SCANS):
        loop.step(scan * PERIOD_S, PERIOD_S)


def run(quick: bool) -> Sequence[Result]:
    """Rounds of the two take turns; the least of each counts."""
    plant = lab_plant()
    name = "training" if quick else "bm-05"
    recipe = load_recipe(resolve_recipe(name, plant.id), plant.equipment)
    found: list[DryRun] = []
    ours_s, lean_s = [], []
    for _ in range(2 if quick else 5):
        ours_s.append(cpu_s(lambda: found.append(dry_run(recipe, plant))))
        lean_s.append(cpu_s(_lean))
    batch = found[0]
    us = 1e6 * min(ours_s) / batch.scans
    lean_us = 1e6 * min(lean_s) / LEAN_SCANS
    times = batch.duration_s / min(ours_s)
    detail = {"recipe": recipe.id, "scans": batch.scans, "us": us, "lean_us": lean_us}
    anchor = f"{batch.duration_s:.0f} s of plant time"
    lean = f"lean loop of a plant and a sequence: {lean_us:.2f} us"
    return (
        Result(f"dry run of {recipe.id}", times, "times", anchor, GOAL_TIMES, detail, least=True),
        Result("scan and plant", us, "us", lean),
        Result("scan and plant to lean loop", us / lean_us, "times", lean, None, detail),
    )
