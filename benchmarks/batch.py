"""A batch in the middle of its milling, made in virtual time: the same in any process."""

from __future__ import annotations

from benchmarks.rig import lab_plant
from controller.core.state import ScanState
from controller.edge.recipefile import load_recipe, resolve_recipe
from sim.mill import Mill
from sim.world import Operator, World, new_mill

SPEED_REACHED = 0.99


def milling() -> tuple[ScanState, Mill]:
    """A batch in virtual time whose blade has come to its speed."""
    plant = lab_plant()
    recipe = load_recipe(resolve_recipe("training", plant.id), plant.equipment)
    mill = new_mill(recipe, plant.equipment, 1)
    world, operator = World(mill, plant), Operator(recipe)
    target_rpm = max(getattr(phase, "rotor_rpm", 0.0) for phase in recipe.phases)
    while mill.rotor_rpm < SPEED_REACHED * target_rpm:
        world.step(operator.commands(world) if not operator.done else ())
    return world.state, mill
