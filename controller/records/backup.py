"""Copies of the record: made while it is written, checked whole, and never put over another one."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from controller.copying import UNFINISHED, copy_database, refuse_to_overwrite
from controller.durable import sync
from controller.errors import RecordError
from controller.records.chain import Verdict
from controller.records.reader import RecordReader
from controller.records.schema import RECORD_NAME, open_for_reading
from controller.records.trends import FOLDER

TRIES: Final = 3


def copy_record(source: Path, target: Path, beside: Sequence[str] = ()) -> Verdict:
    """Copies the record and its trends from the data folder `source` to `target` and verifies it.

    `beside` names files that belong to it and are copied where they are there. What is made is its
    owner's alone.

    The same for a backup and for a restore. The record may be written meanwhile: the copy is what
    it was at one moment. Raises RecordError when `target` has a record or trends already, and when
    the copy does not verify; what was copied then stays in a folder `unfinished`.
    """
    for name in (RECORD_NAME, FOLDER, *beside):
        refuse_to_overwrite(target / name)
    work = target / UNFINISHED
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        for _ in range(TRIES):
            verdict = _copied(source, work, beside)
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


def _copied(source: Path, work: Path, beside: Sequence[str]) -> Verdict:
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    with closing(open_for_reading(source / RECORD_NAME)) as origin:
        copy_database(origin, work / RECORD_NAME)
    _copy_trends(source / FOLDER, work / FOLDER)
    for name in beside:
        with suppress(FileNotFoundError):  # a key is made when it is first needed
            _copy_file(source / name, work / name)
    return RecordReader(work).verify()


def _copy_file(source: Path, target: Path) -> None:
    with source.open("rb") as origin:
        target.touch(mode=0o600, exist_ok=False)
        with target.open("wb") as copy:
            shutil.copyfileobj(origin, copy)


def _copy_trends(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700)
    found = [path for path in source.glob("*") if path.suffix in (".trend", ".parquet")]
    for path in sorted(found):
        with suppress(FileNotFoundError):  # archived in this very moment
            _copy_file(path, target / path.name)


def _finish(work: Path, target: Path) -> None:
    """On the disk first, then under their names, the record last."""
    beside = [path.name for path in work.iterdir() if path.name not in (FOLDER, RECORD_NAME)]
    names = (*beside, FOLDER, RECORD_NAME)
    for path in (*(work / FOLDER).iterdir(), *(work / name for name in names)):
        sync(path)
    for name in names:
        (work / name).rename(target / name)
        sync(target)
    work.rmdir()
