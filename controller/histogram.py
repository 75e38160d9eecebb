"""A histogram of times: one thread counts, others look."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SCAN_BOUNDS_S: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many values were at most each of `bounds_s`, all of them last, and their sum."""

    bounds_s: tuple[float, ...]
    at_most: tuple[int, ...]
    sum_s: float

    @property
    def count(self) -> int:
        """How many values there were."""
        return self.at_most[-1]


class Histogram:
    """Counts times up to each of `bounds_s`, in rising order."""

    def __init__(self, bounds_s: Sequence[float] = SCAN_BOUNDS_S) -> None:
        self._bounds_s = tuple(bounds_s)
        self._counts = [0] * (len(self._bounds_s) + 1)
        self._sum_s = 0.0

    def add(self, time_s: float) -> None:
        """Count one."""
        self._counts[bisect_left(self._bounds_s, time_s)] += 1
        self._sum_s += time_s

    def counted(self) -> Counted:
        """What was counted until now."""
        total, at_most = 0, []
        for count in self._counts.copy():
            total += count
            at_most.append(total)
        return Counted(self._bounds_s, tuple(at_most), self._sum_s)
