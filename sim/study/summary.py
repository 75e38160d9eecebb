"""What a study's runs say together: chances, distributions, and what drives what."""

from __future__ import annotations

import math
import sys
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from controller.core.limits import Limits, limits_for
from sim.study.campaign import Study
from sim.study.outcome import NUMBERS, OF_MILLING
from sim.study.store import runs_of

CONFIDENCE: Final = 0.95
DRIVERS_TOLD: Final = 5
# Below this a rank correlation of so many runs may well be chance.
RHO_MIN_SIGMA: Final = 3.0
QUANTILES: Final = (5, 25, 50, 75, 95)

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Chance:
    """A share of runs with its interval (Wilson's score, 95 %)."""

    count: int
    runs: int

    @property
    def share(self) -> float:
        """The share itself."""
        return self.count / self.runs

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies."""
        z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2.0)
        n, p = self.runs, self.share
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def to_json(self) -> dict[str, Any]:
        """Share and interval."""
        low, high = self.interval
        return {"count": self.count, "runs": self.runs, "share": self.share, "ci95": [low, high]}


@dataclass(frozen=True, slots=True)
class Spread:
    """How one result is distributed over the runs that have it."""

    runs: int
    mean: float
    sd: float
    low: float
    high: float
    quantiles: dict[int, float]

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "runs": self.runs,
            "mean": self.mean,
            "sd": self.sd,
            "min": self.low,
            "max": self.high,
            **{f"p{share}": value for share, value in self.quantiles.items()},
        }


@dataclass(frozen=True, slots=True)
class Driver:
    """An uncertainty and how a result goes with it (Spearman's rank correlation)."""

    of: str
    rho: float


@dataclass(frozen=True, slots=True)
class Summary:
    """All that is told of a study."""

    header: dict[str, Any]
    completes: Chance
    under_limit: dict[str, tuple[float, Chance]]
    spreads: dict[str, Spread]
    drivers: dict[str, list[Driver]]
    states: dict[str, int]
    first_causes: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """The contract of `study --json`."""
        return {
            **self.header,
            "completes": self.completes.to_json(),
            "under_limit": {
                name: {"limit": limit, **chance.to_json()}
                for name, (limit, chance) in self.under_limit.items()
            },
            "results": {name: spread.to_json() for name, spread in self.spreads.items()},
            "drivers": {
                name: [{"of": one.of, "rho": one.rho} for one in found]
                for name, found in self.drivers.items()
            },
            "states": self.states,
            "first_causes": self.first_causes,
        }


@dataclass(frozen=True, slots=True)
class Table:
    """The runs as columns: `drawn` (runs x uncertainties), numbers by name, and two texts."""

    drawn: Column
    numbers: dict[str, Column]
    states: list[str]
    first_causes: list[str]


def read_table(path: Path) -> Table:
    """The columns of a study's file; in memory are the numbers, and no object for each run."""
    drawn, rows = array("d"), array("d")
    states: list[str] = []
    causes: list[str] = []
    for run in runs_of(path):
        drawn.extend(run.drawn)
        rows.extend(getattr(run.outcome, name) for name in NUMBERS)
        states.append(sys.intern(run.outcome.state))
        causes.append(sys.intern(run.outcome.first_cause))
    columns = np.frombuffer(rows).reshape(len(states), len(NUMBERS))
    numbers = {name: columns[:, at] for at, name in enumerate(NUMBERS)}
    milled = numbers["revolutions"] > 0.0
    for name in OF_MILLING:
        numbers[name] = np.where(milled, numbers[name], np.nan)
    return Table(np.frombuffer(drawn).reshape(len(states), -1), numbers, states, causes)


def summed_up(study: Study, table: Table) -> Summary:
    """What the runs say."""
    limits = limits_for(study.plant.equipment, study.recipe.atmosphere)
    count = len(table.states)
    return Summary(
        header=study.header(),
        completes=Chance(int(table.numbers["completed"].sum()), count),
        under_limit={
            name: (limit, Chance(int((known <= limit).sum()), known.size))
            for name, limit in limits_of(limits).items()
            if (known := _known(table.numbers[name])).size
        },
        spreads={
            name: found
            for name in NUMBERS
            if name != "completed" and (found := _spread(table.numbers[name])) is not None
        },
        drivers={
            name: told
            for name in NUMBERS
            if (told := _drivers(study, table.drawn, table.numbers[name]))
        },
        states=dict(Counter(table.states).most_common()),
        first_causes=dict(Counter(filter(None, table.first_causes)).most_common()),
    )


def limits_of(limits: Limits) -> dict[str, float]:
    """The limits that a study looks at, by the result that must stay under each."""
    return {
        "powder_peak_c": limits.powder_trip_c,
        "jar_peak_c": limits.powder_trip_c,
        "o2_spinning_ppm": limits.o2_hold_ppm,
        "h2o_spinning_ppm": limits.h2o_hold_ppm,
        "h2s_spinning_ppm": limits.h2s_trip_ppm,
        "torque_peak_nm": limits.torque_trip_nm,
        "pressure_peak_mbar_g": limits.pressure_trip_mbar_g,
    }


def _known(column: Column) -> Column:
    return column[np.isfinite(column)]


def _spread(column: Column) -> Spread | None:
    known = _known(column)
    if known.size == 0:
        return None
    return Spread(
        runs=int(known.size),
        mean=float(known.mean()),
        sd=float(known.std(ddof=1)) if known.size > 1 else 0.0,
        low=float(known.min()),
        high=float(known.max()),
        quantiles=dict(zip(QUANTILES, map(float, np.percentile(known, QUANTILES)), strict=True)),
    )


def _drivers(study: Study, drawn: Column, column: Column) -> list[Driver]:
    """The uncertainties that a result goes with most, none where it may be chance."""
    known = np.isfinite(column)
    count = int(known.sum())
    if count < 10 or np.ptp(column[known]) == 0.0:
        return []
    least = RHO_MIN_SIGMA / math.sqrt(count - 1)
    rhos = _rank_correlations(drawn[known], column[known])
    found = [
        Driver(item.of, float(rho))
        for item, rho in zip(study.uncertainties.items, rhos, strict=True)
        if abs(rho) >= least
    ]
    return sorted(found, key=lambda one: -abs(one.rho))[:DRIVERS_TOLD]


def _rank_correlations(drawn: Column, column: Column) -> Sequence[float]:
    from scipy.stats import rankdata

    ranks = rankdata(drawn, axis=0)
    ranks -= ranks.mean(axis=0)
    other = rankdata(column)
    other -= other.mean()
    norm = np.sqrt((ranks**2).sum(axis=0) * (other**2).sum())
    return list(np.divide(other @ ranks, norm, out=np.zeros(ranks.shape[1]), where=norm > 0.0))
