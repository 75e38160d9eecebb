"""One figure with its anchor and its goal; a table of them, and the same as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """A figure. `anchor` says what it stands beside; `goal` is None for one that is only told.

    The goal is the most that it may be, or with `least` the least.
    """

    name: str
    value: float
    unit: str
    anchor: str = ""
    goal: float | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    least: bool = False

    @property
    def met(self) -> bool | None:
        """Whether it is within its goal; None without one."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.least else self.value <= self.goal

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "met": self.met}


def table(results: Sequence[Result]) -> str:
    """The results as lines of text."""
    words = {None: "", True: "met", False: "MISSED"}
    rows = [("figure", "value", "goal", "", "beside, in the same run")]
    rows += [
        (
            result.name,
            f"{result.value:.3g} {result.unit}".strip(),
            _goal(result),
            words[result.met],
            result.anchor,
        )
        for result in results
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _goal(result: Result) -> str:
    if result.goal is None:
        return ""
    return f"{'>=' if result.least else '<='} {result.goal:g}"


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of `values` does not exceed; NaN of nothing."""
    if not values:
        return math.nan
    return sorted(values)[min(len(values) - 1, math.ceil(share * len(values)) - 1)]
