"""Looks for the schedules that no other one betters in coverage, time and damage at once.

For each of some time budgets scipy's differential evolution looks for the schedule that covers
most within it and stays cool. Every point that was tried on the way counts for the front.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from controller.core.equipment import Equipment
from sim.design.trial import Point, Schedule, tried
from sim.parameters import Charge, MillParameters

BUDGET_SHARES: Final = (0.15, 0.3, 0.5, 0.75, 1.0)
# What is worth as much as one point of coverage: so much damage.
DAMAGE_WEIGHT: Final = 1.0
GENERATIONS: Final = 5
FRONT_MAX: Final = 6


@dataclass(frozen=True, slots=True)
class Task:
    """The mill, its charge, and what a schedule may be."""

    parameters: MillParameters
    charge: Charge
    equipment: Equipment
    powder_high_c: float
    powder_limit_c: float
    limit_s: float
    seed: int = 0
    population: int = 6  # schedules for each of the three numbers that make one
    generations: int = GENERATIONS

    @property
    def bounds(self) -> list[tuple[float, float]]:
        """Low and high of rotor_rpm, on_s and off_s."""
        top_rpm = self.equipment.rotor_rpm_max
        ramp_s = top_rpm / self.equipment.ramp_up_max_rpm_per_s
        return [(0.2 * top_rpm, top_rpm), (max(10.0, ramp_s), 120.0), (5.0, 180.0)]

    def schedule(self, x: Iterable[float]) -> Schedule:
        """The schedule of one point of the search, in round numbers as a person would write."""
        rpm, on_s, off_s = x
        return Schedule(
            round(float(rpm), -2), round(float(on_s)), round(float(off_s)), self.powder_high_c
        )

    def points(self, x: Iterable[float]) -> list[Point]:
        """All points of one schedule."""
        return tried(self.parameters, self.charge, self.equipment, self.schedule(x), self.limit_s)


def searched(task: Task, jobs: int, told: Callable[[], None] = lambda: None) -> list[Point]:
    """Every point of every schedule that was tried. The same for any number of `jobs`."""
    found: dict[Schedule, list[Point]] = {}
    if jobs == 1:
        _evolve(task, found, map, told)
    else:
        with ProcessPoolExecutor(jobs) as pool:
            _evolve(task, found, pool.map, told)
    return [point for points in found.values() for point in points]


def _evolve(
    task: Task,
    found: dict[Schedule, list[Point]],
    mapped: Callable[..., Any],
    told: Callable[[], None],
) -> None:
    from scipy.optimize import Bounds, differential_evolution

    for share in BUDGET_SHARES:
        budget_s = share * task.limit_s

        def costs(_: object, xs: Iterable[Any], budget_s: float = budget_s) -> list[float]:
            wanted = [task.schedule(x) for x in xs]
            new = [s for s in dict.fromkeys(wanted) if s not in found]
            for schedule, points in zip(new, mapped(partial(_try, task), new), strict=True):
                found[schedule] = points
            told()
            return [_cost(found[schedule], budget_s, task.powder_limit_c) for schedule in wanted]

        differential_evolution(
            _never,
            Bounds(*zip(*task.bounds, strict=True)),
            popsize=task.population,
            maxiter=task.generations,
            rng=task.seed,
            polish=False,
            updating="deferred",
            workers=costs,
        )


def _never(x: Any) -> float:
    raise AssertionError("the search asks for whole generations")


def _try(task: Task, schedule: Schedule) -> list[Point]:
    return task.points((schedule.rotor_rpm, schedule.on_s, schedule.off_s))


def _cost(points: list[Point], budget_s: float, powder_limit_c: float) -> float:
    """The less the better: what is not covered, plus damage, of the best point in time and cool."""
    fitting = [p for p in points if p.time_s <= budget_s and p.powder_peak_c <= powder_limit_c]
    return min((1.0 - p.coverage + DAMAGE_WEIGHT * p.damage for p in fitting), default=2.0)


def front(points: Iterable[Point], powder_limit_c: float, least_coverage: float) -> list[Point]:
    """The points that none betters in coverage, time and damage, some of them spread over time.

    Only such as stay below the limit and cover enough.
    """
    allowed = [
        p for p in points if p.powder_peak_c <= powder_limit_c and p.coverage >= least_coverage
    ]
    # By time, then the best coverage first: whoever follows must better all before in something.
    allowed.sort(key=lambda p: (p.time_s, -p.coverage, p.damage))
    best: list[Point] = []
    for point in allowed:
        if not any(b.coverage >= point.coverage and b.damage <= point.damage for b in best):
            best.append(point)
    return _thinned(best)


def _thinned(best: list[Point]) -> list[Point]:
    """At most `FRONT_MAX` of them, the fastest, the best covered, and even steps between."""
    by_coverage = [
        p for n, p in enumerate(best) if all(p.coverage > before.coverage for before in best[:n])
    ]
    if len(by_coverage) <= FRONT_MAX:
        return by_coverage
    low, high = by_coverage[0].coverage, by_coverage[-1].coverage
    wanted = [low + (high - low) * n / (FRONT_MAX - 1) for n in range(FRONT_MAX)]
    chosen = [min(by_coverage, key=lambda p: abs(p.coverage - want)) for want in wanted]
    return list(dict.fromkeys(chosen))
