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
from controller.core.band import BANDED
from controller.core.events import Event, EventKind
from controller.core.labels import phase_label
from controller.core.signals import Image
from controller.core.state import Decision, ScanState
from controller.core.states import State
from controller.core.twin import limits_now
from controller.edge.clock import utc_text
from controller.records.clerk import Entry

EVENTS_KEPT: Final = 5_000
ROWS_KEPT: Final = 24 * 3_600
ROWS_SENT: Final = 3_600
TREND: Final = BANDED
NO_BAND: Final = (None,) * (2 * len(BANDED))
JUDGED: Final = (State.RUNNING, State.PAUSING, State.COMPLETING)
Cells = tuple[float | None, ...]


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
        self._rows: deque[tuple[Cells, Cells]] = deque(maxlen=ROWS_KEPT)
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
            self._rows.append(((round(state.now_s, 2), *row), band_cells(state)))
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
        """Rows since `since_s`; of a long time only every n-th row.

        Where a band of dry runs was in force, its lower and upper ends follow the values.
        """
        rows = [row for row in self._rows.copy() if row[0][0] is not None and row[0][0] >= since_s]
        step = max(1, -(-len(rows) // ROWS_SENT))
        banded = any(band for _, band in rows)
        names = [signal.name.lower() for signal in TREND]
        ends = [f"{name}.{end}" for end in ("low", "high") for name in names]
        return {
            "columns": ["process_s", *names, *(ends if banded else ())],
            "rows": [
                (*row, *(band or NO_BAND)) if banded else row
                for row, band in islice(rows, 0, None, step)
            ],
            "phases": [{"t": t, "label": label} for t, label in self._marks.copy() if t >= since_s],
        }


def band_cells(state: ScanState) -> Cells:
    """The lower ends of the band at this moment, then the upper ones; empty without a band."""
    batch = state.batch
    if batch is None or batch.band is None or state.state not in JUDGED:
        return ()
    ends = limits_now(batch, state.position, state.totals.process_s)
    return () if ends is None else tuple(_known(value) for side in ends for value in side)


def _known(value: float) -> float | None:
    """A number for JSON; UNKNOWN and above range have none."""
    return round(value, 5) if value - value == 0.0 else None
