"""Brings a SQLite file of an earlier version up to this one, or back for an earlier software.

The steps are SQL files in one folder. `0001-*.up.sql` makes a new file, each later one brings a
file of the version before it to its own, and its `.down.sql` takes that back. What version this
software writes is how many there are.

A file is never changed where it lies. A copy is changed and compared with it, the file is kept
under another name, and the copy takes its name in one rename: whenever the power fails, the name
stands for a whole file of the one version or of the other.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from controller.durable import sync

BUSY_S: Final = 2.0
UNFINISHED: Final = ".unfinished"


@dataclass(frozen=True, slots=True)
class Moved:
    """A file was brought from one version to another; `kept` is the file as it was."""

    before: int
    after: int
    kept: Path

    def __str__(self) -> str:
        return f"brought from version {self.before} to {self.after}; as it was: {self.kept.name}"


@dataclass(frozen=True, slots=True)
class Steps:
    """The versions of a kind of file. `contents` is what must be the same before and after."""

    folder: Path
    contents: Callable[[sqlite3.Connection], object]
    application_id: int = 0

    @property
    def newest(self) -> int:
        """The version that this software writes."""
        return len(list(self.folder.glob("*.up.sql")))

    def make(self, db: sqlite3.Connection) -> None:
        """Makes the tables of the newest version in an empty file."""
        db.executescript(self._script(0, self.newest))

    def move(self, path: Path, to: int | None = None) -> Moved | None:
        """Brings the file to the newest version, or to `to`; None when there is nothing to do.

        A file that is empty, of another kind, or newer than this software, is left to whoever opens
        it. Raises ValueError for a version that there is not, and when the copy does not hold the
        same; sqlite3.Error when the file cannot be read or somebody else has it open; OSError when
        the copy cannot be written; and what `contents` raises. The file is then as it was.
        """
        wanted = self.newest if to is None else to
        if not 1 <= wanted <= self.newest:
            raise ValueError(f"there is no version {wanted}: there are 1 to {self.newest}")
        if not path.is_file():
            return None
        with closing(_opened(path)) as db:
            version = version_of(db)
            if version in (0, wanted) or version > self.newest or not self._is_ours(db):
                return None
            _alone(db)
            copy = self._changed_copy(path, version, wanted)
            kept = _free_name(path, version)
            os.link(path, kept)
            sync(path.parent)
            copy.replace(path)
            sync(path.parent)
        return Moved(version, wanted, kept)

    def _is_ours(self, db: sqlite3.Connection) -> bool:
        found: int = db.execute("PRAGMA application_id").fetchone()[0]
        return found == self.application_id

    def _changed_copy(self, path: Path, version: int, wanted: int) -> Path:
        copy = path.with_name(path.name + UNFINISHED)
        for left_behind in (copy, copy.with_name(f"{copy.name}-journal")):
            left_behind.unlink(missing_ok=True)
        copy.touch(mode=path.stat().st_mode & 0o777)
        with closing(_opened(path)) as origin, closing(_opened(copy)) as changed:
            origin.backup(changed)
            before = self.contents(changed)
            changed.executescript(self._script(version, wanted))
            if self.contents(changed) != before:
                raise ValueError(f"the copy of version {wanted} does not hold the same")
        sync(copy)
        return copy

    def _script(self, version: int, wanted: int) -> str:
        """Each step from the one version to the other, all or nothing."""
        up = wanted > version
        numbers = range(version + 1, wanted + 1) if up else range(version, wanted, -1)
        steps = [self._step(number, "up" if up else "down") for number in numbers]
        return "\n".join(
            ["BEGIN IMMEDIATE;", *steps, f"PRAGMA user_version = {wanted};", "COMMIT;"]
        )

    def _step(self, number: int, direction: str) -> str:
        found = list(self.folder.glob(f"{number:04}-*.{direction}.sql"))
        if len(found) != 1:
            raise ValueError(f"{len(found)} files are step {number} {direction} in {self.folder}")
        return found[0].read_text(encoding="utf-8")


def version_of(db: sqlite3.Connection) -> int:
    """The version of an open file; 0 for an empty one."""
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)


def _alone(db: sqlite3.Connection) -> None:
    """Puts the WAL into the file and locks it. Raises OperationalError while others have it open.

    Otherwise another process could go on with the WAL of the old file beside the new one.
    """
    db.execute("PRAGMA journal_mode = DELETE").fetchone()
    db.execute("BEGIN IMMEDIATE")


def _free_name(path: Path, version: int) -> Path:
    kept = path.with_name(f"{path.name}.v{version}")
    number = 1
    while kept.exists():
        number += 1
        kept = path.with_name(f"{path.name}.v{version}-{number}")
    return kept
