"""Guards taken out one at a time: the invariants must notice each of them.

A mutant that survives says that an invariant has no teeth, or that nothing comes to try it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from controller.core import scan
from controller.errors import StartError
from sim.prove import stage
from sim.prove.guards import MUTANTS, Mutant
from sim.prove.plan import draw
from sim.prove.runner import run_seed


@dataclass(frozen=True, slots=True)
class Hunt:
    """One mutant: the first seed that found it, None when none did, and by which invariant."""

    mutant: str
    seed: int | None
    seeds: int
    invariant: str
    text: str
    errors: int
    wall_s: float

    def __str__(self) -> str:
        if self.seed is None:
            return f"{self.mutant:34} SURVIVES {self.seeds} seeds ({self.errors} with an exception)"
        return f"{self.mutant:34} {self.invariant:5} in {self.seeds:3} seeds: {self.text}"

    def to_json(self) -> dict[str, Any]:
        """The entry of `prove --mutants --json`."""
        return asdict(self)


def interpreted() -> bool:
    """Whether the scan runs as Python: only then can one of its functions be exchanged."""
    return Path(scan.__file__).suffix == ".py"


def _must_be_interpreted() -> None:
    """Compiled functions call each other directly; a guard taken out there would still be in."""
    if not interpreted():
        raise StartError(
            "guards cannot be taken out of compiled packages",
            do="Run it on the interpreted ones, without PYTHONPATH.",
        )


@contextmanager
def weakened(mutant: str) -> Iterator[None]:
    """The shipped code without one guard, and without what was made with it.

    Raises StartError on compiled packages.
    """
    _must_be_interpreted()
    with ExitStack() as stack:
        MUTANTS[mutant].patch(stack)
        stack.enter_context(stage.changed_code(mutant))
        yield


def hunt_one(seeds: Sequence[int], mutant: str) -> Hunt:
    """Runs seeds until an invariant finds the mutant: it holds in the shipped code and not in this.

    An exception does not count as found.
    """
    began_s, errors = time.monotonic(), 0
    for number, seed in enumerate(_in_order(seeds, MUTANTS[mutant]), 1):
        try:
            with weakened(mutant):
                breaches = run_seed(seed, mended=False).breaches
        except Exception:  # whatever a weakened controller stumbles over
            errors += 1
            continue
        if breaches and not run_seed(seed, mended=False).breaches:
            first, wall_s = breaches[0], time.monotonic() - began_s
            return Hunt(mutant, seed, number, first.invariant, first.text, errors, wall_s)
    return Hunt(mutant, None, len(seeds), "", "", errors, time.monotonic() - began_s)


def _in_order(seeds: Sequence[int], mutant: Mutant) -> list[int]:
    """Seeds with something that tries the guard come first."""

    def is_off(seed: int) -> bool:
        plan = draw(seed)
        if mutant.by_hand:
            return not plan.by_hand
        return not any(name.startswith(mutant.tried_by) for name in plan.troubles)

    return sorted(seeds, key=is_off) if mutant.by_hand or mutant.tried_by else list(seeds)


def hunt(seeds: Sequence[int], jobs: int = 1, names: Sequence[str] = ()) -> list[Hunt]:
    """Hunts each mutant (all by default) in at most all of `seeds`.

    Raises StartError on compiled packages.
    """
    _must_be_interpreted()
    wanted = tuple(names or MUTANTS)
    if jobs == 1:
        return [hunt_one(seeds, name) for name in wanted]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(partial(hunt_one, seeds), wanted))
