"""The thread that writes the trend of the batch under way: one frame a second, then on the disk.

After a power cut at most the last second is missing. When the disk is full, frames wait in memory
up to a bound, and what was lost is counted.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from controller.core.signals import Image
from controller.core.state import ScanState
from controller.records.trendfile import (
    SCANS_PER_FRAME,
    Sample,
    frame_bytes,
    header_bytes,
    own_values,
)

SCANS_KEPT: Final = 6_000
SEALED_FRAMES: Final = 600
RETRY_S: Final = 1.0
END_S: Final = 5.0
FOLDER: Final = "trends"

# Takes the batch id and what to record about its trend file.
Seal = Callable[[str, dict[str, Any]], None]

log = logging.getLogger("blademill.trend")


class TrendWriter:
    """Takes a sample per scan, writes frames in a thread of its own.

    Every ten minutes, and at the end of a batch, `sealed` is told the hash of the file so far;
    `finished` is told the file when nothing will be added to it.
    """

    def __init__(
        self, data: Path, period_s: float, sealed: Seal, finished: Callable[[Path], None]
    ) -> None:
        self.folder = data / FOLDER
        self._period_s = period_s
        self._sealed = sealed
        self._finished = finished
        self._changed = threading.Condition()
        self._waiting: deque[tuple[str, Sample]] = deque()
        self._lost = 0
        self._ended = False
        self._idle = False
        self._file: _OpenTrend | None = None
        self._thread = threading.Thread(target=self._work, name="trend", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def note(self, state: ScanState, image: Image) -> None:
        """Takes in one scan. Never waits. Without a batch there is no trend."""
        batch = state.batch
        self._idle = batch is None
        if batch is None:
            return
        own = own_values(state.state, state.outputs, state.totals)
        sample = Sample(state.now_s, time.time_ns() // 1_000_000, image.values, image.quality, own)
        if len(self._waiting) < SCANS_KEPT:
            self._waiting.append((batch.id, sample))
        else:
            self._lost += 1
        if len(self._waiting) >= SCANS_PER_FRAME:
            self._wake()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify()

    def end(self) -> None:
        """Writes what waits and ends the thread."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join(END_S)

    def _work(self) -> None:
        told = ""
        while True:
            with self._changed:
                self._changed.wait(RETRY_S)
            try:
                self._write()
                told = ""
            except OSError as failure:
                # Once: it is tried again every second, and a log that fills helps no full disk.
                if str(failure) != told:
                    told = str(failure)
                    log.error("the trend cannot be written: %s", failure)
                self._give_up()
            if self._ended:
                self._close()
                return

    def _write(self) -> None:
        while self._waiting:
            batch_id = self._waiting[0][0]
            samples = self._next(batch_id)
            over = self._ended or self._idle or len(self._waiting) > len(samples)
            if len(samples) < SCANS_PER_FRAME and not over:
                break
            if self._file is None or self._file.batch_id != batch_id:
                self._close()
                self._file = _OpenTrend(self.folder, batch_id, self._period_s)
            self._file.append(frame_bytes(self._file.frames, samples))
            for _ in samples:
                self._waiting.popleft()
            if self._file.frames % SEALED_FRAMES == 0:
                self._seal()
        if self._idle:
            self._close()

    def _next(self, batch_id: str) -> list[Sample]:
        found: list[Sample] = []
        for waiting_id, sample in self._waiting.copy():
            if waiting_id != batch_id or len(found) == SCANS_PER_FRAME:
                break
            found.append(sample)
        return found

    def _seal(self) -> None:
        if self._file is not None:
            lost, self._lost = self._lost, 0
            self._sealed(self._file.batch_id, self._file.seal() | {"lost_scans": lost})

    def _close(self) -> None:
        if self._file is not None:
            self._seal()
            self._file.close()
            self._finished(self._file.path)
            self._file = None

    def _give_up(self) -> None:
        """What was written of a frame is taken back; the file is opened anew with the next one."""
        if self._file is not None:
            self._file.take_back()


class _OpenTrend:
    """One trend file, open for writing."""

    def __init__(self, folder: Path, batch_id: str, period_s: float) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.batch_id = batch_id
        self.path = folder / f"{batch_id}.trend"
        self.frames = 0
        # Never on top of what is there: a batch id is used once.
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._hash = hashlib.sha256()
        self._bytes = 0
        try:
            self._put(header_bytes(batch_id, period_s))
        except OSError:
            os.close(self._file)
            self.path.unlink()
            raise

    def append(self, frame: bytes) -> None:
        """One frame, on the disk. Raises OSError."""
        self._put(frame)
        self.frames += 1

    def _put(self, data: bytes) -> None:
        written = os.pwrite(self._file, data, self._bytes)
        if written != len(data):
            raise OSError(f"only {written} of {len(data)} bytes fit")
        os.fdatasync(self._file)
        self._bytes += len(data)
        self._hash.update(data)

    def seal(self) -> dict[str, Any]:
        """What identifies the file as it is now."""
        return {
            "file": f"{FOLDER}/{self.path.name}",
            "frames": self.frames,
            "bytes": self._bytes,
            "sha256": self._hash.hexdigest(),
        }

    def take_back(self) -> None:
        """Cuts off what was written of a frame that failed, if the disk lets us."""
        try:
            os.ftruncate(self._file, self._bytes)
        except OSError as failure:
            log.error("%s: %s", self.path, failure)

    def close(self) -> None:
        """Gives the file back."""
        os.close(self._file)
