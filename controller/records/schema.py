"""The record's file: its tables, how it is opened for writing and for reading, and its pragmas.

Everything that durability hangs on is set and read back: a pragma that SQLite could not carry out
says so only in the row that it returns.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from controller.errors import RecordError
from controller.migration import Steps, version_of
from controller.records.chain import rows_of, verify

APPLICATION_ID: Final = 0x424C444D  # "BLDM", as in the first step
BUSY_S: Final = 2.0
RECORD_NAME: Final = "record.sqlite"


class Damaged(RecordError):
    """The file is there and is no whole record: to be set aside, never to be written on."""


def _contents(db: sqlite3.Connection) -> object:
    """What a change of version must leave as it is: every row, and the last sign of life.

    Raises Damaged when the chain does not hold.
    """
    found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    verdict = verify(rows_of(db))
    if found != "ok" or verdict.broken is not None:
        raise Damaged(f"the record is damaged: {verdict.broken or found}")
    return verdict, db.execute("SELECT * FROM alive").fetchall()


STEPS: Final = Steps(Path(__file__).with_name("steps"), _contents, APPLICATION_ID)
SCHEMA_VERSION: Final = STEPS.newest

_PRAGMAS: Final = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
    ("wal_autocheckpoint", "1000", 1000),
    ("journal_size_limit", str(64 * 2**20), 64 * 2**20),
)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The one connection that writes. Makes the file when there is none.

    Raises RecordError when the file is of another kind or version, or a pragma does not hold;
    sqlite3.Error and OSError when it cannot be opened.
    """
    # The writer's thread is not the one that opens it.
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        # First of all: a pragma may write on a file that is none of ours.
        is_new = _is_new(db, path)
        for name, value, wanted in _PRAGMAS:
            _set(db, name, value, wanted)
        if is_new:
            STEPS.make(db)
    except BaseException:
        db.close()
        raise
    return db


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that can change nothing. Raises RecordError when there is no record."""
    if not path.is_file():
        raise RecordError("there is no record", where=str(path), do="Name the right --data folder.")
    try:
        db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro",
            uri=True,
            timeout=BUSY_S,
            isolation_level=None,
            check_same_thread=False,
        )
        _set(db, "query_only", "ON", 1)
        _set(db, "trusted_schema", "OFF", 0)
        _set(db, "cell_size_check", "ON", 1)
        _check(db, path)
    except sqlite3.Error as error:
        raise RecordError(
            f"the record cannot be read ({error})",
            where=str(path),
            do="Keep the file as it is, and restore the last backup into another folder.",
        ) from error
    return db


def _set(db: sqlite3.Connection, name: str, value: str, wanted: object) -> None:
    db.execute(f"PRAGMA {name}={value}").fetchone()
    found = db.execute(f"PRAGMA {name}").fetchone()[0]
    if found != wanted:
        raise RecordError(
            f"SQLite {sqlite3.sqlite_version} did not set {name} to {value}, it is {found}",
            do="Put the record on a local file system.",
        )


def _is_new(db: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is empty. Raises RecordError for what is no record of this version."""
    if version_of(db) != 0:
        _check(db, path)
        return False
    if db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] != 0:
        raise RecordError("the file is no record of blademill", where=str(path))
    return True


def _check(db: sqlite3.Connection, path: Path) -> None:
    kind = db.execute("PRAGMA application_id").fetchone()[0]
    version = version_of(db)
    if kind != APPLICATION_ID:
        raise RecordError("the file is no record of blademill", where=str(path))
    if version > SCHEMA_VERSION:
        raise RecordError(
            f"the record is of version {version}; this software knows versions up to"
            f" {SCHEMA_VERSION}",
            where=str(path),
            do="Install the blademill that wrote it again; it can bring the record back with:"
            f" blademill record migrate --to {SCHEMA_VERSION}",
        )
