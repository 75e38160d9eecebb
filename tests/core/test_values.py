"""A scan changes nothing of what it is given: some values are frozen by the type checker alone."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

import pytest

from controller.core.batch import Totals
from controller.core.outputs import Outputs
from controller.core.phases import Demand, Scene
from controller.core.procedure import Progress
from controller.core.scan import scan
from controller.core.signals import Image
from controller.core.state import Decision, ScanState
from controller.core.watch import Watch
from controller.edge.plantfile import load_plant
from controller.edge.recipefile import load_recipe
from sim.world import PERIOD_S, Operator, World, new_mill

ROOT = Path(__file__).parents[2]
PLANT = load_plant(ROOT / "deploy" / "lab-0.5l.toml")
RECIPE = load_recipe(ROOT / "recipes" / "training.toml", PLANT.equipment)
EVERY = 37
WRITTEN_OUT = (Image, Outputs, Totals, Watch, ScanState, Demand, Scene, Progress, Decision)


def parts(value: object) -> object:
    """What a value holds, all the way down, so that it can be compared with what it holds later."""
    if dataclasses.is_dataclass(value):
        return [(f.name, parts(getattr(value, f.name))) for f in dataclasses.fields(value)]
    if isinstance(value, list | tuple):
        return [parts(one) for one in value]
    return value


def test_a_scan_leaves_its_arguments_as_they_were_through_a_whole_batch() -> None:
    world = World(new_mill(RECIPE, PLANT.equipment, 1), PLANT)
    operator = Operator(RECIPE)
    compared = 0
    while world.now_s < 500.0:
        commands = operator.commands(world) if not operator.done else ()
        if world.scans % EVERY == 0:
            before, image = world.state, world.plant.read()
            kept = parts((before, image))
            again = [scan(before, image, commands, world.now_s, PERIOD_S) for _ in range(2)]
            assert parts((before, image)) == kept
            same = commands or again[0] == again[1]  # a recipe that is loaded makes a new matrix
            assert same, "the same arguments give the same decision"
            compared += 1
        world.step(commands)
    assert compared > 100


@pytest.mark.interpreted
@pytest.mark.parametrize("kind", WRITTEN_OUT)
def test_a_written_out_constructor_takes_each_field_in_its_order(kind: type) -> None:
    taken = list(inspect.signature(kind).parameters)
    assert taken == [field.name for field in dataclasses.fields(kind)]
