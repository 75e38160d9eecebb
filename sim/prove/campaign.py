"""Many seeds in some processes, added up: the sum does not depend on how many there are."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sim.prove.checker import PREMISES
from sim.prove.runner import Verdict, run_seed
from sim.world import PERIOD_S

CHUNK: Final = 8
SHOWN: Final = 20


@dataclass(slots=True)
class Campaign:
    """What came of a range of seeds."""

    schedules: int = 0
    scans: int = 0
    clean: int = 0
    spurious: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    witness: Counter[str] = field(default_factory=Counter)
    broken: list[Verdict] = field(default_factory=list)
    wall_s: float = 0.0

    def add(self, verdict: Verdict) -> None:
        """One more seed."""
        self.schedules += 1
        self.scans += verdict.scans
        self.clean += verdict.clean
        self.spurious += verdict.spurious
        self.faults += verdict.faults
        self.witness += verdict.witness
        if verdict.breaches:
            self.broken.append(verdict)

    @property
    def simulated_h(self) -> float:
        """Plant time."""
        return self.scans * PERIOD_S / 3600.0

    def to_json(self) -> dict[str, Any]:
        """The contract of `prove --json`."""
        return {
            "schedules": self.schedules,
            "simulated_h": round(self.simulated_h, 3),
            "faults_injected": dict(sorted(self.faults.items())),
            "violations": len(self.broken),
            "witness": {name: self.witness[name] for name in PREMISES},
            "spurious_trips_clean": self.spurious,
            "clean_schedules": self.clean,
            "first_violations": [_told(verdict) for verdict in self.broken[:SHOWN]],
            "wall_s": round(self.wall_s, 1),
        }


def _told(verdict: Verdict) -> dict[str, Any]:
    first = verdict.breaches[0]
    return {
        "seed": verdict.seed,
        "invariant": first.invariant,
        "scan": first.scan,
        "t_s": first.t_s,
        "text": first.text,
        "repeat": repeat(verdict.seed),
    }


def repeat(seed: int) -> str:
    """The command that runs one seed again."""
    return f"blademill prove --first {seed} --seeds 1"


def prove(seeds: Iterable[int], jobs: int = 1) -> Campaign:
    """Runs the seeds in `jobs` processes and adds them up in their order."""
    campaign, began_s = Campaign(), time.monotonic()
    with _verdicts(seeds, jobs) as verdicts:
        for verdict in verdicts:
            campaign.add(verdict)
    campaign.wall_s = time.monotonic() - began_s
    return campaign


@contextmanager
def _verdicts(seeds: Iterable[int], jobs: int) -> Iterator[Iterable[Verdict]]:
    if jobs == 1:
        yield map(run_seed, seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield pool.map(run_seed, seeds, chunksize=CHUNK)
