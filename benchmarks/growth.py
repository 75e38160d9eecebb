"""How the cost grows: with the length of a batch, the number of limits, the runs of a study."""

from __future__ import annotations

import random
import subprocess
import sys
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.dry_run import cpu_s
from benchmarks.result import Result
from benchmarks.rig import ROOT, lab_plant
from controller.core.interlocks import Bands
from controller.core.recipe import Recipe
from controller.edge.recipefile import load_recipe, resolve_recipe
from sim.dryrun import dry_run
from sim.prove.mutants import interpreted
from sim.world import Operator, World, new_mill

GOAL = 1.2
MEMORY_GOAL = 1.2
LOOKS = 20_000
STUDY = """
import resource, sys
from pathlib import Path
from benchmarks.ensemble import training
from sim.study.campaign import carry_out
carry_out(training(int(sys.argv[1])), Path(sys.argv[2]), 1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0)
"""


def _scans_us(recipe: Recipe, hours: float) -> float:
    """Mean processor time of a scan over so many hours of a world that is left running."""
    plant = lab_plant()
    world, operator = World(new_mill(recipe, plant.equipment, 0), plant), Operator(recipe)
    scans = round(hours * 36_000)

    def go() -> None:
        for _ in range(scans):
            world.step(() if operator.done else operator.commands(world))

    return 1e6 * cpu_s(go) / scans


def _look_us(sources: int) -> float:
    """Processor time of one quick look at so many values that each have a range."""
    draw = random.Random(1)
    limits = [(source, -1.0 - draw.random(), 1.0 + draw.random()) for source in range(sources)]
    bands = Bands(limits)
    x = [draw.random() for _ in range(sources)]

    def look() -> None:
        for _ in range(LOOKS):
            bands.hold(x)

    return 1e6 * min(cpu_s(look) for _ in range(3)) / LOOKS


def _peak_mb(recipe: Recipe) -> float:
    tracemalloc.start()
    try:
        dry_run(recipe, lab_plant())
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def _study_mb(runs: int) -> float:
    """The most memory that a study of so many runs ever had, in a process of its own."""
    with TemporaryDirectory(prefix="bm-bench-") as folder:
        place = str(Path(folder))
        command = [sys.executable, "-c", STUDY, str(runs), place]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return float(done.stdout)


def run(quick: bool) -> Sequence[Result]:
    """Scans in the first hour and in a day; what comes after the batch is idle cover."""
    plant = lab_plant()
    recipe = load_recipe(resolve_recipe("training", plant.id), plant.equipment)
    short_h, long_h = (0.05, 0.1) if quick else (1.0, 24.0)
    short_us, long_us = _scans_us(recipe, short_h), _scans_us(recipe, long_h)
    few_us, many_us = _look_us(40), _look_us(400)
    # Interpreted, 10,000 runs are a quarter of an hour.
    few, many = (2, 8) if quick else (10, 1_000 if interpreted() else 10_000)
    few_mb, many_mb = _study_mb(few), _study_mb(many)
    anchor = f"{short_h:g} h: {short_us:.1f} us"
    return (
        Result(
            f"a scan over {long_h:g} h to {short_h:g} h", long_us / short_us, "times", anchor, GOAL
        ),
        Result(
            "a look at 400 values to 40, per value",
            many_us / few_us / 10.0,
            "times",
            f"40 values: {few_us:.2f} us",
            GOAL,
        ),
        Result("memory of a dry run", _peak_mb(recipe), "MB", f"{recipe.id}, as Python counts it"),
        Result(
            f"memory of a study, {many} runs to {few}",
            many_mb / few_mb,
            "times",
            f"{few} runs: {few_mb:.0f} MB of the process",
            MEMORY_GOAL,
        ),
    )
