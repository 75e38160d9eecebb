"""How late the scan begins, beside a bare timer that ran in the same windows."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.anchor import timer_name
from benchmarks.phases import lateness
from benchmarks.result import Result, quantile


def run(quick: bool) -> Sequence[Result]:
    """Median lateness to that of the timer; the tails of both are only told."""
    scans, timers = lateness(("idle",), 1, 6.0 if quick else 60.0)
    ours = [1000.0 * late for late in scans["idle"]]
    bare = [1000.0 * late for late in timers["idle"]]

    def beside(share: float) -> str:
        return f"{timer_name()} {quantile(bare, share):.3f} ms"

    ratio = quantile(ours, 0.5) / quantile(bare, 0.5)
    return (
        Result("lateness to timer, median", ratio, "times", beside(0.5), 3.0, {"scans": len(ours)}),
        Result("lateness, median", quantile(ours, 0.5), "ms", beside(0.5)),
        Result("lateness, p99", quantile(ours, 0.99), "ms", beside(0.99)),
        Result("lateness, longest", max(ours), "ms", beside(1.0)),
    )
