"""Notes the head of the chain where this machine cannot change it: a file on another machine.

One line each, `UTC SEQ HASH`, at the start, at the end of each batch, and every hour. Whoever keeps
the file can tell a record that was cut off or made anew: `blademill record verify --anchors FILE`.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from controller.edge.clock import utc_text
from controller.errors import InputError, RecordError
from controller.records.chain import Anchor
from controller.records.reader import RecordReader

EVERY_S: Final = 3600.0
COMMIT_S: Final = 5.0
HASH_CHARS: Final = 64

log = logging.getLogger("blademill.anchor")


class AnchorKeeper:
    """Appends heads to one file, in a thread of its own: a mount that hangs holds up nothing.

    `noted` and `failed` count what was tried.
    """

    def __init__(
        self, reader: RecordReader, path: Path, committed: Callable[[float], bool]
    ) -> None:
        """`committed` waits until what happened is on disk, at most so long."""
        self._reader = reader
        self._committed = committed
        self._path = path
        self._wanted: SimpleQueue[bool] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="anchor", daemon=True)
        self.noted = 0
        self.failed = 0

    def start(self) -> None:
        """Starts the thread, with an anchor at once."""
        self._wanted.put(True)
        self._thread.start()

    def take(self) -> None:
        """Asks for an anchor now. Never waits."""
        self._wanted.put(True)

    def counted(self) -> tuple[int, int]:
        """How many anchors were noted, and how many could not be."""
        return self.noted, self.failed

    def end(self, within_s: float) -> None:
        """Takes no more, and waits a little for what is under way."""
        self._wanted.put(False)
        self._thread.join(within_s)

    def _work(self) -> None:
        while True:
            try:
                if not self._wanted.get(timeout=EVERY_S):
                    return
            except Empty:
                log.debug("an hour is over")
            self._note()

    def _note(self) -> None:
        try:
            self._committed(COMMIT_S)
            (row,) = self._reader.newest(1)
            _append(self._path, f"{utc_text()} {row.seq} {row.hash.hex()}\n")
        except (OSError, RecordError, ValueError) as failure:
            self.failed += 1
            log.warning("no anchor could be noted in %s: %s", self._path, failure)
        else:
            self.noted += 1


def _append(path: Path, line: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, line.encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_anchors(path: Path) -> list[Anchor]:
    """The anchors of a file. Raises InputError for a line that is none, or two that differ."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeError) as error:
        raise InputError(f"the anchors cannot be read ({error})", where=str(path)) from error
    found: dict[int, str] = {}
    for number, line in enumerate(lines, 1):
        parts = line.split()
        if len(parts) != 3 or not parts[1].isdigit() or len(parts[2]) != HASH_CHARS:
            raise InputError("is no anchor: UTC SEQ HASH", where=f"{path}:{number}")
        seq, head = int(parts[1]), parts[2].lower()
        if found.setdefault(seq, head) != head:
            what = f"row {seq} has two hashes: the chain was made anew"
            raise InputError(what, where=f"{path}:{number}")
    return [Anchor(seq, head) for seq, head in found.items()]
