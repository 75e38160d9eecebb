"""Archives the trends of ended batches, one after the other, in processes of their own."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

NICE: Final = "15"
LIMIT_S: Final = 600.0

# Takes the batch id and what identifies its archive; whether that is on disk.
Told = Callable[[str, dict[str, Any]], bool]

log = logging.getLogger("blademill.trend")


class Archiver:
    """Give it trend files; each is replaced by its archive when the record knows of that."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._files: SimpleQueue[Path | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="archive", daemon=True)

    def start(self, folder: Path) -> None:
        """Starts the thread; it begins with what an earlier process left behind."""
        for path in sorted(folder.glob("*.trend")):
            self._files.put(path)
        self._thread.start()

    def take(self, path: Path) -> None:
        """Archives the file when it is its turn. Never waits."""
        self._files.put(path)

    def end(self) -> None:
        """Takes no more. What is not archived yet is the next process's work."""
        self._files.put(None)

    def _work(self) -> None:
        while (path := self._files.get()) is not None:
            found = _archived(path)
            if found is not None and self._told(path.stem, found):
                path.unlink()


def _archived(path: Path) -> dict[str, Any] | None:
    command = ["nice", "-n", NICE, sys.executable, "-m", "controller.records.archive", str(path)]
    try:
        done = subprocess.run(  # noqa: S603  our own program, a path of our own
            command, capture_output=True, check=True, timeout=LIMIT_S, text=True
        )
    except (OSError, subprocess.SubprocessError) as failure:
        words = getattr(failure, "stderr", None) or str(failure)
        log.error("%s stays as it is: %s", path, words.strip().splitlines()[-1:])
        return None
    found: dict[str, Any] = json.loads(done.stdout)
    return found
