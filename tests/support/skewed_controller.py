"""The shipped controller on a computer whose clocks jump.

SIGUSR1: the calendar goes on by a year, as when somebody sets it. SIGUSR2: the clock since boot
goes on by an hour, as over a suspend; the one that leaves suspends out does not.
"""

from __future__ import annotations

import datetime
import signal
import sys
import time
from typing import Final, Self

YEAR: Final = datetime.timedelta(days=366)
HOUR_S: Final = 3600.0

_clock_gettime, _time, _time_ns = time.clock_gettime, time.time, time.time_ns
_wall = datetime.timedelta(0)
_boot_s = 0.0


class SkewedDatetime(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Self:
        return super().now(tz) + _wall


def skewed_clock(clock: int) -> float:
    if clock == time.CLOCK_BOOTTIME:
        return _clock_gettime(clock) + _boot_s
    if clock == time.CLOCK_REALTIME:
        return _clock_gettime(clock) + _wall.total_seconds()
    return _clock_gettime(clock)


def set_calendar(*_: object) -> None:
    global _wall
    _wall = YEAR


def suspend(*_: object) -> None:
    global _boot_s
    _boot_s = HOUR_S


if __name__ == "__main__":
    datetime.datetime = SkewedDatetime  # type: ignore[misc]
    time.clock_gettime = skewed_clock
    time.time = lambda: _time() + _wall.total_seconds()
    time.time_ns = lambda: _time_ns() + int(1e9 * _wall.total_seconds())
    signal.signal(signal.SIGUSR1, set_calendar)
    signal.signal(signal.SIGUSR2, suspend)
    # Only now, so that everything in it sees these clocks.
    from controller.cli import main

    sys.argv[0] = "blademill"
    main()
