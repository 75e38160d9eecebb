"""Where the runs take place: the mill, its recipes, and copies of a clean batch to begin from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from controller.core.commands import Command, CommandName
from controller.core.recipe import Recipe
from controller.edge.plantfile import PlantFile, load_plant
from controller.edge.recipefile import load_recipe
from controller.packaged import packaged_file
from sim.mill import Mill
from sim.parameters import InitialGas
from sim.prove.book import Book
from sim.prove.plan import Plan
from sim.world import OPERATOR, Operator, World, parameters_for, powder_of

COARSE_LEAK_MBAR_L_S: Final = 1e-2
WARM_LIMIT_S: Final = 1_000.0
_STRESS: Final = "stress.toml"
_CODE: Final = ["shipped"]


@cache
def plant() -> PlantFile:
    """The lab mill with a leak test that is soon over."""
    found = load_plant(packaged_file("deploy", "lab-0.5l.toml"))
    equipment = replace(found.equipment, leak_accept_mbar_l_s=COARSE_LEAK_MBAR_L_S)
    return replace(found, equipment=equipment)


@cache
def recipes() -> Mapping[bool, Recipe]:
    """The recipe of full length (True) and the short one."""
    return {
        True: load_recipe(packaged_file("recipes", "training.toml"), plant().equipment),
        False: load_recipe(Path(__file__).with_name(_STRESS), plant().equipment),
    }


def recipe_of(plan: Plan) -> Recipe:
    """The recipe that a plan runs."""
    return recipes()[plan.full_length]


def new_world(recipe: Recipe, mill_seed: int) -> World:
    """A charged mill and a controller that has just been started."""
    equipment = plant().equipment
    mill = Mill(
        parameters_for(equipment),
        seed=mill_seed,
        charge=powder_of(recipe),
        initial_gas=InitialGas.GLOVEBOX,
    )
    world = World(mill, plant())
    world.record = Book(plant())
    return world


@cache
def _about_to_turn(mill_seed: int, code: str) -> World:
    """A clean short batch whose atmosphere has just been proven, run by this code."""
    del code
    recipe = recipes()[False]
    world, operator = new_world(recipe, mill_seed), Operator(recipe)
    while not world.state.watch.credit:
        world.step(() if operator.done else operator.commands(world))
        if world.now_s > WARM_LIMIT_S:
            raise AssertionError(f"the short batch does not get to its mill: {world.state.state}")
    return world


@cache
def _proven_by_hand(mill_seed: int, code: str) -> World:
    """A mill in MANUAL whose atmosphere has just been proven by a purge, run by this code."""
    del code
    world = new_world(recipes()[False], mill_seed)
    while not world.state.watch.credit:
        asked = {60: CommandName.MANUAL, 61: CommandName.PURGE}.get(world.scans)
        world.step(() if asked is None else (_by_hand(world, asked),))
        if world.now_s > WARM_LIMIT_S:
            raise AssertionError(f"nothing is proven by hand: {world.state.hands}")
    return world


def _by_hand(world: World, name: CommandName) -> Command:
    return Command(
        id=f"{name.value}-stage",
        name=name,
        user="stage (simulated)",
        roles=OPERATOR,
        state_version=world.state.version,
        argon_flow_slpm=10.0,
        minutes=30.0,
    )


def world_of(plan: Plan) -> tuple[World, Book]:
    """The world that a plan begins in, and the record of what came before."""
    if plan.by_hand:
        begun = _proven_by_hand(plan.mill, _CODE[-1])
    elif plan.warm:
        begun = _about_to_turn(plan.mill, _CODE[-1])
    else:
        begun = new_world(recipe_of(plan), plan.mill)
    book = begun.record
    if not isinstance(book, Book):
        raise TypeError("a world of this stage has a book")
    return begun.copy(), book


@contextmanager
def changed_code(name: str) -> Iterator[None]:
    """Clean batches that other code has run are not begun from."""
    _CODE.append(name)
    try:
        yield
    finally:
        _CODE.pop()
