"""The controller's own process, as far as it makes sense in virtual time."""

from __future__ import annotations

from collections.abc import Iterator

from sim.faults.model import CALM, REFUSE, Fault, Value, hold, table, trip, warn


def process_faults() -> Iterator[Fault]:
    """Scans that do not come, and a heartbeat that does not arrive."""
    yield Fault(
        name="scan_stalled",
        catalogue="P2 P5",
        hazard="H9",
        text="The controller does not scan for VALUE; the plant's watchdogs run on.",
        begin=lambda site, seconds: site.stall(seconds),
        expected=table(batch=trip(2.0)),
        value=Value("s", 1.5, 0.5, 600.0),
    )
    yield Fault(
        name="scan_late",
        catalogue="P3",
        hazard="H9",
        text="One scan comes late by VALUE: shorter than anybody must notice.",
        begin=lambda site, seconds: site.stall(seconds),
        expected=table(batch=CALM),
        value=Value("s", 0.4, 0.1, 0.4),
    )
    yield Fault(
        name="heartbeat_lost",
        catalogue="P2",
        hazard="H9",
        text="The heartbeat does not reach its relay, which opens the run permit.",
        begin=lambda site, _: site.wire.stop_heart(),
        expected=table(driven=trip(2.5), rest=warn(4.0)),
    )
    yield Fault(
        name="record_lost",
        catalogue="D1 D2",
        hazard="H13",
        text="Nothing can be committed to the record: disk full, or a file system that failed.",
        begin=lambda site, _: site.wire.lose_record(),
        expected=table(start=REFUSE, batch=hold(11.0)),
    )
