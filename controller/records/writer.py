"""The thread that owns the record: takes drafts from a bounded queue, commits them in groups.

Whoever offers never waits. Whoever must know that something is on disk before it goes on asks
`committed`. When nothing can be written the drafts stay in memory, up to a bound, the file is
closed, opened anew and checked, and what is not in it yet is written then.
"""

from __future__ import annotations

import logging
import math
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from controller.core.events import EventKind
from controller.edge.clock import monotonic_s, utc_text
from controller.errors import RecordError
from controller.records.row import Draft, Row, draft
from controller.records.schema import SCHEMA_VERSION, Damaged
from controller.records.store import Store, set_aside
from controller.records.when import mono_ns

CAPACITY: Final = 4096
COMMON_SHARE: Final = 3072
RETRY_S: Final = 0.5
ALIVE_S: Final = 5.0
SLOW_S: Final = 0.5
END_S: Final = 5.0
# For so long a damage is told: an alarm that waits for its acknowledgment from then on.
DAMAGE_TOLD_S: Final = 10.0
# Room is kept for what a batch cannot be told without.
VITAL: Final = frozenset(
    {
        EventKind.TRANSITION,
        EventKind.COMMAND_ACCEPTED,
        EventKind.ALARM_RAISED,
        EventKind.AUDIT,
        EventKind.BATCH_LOADED,
        EventKind.BATCH_CHARGED,
        EventKind.BATCH_STARTED,
        EventKind.BATCH_ENDED,
    }
)

log = logging.getLogger("blademill.record")


class Writer:
    """Start it, offer drafts from any thread, end it."""

    def __init__(
        self,
        path: Path,
        boot: str,
        run: str,
        software: str,
        clock_s: Callable[[], float] = monotonic_s,
    ) -> None:
        self.path = path
        self._boot = boot
        self._run = run
        self._software = software
        self._monotonic_s = clock_s
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Draft, float]] = deque()
        self._dropped = 0
        self._offered = 0
        self._ended = False
        self._opened = threading.Event()
        self._store: Store | None = None
        self._tried: tuple[Row, ...] = ()
        self._failing_since_s: float | None = self._monotonic_s()
        self._why = "not opened yet"
        self.damaged = ""
        self._damaged_at_s = -math.inf
        self.last_seq = 0
        self._thread = threading.Thread(target=self._work, name="record", daemon=True)

    def start(self, within_s: float) -> bool:
        """Starts the thread; whether the record was open within `within_s`."""
        self._thread.start()
        self._opened.wait(within_s)
        return self._store is not None

    def offer(self, drafts: Sequence[Draft]) -> int:
        """Takes the drafts in, in their order. Never waits for the disk.

        Returns the sequence number that the last of them will have if nothing goes wrong.
        """
        now_s = self._monotonic_s()
        with self._changed:
            for draft in drafts:
                room = CAPACITY if draft.kind in VITAL else COMMON_SHARE
                if len(self._waiting) < room:
                    self._waiting.append((draft, now_s))
                    self._offered += 1
                else:
                    self._dropped += 1
            self._changed.notify_all()
            return self.last_seq + len(self._waiting)

    @property
    def quiet(self) -> bool:
        """Whether everything that was offered is on disk."""
        return not self._waiting and not self._dropped

    def committed(self, within_s: float) -> bool:
        """Whether all that was offered until now is on disk, waiting at most so long for it."""
        with self._changed:
            return self._changed.wait_for(lambda: self.quiet, within_s)

    def lost_s(self) -> float:
        """For how long nothing could be committed; 0 when all is well."""
        now_s = self._monotonic_s()
        since_s = self._failing_since_s
        if since_s is not None:
            return max(now_s - since_s, 1e-3)
        try:
            oldest_s = self._waiting[0][1]
        except IndexError:
            return 0.0
        return now_s - oldest_s if now_s - oldest_s > SLOW_S else 0.0

    def damage_found(self) -> bool:
        """Whether the record was found damaged, and begun anew, a moment ago."""
        return self._monotonic_s() - self._damaged_at_s < DAMAGE_TOLD_S

    def end(self) -> bool:
        """Writes what waits, closes the file, and ends. Whether everything was written."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join(END_S)
        return self.quiet and not self._thread.is_alive()

    def _work(self) -> None:
        next_alive_s = 0.0
        while True:
            if self._store is None and not self._open():
                if self._ended:
                    return
                self._pause(RETRY_S)
                continue
            self._wait_for_work(next_alive_s - self._monotonic_s())
            try:
                self._commit()
                if self._monotonic_s() >= next_alive_s:
                    self._alive()
                    next_alive_s = self._monotonic_s() + ALIVE_S
            except (sqlite3.Error, OSError) as failure:
                self._failed(failure)
                continue
            if self._ended and self.quiet:
                self._close()
                return

    def _pause(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._ended, seconds)

    def _wait_for_work(self, at_most_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: bool(self._waiting) or self._ended, max(at_most_s, 0.0))

    def _open(self) -> bool:
        try:
            self._store = self._opened_store()
        except (sqlite3.Error, OSError, ValueError, RecordError) as failure:
            self._failed(failure)
            return False
        finally:
            self._opened.set()
        self._forget_written()
        return True

    def _opened_store(self) -> Store:
        """The record; a damaged one is set aside, and the new one says so in its first row."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        before: dict[str, object] = {}
        try:
            store = Store(self.path, self._boot, self._run)
        except Damaged as damage:
            aside = set_aside(self.path, utc_text())
            log.critical("%s; set aside as %s", damage.what, aside.name)
            before = {"damaged": damage.what, "set_aside": aside.name}
            self.damaged = aside.name
            self._damaged_at_s = self._monotonic_s()
            self._tried = ()
            store = Store(self.path, self._boot, self._run)
        if store.moved is not None:
            log.warning("the record was %s", store.moved)
            before = {"version_before": store.moved.before, "kept": store.moved.kept.name}
        store.append([self._opening(store, before)])
        self.last_seq = store.last_seq
        return store

    def _opening(self, store: Store, before: dict[str, object]) -> Draft:
        data = {
            "schema": SCHEMA_VERSION,
            "sqlite": sqlite3.sqlite_version,
            "software": self._software,
            "head": store.head.hex(),
            **before,
        }
        text = "Record opened"
        if "damaged" in before:
            text = "Record begun anew: the old one is damaged"
        elif store.moved is not None:
            text = f"Record {store.moved}"
        return draft(EventKind.RECORD_OPENED, text, data)

    def _forget_written(self) -> None:
        """Of a commit that failed, some rows may be on disk all the same: they are not repeated."""
        store = self._store
        written = sum(1 for row in self._tried if store is not None and store.has(row))
        with self._changed:
            for _ in range(written):
                self._waiting.popleft()
            self._tried = ()
            if not self._waiting:
                self._failing_since_s = None
            self._changed.notify_all()

    def _commit(self) -> None:
        store = self._store
        if store is None:
            return
        with self._changed:
            drafts = [draft for draft, _ in self._waiting]
            dropped = self._dropped
        if not drafts and not dropped:
            return
        self._tried = tuple(store.chained(drafts))
        gap = [_gap(dropped)] if dropped else []
        store.append([*drafts, *gap])
        self._tried = ()
        with self._changed:
            for _ in drafts:
                self._waiting.popleft()
            self._dropped -= dropped
            self.last_seq = store.last_seq
            self._failing_since_s = None
            self._changed.notify_all()

    def _alive(self) -> None:
        if self._store is not None:
            self._store.alive(utc_text(), mono_ns())
            self._failing_since_s = None

    def _failed(self, failure: Exception) -> None:
        if self._failing_since_s is None or str(failure) != self._why:
            log.error("the record cannot be written: %s: %s", self.path, failure)
        self._why = str(failure)
        if self._failing_since_s is None:
            self._failing_since_s = self._monotonic_s()
        self._close()

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None


def _gap(dropped: int) -> Draft:
    text = f"{dropped} events could not be kept while the record was lost"
    return draft(EventKind.RECORD_GAP, text, {"dropped": dropped})
