"""Every fault in every phase: does the shipped scan react as it has to, and in time?

A clean run is done first, and copied wherever a phase has just begun. Each case goes on from such
a copy with one fault in it, until the reaction has shown itself and a little longer, or has failed
to appear. A watchman looks on after every scan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any, Final

from controller.core.recipe import Recipe
from controller.edge.plantfile import PlantFile
from sim.fault_case import Case
from sim.fault_phases import Onset, onsets
from sim.faults.catalogue import CATALOGUE
from sim.faults.model import Fault, Situation

SEED: Final = 1


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one fault in one phase; times in s, the delay from the fault's beginning."""

    fault: str
    phase: str
    onset_s: float
    expected: str
    reaction: str
    delay_s: float | None
    outcome: str
    ok: bool
    why: str
    unsafe: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """All cases of one recipe."""

    recipe: str
    rows: tuple[Row, ...]

    @property
    def failed(self) -> tuple[Row, ...]:
        """The cases that did not go as they have to."""
        return tuple(row for row in self.rows if not row.ok)

    @property
    def unsafe(self) -> tuple[Row, ...]:
        """The cases among them in which the watchman saw something that must never be."""
        return tuple(row for row in self.rows if row.unsafe)

    def to_json(self) -> dict[str, Any]:
        """The contract of `fault-matrix --json`."""
        return {
            "recipe": self.recipe,
            "cases": len(self.rows),
            "failed": len(self.failed),
            "unsafe": len(self.unsafe),
            "rows": [asdict(row) for row in self.rows],
        }


def fault_matrix(
    recipe: Recipe,
    plant: PlantFile,
    *,
    names: Iterable[str] | None = None,
    situations: Iterable[Situation] = tuple(Situation),
    jobs: int = 1,
    tried: Callable[[], None] = lambda: None,
) -> Result:
    """Every named fault (all by default) in each of `situations`, in `jobs` processes.

    `tried` is called after each fault. Raises InputError when the recipe does not even complete
    without a fault.
    """
    chosen = tuple(CATALOGUE if names is None else names)
    rows: list[Row] = []
    for found in _tried(recipe, plant, chosen, frozenset(situations), jobs):
        rows += found
        tried()
    return Result(recipe.id, tuple(rows))


def _tried(
    recipe: Recipe,
    plant: PlantFile,
    names: tuple[str, ...],
    situations: frozenset[Situation],
    jobs: int,
) -> Iterator[list[Row]]:
    matrix = Matrix(recipe, plant, situations)
    if jobs == 1:
        yield from (matrix.rows(CATALOGUE[name]) for name in names)
        return
    with ProcessPoolExecutor(jobs, initializer=_begin_worker, initargs=(matrix,)) as pool:
        yield from pool.map(_work, names, chunksize=2)


_OF_WORKER: list[Matrix] = []


def _begin_worker(matrix: Matrix) -> None:
    _OF_WORKER[:] = [matrix]


def _work(name: str) -> list[Row]:
    return _OF_WORKER[0].rows(CATALOGUE[name])


class Matrix:
    """The copies of one clean run, and the cases that go on from them."""

    def __init__(self, recipe: Recipe, plant: PlantFile, situations: frozenset[Situation]) -> None:
        self._plant = plant
        every = onsets(recipe, plant, SEED)
        self._blade_s = next(o.world.now_s for o in every if o.situation is Situation.SPIN_UP)
        self._onsets = [onset for onset in every if onset.situation in situations]

    def rows(self, fault: Fault) -> list[Row]:
        """One row for each phase."""
        return [self._row(fault, onset) for onset in self._onsets]

    def _row(self, fault: Fault, onset: Onset) -> Row:
        case = Case(fault, onset, self._plant, self._blade_s)
        case.run()
        why = case.why()
        return Row(
            fault=fault.name,
            phase=onset.phase,
            onset_s=round(case.onset_s, 3),
            expected=" and ".join(str(one) for one in case.expected),
            reaction=case.reaction.word,
            delay_s=case.delay_s,
            outcome=case.world.state.state.value,
            ok=not why,
            why=why,
            unsafe=case.unsafe,
        )
