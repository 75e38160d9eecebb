"""The page's process flooded, hung or gone: the scans are as late as when it is idle, or less.

A scan is late when it begins more than half a period after its time; the share of those that are
more than 5 ms late is told too, because on a good machine no scan is late.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.anchor import timer_name
from benchmarks.phases import PERIOD_S, lateness
from benchmarks.result import Result, quantile

LATE_S = PERIOD_S / 2.0
SLOW_S = 0.005
PHASES = ("idle", "flooded", "hung", "ended")


def share(late_s: Sequence[float], limit_s: float) -> float:
    """How many in a hundred are later than this."""
    return 100.0 * sum(late > limit_s for late in late_s) / len(late_s)


def run(quick: bool) -> Sequence[Result]:
    """For each phase the share of late scans, at most twice that of the idle page."""
    scans, timers = lateness(PHASES, *((1, 4.0) if quick else (3, 20.0)))
    # One late scan more than none says nothing: the goal is no finer than that.
    finest = 100.0 / len(scans["idle"])
    goal = max(2.0 * share(scans["idle"], LATE_S), finest)
    found = []
    for phase in PHASES:
        ours, bare = scans[phase], timers[phase]
        slow, bare_slow = share(ours, SLOW_S), share(bare, SLOW_S)
        found += [
            Result(
                f"late scans, page {phase}",
                share(ours, LATE_S),
                "%",
                f"{timer_name()} {share(bare, LATE_S):.2g} %",
                None if phase == "idle" else goal,
                {"scans": len(ours)},
            ),
            Result(f"more than 5 ms, page {phase}", slow, "%", f"{timer_name()} {bare_slow:.2g} %"),
            Result(
                f"median, page {phase}",
                1000.0 * quantile(ours, 0.5),
                "ms",
                f"{timer_name()} {1000.0 * quantile(bare, 0.5):.3f} ms",
            ),
        ]
    return found
