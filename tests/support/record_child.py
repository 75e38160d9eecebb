"""A process that records and says what is on disk, to be killed or to have its calls fail.

record_child.py writer FOLDER COUNT     the shipped writer; "ack N" for each group that is on disk
record_child.py store FOLDER COUNT SYNC the store alone, one thread; SYNC is FULL or OFF
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from controller.core.events import EventKind
from controller.records.row import Draft, draft
from controller.records.schema import RECORD_NAME
from controller.records.store import Store
from controller.records.writer import Writer

CHECKPOINT_PAGES = 40
PATIENCE_S = 20.0


def drafts(first: int, count: int) -> list[Draft]:
    return [
        draft(EventKind.STEP, f"row {n}", {"n": n}, batch="B") for n in range(first, first + count)
    ]


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def with_writer(folder: Path, count: int) -> None:
    writer = Writer(folder / RECORD_NAME, "boot", "run", "0")
    writer.start(PATIENCE_S)
    for number in range(count):
        writer.offer(drafts(10 * number, 1 + number % 3))
        if not writer.committed(PATIENCE_S):
            say("stuck")
            os._exit(3)
        say(f"ack {writer.last_seq} {10 * number}")
    time.sleep(0.01)
    say(f"lost {writer.lost_s()}")
    writer.end()


def with_store(folder: Path, count: int, sync: str) -> None:
    store = Store(folder / RECORD_NAME, "boot", "run")
    store._db.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}").fetchone()
    store._db.execute(f"PRAGMA synchronous={sync}").fetchone()
    for number in range(count):
        store.append(drafts(10 * number, 1 + number % 3))
        say(f"ack {store.last_seq} {10 * number}")
        if number % 7 == 0:
            store.alive(f"{number}", number)
    os._exit(0)


if __name__ == "__main__":
    kind, folder, count, *more = sys.argv[1:]
    if kind == "writer":
        with_writer(Path(folder), int(count))
    else:
        with_store(Path(folder), int(count), more[0])
