"""Copies of SQLite files: of one moment, their owner's alone, never put over anything."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from controller.errors import RecordError

UNFINISHED: Final = "unfinished"


def refuse_to_overwrite(path: Path) -> None:
    """Raises RecordError when there is something at `path`."""
    if path.exists():
        raise RecordError(
            "is there already",
            where=str(path),
            do="Nothing is overwritten: name another folder, or move that one away.",
        )


def copy_database(origin: sqlite3.Connection, path: Path) -> None:
    """A whole copy at `path`, its owner's alone, of one moment. Raises sqlite3.Error, OSError."""
    path.touch(mode=0o600, exist_ok=False)
    with closing(sqlite3.connect(path)) as copy:
        origin.backup(copy)
        # One file, so that nothing beside it can be forgotten.
        copy.execute("PRAGMA journal_mode=DELETE").fetchone()
