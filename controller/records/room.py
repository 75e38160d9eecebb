"""How much room the record has on its disk: looked at now and then by a thread of its own.

Asking a file system can take as long as it likes (a failing disk, a mount that is gone), so the
scan never asks: it reads the newest answer, and one that is too old counts as UNKNOWN.
"""

from __future__ import annotations

import logging
import math
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from controller.core.limits import RECORD_MB_PER_H
from controller.edge.clock import monotonic_s

LOOK_S: Final = 5.0
OLD_S: Final = 30.0
MB: Final = 1e6
# Of a larger disk only this much counts as the record's: 80 % of 1 TB leaves room for ten thousand
# batch-hours, and an alarm that asks for nothing teaches people to look away.
COUNTED_MB: Final = 50_000.0

log = logging.getLogger("blademill.record")


class Room(NamedTuple):
    """One look at the disk. `used_percent` is of what counts as the record's (`COUNTED_MB`)."""

    used_percent: float
    free_mb: float

    @property
    def words(self) -> str:
        """For a person; empty where nothing is known."""
        if math.isnan(self.free_mb):
            return ""
        gb = self.free_mb / 1000.0
        size = f"{gb:.1f} GB" if gb >= 1.0 else f"{self.free_mb:.0f} MB"
        return f"disk: {size} free, some {self.free_mb / RECORD_MB_PER_H:.0f} h of batches"


UNKNOWN: Final = Room(math.nan, math.nan)


def room_of(folder: Path) -> Room:
    """What this process may still write where `folder` is. Raises OSError."""
    return room_from(os.statvfs(folder))


def room_from(disk: os.statvfs_result) -> Room:
    """What a file system says of itself, as room."""
    # Blocks that are kept for root are neither used nor free to us: as `df` counts.
    free_mb = disk.f_bavail * disk.f_frsize / MB
    total_mb = (disk.f_blocks - disk.f_bfree + disk.f_bavail) * disk.f_frsize / MB
    counted_mb = min(total_mb, COUNTED_MB)
    if counted_mb <= 0.0:
        return Room(100.0, 0.0)
    return Room(100.0 * max(0.0, 1.0 - free_mb / counted_mb), free_mb)


class RoomWatch:
    """Start it, ask `newest` from any thread, end it."""

    def __init__(self, folder: Path, clock_s: Callable[[], float] = monotonic_s) -> None:
        self._folder = folder
        self._clock_s = clock_s
        self._newest = (UNKNOWN, -math.inf)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="room", daemon=True)

    def start(self) -> None:
        """Looks once, so that there is an answer, and starts the thread that goes on looking."""
        self.look()
        self._thread.start()

    def end(self) -> None:
        """Ends the thread, without waiting for a disk that does not answer."""
        self._ended.set()

    def newest(self) -> Room:
        """The last look; UNKNOWN when there was none, it failed, or it is too old."""
        room, at_s = self._newest
        return room if self._clock_s() - at_s <= OLD_S else UNKNOWN

    def look(self) -> None:
        """Looks once."""
        at_s = self._clock_s()
        try:
            self._newest = room_of(self._folder), at_s
        except OSError as failure:
            log.error("nobody knows what room is left at %s: %s", self._folder, failure)
            self._newest = UNKNOWN, at_s

    def _work(self) -> None:
        while not self._ended.wait(LOOK_S):
            self.look()
