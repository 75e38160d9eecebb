"""Moments of a clean training batch that tests let faults begin in."""

from __future__ import annotations

from functools import cache

from controller.edge.plantfile import load_plant
from controller.edge.recipefile import load_recipe, resolve_recipe
from controller.packaged import packaged_file
from sim.fault_phases import onsets
from sim.faults.inject import Injector
from sim.faults.model import Situation
from sim.faults.parse import parse_fault
from sim.world import World

PLANT = load_plant(packaged_file("deploy", "lab-0.5l.toml"))
TRAINING = load_recipe(resolve_recipe("training"), PLANT.equipment)


@cache
def _moments() -> dict[Situation, World]:
    return {onset.situation: onset.world for onset in onsets(TRAINING, PLANT, 1)}


def world_at(situation: Situation) -> World:
    """A fresh copy of the clean batch in this situation."""
    return _moments()[situation].copy()


def injected(world: World, *texts: str) -> Injector:
    """Plans these faults in `world`; `{now}` in a text is its present time."""
    world.inject(
        [parse_fault(text.replace("{now}", f"{world.now_s:.3f}")) for text in texts], PLANT
    )
    assert world.plant.faults is not None
    return world.plant.faults


def run_for(world: World, seconds: float) -> None:
    """So much plant time, without a command."""
    for _ in range(round(seconds / 0.1)):
        world.step()
