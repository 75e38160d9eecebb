"""The band of a recipe: an ensemble of dry runs on mills as they may be, and where they went.

The first run is on the nominal mill, the others draw the declared uncertainties of a study. Runs
that do not complete say nothing about how a good batch goes, and are left out. Everything is
widened a little: by what the transmitters' noise may do, and in time.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from controller import __version__
from controller.core.band import BANDED, NO_END, RUNS_MIN, BandDocument, StepBand
from controller.core.equipment import Equipment
from controller.core.recipe import Recipe
from controller.core.signals import Signal
from controller.core.states import State
from controller.edge.plantfile import PlantFile
from controller.errors import InputError
from sim.study.run import LIMIT_S, drawn
from sim.study.sample import Sampler, shares
from sim.study.vary import load_uncertainties
from sim.world import ENDED, Operator, World, mill_of

RUNS: Final = 16
BINS: Final = 24
SLACK_S: Final = 2.0
SLACK_SHARE: Final = 0.05  # of the step
LONGER: Final = 1.25  # times the longest step of all runs
LONGER_S: Final = 15.0
_JUDGED: Final = (State.RUNNING, State.COMPLETING)

Cells = NDArray[np.float64]
Where = tuple[int, str]


class _Widening:
    """What is added to each side: so much, this share of the value, and time. All assumed."""

    def __init__(self, equipment: Equipment, speed: float) -> None:
        table = _margins(equipment)
        both = max(1.0, math.sqrt(speed)) * np.array([table[signal] for signal in BANDED])
        self.plus, self.share = both[:, 0], both[:, 1]
        self.slack_s = SLACK_S * max(1.0, speed)

    def __call__(self, ends: Cells, side: float) -> tuple[float, ...]:
        """Widened ends, `side` -1 for low and 1 for high; what no run has read has none."""
        no_end = side * NO_END
        known = np.where(ends == -side * math.inf, no_end, ends).clip(-NO_END, NO_END)
        wide = known + side * (self.plus + self.share * np.abs(known))
        return tuple(float(f"{value:.4g}") for value in wide.clip(-NO_END, NO_END).tolist())


def _margins(equipment: Equipment) -> dict[Signal, tuple[float, float]]:
    return {
        Signal.O2_PPM: (0.5, 0.25),
        Signal.H2O_PPM: (1.0, 0.25),
        Signal.H2S_PPM: (0.5, 0.25),
        Signal.ROTOR_RPM: (0.01 * equipment.rotor_rpm_max, 0.02),
        Signal.TORQUE_NM: (0.03 * equipment.torque_max_nm, 0.1),
        Signal.VESSEL_PRESSURE_MBAR_G: (3.0, 0.05),
        Signal.JAR_C: (1.0, 0.0),
        Signal.POWDER_PROBE_C: (1.5, 0.0),
        Signal.ARGON_FLOW_SLPM: (0.01 * equipment.argon_flow_max_slpm, 0.03),
    }


@dataclass(slots=True)
class _Seen:
    """Least and greatest of each signal in each second of each step, over the runs so far."""

    low: dict[Where, Cells] = field(default_factory=dict)
    high: dict[Where, Cells] = field(default_factory=dict)
    runs: dict[Where, NDArray[np.int64]] = field(default_factory=dict)

    def take(self, where: Where, seconds: NDArray[np.int64], values: Cells) -> None:
        """Adds one run's readings of one step."""
        length = max(int(seconds.max()) + 1, len(self.low.get(where, ())))
        low, high = np.full((length, len(BANDED)), np.inf), np.full((length, len(BANDED)), -np.inf)
        np.fmin.at(low, seconds, values)  # what is UNKNOWN says nothing
        np.fmax.at(high, seconds, values)
        here = np.bincount(seconds, minlength=length).clip(max=1)
        if where in self.low:
            known = len(self.low[where])
            low[:known] = np.minimum(low[:known], self.low[where])
            high[:known] = np.maximum(high[:known], self.high[where])
            here[:known] += self.runs[where]
        self.low[where], self.high[where], self.runs[where] = low, high, here


def band_of(
    recipe: Recipe,
    plant: PlantFile,
    *,
    runs: int = RUNS,
    seed: int = 0,
    speed: float = 1.0,
    told: Callable[[int], None] = lambda done: None,
) -> BandDocument:
    """The band of `recipe` on `plant`; the same for the same seed. `told` hears of each run.

    A mill that is simulated at `speed` times real follows late, in its own time, and overshoots:
    its band is wider. Raises InputError when too few of the runs complete.
    """
    seen, completed = _Seen(), 0
    for number, world in enumerate(_worlds(recipe, plant, runs, seed), 1):
        if (went := _run(world, Operator(recipe))) is not None:
            completed += 1
            for where, (seconds, values) in went.items():
                seen.take(where, np.array(seconds), np.array(values))
        told(number)
    if completed < RUNS_MIN:
        raise InputError(
            f"only {completed} of {runs} dry runs complete: there is nothing to compare with",
            where=recipe.id,
            do="Look at a dry run of this recipe first.",
        )
    widening = _Widening(plant.equipment, speed)
    steps = [_step(where, seen, completed, widening) for where in seen.low]
    return BandDocument(
        recipe_sha256=recipe.sha256,
        plant_sha256=plant.sha256,
        software=__version__,
        runs=completed,
        speed=speed,
        seed=seed,
        steps=tuple(sorted(steps, key=lambda one: (one.phase, one.step))),
    )


def _worlds(recipe: Recipe, plant: PlantFile, runs: int, seed: int) -> Iterator[World]:
    items = load_uncertainties().items
    table = shares(Sampler.LATIN_HYPERCUBE, runs, len(items), seed)
    table[0] = 0.5  # the nominal mill
    for number in range(runs):
        chosen = drawn(recipe, plant, items, table[number].tolist())
        mill = mill_of(chosen.parameters, chosen.charge, plant.equipment, seed * 1_009 + number)
        chosen.put_biases(mill)
        mill.settle()
        yield World(mill, plant)


_Steps = dict[Where, tuple[list[int], list[tuple[float, ...]]]]


def _run(world: World, operator: Operator) -> _Steps | None:
    """Everything that is compared, by step; None when the batch does not complete."""
    steps: _Steps = defaultdict(lambda: ([], []))
    while world.now_s < LIMIT_S:
        before = world.state
        world.step(() if operator.done else operator.commands(world))
        if before.state in _JUDGED:
            position, x = before.position, world.image.values
            seconds, values = steps[position.index, position.step.value]
            seconds.append(int(before.totals.process_s - position.step_began_s))
            values.append(tuple(x[signal] for signal in BANDED))
        state = world.state.state
        if state in ENDED or state is State.HELD:
            return dict(steps) if state is State.COMPLETE else None
    return None


def _step(where: Where, seen: _Seen, runs: int, widened: _Widening) -> StepBand:
    low, high, here = seen.low[where], seen.high[where], seen.runs[where]
    longest_s = len(low)
    width_s = max(1, math.ceil(longest_s / BINS))
    slack_s = math.ceil(max(widened.slack_s, SLACK_SHARE * longest_s))
    lows: list[Cells] = []
    highs: list[Cells] = []
    for begin in range(0, longest_s, width_s):
        part = slice(max(0, begin - slack_s), begin + width_s + slack_s)
        least, greatest = low[part].min(axis=0), high[part].max(axis=0)
        if lows and here[begin : begin + width_s].max() < 0.5 * runs:
            # Few runs take so long: what those before them did is possible here too.
            least, greatest = np.minimum(least, lows[-1]), np.maximum(greatest, highs[-1])
        lows.append(least)
        highs.append(greatest)
    return StepBand(
        phase=where[0],
        step=where[1],
        width_s=float(width_s),
        longest_s=LONGER * longest_s + LONGER_S * widened.slack_s / SLACK_S,
        low=tuple(widened(one, -1.0) for one in lows),
        high=tuple(widened(one, 1.0) for one in highs),
    )
