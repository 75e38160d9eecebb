"""What the plant looked like around each trip: every scan, from 60 s before to 30 s after.

Fed by the scan loop, live or in virtual time; it decides nothing, and it is gone with the process.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, fields
from typing import Any, Final

from controller.core.events import Event, EventKind
from controller.core.outputs import Outputs
from controller.core.signals import Image, Signal
from controller.core.state import Decision, ScanState
from controller.core.states import State

SCANS_BEFORE: Final = 600
SCANS_AFTER: Final = 300
TRACES_KEPT: Final = 8
_OUTPUTS: Final = tuple(field.name for field in fields(Outputs))
COLUMNS: Final = (
    "t_s",
    "state",
    *(s.name.lower() for s in Signal),
    *(f"out.{o}" for o in _OUTPUTS),
)
"""`t_s` counts from the scan of the trip; `out.` marks what the plant was told in that scan."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One scan: what came in, the state after it, and what went out."""

    process_s: float
    state: State
    values: tuple[float, ...]
    outputs: Outputs


@dataclass(slots=True)
class Trace:
    """One trip. `first_out` is the row that caused it, None when a person aborted."""

    n: int
    utc: str
    process_s: float
    cause: str
    first_out: str | None
    samples: list[Sample]
    to_come: int = SCANS_AFTER

    def summary(self) -> dict[str, Any]:
        """The trace without its rows."""
        return {
            "n": self.n,
            "utc": self.utc,
            "process_s": round(self.process_s, 3),
            "cause": self.cause,
            "first_out": self.first_out,
            "complete": self.to_come == 0,
            "scans": len(self.samples),
        }

    def to_json(self) -> dict[str, Any]:
        """The whole trace; UNKNOWN is null, a value beyond its range is "above" or "below"."""
        rows = [self._row(sample) for sample in self.samples.copy()]
        return {**self.summary(), "columns": list(COLUMNS), "rows": rows}

    def _row(self, sample: Sample) -> list[Any]:
        return [
            round(sample.process_s - self.process_s, 3),
            sample.state.value,
            *(_cell(value) for value in sample.values),
            *(getattr(sample.outputs, name) for name in _OUTPUTS),
        ]


class Traces:
    """The last scans, and the last trips with what was around them."""

    def __init__(self) -> None:
        self._lately: deque[Sample] = deque(maxlen=SCANS_BEFORE)
        self._kept: deque[Trace] = deque(maxlen=TRACES_KEPT)
        self._count = 0

    def note(self, decision: Decision, image: Image, utc: str = "") -> None:
        """Takes in one scan. `utc` is only written down."""
        state = decision.state
        sample = Sample(state.now_s, state.state, tuple(image.values), decision.outputs)
        for trace in self._kept:
            if trace.to_come:
                trace.samples.append(sample)
                trace.to_come -= 1
        trip = next((event for event in decision.events if _is_trip(event)), None)
        if trip is not None:
            self._begin(trip, state, sample, utc)
        self._lately.append(sample)

    def _begin(self, trip: Event, state: ScanState, sample: Sample, utc: str) -> None:
        self._count += 1
        rows = state.matrix.rows
        first = next((rows[alarm.row].id for alarm in state.alarms if alarm.first_out), None)
        samples = [*self._lately, sample]
        cause = str(trip.data["cause"])
        self._kept.append(Trace(self._count, utc, state.now_s, cause, first, samples))

    def all(self) -> list[Trace]:
        """The traces that are kept, the oldest first."""
        return list(self._kept.copy())

    def of(self, n: int) -> Trace | None:
        """The trace with this number, None when it is not kept (any more)."""
        return next((trace for trace in self.all() if trace.n == n), None)


def _is_trip(event: Event) -> bool:
    return event.kind is EventKind.TRANSITION and event.data["to"] == State.ABORTING.value


def _cell(value: float) -> float | str | None:
    if math.isfinite(value):
        return round(value, 6)
    if math.isnan(value):
        return None
    return "above" if value > 0.0 else "below"
