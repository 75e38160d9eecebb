"""A mark on the disk for as long as a controller runs: who runs now, and how the last one ended.

A controller that was told to end takes its mark away. One that was killed, or whose computer lost
its power, leaves it behind, and the next one knows.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from controller.edge.clock import utc_text
from controller.errors import StartError


class RunMark:
    """The mark of this process; `follows_a_crash` when the one before left its own behind."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        file.seek(0)
        self.follows_a_crash = bool(file.read())

    def put(self) -> None:
        """From now on this process drives the plant."""
        self._put(f"{os.getpid()} since {utc_text()}\n")

    def take_away(self) -> None:
        """This process ends because it was told to, and has left the plant as it should be."""
        self._put("")

    def _put(self, text: str) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._file.write(text)
        self._file.flush()
        os.fsync(self._file.fileno())


@contextmanager
def run_mark(folder: Path, plant_id: str) -> Iterator[RunMark]:
    """The mark of the plant, held alone until the end of the process.

    Raises StartError when another controller of this plant runs, or `folder` cannot be written.
    """
    path = folder / f"{plant_id}.running"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = path.open("a+")
    except OSError as refused:
        raise StartError(
            f"cannot be written ({refused.strerror})",
            where=str(path),
            do="Choose another folder with --data, or mend this one.",
        ) from refused
    with file:
        _alone(file, path)
        yield RunMark(file)


def _alone(file: IO[str], path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as held:
        file.seek(0)
        raise StartError(
            f"another controller is running (process {file.read().split(' ')[0]})",
            where=str(path),
            do="Stop it first, or give this one a plant file with another id.",
        ) from held
