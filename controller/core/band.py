"""The band of a batch's own dry runs: where each value was in them, by step and time in the step.

It is made where the simulator is and handed over as data, bounded and checked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, Final

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

from controller.core.equipment import STRICT
from controller.core.signals import Signal

BANDED: Final = (
    Signal.O2_PPM,
    Signal.H2O_PPM,
    Signal.H2S_PPM,
    Signal.ROTOR_RPM,
    Signal.TORQUE_NM,
    Signal.VESSEL_PRESSURE_MBAR_G,
    Signal.JAR_C,
    Signal.POWDER_PROBE_C,
    Signal.ARGON_FLOW_SLPM,
)
"""The signals that have a band, in the order of its values."""

BINS_MAX: Final = 40
STEPS_MAX: Final = 100
RUNS_MIN: Final = 5
NO_END: Final = 1e6
"""A high end that says "above the range", which JSON has no number for."""

_ONE_EACH: Final = len(BANDED)
Value = Annotated[float, Ge(-NO_END), Le(NO_END)]
Values = Annotated[tuple[Value, ...], MinLen(_ONE_EACH), MaxLen(_ONE_EACH)]
Bins = Annotated[tuple[Values, ...], MinLen(1), MaxLen(BINS_MAX)]
Hash = Annotated[str, MinLen(64), MaxLen(64)]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBand:
    """One step of one phase: `low` and `high` for each `width_s` of it, a value for each of
    `BANDED`. The last ones hold until `longest_s`; longer than that is outside too.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    phase: Annotated[int, Ge(0), Le(100)]
    step: Annotated[str, MinLen(1), MaxLen(20)]  # as `Step` calls it
    width_s: Annotated[float, Gt(0.0), Le(1e6)]
    longest_s: Annotated[float, Gt(0.0), Le(1e6)]
    low: Bins
    high: Bins

    def at(self, into_s: float) -> int:
        """The number of the bin for a time in the step."""
        return max(0, min(int(into_s / self.width_s), len(self.low) - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class BandDocument:
    """A band as it is handed over: of which recipe and plant, by which software, how many runs."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    recipe_sha256: Hash
    plant_sha256: Hash
    software: Annotated[str, MinLen(1), MaxLen(40)]
    runs: Annotated[int, Ge(RUNS_MIN), Le(10_000)]
    speed: Annotated[float, Ge(0.01), Le(100.0)]  # of the mill that is compared, times real
    seed: Annotated[int, Ge(0), Le(2**31 - 1)]
    steps: Annotated[tuple[StepBand, ...], MinLen(1), MaxLen(STEPS_MAX)]


@dataclass(frozen=True, slots=True)
class RunBand:
    """A band in use: its document, the text that it was read from, and the hash of that."""

    document: BandDocument
    text: str
    sha256: str
    steps: Mapping[tuple[int, str], StepBand] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """The steps by where they are, found once."""
        found = {(one.phase, one.step): _open_ended(one) for one in self.document.steps}
        object.__setattr__(self, "steps", found)


def _open_ended(one: StepBand) -> StepBand:
    """With infinity where a run was above the range: anything is inside there."""
    high = tuple(
        tuple(math.inf if value >= NO_END else value for value in values) for values in one.high
    )
    return replace(one, high=high)


def ill_formed(document: BandDocument) -> str:
    """Why this document cannot be used, "" when it can."""
    for one in document.steps:
        if len(one.low) != len(one.high):
            return f"the step {one.step} of phase {one.phase} has a side without the other"
        for lows, highs in zip(one.low, one.high, strict=True):
            if not all(low < high for low, high in zip(lows, highs, strict=True)):
                return f"the step {one.step} of phase {one.phase} has a low above its high"
    return ""
