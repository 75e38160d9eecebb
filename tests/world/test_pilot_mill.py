"""The pilot mill of 20 L: its plant file, and the three recipes scaled for it, run whole."""

from __future__ import annotations

import functools
import math

import pytest
from simplant import ROOT

from controller.core.events import EventKind
from controller.core.matrix.row import Priority
from controller.core.recipe import MillPulse, Recipe
from controller.core.states import State
from controller.edge.plantfile import PlantFile, load_plant
from controller.edge.recipefile import load_recipe, resolve_recipe
from hmi.cli_demo import recipe_for
from sim.dryrun import DryRun, dry_run

RECIPES = ["bm-03", "bm-05", "bm-10"]


@functools.cache
def plant(name: str = "pilot-20l") -> PlantFile:
    return load_plant(ROOT / "deploy" / f"{name}.toml")


def scaled(name: str) -> Recipe:
    return load_recipe(resolve_recipe(name, plant().id), plant().equipment)


@functools.cache
def run(name: str, mill: str) -> DryRun:
    recipe = load_recipe(resolve_recipe(name, mill), plant(mill).equipment)
    return dry_run(recipe, plant(mill))


def mill_phase(recipe: Recipe) -> MillPulse:
    return next(phase for phase in recipe.phases if isinstance(phase, MillPulse))


def test_a_bare_name_means_the_recipe_for_the_mill_where_there_is_one() -> None:
    assert resolve_recipe("bm-05", "pilot-20l") == ROOT / "recipes" / "pilot-20l" / "bm-05.toml"
    assert resolve_recipe("bm-05", "lab-0.5l") == ROOT / "recipes" / "bm-05.toml"
    assert resolve_recipe("pilot-20l/bm-05").name == "bm-05.toml"
    assert resolve_recipe("training", "pilot-20l") == ROOT / "recipes" / "training.toml"
    source, recipe = recipe_for("bm-05", ROOT / "deploy" / "pilot-20l.toml")
    assert (source.parent.name, recipe.id) == ("pilot-20l", "BM-05-20L")


@pytest.mark.parametrize("name", RECIPES)
def test_the_recipe_is_scaled_at_the_same_tip_speed_powder_and_dose(name: str) -> None:
    lab = load_recipe(resolve_recipe(name), plant("lab-0.5l").equipment)
    tips = [
        math.pi * mill.equipment.blade_diameter_m * mill_phase(recipe).rotor_rpm / 60.0
        for mill, recipe in ((plant("lab-0.5l"), lab), (plant(), scaled(name)))
    ]
    assert tips[1] == pytest.approx(tips[0], rel=0.01)
    assert mill_phase(scaled(name)).end_revolutions == mill_phase(lab).end_revolutions
    assert (scaled(name).core, scaled(name).sse) == (lab.core, lab.sse)


@pytest.mark.parametrize("name", RECIPES)
def test_the_scaled_recipe_completes_without_hold_or_alarm_that_calls(name: str) -> None:
    done = run(name, "pilot-20l")
    assert done.outcome is State.COMPLETE
    visited = [e.data["to"] for e in done.log.events if e.kind is EventKind.TRANSITION]
    assert visited == ["STARTING", "RUNNING", "COMPLETING", "COMPLETE"]
    raised = [e for e in done.log.events if e.kind is EventKind.ALARM_RAISED]
    assert all(e.data["priority"] == Priority.P3.value for e in raised), raised
    assert done.peaks.powder_c < 50.0


def test_the_pilot_coats_as_the_lab_does() -> None:
    """With the simulator's assumed kinetics: stress at the tip times revolutions."""
    lab, pilot = run("bm-05", "lab-0.5l"), run("bm-05", "pilot-20l")
    for key in ("simulated_attached", "simulated_coverage"):
        assert pilot.thickness_nm[key] == pytest.approx(lab.thickness_nm[key], abs=0.01)
