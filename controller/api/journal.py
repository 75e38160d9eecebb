"""What happened lately, for the pages: events by sequence number, one trend row a second, and the
traces of trips.

This is memory beside the batch record, which has all of the events. It is bounded, and gone with
the process.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, Protocol

from controller.api.trace import Traces
from controller.core.events import Event, EventKind
from controller.core.labels import phase_label
from controller.core.signals import Image, Signal
from controller.core.state import Decision, ScanState
from controller.edge.clock import utc_text
from controller.records.clerk import Entry

EVENTS_KEPT: Final = 5_000
ROWS_KEPT: Final = 24 * 3_600
ROWS_SENT: Final = 3_600
TREND: Final = (
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


class Source(Protocol):
    """Where the numbered entries come from: the record."""

    def add(self, event: Event) -> None:
        """Takes in one event that no scan has made."""

    def fresh(self) -> Iterator[Entry]:
        """The entries since the last call, oldest first."""

    def committed(self, within_s: float) -> bool:
        """Waits until all that was added is on disk; False when it is not within this time."""


class Journal:
    """Written and read by the door's event loop."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._events: deque[Entry] = deque(maxlen=EVENTS_KEPT)
        self._rows: deque[tuple[float | None, ...]] = deque(maxlen=ROWS_KEPT)
        self._marks: deque[tuple[float, str]] = deque(maxlen=EVENTS_KEPT)
        self._next_row_s = 0.0
        self.now_s = 0.0
        self.traces = Traces()

    def add(self, event: Event) -> None:
        """Records one event that no scan has made, such as a sign-in."""
        self._source.add(event)

    def committed(self, within_s: float) -> bool:
        """Waits until all that was added is on disk; False when it is not within this time."""
        return self._source.committed(within_s)

    def note(self, decision: Decision, image: Image) -> list[Entry]:
        """Takes in one scan; returns the new entries."""
        state = decision.state
        self.now_s = state.now_s
        self.traces.note(decision, image, utc_text())
        entries = list(self._source.fresh())
        self._events.extend(entries)
        for event in decision.events:
            self._mark(event, state)
        if state.now_s >= self._next_row_s:
            self._next_row_s = max(self._next_row_s + 1.0, state.now_s)
            row = (_known(image.values[signal]) for signal in TREND)
            self._rows.append((round(state.now_s, 2), *row))
        return entries

    def _mark(self, event: Event, state: ScanState) -> None:
        if event.kind is EventKind.PHASE_STARTED and state.batch is not None:
            index = int(float(str(event.data["index"])))
            self._marks.append((event.t_s, phase_label(state.batch.phases[index])))
        elif event.kind is EventKind.TRANSITION:
            self._marks.append((event.t_s, str(event.data["to"])))

    def events_after(self, seq: int, limit: int) -> list[dict[str, Any]]:
        """The newest entries after `seq`, oldest first, at most `limit`."""
        found = [entry for entry in self._events.copy() if entry.seq > seq]
        return [entry.to_json() for entry in found[-limit:]]

    def trend(self, since_s: float) -> dict[str, Any]:
        """Rows since `since_s`; of a long time only every n-th row."""
        rows = [row for row in self._rows.copy() if row[0] is not None and row[0] >= since_s]
        step = max(1, -(-len(rows) // ROWS_SENT))
        return {
            "columns": ["process_s", *(signal.name.lower() for signal in TREND)],
            "rows": list(_every(rows, step)),
            "phases": [{"t": t, "label": label} for t, label in self._marks.copy() if t >= since_s],
        }


def _every(rows: list[tuple[float | None, ...]], step: int) -> Iterator[tuple[float | None, ...]]:
    return islice(rows, 0, None, step)


def _known(value: float) -> float | None:
    """A number for JSON; UNKNOWN and above range have none."""
    return round(value, 5) if value - value == 0.0 else None
