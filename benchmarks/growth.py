"""How the cost grows: a batch of an hour and of a day, and its memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence

from benchmarks.dry_run import cpu_s
from benchmarks.result import Result
from benchmarks.rig import lab_plant
from controller.core.recipe import Recipe
from controller.edge.recipefile import load_recipe, resolve_recipe
from sim.dryrun import dry_run
from sim.world import Operator, World, new_mill

GOAL = 1.2


def _scans_us(recipe: Recipe, hours: float) -> float:
    """Mean processor time of a scan over so many hours of a world that is left running."""
    plant = lab_plant()
    world, operator = World(new_mill(recipe, plant.equipment, 0), plant), Operator(recipe)
    scans = round(hours * 36_000)

    def go() -> None:
        for _ in range(scans):
            world.step(() if operator.done else operator.commands(world))

    return 1e6 * cpu_s(go) / scans


def _peak_mb(recipe: Recipe) -> float:
    tracemalloc.start()
    try:
        dry_run(recipe, lab_plant())
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def run(quick: bool) -> Sequence[Result]:
    """Scans in the first hour and in a day; what comes after the batch is idle cover."""
    plant = lab_plant()
    recipe = load_recipe(resolve_recipe("training", plant.id), plant.equipment)
    short_h, long_h = (0.05, 0.1) if quick else (1.0, 24.0)
    short_us, long_us = _scans_us(recipe, short_h), _scans_us(recipe, long_h)
    anchor = f"{short_h:g} h: {short_us:.1f} us"
    return (
        Result(
            f"a scan over {long_h:g} h to {short_h:g} h", long_us / short_us, "times", anchor, GOAL
        ),
        Result("memory of a dry run", _peak_mb(recipe), "MB", f"{recipe.id}, as Python counts it"),
    )
