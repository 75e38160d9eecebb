"""A record for tests: the shipped writer and clerk on a file in a folder of the test."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from controller.edge.plantfile import load_plant
from controller.edge.recipefile import load_recipe
from controller.packaged import packaged_file
from controller.records.clerk import Clerk
from controller.records.record import Record
from controller.records.schema import RECORD_NAME
from controller.records.setting import setting_of
from controller.records.writer import Writer
from sim.world import ENDED, PERIOD_S, Operator, World, new_mill

PLANT = load_plant(packaged_file("deploy", "lab-0.5l.toml"))


def writer_for(folder: Path) -> Writer:
    """A writer that is not started."""
    return Writer(folder / RECORD_NAME, "boot", "run", "0.0.0")


def recorded(folder: Path) -> Clerk:
    """A clerk whose writer is not started: what it takes in stays in memory."""
    return Clerk(writer_for(folder), setting_of(PLANT, 1.0))


@contextmanager
def recording(folder: Path) -> Iterator[tuple[Clerk, Writer]]:
    """A clerk at work; afterwards everything is on disk."""
    writer = writer_for(folder)
    assert writer.start(10.0)
    try:
        yield Clerk(writer, setting_of(PLANT, 1.0)), writer
    finally:
        assert writer.end()


def record_of_run(folder: Path, recipe_name: str = "training", **stop: float) -> str:
    """A batch run in virtual time with everything written to a record in `folder`; its id."""
    recipe = load_recipe(packaged_file("recipes", f"{recipe_name}.toml"), PLANT.equipment)
    record = Record(folder, setting_of(PLANT, 1.0), PERIOD_S)
    record.start()
    world = World(new_mill(recipe, PLANT.equipment, 1), PLANT.equipment)
    operator = Operator(recipe)
    while world.state.state not in ENDED and world.now_s < stop.get("at_s", 1e9):
        decision = world.step(operator.commands(world) if not operator.done else ())
        record.note(decision, world.image)
        if world.scans % 500 == 0:
            assert record.committed(10.0)
            while record._trend._waiting and len(record._trend._waiting) > 100:
                time.sleep(0.001)
    batch = world.state.batch
    assert batch is not None
    if not stop:
        record.end()
    return batch.id
