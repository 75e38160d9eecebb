"""Copies of the record: made while it is written, checked whole, and never put over another one."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final

from controller.errors import RecordError
from controller.records.chain import Verdict
from controller.records.reader import RecordReader
from controller.records.schema import RECORD_NAME, open_for_reading
from controller.records.trends import FOLDER

TRIES: Final = 3
UNFINISHED: Final = "unfinished"


def copy_record(source: Path, target: Path) -> Verdict:
    """Copies the record and its trends from the data folder `source` to `target` and verifies it.

    The same for a backup and for a restore. The record may be written meanwhile: the copy is what
    it was at one moment. Raises RecordError when `target` has a record or trends already, and when
    the copy does not verify; what was copied then stays in a folder `unfinished`.
    """
    for name in (RECORD_NAME, FOLDER):
        if (target / name).exists():
            raise RecordError(
                "is there already",
                where=str(target / name),
                do="Nothing is overwritten: name another folder, or move that one away.",
            )
    work = target / UNFINISHED
    try:
        for _ in range(TRIES):
            verdict = _copied(source, work)
            broken = verdict.broken
            if broken is None:
                _finish(work, target)
                return verdict
            # A trend that was archived meanwhile has another name now: once more.
    except (sqlite3.Error, OSError) as error:
        raise RecordError(f"cannot be copied ({error})", where=str(target)) from error
    raise RecordError(
        f"the copy is not good: {broken}",
        where=str(work),
        do="Verify the source with: blademill record verify",
    )


def _copied(source: Path, work: Path) -> Verdict:
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, mode=0o700)
    origin = open_for_reading(source / RECORD_NAME)
    copy = sqlite3.connect(work / RECORD_NAME)
    try:
        origin.backup(copy)
        # One file, so that nothing beside it can be forgotten.
        copy.execute("PRAGMA journal_mode=DELETE").fetchone()
    finally:
        copy.close()
        origin.close()
    _copy_trends(source / FOLDER, work / FOLDER)
    return RecordReader(work).verify()


def _copy_trends(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700)
    found = [path for path in source.glob("*") if path.suffix in (".trend", ".parquet")]
    for path in sorted(found):
        with suppress(FileNotFoundError):  # archived in this very moment
            shutil.copyfile(path, target / path.name)


def _finish(work: Path, target: Path) -> None:
    """On the disk first, then under their names, the record last."""
    for path in (*(work / FOLDER).iterdir(), work / FOLDER, work / RECORD_NAME):
        _sync(path)
    for name in (FOLDER, RECORD_NAME):
        (work / name).rename(target / name)
        _sync(target)
    work.rmdir()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
