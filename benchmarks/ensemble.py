"""Studies: simulated batch-hours per second, in one process and in two."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.result import Result
from benchmarks.rig import lab_plant
from controller.edge.recipefile import load_recipe, resolve_recipe
from sim.study.campaign import Study, carry_out
from sim.study.store import runs_of
from sim.study.vary import load_uncertainties

GOAL_SCALING = 1.6
S_PER_H = 3600.0


def training(runs: int) -> Study:
    """A study of the training recipe with so many runs."""
    plant = lab_plant()
    recipe = load_recipe(resolve_recipe("training", plant.id), plant.equipment)
    return Study(recipe, plant, load_uncertainties(), runs)


def rate(runs: int, jobs: int) -> tuple[float, float]:
    """Batch-hours per second and runs per second of a study of the training recipe."""
    study = training(runs)
    with TemporaryDirectory(prefix="bm-bench-") as folder:
        began_s = time.perf_counter()
        path = carry_out(study, Path(folder), jobs)
        took_s = time.perf_counter() - began_s
        plant_s = sum(run.outcome.duration_s for run in runs_of(path))
    return plant_s / S_PER_H / took_s, runs / took_s


def run(quick: bool) -> Sequence[Result]:
    """Small and large studies take turns between one process and two."""
    runs = 4 if quick else 100
    one, one_runs = rate(runs, 1)
    two, two_runs = rate(runs, 2)
    few, _ = rate(max(runs // 10, 2), 1)
    detail = {"runs": runs, "one_runs_per_s": one_runs, "two_runs_per_s": two_runs}
    anchor = f"one process: {one:.2f} batch-h/s"
    return (
        Result("study, two processes", two, "batch-h/s", f"{two_runs:.1f} runs/s", None, detail),
        Result("study, two processes to one", two / one, "times", anchor, GOAL_SCALING, least=True),
        Result(
            f"study, {runs} runs to {max(runs // 10, 2)}", one / few, "times", "rate of the few"
        ),
    )
