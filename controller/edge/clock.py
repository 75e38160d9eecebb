"""The clocks of the live system: one that only ever runs forward, and the calendar."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def monotonic_s() -> float:
    """Seconds on the clock that control, ages and watchdogs go by: since boot, on and on.

    It counts the time for which the computer was suspended, which `time.monotonic` leaves out: what
    was read before a suspend is old after it. Only differences of it mean anything.
    """
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def utc_text() -> str:
    """Now in UTC, as 2026-01-31T23:59:59.123Z: for records and people, never for control."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sleep_until(deadline_s: float) -> float:
    """Sleep until `deadline_s` of the monotonic clock; how late it was on waking, in seconds."""
    while (left_s := deadline_s - monotonic_s()) > 0.0:
        time.sleep(left_s)
    return -left_s
