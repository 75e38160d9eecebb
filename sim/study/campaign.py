"""Runs a study in some processes; the results come in the order of their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from controller import __version__
from controller.core.recipe import Recipe
from controller.edge.plantfile import PlantFile
from sim.study.run import drawn, run_once
from sim.study.sample import Sampler, shares
from sim.study.store import Run, Store
from sim.study.vary import Uncertainties

# So many runs wait in the pool for each worker: enough to keep it busy, few enough to stay flat.
AHEAD: Final = 4


@dataclass(frozen=True, slots=True)
class Study:
    """What is asked for. One seed gives one result, in any number of processes."""

    recipe: Recipe
    plant: PlantFile
    uncertainties: Uncertainties
    runs: int
    seed: int = 0
    sampler: Sampler = Sampler.LATIN_HYPERCUBE

    def header(self) -> dict[str, Any]:
        """What must be equal for a study to go on where another was killed."""
        return {
            "software": __version__,
            "simulated": True,
            "recipe": f"{self.recipe.id} v{self.recipe.version}",
            "recipe_sha256": self.recipe.sha256,
            "plant_sha256": self.plant.sha256,
            "uncertainties_sha256": self.uncertainties.sha256,
            "varied": [item.of for item in self.uncertainties.items],
            "runs": self.runs,
            "seed": self.seed,
            "sampler": self.sampler.value,
        }


def carry_out(
    study: Study, folder: Path, jobs: int, told: Callable[[int], None] = lambda _: None
) -> Path:
    """Does the runs that `folder` does not hold yet; `told` hears how many are done.

    Returns the file of all runs. Raises InputError when the folder holds another study.
    """
    table = shares(study.sampler, study.runs, len(study.uncertainties.items), study.seed)
    with Store(folder, study.header()) as store:
        told(store.done)
        rows = ((n, tuple(map(float, table[n]))) for n in range(store.done, study.runs))
        with _mapped(study, jobs) as mapped:
            for run in mapped(rows):
                store.add(run)
                told(store.done)
        return store.path


_Rows = Iterable[tuple[int, tuple[float, ...]]]


@contextmanager
def _mapped(study: Study, jobs: int) -> Iterator[Callable[[_Rows], Iterator[Run]]]:
    if jobs == 1:
        yield lambda rows: (_one(study, number, row) for number, row in rows)
        return
    with ProcessPoolExecutor(jobs, initializer=_set_study, initargs=(study,)) as pool:
        yield lambda rows: _in_order(pool, rows, AHEAD * jobs)
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, rows: _Rows, ahead: int) -> Iterator[Run]:
    """As `map`, but with only `ahead` runs under way, so that memory does not grow with `rows`."""
    waiting = iter(rows)
    under_way: list[Future[Run]] = [pool.submit(_in_worker, row) for row in islice(waiting, ahead)]
    while under_way:
        yield under_way.pop(0).result()
        under_way += [pool.submit(_in_worker, row) for row in islice(waiting, 1)]


_STUDY: list[Study] = []


def _set_study(study: Study) -> None:
    _STUDY[:] = [study]


def _in_worker(row: tuple[int, tuple[float, ...]]) -> Run:
    return _one(_STUDY[0], *row)


def _one(study: Study, number: int, row: tuple[float, ...]) -> Run:
    items = study.uncertainties.items
    chosen = drawn(study.recipe, study.plant, items, row)
    outcome = run_once(study.recipe, study.plant, chosen, seed=study.seed * 1_000_003 + number)
    values = tuple(item.draw(share) for item, share in zip(items, row, strict=True))
    return Run(number, values, outcome)
