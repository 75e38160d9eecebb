"""The bare timer beside which lateness is told: a loop that only sleeps to absolute deadlines."""

from __future__ import annotations

import subprocess

from benchmarks.compiled import language, program


def timer_name() -> str:
    """What it is, in words."""
    return f"bare {language('timer')} timer"


class Timer:
    """A bare timer at the period of the scan, in a process of its own, for `periods` periods."""

    def __init__(self, periods: int, period_s: float = 0.1) -> None:
        period_us = str(round(1e6 * period_s))
        self._process = subprocess.Popen(
            [*program("timer"), period_us, str(periods)], stdout=subprocess.PIPE, text=True
        )

    def late_s(self) -> list[float]:
        """Waits for its end; how late it was each time."""
        told, _ = self._process.communicate()
        return [int(line) / 1e9 for line in told.split()]
