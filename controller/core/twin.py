"""A batch beside its own dry runs: is every value where it was in them, at this time of the step?

Leaving the band warns, and no more: it is as good as the simulator, whose constants are estimates.
What no dry run has done (to go on after a hold, a step that none had) is not judged.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from operator import itemgetter, le
from typing import Final

from controller.core.band import BANDED, StepBand
from controller.core.batch import Batch, Position
from controller.core.signals import SIGNALS

_banded_of: Final = itemgetter(*(int(signal) for signal in BANDED))


def step_band(batch: Batch, position: Position) -> StepBand | None:
    """The band of the step under way; None where nothing can be judged."""
    if batch.band is None or position.again:
        return None
    return batch.band.steps.get((position.index, position.step.value))


def deviation(
    batch: Batch, position: Position, process_s: float, x: Sequence[float], exact: bool
) -> float:
    """How far the worst value is outside of its band, in widths of it; at most 0 inside.

    Inside it is just 0, unless `exact` asks how far inside: for who comes back from outside. An
    UNKNOWN value is nothing to compare: it has rows of its own.
    """
    found = step_band(batch, position)
    if found is None:
        return -1.0 if exact else 0.0
    into_s = process_s - position.step_began_s
    at = found.at(into_s)
    values = _banded_of(x)
    if (
        not exact
        and into_s <= found.longest_s
        and all(map(le, found.low[at], values))
        and all(map(le, values, found.high[at]))
    ):
        return 0.0
    outside = [_beyond(*one) for one in zip(values, found.low[at], found.high[at], strict=True)]
    return max((*outside, into_s / found.longest_s - 1.0))


def _beyond(value: float, low: float, high: float) -> float:
    """Widths of the band outside of it, negative inside."""
    if value != value:
        return -1.0
    if high == math.inf:
        return (low - value) / max(abs(low), 1.0)
    return min(1e6, max(value - high, low - value) / (high - low))


def outside(
    batch: Batch, position: Position, process_s: float, x: Sequence[float]
) -> Iterator[str]:
    """What is outside now, in words: which value, on which side of what."""
    found = step_band(batch, position)
    if found is None:
        return
    into_s = process_s - position.step_began_s
    if into_s > found.longest_s:
        yield f"Step: longer than {found.longest_s:.0f} s"
    at = found.at(into_s)
    for signal, low, high in zip(BANDED, found.low[at], found.high[at], strict=True):
        value, info = x[signal], SIGNALS[signal]
        if value > high:
            yield f"{info.label}: above {high:.{info.decimals}f} {info.unit}"
        elif value < low:
            yield f"{info.label}: below {low:.{info.decimals}f} {info.unit}"


def limits_now(
    batch: Batch, position: Position, process_s: float
) -> tuple[Sequence[float], Sequence[float]] | None:
    """The lower and upper ends for `BANDED` at this moment; None where nothing is judged."""
    found = step_band(batch, position)
    if found is None:
        return None
    at = found.at(process_s - position.step_began_s)
    return found.low[at], found.high[at]
