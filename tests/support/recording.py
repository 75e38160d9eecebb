"""A record for tests: the shipped writer and clerk on a file in a folder of the test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from controller.core.commands import Command
from controller.core.outputs import DEAD
from controller.core.recipe import Recipe
from controller.core.state import Decision, initial_state
from controller.edge.plantfile import load_plant
from controller.edge.recipefile import load_recipe, parse_recipe
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


class Recorded:
    """A batch in virtual time, with everything that happens written to a record in `folder`."""

    def __init__(self, folder: Path, recipe: Recipe | str = "training", seed: int = 1) -> None:
        self.folder = folder
        self.recipe = recipe if isinstance(recipe, Recipe) else packaged_recipe(recipe)
        self.world = World(new_mill(self.recipe, PLANT.equipment, seed), PLANT)
        self.operator: Operator | None = Operator(self.recipe)
        self.record = self._opened()

    def _opened(self) -> Record:
        record = Record(self.folder, setting_of(PLANT, 1.0), PERIOD_S)
        record.start(PLANT.equipment)
        assert record.committed(10.0)
        return record

    def step(self, *commands: Command) -> Decision:
        if not commands and self.operator is not None and not self.operator.done:
            commands = self.operator.commands(self.world)
        decision = self.world.step(commands)
        self.record.note(decision, self.world.image)
        if self.world.scans % 200 == 0:
            self.settle()
        return decision

    def settle(self) -> None:
        """Until everything is on disk, but for less than a second of trend."""
        assert self.record.committed(10.0)
        deadline = time.monotonic() + 10.0
        while len(self.record._trend._waiting) >= 10:
            assert time.monotonic() < deadline
            self.record._trend._wake()
            time.sleep(0.001)

    def until(self, reached: Callable[[World], bool]) -> None:
        while not reached(self.world):
            assert self.world.now_s < 20_000.0
            self.step()

    def run(self) -> str:
        """To its end; the id of the batch."""
        self.until(lambda world: world.state.state in ENDED)
        return self.batch_id

    @property
    def batch_id(self) -> str:
        batch = self.world.state.batch
        assert batch is not None
        return batch.id

    def end(self) -> None:
        self.record.end()

    def crash(self) -> None:
        """What is on disk stays as it is: nothing is closed, sealed or ended."""
        self.settle()
        self.record._archiver.end()
        self.record.writer.end()

    def restart(self, rest_s: float = 60.0) -> None:
        """A new process on the same record, the same mill having stood still for `rest_s`."""
        self.record = self._opened()
        for _ in range(round(rest_s / PERIOD_S)):
            self.world.mill.apply(DEAD)
            self.world.mill.step(PERIOD_S)
        world = self.world
        self.world = World(world.mill, PLANT)
        self.world.state = initial_state(
            PLANT.equipment, crashed=self.record.crashed, hands=self.record.hands
        )
        self.operator = None


def packaged_recipe(name: str) -> Recipe:
    """A recipe that comes with the product, read for the lab mill."""
    return load_recipe(packaged_file("recipes", f"{name}.toml"), PLANT.equipment)


def two_hours() -> Recipe:
    """BM-10 with so many turns that the batch takes more than two hours."""
    text = packaged_file("recipes", "bm-10.toml").read_text()
    for old, new in (("82500.0", "190000.0"), ("5400.0", "12000.0"), ("BM-10", "BM-LONG")):
        assert old in text
        text = text.replace(old, new)
    return parse_recipe(text.encode(), "two-hours", PLANT.equipment)


def record_of_run(folder: Path, recipe: Recipe | str = "training") -> str:
    """A whole batch in a record in `folder`; its id."""
    run = Recorded(folder, recipe)
    batch_id = run.run()
    run.end()
    return batch_id
